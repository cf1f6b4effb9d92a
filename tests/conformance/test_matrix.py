"""The kill matrix is of these cases and these mutants, none of them is silent, and it is true still."""

import msgspec

from conformance.catalogue_loader import Catalogue
from conformance.mutants import matrix
from conformance.mutants.mutant import load_mutants

MUTANTS = load_mutants()
ROWS = [row for row in matrix.read_rows() if row[1] == matrix.ROLE]
KILLED = {(mutant, case) for mutant, _, case, killed in ROWS if killed}


def test_rows_are_of_these_cases_and_mutants(catalogue: Catalogue) -> None:
    """Whoever changes a mutant or a case it was run with runs it again: python -m conformance.mutants.matrix."""
    assert matrix.stale(MUTANTS, catalogue.cases, ROWS) == []
    assert {case for _, _, case, _ in ROWS} <= set(catalogue.cases)


def test_page_is_drawn_from_the_rows(catalogue: Catalogue) -> None:
    """The page and its counts are those of the rows: python -m conformance.mutants.matrix --page."""
    assert matrix.PAGE.read_text(encoding="utf-8") == matrix.written_page(catalogue.cases, MUTANTS, ROWS)


def test_changed_mutant_or_case_is_noticed(catalogue: Catalogue) -> None:
    """One octet of an edit, or another expectation, and the rows are no longer what was seen."""
    mutant = MUTANTS[0]
    edit = msgspec.structs.replace(mutant.edits[0], new=f"{mutant.edits[0].new} ")
    assert matrix.stale([msgspec.structs.replace(mutant, edits=[edit])], catalogue.cases, ROWS) == [mutant.id]
    aimed = catalogue.cases[mutant.killed_by[0]]
    other = {**catalogue.cases, aimed.id: msgspec.structs.replace(aimed, afterwards=[])}
    other[aimed.id] = msgspec.structs.replace(other[aimed.id], twin=None)
    assert mutant.id in matrix.stale(MUTANTS, other, ROWS)


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
    signatures = {frozenset(case for who, case in KILLED if who == mutant.id) for mutant in MUTANTS}
    assert len(catalogue.cases) >= 100
    assert len(MUTANTS) >= 60
    assert len(signatures) >= 100
