"""The judge: from a case and what was observed to a verdict, with every check numbered, expected beside actual.

A refusal counts only when its cause is proved: the reason fits, the journal shows the path (or that no status
question was asked where none may be), the card's trace agrees, and the accepted twin passed in the same run.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from conformance.case import AccountAfter, Case, Obstacle
from conformance.check import Check
from conformance.journal_checks import all_questions, nonce_checks, questions_check, rivals_checks
from conformance.nonces import nonces_sent
from conformance.observation import Interruption, Observation, ObservedStep
from conformance.register import Level, level_of
from conformance.steps import Disturb
from harness.contract.messages import Account
from harness.contract.vocabulary import CHALLENGE_LENGTH, Capability, Decision, Reason
from harness.jlis.fault_grammar import GRAMMAR


class Verdict(StrEnum):
    """The verdict on one case."""

    PASS = "PASS"  # noqa: S105  (a verdict, not a password)
    FAIL = "FAIL"
    WARN = "WARN"
    """What the standard only recommends was not kept: told, and no failure."""
    REVIEW = "REVIEW"
    """Refused, but for a reason the product cannot tell and the journal cannot prove."""
    NA = "NA"
    """The product declares that it lacks a capability the case needs."""
    TIMEOUT = "TIMEOUT"
    HARNESS_ERROR = "HARNESS_ERROR"
    """The product's adapter or the harness failed: there is no outcome to judge."""


INTERRUPTED = {
    Interruption.LATE: Verdict.TIMEOUT,
    Interruption.UNREACHABLE: Verdict.HARNESS_ERROR,
    Interruption.BROKEN_ANSWER: Verdict.HARNESS_ERROR,
    Interruption.HARNESS: Verdict.HARNESS_ERROR,
}
UNJUDGED = frozenset({Verdict.TIMEOUT, Verdict.HARNESS_ERROR})
RECOMMENDED = frozenset({"decision", "reason", "status", "lists", "nonce", "fault", "account"})
"""First words of the checks that are about the requirement itself. Where that only recommends (SHOULD, MAY) a product
that missed it is warned; whatever else breaks in such a case, the setup, the recovery, the privacy, is a failure."""
BY_OCSP = frozenset({Capability.STATUS_OCSP})
BOTH = BY_OCSP | {Capability.STATUS_LISTS}
LISTS_REFUSED = frozenset({Reason.STATUS_UNTRUSTED, Reason.STATUS_STALE})
NO_ANSWER = (Decision.RETRY.value, Reason.STATUS_UNAVAILABLE.value)
OURS = frozenset({"card tries spent"})
"""Checks that the product of this role has no part in: when one does not hold, the harness is broken."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one case, and why."""

    case: Case
    verdict: Verdict
    checks: tuple[Check, ...]
    observation: Observation | None
    twin_failed: bool = False
    missing: tuple[Capability | Obstacle, ...] = ()
    """What the product declares not to have, or what stands in the way, where the verdict is NA."""


def judge(
    case: Case, observation: Observation, *, coarse: bool = False, sources: Collection[Capability] = BY_OCSP
) -> Judgement:
    """Return the verdict on one observation, its twin not yet considered; `coarse` and `sources` as declared."""
    if observation.interruption is not None:
        return Judgement(case, INTERRUPTED[observation.interruption], (), observation)
    checks = [*_setup_checks(observation)]
    judged = observation.judged
    if judged is not None and _sends_no_nonce(case, judged, observation):
        return Judgement(case, Verdict.NA, (), replace(observation, transcript="the product sends no nonce"))
    reason_unproved = False
    if judged is not None and all(check.held for check in checks):
        outcome_checks = _outcome_checks(case, judged, sources)
        reason = outcome_checks[1]
        if coarse and case.is_refusal and outcome_checks[0].held and not reason.held:
            # A product that cannot say why: the journal has to prove the cause, or nobody has.
            reason_unproved = case.expect.questions.none
            outcome_checks[1] = Check(reason.name, reason.expected, f"{reason.actual} (coarse reasons)", held=True)
        evidence = _evidence_checks(case, observation, judged, sources)
        rivals = rivals_checks(case, judged, coarse=coarse)
        checks += [*outcome_checks, *rivals, *evidence, *_afterwards_checks(observation)]
    checks += [*_freshness_checks(observation), *_privacy_checks(observation)]
    return Judgement(case, _verdict_of(case, checks, reason_unproved=reason_unproved), tuple(checks), observation)


def _sends_no_nonce(case: Case, judged: ObservedStep, observation: Observation) -> bool:
    """A product may leave the nonce out (RFC 9919 §5): then no answer can carry a wrong one, and none was met."""
    if case.nonce is not None:
        return bool(judged.questions) and not nonces_sent(all_questions(observation), case.expect.questions.kind)
    faults = [step.fault for step in case.steps if isinstance(step, Disturb)]
    return judged.disturbed == 0 and bool(judged.questions) and any(GRAMMAR[fault].needs_nonce for fault in faults)


def _verdict_of(case: Case, checks: list[Check], *, reason_unproved: bool) -> Verdict:
    broken = {check.name for check in checks if not check.held}
    if broken and broken <= OURS:
        return Verdict.HARNESS_ERROR
    if broken:
        only_missed = {name.partition(" ")[0] for name in broken} <= RECOMMENDED
        recommended = case.equality or level_of(case.requirement) is not Level.MUST
        return Verdict.WARN if only_missed and recommended else Verdict.FAIL
    return Verdict.REVIEW if reason_unproved else Verdict.PASS


def with_twins(judgements: Mapping[str, Judgement]) -> dict[str, Judgement]:
    """Return the judgements after each refusal has been held against its twin of the same run."""
    return {case_id: _beside_twin(judgement, judgements) for case_id, judgement in judgements.items()}


def _beside_twin(judgement: Judgement, judgements: Mapping[str, Judgement]) -> Judgement:
    twin_id = judgement.case.twin
    if twin_id is None:
        return judgement
    twin = judgements.get(twin_id)
    held = twin is not None and twin.verdict is Verdict.PASS
    if twin is not None and twin.verdict in UNJUDGED and judgement.verdict in (Verdict.PASS, Verdict.REVIEW):
        # The twin's adapter failed, which says nothing about the product: the cause is not proved, nor disproved.
        return replace(judgement, verdict=twin.verdict, twin_failed=True)
    if twin is not None and twin.verdict is Verdict.NA and judgement.verdict is Verdict.PASS:
        return replace(judgement, verdict=Verdict.NA)  # the product cannot meet what makes the twin
    if judgement.verdict in (Verdict.PASS, Verdict.FAIL, Verdict.WARN, Verdict.REVIEW):
        check = Check("twin", f"{twin_id}: PASS", f"{twin_id}: {_verdict_word(twin)}", held)
        # Beside a twin that only missed a recommendation the refusal proves nothing, and condemns nobody either.
        unproved = Verdict.WARN if twin is not None and twin.verdict is Verdict.WARN else Verdict.FAIL
        verdict = judgement.verdict if held or judgement.verdict is Verdict.FAIL else unproved
        return replace(judgement, verdict=verdict, checks=(*judgement.checks, check), twin_failed=not held)
    seen = judgement.observation
    if held and seen is not None and seen.interruption is Interruption.BROKEN_ANSWER and seen.came_to_judged:
        # The same adapter answered the twin by the contract: what it cannot put into words is the refusal.
        check = Check("contract", "an outcome, whatever is decided", seen.transcript, held=False)
        return replace(judgement, verdict=Verdict.FAIL, checks=(*judgement.checks, check))
    return judgement


def _verdict_word(judgement: Judgement | None) -> str:
    return "not run" if judgement is None else judgement.verdict.value


def not_applicable(case: Case, missing: list[Capability | Obstacle]) -> Judgement:
    """Return NA for a case that needs capabilities which the product declares not to have, or that cannot be played."""
    return Judgement(case, Verdict.NA, (), None, missing=tuple(missing))


def _setup_checks(observation: Observation) -> list[Check]:
    """Every step before the judged one has to be accepted, else the case never came to its point."""
    return [
        _accepted(f"setup {_verb(observed)}", observed)
        for observed in observation.steps[: len(observation.case.steps) - 1]
        if observed.outcome is not None or observed.card_refusal is not None
    ]


def _accepted(name: str, observed: ObservedStep) -> Check:
    held = observed.outcome is not None and observed.outcome.decision is Decision.ACCEPT
    return Check(name, "accept OK", _said(observed), held)


def _outcome_checks(case: Case, judged: ObservedStep, sources: Collection[Capability]) -> list[Check]:
    outcome = judged.outcome
    expect = case.expect
    decision = "none" if outcome is None else outcome.decision.value
    reason = "none" if outcome is None else outcome.reason.value
    wanted = [each.value for each in (expect.reason, *expect.also)]
    is_of_lists = expect.questions.lists and expect.reason in LISTS_REFUSED
    if is_of_lists and (decision, reason) == NO_ANSWER and set(sources) >= BOTH:
        # OCSP was out of the way and the list no better: such a product may name the first as the reason.
        return [Check("decision", NO_ANSWER[0], decision, held=True), Check("reason", NO_ANSWER[1], reason, held=True)]
    return [
        Check("decision", expect.decision.value, decision, decision == expect.decision.value),
        Check("reason", " or ".join(wanted), reason, reason in wanted),
    ]


def _evidence_checks(
    case: Case, observation: Observation, judged: ObservedStep, sources: Collection[Capability]
) -> list[Check]:
    checks = [questions_check(case, observation, judged, sources), *nonce_checks(case, observation)]
    if judged.outcome is not None and observation.epoch is not None:
        # A product that takes the world's time says with each outcome in which setting of the clock it lived.
        echoed = "none" if judged.outcome.epoch is msgspec.UNSET else str(judged.outcome.epoch)
        checks.append(Check("epoch", str(observation.epoch), echoed, echoed == str(observation.epoch)))
    if case.expect.card is not None:
        wanted = case.expect.card.tries_spent
        checks.append(Check("card tries spent", str(wanted), str(judged.tries_spent), judged.tries_spent == wanted))
    if judged.disturbed is not None and not (case.expect.questions.none or case.expect.questions.open):
        # What was wrong has to have been met, else the case is about nothing.
        met = judged.disturbed
        checks.append(Check("fault met", "at least 1 answer", f"{met} answers", met > 0))
    if case.expect.account is not None:
        checks.append(_account_check(case.expect.account, judged.account_before, judged.account_after))
    return checks


def _account_check(expected: AccountAfter, before: Account | None, after: Account | None) -> Check:
    """An account that is missing is neither unchanged nor counted."""
    if expected in {AccountAfter.GONE, AccountAfter.ABSENT}:
        held = after is None and (before is not None) is (expected is AccountAfter.GONE)
        return Check(f"account {expected.value}", "none", str(after), held)
    wanted = before
    if before is not None and expected is AccountAfter.COUNTED:
        wanted = msgspec.structs.replace(before, accepted=before.accepted + 1)
    held = wanted is not None and wanted == after and (expected is AccountAfter.UNCHANGED or after.chip_key is not None)
    return Check(f"account {expected.value}", str(wanted), str(after), held)


def _afterwards_checks(observation: Observation) -> list[Check]:
    done = [
        _accepted(f"afterwards {_verb(observed)}", observed)
        for observed in observation.afterwards
        if observed.outcome is not None or observed.card_refusal is not None
    ]
    missing = len(observation.case.afterwards) - len(observation.afterwards)
    if missing:
        done.append(Check("afterwards", "all steps run", f"{missing} not run", held=False))
    return done


def _freshness_checks(observation: Observation) -> list[Check]:
    """A challenge that came before proves nothing; one check for each step whose challenge is not fresh."""
    expected = f"{CHALLENGE_LENGTH} bytes and a session never drawn before in this run"
    return [
        Check(f"fresh {_verb(observed)}", expected, observed.stale, held=False)
        for observed in (*observation.steps, *observation.afterwards)
        if observed.stale is not None
    ]


def _privacy_checks(observation: Observation) -> list[Check]:
    """Nothing of who the resident is belongs into an answer (spec/pki.md §9); one check for each step that tells."""
    told = []
    for observed in (*observation.steps, *observation.afterwards):
        answers = "".join(_plain(exchange.answer) for exchange in observed.exchanges)
        found = sum(canary in answers for canary in observation.canaries)
        if found:
            told.append(
                Check(f"privacy {_verb(observed)}", "none of the planted values", f"{found} of them", held=False)
            )
    return told


def _plain(answer: str) -> str:
    """Return the characters of an answer, whatever way JSON writes them."""
    try:
        return json.dumps(json.loads(answer), ensure_ascii=False)
    except ValueError:
        return answer


def _verb(observed: ObservedStep) -> str:
    return type(observed.step).__name__.lower()


def _said(observed: ObservedStep) -> str:
    if observed.outcome is None:
        return observed.card_refusal or "none"
    reason = observed.outcome.reason
    return f"{observed.outcome.decision.value} {reason.value}" if reason is not Reason.OK else "accept OK"
