"""One certification: a world, a product, every applicable case in a seeded order, and what came of it."""

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from conformance.applicability import declared_by, obstacles
from conformance.case import Obstacle
from conformance.catalogue_loader import Catalogue, Paired
from conformance.evidence.circumstances import UNTOLD, Circumstances
from conformance.evidence.expected_failures import Expectation
from conformance.judge import BOTH, UNJUDGED, Judgement, Verdict, judge, not_applicable, with_twins
from conformance.privacy.oracle import Oracle, Searched
from conformance.privacy.verdicts import unwatched, with_findings
from conformance.roles.relying_party import RelyingPartyRole
from conformance.roles.story_clock import ControlledClock, ShiftedClock, StoryClock
from conformance.setting import Setting, prepare_lists
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import configuration
from harness.contract.messages import Introduction
from harness.contract.statement import Statement, check_statement
from harness.contract.vocabulary import Capability
from harness.errors import HarnessFault
from harness.world import Trust

Progress = Callable[[Judgement, int, int], None]


class SuiteVerdict(StrEnum):
    """What the whole run says, with its exit code in `EXIT_CODES`."""

    CONFORMANT = "conformant"
    CONFORMANT_WITHIN = "conformant within the statement"
    """Everything that the conformance statement claims passed; the catalogue asks for more."""
    CONFORMANT_BUT = "conformant but for expected failures"
    """No failure but those that `--expected` names, each in its time: fit for an everyday pipeline, no conformance."""
    SELECTION_PASSED = "selection passed"
    """The cases that `--case` chose passed; a part of the catalogue certifies nothing."""
    SELECTION_PASSED_BUT = "selection passed but for expected failures"
    NOT_CONFORMANT = "not conformant"
    OUT_OF_DATE = "expected failures out of date"
    """Nothing else fails, but an entry of `--expected` has expired, or its case does not fail any more."""
    HARNESS_ERROR = "harness error"
    INCONCLUSIVE = "inconclusive"


EXIT_CODES = {
    SuiteVerdict.CONFORMANT: 0,
    SuiteVerdict.CONFORMANT_WITHIN: 0,
    SuiteVerdict.CONFORMANT_BUT: 0,
    SuiteVerdict.SELECTION_PASSED: 0,
    SuiteVerdict.SELECTION_PASSED_BUT: 0,
    SuiteVerdict.NOT_CONFORMANT: 1,
    SuiteVerdict.OUT_OF_DATE: 1,
    SuiteVerdict.HARNESS_ERROR: 3,
    SuiteVerdict.INCONCLUSIVE: 4,
}


@dataclass(frozen=True, slots=True)
class Certification:
    """A finished run."""

    catalogue: Catalogue
    target: str
    seed: int
    product: Introduction
    statement: Statement | None
    judgements: dict[str, Judgement]
    verdict: SuiteVerdict
    seed_drawn: bool = False
    """Whether nobody could know the order beforehand."""
    searched: Searched | None = None
    """What the privacy oracle searched, and found; None where there was none."""
    circumstances: Circumstances = UNTOLD
    expectations: tuple[Expectation, ...] = ()
    """The entries of `--expected`, each with what the run says of it."""

    def count(self, *verdicts: Verdict) -> int:
        """Return how many cases ended with one of these verdicts."""
        return sum(judgement.verdict in verdicts for judgement in self.judgements.values())


def certify(  # noqa: PLR0913  (what a run is made of, each named by its caller)
    catalogue: Catalogue,
    client: RelyingPartyClient,
    setting: Setting,
    *,
    target: str,
    seed: int,
    progress: Progress,
    statement: Statement | None = None,
    oracle: Oracle | None = None,
) -> Certification:
    """Return the run of `catalogue` against the product behind `client`; AdapterFault when it cannot even say hello.

    Without a `statement` the product is asked for everything: then a case that is not applicable leaves the run
    inconclusive. ConfigurationError when the statement is about another product.
    """
    product = client.hello()
    if statement is not None:
        check_statement(statement, product)
    declared = declared_by(product)
    trusted, told = setting.world.trust(), configuration(setting.world, setting.addresses, declared)
    client.configure(told)
    if Capability.STATUS_LISTS in declared:
        prepare_lists(setting)
    at_once = client.can_complete_at_once()
    clock = _clock_of(product, client, setting)
    role = RelyingPartyRole(client, setting, clock, told, product.tolerances, oracle)
    order = list(catalogue.cases.values())
    random.Random(seed).shuffle(order)  # noqa: S311  (an order, not a secret: the same seed gives it again)
    judgements: dict[str, Judgement] = {}
    for number, case in enumerate(order, start=1):
        missing = [*obstacles(case, declared, at_once=at_once), *(clock.missing if case.needs_calendar else ())]
        blind = unwatched(case, oracle)
        if missing:
            judgement = not_applicable(case, missing)
        elif blind is not None:
            judgement = blind
        else:
            _expect_same_authorities(trusted, setting)
            coarse, sources = Capability.COARSE_REASONS in declared, declared & BOTH
            judgement = judge(case, role.play(case), coarse=coarse, sources=sources)
        judgements[case.id] = judgement
        progress(judgement, number, len(order))
    searched = None
    if oracle is not None:
        client.close()  # what a product writes when it ends is looked at, too
        searched = oracle.finish()
        judgements = with_findings(judgements, searched)
    final = with_twins({case_id: judgements[case_id] for case_id in catalogue.cases})
    verdict = suite_verdict(final.values(), stated=statement is not None, whole=not catalogue.left_out)
    return Certification(catalogue, target, seed, product, statement, final, verdict, searched=searched)


def _expect_same_authorities(told: Trust, setting: Setting) -> None:
    """HarnessFault when a generation took office since the product was told whom to trust: it is right to refuse."""
    if setting.world.trust() != told:
        raise HarnessFault(
            f"certify: the authorities rolled over before {setting.world.clock.now():%Y-%m-%d}, in the middle of a "
            "run; a run begins early in its year and in a world of its own (conformance.setting.START)"
        )


def _clock_of(product: Introduction, client: RelyingPartyClient, setting: Setting) -> StoryClock:
    """Return the clock that the product can live by; HarnessFault when the world was made for another."""
    controlled = Capability.SET_TIME in product.capabilities
    if controlled and setting.made_marks is None:
        return ControlledClock(setting.world.clock, client)
    if not controlled and setting.made_marks is not None:
        return ShiftedClock(setting.world.clock, setting.made_marks)
    raise HarnessFault("certify: expected a shifted world for a product without set_time, and for no other")


class Judged(Protocol):
    """The verdict on a case of any role."""

    @property
    def verdict(self) -> Verdict:
        """The verdict."""

    @property
    def case(self) -> Paired:
        """The case."""

    @property
    def missing(self) -> Sequence[str]:
        """What kept it from being asked, where it was not."""


OTHER_SOURCE: frozenset[str] = frozenset({Capability.STATUS_LISTS, Capability.STATUS_OCSP, Obstacle.FALLS_BACK})
"""OCSP and lists are a choice: who has made it lacks nothing."""


def _is_of_another_source(judgement: Judged) -> bool:
    """Whether it is not applicable only because the product learns statuses in the other way, as it may."""
    return judgement.verdict is Verdict.NA and bool(judgement.missing) and set(judgement.missing) <= OTHER_SOURCE


def suite_verdict(
    judgements: Collection[Judged],
    *,
    stated: bool,
    whole: bool,
    excused: Collection[str] = (),
    out_of_date: bool = False,
) -> SuiteVerdict:
    """One failure is enough to refuse; a case without a verdict is never conformance; nothing refused is no pass.

    `excused` are the cases that are expected to fail; `out_of_date` says that one such entry is to be taken out.
    """
    judgements = [judgement for judgement in judgements if not _is_of_another_source(judgement)]
    verdicts = {judgement.verdict for judgement in judgements}
    failing = {judgement.case.id for judgement in judgements if judgement.verdict is Verdict.FAIL}
    if not failing <= set(excused):
        return SuiteVerdict.NOT_CONFORMANT
    if verdicts & UNJUDGED:
        return SuiteVerdict.HARNESS_ERROR
    if out_of_date:
        return SuiteVerdict.OUT_OF_DATE
    if Verdict.PASS not in verdicts or Verdict.REVIEW in verdicts:
        return SuiteVerdict.INCONCLUSIVE
    if not whole:
        return SuiteVerdict.SELECTION_PASSED_BUT if failing else SuiteVerdict.SELECTION_PASSED
    return _of_the_whole(judgements, verdicts, stated=stated)


def _of_the_whole(judgements: Collection[Judged], verdicts: set[Verdict], *, stated: bool) -> SuiteVerdict:
    """Return the verdict on a whole catalogue in which nothing failed unexpectedly."""
    refused = any(judgement.case.is_refusal and judgement.verdict is Verdict.PASS for judgement in judgements)
    if not refused or (Verdict.NA in verdicts and not stated):
        return SuiteVerdict.INCONCLUSIVE
    if Verdict.FAIL in verdicts:
        return SuiteVerdict.CONFORMANT_BUT
    return SuiteVerdict.CONFORMANT_WITHIN if Verdict.NA in verdicts else SuiteVerdict.CONFORMANT
