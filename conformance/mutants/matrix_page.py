"""docs/kill-matrix.md: the rows of the kill matrix for people, with the counts that are published."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from conformance.case import Case
from conformance.mutants.mutant import Mutant

Row = tuple[str, str, str, bool]
HEAD = """# Kill matrix

Written by `python -m conformance.mutants.matrix` from what was seen; a test fails when cases or mutants are others
than those it was seen with. The rows: [kill_matrix.csv](kill_matrix.csv) (mutant, role, case, killed). A mutant is
the reference relying party with exactly one rule off; a case kills it when it fails while its accepted twin passes in
the same run. Two mutants that the same cases kill have one *signature*: the number of distinct ones is what the
catalogue can tell apart.

このページは実行結果から `python -m conformance.mutants.matrix` が生成する。ミュータントは規則を一つだけ外した参照実装。
対になる受理ケースが合格しながら不合格になるケースを「検出」とする。検出ケースの組が同じミュータントは一つの署名と数える。
"""


def page(cases: Mapping[str, Case], mutants: Collection[Mutant], rows: Sequence[Row]) -> str:
    """Return the page."""
    killing = {
        mutant.id: sorted(case for who, _, case, killed in rows if killed and who == mutant.id) for mutant in mutants
    }
    killed_by_case = {case: sorted(who for who, _, what, killed in rows if killed and what == case) for case in cases}
    signatures = {tuple(found) for found in killing.values() if found}
    only = {case: [who for who in whom if killing[who] == [case]] for case, whom in killed_by_case.items()}
    refusals = [case for case in cases.values() if case.is_refusal]
    idle = [case.id for case in refusals if not killed_by_case[case.id]]
    counts = (
        ("cases (designs)", len(cases)),
        ("of them refusals", len(refusals)),
        ("mutants", len(mutants)),
        ("mutants that no case kills", sum(not found for found in killing.values())),
        ("distinct kill signatures", len(signatures)),
        ("cases that kill a mutant which no other kills", sum(bool(whom) for whom in only.values())),
        ("refusals that kill nothing", len(idle)),
        ("rows (mutant and case that were run together)", len(rows)),
        ("of all pairs", f"{100 * len(rows) / max(1, len(cases) * len(mutants)):.0f} %"),
    )
    return "\n".join(
        [
            HEAD,
            "| role relying-party | |",
            "|---|---|",
            *(f"| {name} | {number} |" for name, number in counts),
            "\nWhere not all pairs were run a signature is that of the cases aimed at the mutant; `--full` runs all.\n",
            "## Mutants\n",
            "| mutant | what is off | killed by |",
            "|---|---|---|",
            *_mutants(mutants, killing),
            "\n## Cases\n",
            "| case | kills | of them no other case kills |",
            "|---|---|---|",
            *(_case(case, killed_by_case[case], only[case]) for case in sorted(cases)),
            "",
        ]
    )


def _mutants(mutants: Collection[Mutant], killing: Mapping[str, list[str]]) -> Iterator[str]:
    for mutant in sorted(mutants, key=lambda mutant: mutant.id):
        yield f"| {mutant.id} | {mutant.title.en} | {', '.join(killing[mutant.id]) or 'nothing'} |"


def _case(case: str, kills: Sequence[str], only: Sequence[str]) -> str:
    return f"| {case} | {', '.join(kills) or '–'} | {', '.join(only) or '–'} |"
