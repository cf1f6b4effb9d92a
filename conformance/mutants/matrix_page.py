"""docs/kill-matrix.md: the rows of the kill matrix for people, with the counts that are published."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from conformance.case import Case
from conformance.mutants.mutant import Mutant

HEAD = """# Kill matrix

Written by `python -m conformance.mutants.matrix` from what was seen; a test fails when cases or mutants are others
than those it was seen with. The rows: [kill_matrix.csv](kill_matrix.csv) (mutant, role, case, killed). A mutant is
the reference relying party with exactly one rule off; a case kills it when it fails while its accepted twin passes in
the same run. Two mutants that the same cases kill have one *signature*: the number of distinct ones is what the
catalogue can tell apart.

このページは実行結果から `python -m conformance.mutants.matrix` が生成する。ミュータントは規則を一つだけ外した参照実装。
対になる受理ケースが合格しながら不合格になるケースを「検出」とする。検出ケースの組が同じミュータントは一つの署名と数える。
"""
ADMISSION = """
The rule of admission: a case kills a mutant that no other case kills, or a mutant that the same other cases do not all
kill together with it (it belongs to what tells two mutants apart), or alone covers a requirement, or is the accepted
twin of a case that does. What is listed here does none of it; whoever writes a case looks here first.
"""


def page(cases: Mapping[str, Case], mutants: Collection[Mutant], rows: Mapping[tuple[str, str], bool]) -> str:
    """Return the page."""
    found = Killing(cases, mutants, rows)
    return "\n".join(
        [
            HEAD,
            "| role relying-party | |",
            "|---|---|",
            *(f"| {name} | {number} |" for name, number in found.counts()),
            "\n## Cases that the rule of admission does not carry\n",
            *([f"- {case}" for case in found.idle()] or ["none"]),
            "\n## Mutants\n",
            "| mutant | what is off | killed by |",
            "|---|---|---|",
            *_mutants(mutants, found.by_mutant),
            "\n## Cases\n",
            "| case | kills | of them no other case kills |",
            "|---|---|---|",
            *(_case(case, found.by_case[case], found.alone(case)) for case in sorted(cases)),
            "",
        ]
    )


class Killing:
    """What kills what, counted."""

    def __init__(
        self, cases: Mapping[str, Case], mutants: Collection[Mutant], rows: Mapping[tuple[str, str], bool]
    ) -> None:
        self._cases, self._rows = cases, rows
        kills = sorted(pair for pair, killed in rows.items() if killed)
        self.by_mutant = {mutant.id: [case for who, case in kills if who == mutant.id] for mutant in mutants}
        self.by_case = {case: [who for who, what in kills if what == case] for case in cases}

    def alone(self, case: str) -> list[str]:
        """Return the mutants that this case kills and no other."""
        return [mutant for mutant in self.by_case[case] if self.by_mutant[mutant] == [case]]

    def signatures(self) -> set[tuple[str, ...]]:
        """Return the sets of cases that kill one mutant or another."""
        return {tuple(killing) for killing in self.by_mutant.values() if killing}

    def tells_apart(self, case: str) -> bool:
        """Return whether two mutants that have two signatures would have one without this case."""
        without = {tuple(each for each in signature if each != case) for signature in self.signatures()}
        return len(without - {()}) < len(self.signatures())

    def idle(self) -> list[str]:
        """Return the cases that the rule of admission does not carry."""
        of_requirement = Counter(case.requirement for case in self._cases.values())
        carried = {
            case.id
            for case in self._cases.values()
            if self.tells_apart(case.id) or of_requirement[case.requirement] == 1
        }
        twins = {case.twin for case in self._cases.values() if case.id in carried}
        return sorted(set(self._cases) - carried - twins)

    def counts(self) -> list[tuple[str, object]]:
        """Return what is published in numbers."""
        refusals = [case.id for case in self._cases.values() if case.is_refusal]
        pairs = len(self._cases) * len(self.by_mutant)
        return [
            ("cases (designs)", len(self._cases)),
            ("of them refusals", len(refusals)),
            ("mutants", len(self.by_mutant)),
            ("mutants that no case kills", sum(not killing for killing in self.by_mutant.values())),
            ("distinct kill signatures", len(self.signatures())),
            ("cases that kill a mutant which no other kills", sum(bool(self.alone(case)) for case in self._cases)),
            ("cases without which two mutants could not be told apart", sum(map(self.tells_apart, self._cases))),
            ("refusals that kill nothing", sum(not self.by_case[case] for case in refusals)),
            ("pairs of mutant and case that were run", len(self._rows)),
            ("of all pairs", f"{100 * len(self._rows) / max(1, pairs):.0f} %"),
        ]


def _mutants(mutants: Collection[Mutant], killing: Mapping[str, list[str]]) -> Iterator[str]:
    for mutant in sorted(mutants, key=lambda mutant: mutant.id):
        yield f"| {mutant.id} | {mutant.title.en} | {', '.join(killing[mutant.id]) or 'nothing'} |"


def _case(case: str, kills: Sequence[str], only: Sequence[str]) -> str:
    return f"| {case} | {', '.join(kills) or '–'} | {', '.join(only) or '–'} |"
