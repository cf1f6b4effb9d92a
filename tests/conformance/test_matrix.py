"""The kill matrix is of these cases and these mutants, whole, and no mutant is silent; killed still: another file."""

from pathlib import Path

import msgspec
import pytest

from conformance.case import Case
from conformance.catalogue_loader import Catalogue
from conformance.mutants import matrix
from conformance.mutants.matrix_page import Killing
from conformance.mutants.mutant import load_mutants
from conformance.mutants.rows import Hashes, read_rows, write_rows, written_rows

MUTANTS = load_mutants()
ROWS = written_rows()
KILLED = {pair for pair, killed in ROWS.items() if killed}


def test_rows_are_of_mutants_and_cases_as_they_are_now(catalogue: Catalogue) -> None:
    """Whoever adds or changes a mutant or a case runs what is new: python -m conformance.mutants.matrix [--aimed].

    What is aimed has to be there; all other pairs are run at night, and the page says how many there are.
    """
    rows = read_rows(Hashes.of(MUTANTS, catalogue.cases))
    aimed = [(mutant, matrix.aimed_at(mutant, catalogue)) for mutant in MUTANTS]
    assert {mutant.id: lacks for mutant, cases in aimed if (lacks := matrix.missing(mutant, cases, rows))} == {}
    assert set(ROWS) == set(rows)


def test_page_is_drawn_from_the_rows(catalogue: Catalogue) -> None:
    """The page and its counts are those of the rows: python -m conformance.mutants.matrix --page."""
    assert matrix.PAGE.read_text(encoding="utf-8") == matrix.written_page(catalogue.cases, MUTANTS, ROWS)


def changed(cases: dict[str, Case], what: str) -> dict[str, Case]:
    """The catalogue with one thing of one case, or of its twin, another."""
    case = cases["challenge/too-late"]
    twin = cases["challenge/just-in-time"]
    match what:
        case "afterwards":
            case = msgspec.structs.replace(case, afterwards=[])
        case "title":
            case = msgspec.structs.replace(case, title=twin.title)
        case "twin":
            twin = msgspec.structs.replace(twin, steps=twin.steps[:-1])
    return {**cases, case.id: case, twin.id: twin}


@pytest.mark.parametrize(
    ("what", "lost"),
    [
        ("title", set()),
        ("afterwards", {"challenge/too-late"}),
        ("twin", {"challenge/just-in-time", "challenge/too-late"}),
    ],
)
def test_rows_of_a_changed_case_are_lost_and_no_others(
    catalogue: Catalogue, tmp_path: Path, what: str, lost: set[str]
) -> None:
    """A row holds for the case and the twin that it was seen with; whatever plays no part in a verdict is free."""
    csv, seen = tmp_path / "rows.csv", tmp_path / "seen"
    rows = {(MUTANTS[0].id, case): False for case in ("challenge/too-late", "challenge/just-in-time", "tap/cloned")}
    write_rows(rows, csv)
    Hashes.of(MUTANTS, catalogue.cases).write(seen)
    now = Hashes.of(MUTANTS, changed(dict(catalogue.cases), what))
    assert {case for _, case in set(rows) - set(read_rows(now, csv, seen))} == lost


def test_rows_of_a_changed_mutant_are_lost(catalogue: Catalogue, tmp_path: Path) -> None:
    """One octet of an edit, and what was seen was seen of another."""
    csv, seen = tmp_path / "rows.csv", tmp_path / "seen"
    mutant, other = MUTANTS[:2]
    write_rows({(each.id, "tap/cloned"): False for each in (mutant, other)}, csv)
    Hashes.of(MUTANTS, catalogue.cases).write(seen)
    edit = msgspec.structs.replace(mutant.edits[0], new=f"{mutant.edits[0].new} ")
    now = Hashes.of([msgspec.structs.replace(mutant, edits=[edit]), other], catalogue.cases)
    assert list(read_rows(now, csv, seen)) == [(other.id, "tap/cloned")]


def test_no_mutant_is_silent() -> None:
    """Each rule that is off is noticed by a case, and by each of those that name it."""
    assert {mutant.id for mutant in MUTANTS} == {mutant for mutant, _ in KILLED}
    assert [
        (mutant.id, case) for mutant in MUTANTS for case in mutant.killed_by if (mutant.id, case) not in KILLED
    ] == []


def test_no_refusal_kills_nothing(catalogue: Catalogue) -> None:
    """A refusal that no mutant fails would be a test that cannot fail."""
    killing = {case for _, case in KILLED}
    assert [case.id for case in catalogue.cases.values() if case.is_refusal and case.id not in killing] == []


def test_there_is_as_much_as_was_promised(catalogue: Catalogue) -> None:
    """A hundred designs and sixty mutants at least, and as many signatures as mutants that can be told apart."""
    assert len(catalogue.cases) >= 100
    assert len(MUTANTS) >= 60
    assert len(Killing(catalogue.cases, MUTANTS, ROWS).signatures()) >= 100
