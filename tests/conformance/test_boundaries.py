"""One `<=` made `<` turns the case of that very second, and no other: into WARN, for equality is never judged.

Pairs lie a second inside and a second outside of every comparison of times (CONFORMANCE.md); between them stands one
case of the second itself, `equality: true`. The whole catalogue beside each of these mutants: docs/kill_matrix.csv.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.case import Case
from conformance.catalogue_loader import Catalogue
from conformance.judge import Verdict
from conformance.mutants.mutant import load_mutants
from conformance.mutants.rows import written_rows
from conformance.mutants.workshop import Workshop

AT_THE_SECOND = {
    "ends-at-not-after": "validity/at-the-last-second",
    "begins-after-not-before": "validity/at-the-first-second",
    "challenge-ends-at-its-life": "challenge/at-its-last-second",
    "next-update-is-inside": "ocsp/next-update-now",
    "this-update-is-to-come": "ocsp/this-update-now",
    "offline-in-another-second": "reconcile/taken-now",
}
"""Mutants that are off by equality alone, and the case of each."""
BESIDE = (
    *("validity/one-second-early", "validity/one-second-late", "validity/seconds-before-the-end"),
    *("validity/begins-a-second-ago", "validity/begins-in-a-second", "challenge/just-in-time", "challenge/too-late"),
    *("ocsp/next-update-in-a-second", "ocsp/next-update-a-second-ago", "ocsp/this-update-to-come"),
    *("status/lost-at-the-mark", "status/lost-before-the-mark", "reconcile/taken", "reconcile/from-the-future"),
)
"""What lies a second beside, and what lies on the marks of OCSP."""


@pytest.fixture(scope="module")
def workshop(key_folder: Path) -> Iterator[Workshop]:
    """Where the mutants are made."""
    with Workshop(key_folder) as made:
        yield made


@pytest.mark.parametrize(("mutant", "case"), AT_THE_SECOND.items(), ids=list(AT_THE_SECOND))
def test_equality_turns_its_own_case_and_no_other(mutant: str, case: str, workshop: Workshop) -> None:
    """That case is WARN; what lies a second to either side passes, and so does every other second."""
    seen = workshop.play(mutant, [*AT_THE_SECOND.values(), *BESIDE])
    turned = {name: each.verdict for name, each in seen.items() if each.verdict is not Verdict.PASS}
    assert turned == {case: Verdict.WARN}


def test_without_them_every_second_passes(workshop: Workshop) -> None:
    """The reference reads its boundaries as the standards' sentences do."""
    seen = workshop.play(None, [*AT_THE_SECOND.values(), *BESIDE])
    assert {name: each.why for name, each in seen.items() if each.verdict is not Verdict.PASS} == {}


def test_no_case_of_the_whole_catalogue_turns_besides() -> None:
    """As it was seen when the kill matrix was made."""
    killed = [pair for pair, killed in written_rows().items() if killed and pair[0] in AT_THE_SECOND]
    assert killed == sorted(AT_THE_SECOND.items())


def test_every_case_of_equality_has_its_mutant(catalogue: Catalogue) -> None:
    """Whoever adds one proves that it turns."""

    def is_equality(case: Case) -> bool:
        return case.equality

    assert {case.id for case in filter(is_equality, catalogue.cases.values())} == set(AT_THE_SECOND.values())
    assert set(AT_THE_SECOND) <= {mutant.id for mutant in load_mutants()}
