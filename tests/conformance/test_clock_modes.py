"""Both clock modes, each with a product that has the capability and with one that has not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from conformance.catalogue_loader import Catalogue
from conformance.certification import Certification, SuiteVerdict, certify
from conformance.judge import Verdict
from conformance.mutants.mutant import load_mutants, running_mutant
from conformance.setting import Setting, setting
from conformance.targets import product_named
from harness.contract.client import RelyingPartyClient
from harness.contract.targets import running_target
from harness.errors import HarnessFault
from harness.home import key_pool
from harness.jlis.marks import QUARTER_HOURS, MadeMarks
from tests.conformance.bent import Bent, having

WITHOUT_CLOCK = ("enrol", "login", "tap", "sign", "account")


@pytest.fixture(scope="module")
def shifted() -> Iterator[Setting]:
    """A world at the host's time."""
    with setting(key_pool(), seed=9, cases=8, shifted=True) as made:
        yield made


def run(address: str, cases: Catalogue, made: Setting, *capabilities: str) -> Certification:
    """Certify what answers at an address as if it declared these capabilities."""
    with RelyingPartyClient(Bent(address, having(*capabilities))) as client:
        return certify(
            cases,
            client,
            made,
            target=address,
            seed=9,
            progress=lambda judgement, number, total: None,  # noqa: ARG005  (nobody watches)
        )


def test_product_at_the_host_s_time_is_judged_but_for_the_calendar(shifted: Setting, sample: Catalogue) -> None:
    """Everything passes that needs no time of day; what does is counted as not applicable, and says why."""
    with running_target(product_named("reference")) as address:
        done = run(address, sample, shifted, *WITHOUT_CLOCK)
    verdicts = {case: judged.verdict for case, judged in done.judgements.items()}
    calendar = {case.id for case in sample.cases.values() if case.needs_calendar}
    assert calendar == {"validity/one-second-early", "validity/one-second-late"}
    assert {case for case, verdict in verdicts.items() if verdict is Verdict.NA} == calendar
    assert {case for case, verdict in verdicts.items() if verdict is not Verdict.PASS} == calendar
    assert all("set_time" in done.judgements[case].missing for case in calendar)
    assert done.verdict is SuiteVerdict.INCONCLUSIVE


EVERYTHING = (*WITHOUT_CLOCK, "relink", "unlink", "reconcile", "assurance")
AT_ONCE = 4
"""Runs beside each other: nearly all of a run at the host's time is waiting for the next whole second."""


def part_run(catalogue: Catalogue, number: int) -> Certification:
    """Certify every so many-th case, and the twins of these, in a world and a product of their own."""
    some = catalogue.with_twins(list(catalogue.cases)[number::AT_ONCE])
    with (
        setting(key_pool(), seed=number, cases=len(some.cases), shifted=True) as made,
        running_target(product_named("reference")) as address,
    ):
        return run(address, some, made, *EVERYTHING)


def test_whole_catalogue_at_the_host_s_time(catalogue: Catalogue) -> None:
    """What needs no time of day, no lists and no watched files passes for a product that cannot be told the time."""
    with ThreadPoolExecutor(AT_ONCE) as workers:
        runs = list(workers.map(lambda number: part_run(catalogue, number), range(AT_ONCE)))
    verdicts = {case: judged.verdict for done in runs for case, judged in done.judgements.items()}
    assert verdicts.keys() == catalogue.cases.keys()
    dated = {case.id for case in catalogue.cases.values() if case.needs_calendar}
    searched = {case.id for case in catalogue.cases.values() if case.searched}
    left_out = dated | searched | {case.id for case in catalogue.cases.values() if case.twin in dated}
    assert {case for case, verdict in verdicts.items() if verdict is Verdict.NA} == left_out
    assert {case for case, verdict in verdicts.items() if verdict is not Verdict.PASS} == left_out
    assert len(verdicts) - len(left_out) > 180


@pytest.mark.parametrize(
    ("mutant", "case"),
    [("skip-status", "status/lost-at-the-mark"), ("validity-in-local-time", "validity/seconds-after-the-end")],
)
def test_mutants_are_killed_at_the_host_s_time_too(
    shifted: Setting, catalogue: Catalogue, mutant: str, case: str
) -> None:
    """The boundaries are still there: a product that does not look at status or validity is refused."""
    some = catalogue.with_twins([case])
    (chosen,) = (each for each in load_mutants() if each.id == mutant)
    with running_mutant(chosen) as address:
        assert run(address, some, shifted, *WITHOUT_CLOCK).verdict is SuiteVerdict.NOT_CONFORMANT


def test_world_of_the_other_mode_is_the_harness_s_own_fault(
    shifted: Setting, world: Setting, catalogue: Catalogue
) -> None:
    """A product that can be told the time does not belong into a shifted world, nor the other way round."""
    with running_target(product_named("reference")) as address:
        with pytest.raises(HarnessFault, match="expected a shifted world"):
            run(address, catalogue, shifted, "set_time", *WITHOUT_CLOCK)
        with pytest.raises(HarnessFault, match="expected a shifted world"):
            run(address, catalogue, world, *WITHOUT_CLOCK)


def test_marks_are_those_of_the_grid_or_those_that_were_made() -> None:
    """On the grid every quarter of an hour; made marks only where one was made, and never backwards."""
    noon = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
    assert QUARTER_HOURS.at(noon + timedelta(minutes=14, seconds=59)) == noon
    assert QUARTER_HOURS.at(noon + timedelta(minutes=15)) == noon + timedelta(minutes=15)
    marks = MadeMarks(noon)
    marks.make(noon + timedelta(seconds=7))
    assert marks.at(noon + timedelta(seconds=6, microseconds=999_999)) == noon
    assert marks.at(noon + timedelta(days=1)) == noon + timedelta(seconds=7)
    for wrong in (noon, noon + timedelta(seconds=8, microseconds=1)):
        with pytest.raises(ValueError, match="expected a whole second after"):
            marks.make(wrong)
