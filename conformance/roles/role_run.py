"""One run of a role without an adapter: every applicable case in a seeded order, each refusal beside its twin.

The twin of a refusal is played once more behind it (`recovery`): what was refused must not have broken the product.
A failure of what the register only recommends (SHOULD, MAY) is WARN.
"""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from cardsim.trace import TraceLine
from conformance.certification import SuiteVerdict, suite_verdict
from conformance.check import Check
from conformance.evidence.circumstances import UNTOLD, Circumstances
from conformance.evidence.expected_failures import Expectation
from conformance.judge import UNJUDGED, Verdict
from conformance.register import Level, level_of
from conformance.roles.role_case import RoleCase
from conformance.roles.role_catalogue import RoleCatalogue
from harness.contract.statement import Statement

C = TypeVar("C", bound=RoleCase)
P_contra = TypeVar("P_contra", bound=RoleCase, contravariant=True)


class TargetFault(Exception):
    """The target could not be asked at all: nothing is judged. `late` where it did not answer in time."""

    def __init__(self, why: str, *, late: bool = False) -> None:
        super().__init__(why)
        self.late = late


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a case: what was compared, and what went over the line, for people."""

    checks: tuple[Check, ...]
    transcript: str = ""
    trace: tuple[TraceLine, ...] = ()
    """The commands to a card, secrets masked; none where the role has no card."""


class Bench(Protocol[P_contra]):
    """A target in its setting."""

    @property
    def product(self) -> str:
        """What is under test, for the report."""

    @property
    def capabilities(self) -> frozenset[str]:
        """What can be asked of it."""

    def play(self, case: P_contra) -> Played:
        """Return what came of a case; TargetFault where nothing can be judged."""


@dataclass(frozen=True, slots=True)
class RoleJudgement:
    """The verdict on one case, and why."""

    case: RoleCase
    verdict: Verdict
    checks: tuple[Check, ...] = ()
    transcript: str = ""
    seconds: float = 0.0
    missing: tuple[str, ...] = ()
    """What the target does not have, where the verdict is NA."""
    trace: tuple[TraceLine, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleRun(Generic[C]):
    """A finished run."""

    catalogue: RoleCatalogue[C]
    target: str
    seed: int
    product: str
    capabilities: frozenset[str]
    judgements: dict[str, RoleJudgement]
    verdict: SuiteVerdict
    seed_drawn: bool = False
    said_of_target: tuple[str, ...] = ()
    """The words of the command line about the target, for the line that runs a case again."""
    statement: Statement | None = None
    circumstances: Circumstances = UNTOLD
    expectations: tuple[Expectation, ...] = ()
    """The entries of `--expected`, each with what the run says of it."""

    def count(self, *verdicts: Verdict) -> int:
        """Return how many cases ended with one of these verdicts."""
        return sum(judgement.verdict in verdicts for judgement in self.judgements.values())


Progress = Callable[[RoleJudgement, int, int], None]


def examine(
    catalogue: RoleCatalogue[C], bench: Bench[C], *, target: str, seed: int, progress: Progress | None = None
) -> RoleRun[C]:
    """Return the run of `catalogue` against the target of `bench`; its capabilities are its conformance statement."""
    order = list(catalogue.cases.values())
    random.Random(seed).shuffle(order)  # noqa: S311  (an order, not a secret: the same seed gives it again)
    judgements: dict[str, RoleJudgement] = {}
    for number, case in enumerate(order, start=1):
        missing = tuple(sorted(set(case.capabilities) - bench.capabilities))
        if missing:
            judged = RoleJudgement(case, Verdict.NA, missing=missing)
        else:
            judged = _judged(case, bench, level_of(case.requirement))
            if case.twin is not None and judged.verdict in (Verdict.PASS, Verdict.WARN):
                judged = _recovered(judged, _judged(catalogue.cases[case.twin], bench, Level.MUST))
        judgements[case.id] = judged
        if progress is not None:
            progress(judged, number, len(order))
    final = with_role_twins({case_id: judgements[case_id] for case_id in catalogue.cases})
    verdict = suite_verdict(final.values(), stated=True, whole=not catalogue.left_out)
    return RoleRun(catalogue, target, seed, bench.product, bench.capabilities, final, verdict)


def _judged(case: C, bench: Bench[C], level: Level) -> RoleJudgement:
    begun = time.monotonic()
    try:
        played = bench.play(case)
    except TargetFault as fault:
        verdict = Verdict.TIMEOUT if fault.late else Verdict.HARNESS_ERROR
        return RoleJudgement(case, verdict, transcript=str(fault), seconds=time.monotonic() - begun)
    held = all(check.held for check in played.checks)
    broken = Verdict.FAIL if level is Level.MUST else Verdict.WARN
    verdict = Verdict.PASS if held else broken
    seconds = time.monotonic() - begun
    return RoleJudgement(case, verdict, played.checks, played.transcript, seconds, trace=played.trace)


def _recovered(judged: RoleJudgement, again: RoleJudgement) -> RoleJudgement:
    if again.verdict in UNJUDGED:
        return replace(judged, verdict=again.verdict, transcript=f"{judged.transcript}\nrecovery: {again.transcript}")
    held = again.verdict is Verdict.PASS
    check = Check("recovery", f"{again.case.id}: PASS", f"{again.case.id}: {again.verdict.value}", held)
    return replace(judged, checks=(*judged.checks, check), verdict=judged.verdict if held else Verdict.FAIL)


def with_role_twins(judgements: Mapping[str, RoleJudgement]) -> dict[str, RoleJudgement]:
    """Return the judgements after each refusal has been held against its twin of the same run."""
    return {case_id: _beside_twin(judged, judgements) for case_id, judged in judgements.items()}


def _beside_twin(judged: RoleJudgement, judgements: Mapping[str, RoleJudgement]) -> RoleJudgement:
    """A refusal proves its cause only beside the accepted case of the same run."""
    if judged.case.twin is None or judged.verdict not in (Verdict.PASS, Verdict.WARN, Verdict.FAIL):
        return judged
    twin = judgements[judged.case.twin]
    if twin.verdict in UNJUDGED and judged.verdict is not Verdict.FAIL:
        return replace(judged, verdict=twin.verdict)
    held = twin.verdict in (Verdict.PASS, Verdict.WARN)
    check = Check("twin", f"{twin.case.id}: PASS", f"{twin.case.id}: {twin.verdict.value}", held)
    return replace(judged, checks=(*judged.checks, check), verdict=judged.verdict if held else Verdict.FAIL)
