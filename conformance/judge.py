"""The judge: from a case and what was observed to a verdict, with every check numbered, expected beside actual.

A refusal counts only when its cause is proved: the reason fits, the journal shows the path (or that no status
question was asked where none may be), the card's trace agrees, and the accepted twin passed in the same run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from conformance.case import Case
from conformance.observation import Interruption, Observation, ObservedStep
from harness.contract.vocabulary import Capability, Decision, Reason


class Verdict(StrEnum):
    """The verdict on one case."""

    PASS = "PASS"  # noqa: S105  (a verdict, not a password)
    FAIL = "FAIL"
    REVIEW = "REVIEW"
    """Refused, but for a reason the product cannot tell and the journal cannot prove."""
    NA = "NA"
    """The product declares that it lacks a capability the case needs."""
    TIMEOUT = "TIMEOUT"
    HARNESS_ERROR = "HARNESS_ERROR"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing compared; `name` is a key of the report's vocabulary."""

    name: str
    expected: str
    actual: str
    held: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one case, and why."""

    case: Case
    verdict: Verdict
    checks: tuple[Check, ...]
    observation: Observation | None
    twin_failed: bool = False


def judge(case: Case, observation: Observation, *, coarse: bool = False) -> Judgement:
    """Return the verdict on one observation, its twin not yet considered; `coarse` as the product declared."""
    if observation.interruption is not None:
        verdict = Verdict.TIMEOUT if observation.interruption is Interruption.TIMEOUT else Verdict.HARNESS_ERROR
        return Judgement(case, verdict, (), observation)
    checks = [*_setup_checks(observation)]
    judged = observation.judged
    reason_unproved = False
    if judged is not None and all(check.held for check in checks):
        outcome_checks = _outcome_checks(case, judged)
        reason = outcome_checks[1]
        if coarse and case.is_refusal and outcome_checks[0].held and not reason.held:
            # A product that cannot say why: the journal has to prove the cause, or nobody has.
            reason_unproved = case.expect.questions.none
            outcome_checks[1] = Check(reason.name, reason.expected, f"{reason.actual} (coarse reasons)", held=True)
        checks += [*outcome_checks, *_evidence_checks(case, observation, judged), *_afterwards_checks(observation)]
    if not all(check.held for check in checks):
        return Judgement(case, Verdict.FAIL, tuple(checks), observation)
    return Judgement(case, Verdict.REVIEW if reason_unproved else Verdict.PASS, tuple(checks), observation)


def with_twins(judgements: Mapping[str, Judgement]) -> dict[str, Judgement]:
    """Return the judgements after each refusal has been held against its twin of the same run."""
    final = {}
    for case_id, judgement in judgements.items():
        final[case_id] = judgement
        twin_id = judgement.case.twin
        if twin_id is None or judgement.verdict not in (Verdict.PASS, Verdict.FAIL, Verdict.REVIEW):
            continue
        twin = judgements.get(twin_id)
        held = twin is not None and twin.verdict is Verdict.PASS
        actual = "not run" if twin is None else twin.verdict.value
        check = Check("twin", f"{twin_id}: PASS", f"{twin_id}: {actual}", held)
        final[case_id] = Judgement(
            judgement.case,
            judgement.verdict if held else Verdict.FAIL,
            (*judgement.checks, check),
            judgement.observation,
            twin_failed=not held,
        )
    return final


def not_applicable(case: Case, missing: list[Capability]) -> Judgement:
    """Return NA for a case that needs capabilities which the product declares not to have."""
    named = ", ".join(capability.value for capability in missing)
    check = Check("capability", ", ".join(sorted(c.value for c in case.capabilities)), f"without {named}", held=True)
    return Judgement(case, Verdict.NA, (check,), None)


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


def _outcome_checks(case: Case, judged: ObservedStep) -> list[Check]:
    outcome = judged.outcome
    expect = case.expect
    decision = "none" if outcome is None else outcome.decision.value
    reason = "none" if outcome is None else outcome.reason.value
    return [
        Check("decision", expect.decision.value, decision, decision == expect.decision.value),
        Check("reason", expect.reason.value, reason, reason == expect.reason.value),
    ]


def _evidence_checks(case: Case, observation: Observation, judged: ObservedStep) -> list[Check]:
    checks = [_questions_check(case, observation, judged)]
    if judged.outcome is not None and observation.epoch is not None:
        # A product that takes the world's time says with each outcome in which setting of the clock it lived.
        echoed = "none" if judged.outcome.epoch is msgspec.UNSET else str(judged.outcome.epoch)
        checks.append(Check("epoch", str(observation.epoch), echoed, echoed == str(observation.epoch)))
    if case.expect.card is not None:
        wanted = case.expect.card.tries_spent
        checks.append(Check("card tries spent", str(wanted), str(judged.tries_spent), judged.tries_spent == wanted))
    if case.expect.account_unchanged:
        before, after = judged.account_before, judged.account_after
        checks.append(Check("account unchanged", str(before), str(after), before is not None and before == after))
    return checks


def _questions_check(case: Case, observation: Observation, judged: ObservedStep) -> Check:
    """Count the journal's entries during the judged step that ask for a certificate of this resident."""
    expect = case.expect.questions
    if expect.none:
        asked = [entry for entry in judged.questions if entry.serial in observation.serials.values()]
        return Check("status questions", "none", str(len(asked)), not asked)
    serial = observation.serials.get(expect.kind.value)
    asked = [entry for entry in judged.questions if entry.serial == serial and entry.kind == expect.kind.value]
    least = expect.at_least or 0
    return Check(
        "status questions",
        f"at least {least} for the {expect.kind.value} certificate",
        str(len(asked)),
        len(asked) >= least,
    )


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


def _verb(observed: ObservedStep) -> str:
    return type(observed.step).__name__.lower()


def _said(observed: ObservedStep) -> str:
    if observed.outcome is None:
        return observed.card_refusal or "none"
    reason = observed.outcome.reason
    return f"{observed.outcome.decision.value} {reason.value}" if reason is not Reason.OK else "accept OK"
