"""Products that learn statuses from lists, alone or where OCSP is silent: certified like any other."""

import pytest

from conformance.applicability import declared_by, obstacles
from conformance.case import Obstacle
from conformance.catalogue_loader import Catalogue
from conformance.certification import SuiteVerdict
from conformance.judge import Verdict
from harness.contract.messages import Introduction, Tolerances
from harness.contract.targets import REFERENCE_COMMAND, Command, running_target
from harness.contract.vocabulary import Capability
from tests.conformance.conftest import Certify

LISTS, OCSP = Capability.STATUS_LISTS, Capability.STATUS_OCSP
AT_ONCE = "challenge/at-once"


def introduction(*capabilities: Capability) -> Introduction:
    """What a product says of itself."""
    tolerances = Tolerances(clock_seconds=0, status_seconds=0, challenge_seconds=300)
    return Introduction(
        contract="1.0", product="p", version="1", capabilities=list(capabilities), tolerances=tolerances
    )


def test_ocsp_goes_without_saying_unless_lists_are_said() -> None:
    """Adapters that were written before lists had a word keep their meaning."""
    assert declared_by(introduction(Capability.LOGIN)) == {Capability.LOGIN, OCSP}
    assert declared_by(introduction(LISTS)) == {LISTS}
    assert declared_by(introduction(LISTS, OCSP)) == {LISTS, OCSP}


@pytest.mark.parametrize(
    ("case", "sources", "found"),
    [
        ("ocsp/wrong-signer", {OCSP}, []),
        ("ocsp/wrong-signer", {LISTS}, [OCSP]),
        ("ocsp/wrong-signer", {LISTS, OCSP}, []),
        ("ocsp/unavailable", {LISTS, OCSP}, [Obstacle.FALLS_BACK]),
        ("ocsp/unavailable", {OCSP}, []),
        ("lists/unavailable", {LISTS, OCSP}, []),
        ("nonce/wrapped", {LISTS}, [OCSP]),
        ("lists/wrong-signer", {OCSP}, [LISTS]),
        ("lists/wrong-signer", {LISTS, OCSP}, []),
        ("lists/same-day", {LISTS}, [OCSP]),
        ("login/genuine-signature", {LISTS}, []),
    ],
)
def test_cases_are_of_the_sources_that_a_product_has(
    case: str, sources: set[Capability], found: list[object], catalogue: Catalogue
) -> None:
    """What disturbs OCSP alone is for who asks it; its silence says nothing about who has lists besides."""
    declared = {*catalogue.cases[case].capabilities, *sources} - ({LISTS, OCSP} - sources)
    assert list(obstacles(catalogue.cases[case], declared, at_once=True)) == found


def test_one_message_after_the_other_cannot_be_two_at_once(catalogue: Catalogue) -> None:
    """A binding of lines is not asked what it cannot carry, and the report says so."""
    case = catalogue.cases[AT_ONCE]
    assert list(obstacles(case, {*case.capabilities, OCSP}, at_once=False)) == [Obstacle.ONE_AT_A_TIME]
    assert list(obstacles(case, {*case.capabilities, OCSP}, at_once=True)) == []


@pytest.mark.parametrize("method", ["crl", "ocsp-then-crl"])
def test_reference_is_conformant_by_lists(method: str, catalogue: Catalogue, certify_at: Certify) -> None:
    """Every case that is about lists, and those that are about nothing but a status and a person."""
    chosen = [case.id for case in catalogue.cases.values() if LISTS in case.capabilities]
    chosen += ["login/genuine-signature", "login/forged-signature", "tap/genuine-chip", "sign/genuine-signature"]
    with running_target(Command((*REFERENCE_COMMAND, "--status-method", method))) as address:
        run = certify_at(address, catalogue.with_twins(chosen))
    left = {case: judged.verdict for case, judged in run.judgements.items() if judged.verdict is not Verdict.PASS}
    of_both = dict.fromkeys(("lists/same-day", "lists/same-day-before-the-mark"), Verdict.NA)
    assert left == (of_both if method == "crl" else {})
    assert run.verdict is SuiteVerdict.SELECTION_PASSED
    assert len(run.judgements) > 30
