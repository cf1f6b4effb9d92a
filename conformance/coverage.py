"""docs/coverage.md: which requirement which case covers and which mutant proves it, and the other way round."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from conformance.case import Case
from conformance.catalogue_loader import FOLDER, load_catalogue
from conformance.mutants.mutant import Mutant, load_mutants
from conformance.register import Level, RequiredOf, Requirement, load_register

FILE = Path(__file__).parent.parent / "docs" / "coverage.md"
HEAD = """# Coverage

Written by `python -m conformance.coverage`; a test fails when it is not what register, catalogue and mutants say.
「no case yet」は未対応を示す。A requirement counts as covered when a case names it, and as proved when one of those
cases kills a mutant of the reference relying party.
"""


def coverage(register: Mapping[str, Requirement], cases: Mapping[str, Case], mutants: list[Mutant]) -> str:
    """Return the page: counts by role, each requirement with its cases, each case with its requirement."""
    covering = {row: [case.id for case in cases.values() if case.requirement == row] for row in register}
    killed = {case: sorted(mutant.id for mutant in mutants if case in mutant.killed_by) for case in cases}
    return "\n".join(
        [
            HEAD,
            *_table("role", "level", "requirements", "covered", "proved", "untestable", "no case yet"),
            *_counts(register, covering, killed),
            "\n## Requirements\n",
            *_table("requirement", "source", "checked", "level", "confidence", "cases (mutants killed)"),
            *(_requirement(row, [(case, killed[case]) for case in covering[row.id]]) for row in register.values()),
            "\n## Cases\n",
            *_table("case", "requirement", "what it requires"),
            *(_row(case.id, case.requirement, register[case.requirement].text.en) for case in cases.values()),
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
    cases = {
        case_id: case
        for folder in sorted(FOLDER.iterdir())
        for case_id, case in load_catalogue(folder.name).cases.items()
    }
    return coverage(load_register(), cases, load_mutants())


if __name__ == "__main__":
    FILE.write_text(current(), encoding="utf-8")
