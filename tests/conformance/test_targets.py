"""Honest products are certified; products that decide without looking are not."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conformance.catalogue_loader import Catalogue
from conformance.certification import SuiteVerdict
from conformance.judge import Verdict
from conformance.mutants.workshop import Workshop
from conformance.setting import Setting
from conformance.targets import product_named
from harness.contract.targets import running_target
from harness.contract.vocabulary import Capability
from harness.errors import ConfigurationError, HarnessFault
from tests.conformance.conftest import Certify

ALWAYS = Path(__file__).resolve().parents[2] / "conformance" / "targets" / "always.pl"


def unsearched(catalogue: Catalogue) -> Catalogue:
    """Return what can be judged of a product whose logs and files nobody watches."""
    return replace(catalogue, cases={name: case for name, case in catalogue.cases.items() if not case.searched})


def test_reference_is_conformant(catalogue: Catalogue, certify_at: Certify) -> None:
    """The control of all mutants: unmutated, the reference passes every case but those of lists, which it is not asked.

    By lists it is certified in test_status_sources.py, and with its files searched in privacy/test_oracle.py.
    """
    with running_target(product_named("reference")) as address:
        run = certify_at(address, unsearched(catalogue))
    of_lists = {case.id for case in catalogue.cases.values() if Capability.STATUS_LISTS in case.capabilities}
    left = {case: judged.verdict for case, judged in run.judgements.items() if judged.verdict is not Verdict.PASS}
    assert left == dict.fromkeys(of_lists, Verdict.NA)
    assert run.verdict is SuiteVerdict.CONFORMANT


def test_checker_agrees_with_every_case_it_can_be_asked(catalogue: Catalogue, certify_at: Certify) -> None:
    """A second opinion that shares no code with the reference passes all but what it says it lacks."""
    lacks = {
        *(Capability.RELINK, Capability.UNLINK, Capability.RECONCILE),
        *(Capability.ASSURANCE, Capability.STATUS_LISTS),
    }
    asked = {case.id for case in catalogue.cases.values() if not lacks & set(case.capabilities)}
    assert len(asked) > 180
    part = replace(catalogue, cases={name: catalogue.cases[name] for name in sorted(asked)})
    with running_target(product_named("checker")) as address:
        run = certify_at(address, unsearched(part))
    told = {case: judged.verdict for case, judged in run.judgements.items() if judged.verdict is not Verdict.PASS}
    # OpenSSL takes an answer at its nextUpdate itself: equality is never judged, and told as WARN.
    assert told == {"ocsp/next-update-now": Verdict.WARN}


@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_dishonest_product_is_refused(decision: str, sample: Catalogue, certify_at: Certify) -> None:
    """Whoever decides without looking passes no refusal: the twin, the reason or the journal gives it away."""
    with running_target(product_named(f"command:perl {ALWAYS} {decision}")) as address:
        run = certify_at(address, sample)
    assert run.verdict is SuiteVerdict.NOT_CONFORMANT
    refusals = [judged for judged in run.judgements.values() if judged.case.is_refusal]
    assert refusals
    assert all(judged.verdict is Verdict.FAIL and judged.twin_failed for judged in refusals)


def test_same_seed_same_verdicts_other_seed_too(sample: Catalogue, key_folder: Path) -> None:
    """The order and the residents differ from seed to seed; the verdicts do not. Of all cases: tests/nightly."""
    with Workshop(key_folder) as workshop:
        one, again, other = (workshop.play(None, sample.cases, seed=seed) for seed in (7, 7, 2_000_003))
    assert [each.verdict for each in one.values()] == [each.verdict for each in again.values()]
    assert {case: each.verdict for case, each in one.items()} == {case: each.verdict for case, each in other.items()}


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("nonsense", "expected reference, checker"),
        ("command:/no/such/program", "expected a program that starts"),
        (f"command:{sys.executable} -c pass", "expected the line `listening"),
        ("http://", "expected reference, checker"),
    ],
)
def test_unusable_target_is_a_configuration_fault(target: str, says: str) -> None:
    """A target that cannot be reached says so in one line; it is never a verdict."""
    with pytest.raises(ConfigurationError, match=says) as fault, running_target(product_named(target)):
        pass
    assert "\n" not in str(fault.value)


def test_a_roll_over_in_the_middle_of_a_run_is_the_harness_fault(
    world: Setting, catalogue: Catalogue, certify_at: Certify
) -> None:
    """A product that was not told of the new generation refuses it, and is right: that is no verdict on the product."""
    takes_over = datetime(world.world.clock.now().year + 1, 4, 1, tzinfo=UTC)
    world.world.clock.set(takes_over - timedelta(days=3))
    with running_target(product_named("checker")) as address, pytest.raises(HarnessFault, match="rolled over"):
        certify_at(address, catalogue)
