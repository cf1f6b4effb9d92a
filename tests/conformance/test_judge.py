"""The judge: what it takes to pass, and that each missing proof fails the case by its own check."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from conformance.case import (
    Case,
    Confidence,
    Enrol,
    Expectation,
    Login,
    Questions,
    Story,
    Tap,
    Text,
)
from conformance.judge import Check, Judgement, Verdict, judge, with_twins
from conformance.observation import Interruption, Observation, ObservedStep
from harness.contract.messages import Account, Outcome
from harness.contract.vocabulary import Capability, Decision, Kind, Reason
from harness.jlis.journal import Entry

NOON = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
ACCEPTED = Outcome(decision=Decision.ACCEPT, reason=Reason.OK, steps=[], epoch=5)
ON_HOLD = Outcome(decision=Decision.REJECT, reason=Reason.ON_HOLD, steps=[], epoch=5)
SERIAL = 0x07000001
ASKED = Entry(NOON, "ocsp", "auth", SERIAL, None, "good", 200)
ANOTHER_ASKED = replace(ASKED, serial=SERIAL + 1)


def case_of(expect: Expectation, *, steps: list[Story] | None = None, twin: str | None = None) -> Case:
    """A case about one login."""
    words = Text(en="a title in English", ja="日本語の題名")
    return Case(
        id="login/one",
        version=1,
        title=words,
        importance=words,
        requirement="RP-PROOF-001",
        clause="spec/pki.md §9",
        confidence=Confidence.ASSUMED,
        capabilities=[Capability.LOGIN],
        steps=steps or [Login()],
        expect=expect,
        twin=twin,
    )


REFUSAL = case_of(Expectation(Decision.REJECT, Reason.ON_HOLD, Questions(at_least=1)), twin="login/two")
SILENT_REFUSAL = case_of(Expectation(Decision.REJECT, Reason.ON_HOLD, Questions(none=True)), twin="login/two")


def seen(case: Case, outcome: Outcome | None, *questions: Entry) -> Observation:
    """An observation of the judged step alone."""
    step = ObservedStep(case.steps[-1], NOON, outcome, questions=questions)
    return Observation(case, epoch=5, serials={"auth": SERIAL}, steps=[step])


def broken(judgement: Judgement) -> list[str]:
    """The names of the checks that did not hold."""
    return [check.name for check in judgement.checks if not check.held]


def test_refusal_with_reason_and_question_passes() -> None:
    """Decision, reason and journal agree: the case passes."""
    assert judge(REFUSAL, seen(REFUSAL, ON_HOLD, ASKED)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("outcome", "questions", "check"),
    [
        (ACCEPTED, (ASKED,), ["decision", "reason"]),
        (msgspec.structs.replace(ON_HOLD, reason=Reason.REVOKED), (ASKED,), ["reason"]),
        (msgspec.structs.replace(ON_HOLD, decision=Decision.RETRY), (ASKED,), ["decision"]),
        (ON_HOLD, (), ["status questions"]),
        (ON_HOLD, (ANOTHER_ASKED,), ["status questions"]),
        (ON_HOLD, (replace(ASKED, kind="sign"),), ["status questions"]),
        (msgspec.structs.replace(ON_HOLD, epoch=4), (ASKED,), ["epoch"]),
        (msgspec.structs.replace(ON_HOLD, epoch=msgspec.UNSET), (ASKED,), ["epoch"]),
        (None, (ASKED,), ["decision", "reason"]),
    ],
)
def test_each_missing_proof_fails_by_its_own_check(
    outcome: Outcome | None, questions: tuple[Entry, ...], check: list[str]
) -> None:
    """One thing wrong with the evidence: the verdict is FAIL, and exactly that check says why."""
    judgement = judge(REFUSAL, seen(REFUSAL, outcome, *questions))
    assert judgement.verdict is Verdict.FAIL
    assert broken(judgement) == check


def test_question_where_none_may_be_asked_fails() -> None:
    """A refusal that comes before any status question must not have asked one."""
    assert judge(SILENT_REFUSAL, seen(SILENT_REFUSAL, ON_HOLD)).verdict is Verdict.PASS
    assert broken(judge(SILENT_REFUSAL, seen(SILENT_REFUSAL, ON_HOLD, ASKED))) == ["status questions"]


def test_question_about_somebody_else_is_not_this_case_s() -> None:
    """Other residents' questions in the same moment prove nothing and disturb nothing."""
    assert judge(SILENT_REFUSAL, seen(SILENT_REFUSAL, ON_HOLD, ANOTHER_ASKED)).verdict is Verdict.PASS


def test_refused_setup_is_the_finding() -> None:
    """When an earlier step was refused, the judged one is not compared at all."""
    case = case_of(REFUSAL.expect, steps=[Enrol(), Login()], twin="login/two")
    observation = Observation(case, steps=[ObservedStep(Enrol(), NOON, ON_HOLD)], serials={"auth": SERIAL})
    judgement = judge(case, observation)
    assert judgement.verdict is Verdict.FAIL
    assert broken(judgement) == ["setup enrol"]


def test_afterwards_must_be_accepted_and_must_have_run() -> None:
    """Recovery: what follows a refusal has to go on, and leaving it out is a failure too."""
    case = msgspec.structs.replace(REFUSAL, afterwards=[Tap()])
    observation = seen(case, ON_HOLD, ASKED)
    assert broken(judge(case, observation)) == ["afterwards"]
    observation.afterwards = [ObservedStep(Tap(), NOON, ON_HOLD)]
    assert broken(judge(case, observation)) == ["afterwards tap"]
    observation.afterwards = [ObservedStep(Tap(), NOON, ACCEPTED)]
    assert judge(case, observation).verdict is Verdict.PASS


def test_account_must_exist_and_stay_the_same() -> None:
    """An account that is missing cannot be called unchanged."""
    case = case_of(msgspec.structs.replace(REFUSAL.expect, account_unchanged=True), twin="login/two")
    account = Account(issuer_key="0" * 64, serial="7000001", services=["library"], chip_key=None, accepted=1)
    observation = seen(case, ON_HOLD, ASKED)
    step = observation.steps[0]
    assert broken(judge(case, observation)) == ["account unchanged"]
    observation.steps = [replace(step, account_before=account, account_after=account)]
    assert judge(case, observation).verdict is Verdict.PASS
    used = msgspec.structs.replace(account, accepted=2)
    observation.steps = [replace(step, account_before=account, account_after=used)]
    assert broken(judge(case, observation)) == ["account unchanged"]


def test_refusal_without_its_twin_is_not_proved() -> None:
    """A twin that failed, or did not run, turns the refusal into a failure."""
    twin = msgspec.structs.replace(
        case_of(Expectation(Decision.ACCEPT, Reason.OK, Questions(at_least=1))), id="login/two"
    )
    refused = judge(REFUSAL, seen(REFUSAL, ON_HOLD, ASKED))
    accepted = judge(twin, seen(twin, ACCEPTED, ASKED))
    failed = judge(twin, seen(twin, ON_HOLD, ASKED))
    assert with_twins({"login/one": refused, "login/two": accepted})["login/one"].verdict is Verdict.PASS
    for others in ({"login/two": failed}, {}):
        final = with_twins({"login/one": refused, **others})["login/one"]
        assert (final.verdict, final.twin_failed) == (Verdict.FAIL, True)


def test_coarse_reason_counts_only_where_the_journal_proves_the_cause() -> None:
    """A product that cannot say why passes with a journal that shows why, and is for review without."""
    coarse = msgspec.structs.replace(ON_HOLD, reason=Reason.POLICY)
    assert judge(REFUSAL, seen(REFUSAL, coarse, ASKED), coarse=True).verdict is Verdict.PASS
    assert judge(SILENT_REFUSAL, seen(SILENT_REFUSAL, coarse), coarse=True).verdict is Verdict.REVIEW
    assert judge(SILENT_REFUSAL, seen(SILENT_REFUSAL, coarse)).verdict is Verdict.FAIL


@pytest.mark.parametrize("interruption", list(Interruption))
def test_interruption_is_no_verdict_on_the_product(interruption: Interruption) -> None:
    """A time-out or a broken adapter is neither pass nor fail, and its twin does not make it one."""
    observation = Observation(REFUSAL, interruption=interruption)
    judgement = judge(REFUSAL, observation)
    assert judgement.verdict.value == interruption.value
    assert with_twins({"login/one": judgement})["login/one"].verdict.value == interruption.value


def test_checks_are_of_the_kind_asked_for() -> None:
    """The journal is searched for the kind of certificate that the case names."""
    case = case_of(
        Expectation(Decision.REJECT, Reason.ON_HOLD, Questions(at_least=1, kind=Kind.SIGN)), twin="login/two"
    )
    observation = seen(case, ON_HOLD, replace(ASKED, kind="sign"))
    observation.serials = {"auth": SERIAL, "sign": SERIAL}
    judgement = judge(case, observation)
    assert judgement.verdict is Verdict.PASS
    assert Check("status questions", "at least 1 for the sign certificate", "1", held=True) in judgement.checks
