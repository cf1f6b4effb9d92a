"""docs/coverage.md: which requirement which case covers and which mutant proves it, and the other way round."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from conformance.catalogue_loader import load_catalogue
from conformance.mutants.mutant import load_mutants
from conformance.register import Checked, Level, RequiredOf, Requirement, load_register
from conformance.roles.role_catalogue import load_role_catalogue
from conformance.roles.role_mutants import load_role_mutants
from conformance.roles.vocabularies import VOCABULARIES
from harness.confidence import Confidence

FILE = Path(__file__).parent.parent / "docs" / "coverage.md"
HEAD = """# Coverage

Written by `python -m conformance.coverage`; a test fails when it is not what register, catalogue and mutants say.
A requirement counts as covered when a case names it, and as proved when one of those cases kills a mutant of the
product. *No case yet* is what it says: nothing in this suite shows whether a product does it.

このページは `python -m conformance.coverage` が生成する。要件台帳・カタログ・ミュータントと異なればテストが失敗する。
ケースが参照する要件を covered、そのケースが参照実装のミュータントを検出する要件を proved と数える。
no case yet の要件は、本スイートではまだ何も確認していない。
"""
CHECKED = """
## How the clauses were checked

*read* says that somebody read the clause in the standard's text, not that its words are ours: where the requirement
goes beyond them, a note below says so. *ours* has no standard behind it that could be read.

read は条項を規格の本文で確認したことを示す。要件が条文を超える場合は下の注記に記す。
ours は規格ではなく、公表資料・実測・本スイートの方針による。
"""


class Covering(Protocol):
    """A case of any role, as far as this page shows it."""

    @property
    def id(self) -> str:
        """Its place in the catalogue."""

    @property
    def requirement(self) -> str:
        """The id of what it covers."""


class Killed(Protocol):
    """A mutant of any role."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def killed_by(self) -> list[str]:
        """The cases that must notice."""


def coverage(register: Mapping[str, Requirement], cases: Mapping[str, Covering], mutants: Sequence[Killed]) -> str:
    """Return the page: counts by role, each requirement with its cases, each case with its requirement."""
    covering = {row: [case.id for case in cases.values() if case.requirement == row] for row in register}
    killed = {case: sorted(mutant.id for mutant in mutants if case in mutant.killed_by) for case in cases}
    return "\n".join(
        [
            HEAD,
            *_table("role", "level", "requirements", "covered", "proved", "untestable", "no case yet"),
            *_counts(register, covering, killed),
            CHECKED,
            *_table("confidence", *(checked.value for checked in Checked)),
            *_checks(register),
            "\n## Requirements\n",
            *_table("requirement", "source", "checked", "level", "confidence", "cases (mutants killed)"),
            *(_requirement(row, [(case, killed[case]) for case in covering[row.id]]) for row in register.values()),
            "\n## Cases\n",
            *_table("case", "requirement", "what it requires"),
            *(_row(case.id, case.requirement, register[case.requirement].text.en) for case in cases.values()),
            "\n## Notes of the clause check\n",
            *_table("requirement", "note"),
            *(_row(row.id, row.note) for row in register.values() if row.note),
            "",
        ]
    )


def _counts(
    register: Mapping[str, Requirement], covering: Mapping[str, list[str]], killed: Mapping[str, list[str]]
) -> Iterator[str]:
    for role in RequiredOf:
        for level in Level:
            rows = [row for row in register.values() if row.role is role and row.level is level]
            covered = [row for row in rows if covering[row.id]]
            proved = [row for row in covered if any(killed[case] for case in covering[row.id])]
            untestable = [row for row in rows if row.untestable and not covering[row.id]]
            if rows:
                left = len(rows) - len(covered) - len(untestable)
                yield _row(role.value, level.value, *map(len, (rows, covered, proved, untestable)), left)


def _checks(register: Mapping[str, Requirement]) -> Iterator[str]:
    count = Counter((row.confidence, row.checked) for row in register.values())
    for confidence in Confidence:
        yield _row(confidence.value, *(count[confidence, checked] for checked in Checked))


def _requirement(row: Requirement, cases: list[tuple[str, list[str]]]) -> str:
    shown = "; ".join(f"{case} ({', '.join(mutants) or 'none'})" for case, mutants in cases)
    otherwise = f"untestable: {row.untestable}" if row.untestable else "no case yet"
    source = f"{row.source} {row.clause}"
    return _row(row.id, source, row.checked.value, row.level.value, row.confidence.value, shown or otherwise)


def _table(*headings: str) -> tuple[str, str]:
    return _row(*headings), "|" + "---|" * len(headings)


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


def current() -> str:
    """Return the page as register, catalogue and mutants are now."""
    cases: dict[str, Covering] = {**load_catalogue("relying-party").cases}
    mutants: list[Killed] = [*load_mutants()]
    for vocabulary in VOCABULARIES.values():
        cases |= load_role_catalogue(vocabulary).cases
        mutants += load_role_mutants(vocabulary.role.value, vocabulary.mutant_type)
    return coverage(load_register(), cases, mutants)


if __name__ == "__main__":
    FILE.write_text(current(), encoding="utf-8")
