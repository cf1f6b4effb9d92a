"""The judge: what it takes to pass, and that each missing proof fails the case by its own check."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from conformance.case import (
    AccountAfter,
    CardTrace,
    Case,
    Expectation,
    NonceSent,
    Questions,
    Text,
)
from conformance.check import Check
from conformance.judge import Judgement, Verdict, judge, with_twins
from conformance.observation import Interruption, Observation, ObservedStep
from conformance.steps import Disturb, Enrol, Login, Story, Tap
from harness.confidence import Confidence
from harness.contract.client import Exchange
from harness.contract.messages import Account, Outcome
from harness.contract.vocabulary import Capability, Decision, Kind, Reason, Verb
from harness.jlis.fault_grammar import Fault, FaultDoor
from harness.jlis.journal import Entry

NOON = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
ACCEPTED = Outcome(decision=Decision.ACCEPT, reason=Reason.OK, steps=[], epoch=5)
ON_HOLD = Outcome(decision=Decision.REJECT, reason=Reason.ON_HOLD, steps=[], epoch=5)
SERIAL = 0x07000001
ASKED = Entry(NOON, "ocsp", "auth", SERIAL, None, "good", 200)
ANOTHER_ASKED = msgspec.structs.replace(ASKED, serial=SERIAL + 1)


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
        (ON_HOLD, (msgspec.structs.replace(ASKED, kind="sign"),), ["status questions"]),
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


ACCOUNT = Account(issuer_key="0" * 64, serial="7000001", services=["library"], chip_key="1" * 64, accepted=1)
USED = msgspec.structs.replace(ACCOUNT, accepted=2)


@pytest.mark.parametrize(
    ("expected", "before", "after", "held"),
    [
        (AccountAfter.UNCHANGED, ACCOUNT, ACCOUNT, True),
        (AccountAfter.UNCHANGED, ACCOUNT, USED, False),
        (AccountAfter.UNCHANGED, None, None, False),
        (AccountAfter.UNCHANGED, ACCOUNT, None, False),
        (AccountAfter.COUNTED, ACCOUNT, USED, True),
        (AccountAfter.COUNTED, ACCOUNT, ACCOUNT, False),
        (AccountAfter.COUNTED, None, None, False),
        (AccountAfter.COUNTED, ACCOUNT, msgspec.structs.replace(USED, services=[]), False),
        (AccountAfter.COUNTED, *(msgspec.structs.replace(row, chip_key=None) for row in (ACCOUNT, USED)), False),
    ],
)
def test_account_must_exist_and_be_as_expected(
    *, expected: AccountAfter, before: Account | None, after: Account | None, held: bool
) -> None:
    """Missing is neither unchanged nor counted, and a constant cannot be both."""
    case = case_of(msgspec.structs.replace(REFUSAL.expect, account=expected), twin="login/two")
    observation = seen(case, ON_HOLD, ASKED)
    observation.steps = [replace(observation.steps[0], account_before=before, account_after=after)]
    assert broken(judge(case, observation)) == ([] if held else [f"account {expected.value}"])


def test_tries_that_the_card_lost_are_the_harness_s_own_fault() -> None:
    """No product of this role has a hand in the card: a wrong count there is no verdict on it."""
    case = case_of(msgspec.structs.replace(REFUSAL.expect, card=CardTrace(tries_spent=1)), twin="login/two")
    observation = seen(case, ON_HOLD, ASKED)
    assert judge(case, observation).verdict is Verdict.HARNESS_ERROR
    observation.steps = [replace(observation.steps[0], tries_spent=1)]
    assert judge(case, observation).verdict is Verdict.PASS


def test_challenge_that_came_before_fails_in_any_step() -> None:
    """Whatever else is right: an old challenge can be answered by anybody who overheard it."""
    case = msgspec.structs.replace(REFUSAL, afterwards=[Tap()])
    observation = seen(case, ON_HOLD, ASKED)
    observation.afterwards = [ObservedStep(Tap(), NOON, ACCEPTED, stale="the challenge of an earlier begin")]
    assert broken(judge(case, observation)) == ["fresh tap"]


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


@pytest.mark.parametrize(
    ("interruption", "verdict"),
    [
        (Interruption.LATE, Verdict.TIMEOUT),
        (Interruption.UNREACHABLE, Verdict.HARNESS_ERROR),
        (Interruption.BROKEN_ANSWER, Verdict.HARNESS_ERROR),
        (Interruption.HARNESS, Verdict.HARNESS_ERROR),
    ],
)
def test_interruption_is_no_verdict_on_the_product(interruption: Interruption, verdict: Verdict) -> None:
    """A time-out or a broken adapter is neither pass nor fail."""
    judgement = judge(REFUSAL, Observation(REFUSAL, interruption=interruption, transcript="HTTP 500"))
    assert judgement.verdict is verdict
    assert with_twins({"login/one": judgement})["login/one"].verdict is verdict


def test_refusal_that_only_breaks_the_contract_fails_beside_its_accepted_twin() -> None:
    """The adapter answered the twin by the contract; a refusal said as HTTP 500 is the product's own."""
    twin = msgspec.structs.replace(
        case_of(Expectation(Decision.ACCEPT, Reason.OK, Questions(at_least=1))), id="login/two"
    )
    passed = judge(twin, seen(twin, ACCEPTED, ASKED))
    for interruption, verdict in (
        (Interruption.BROKEN_ANSWER, Verdict.FAIL),
        (Interruption.UNREACHABLE, Verdict.HARNESS_ERROR),
        (Interruption.HARNESS, Verdict.HARNESS_ERROR),
    ):
        broke = judge(REFUSAL, Observation(REFUSAL, interruption=interruption, transcript="HTTP 500"))
        final = with_twins({"login/one": broke, "login/two": passed})["login/one"]
        assert final.verdict is verdict
        assert broken(final) == (["contract"] if verdict is Verdict.FAIL else [])


def test_checks_are_of_the_kind_asked_for() -> None:
    """The journal is searched for the kind of certificate that the case names."""
    case = case_of(
        Expectation(Decision.REJECT, Reason.ON_HOLD, Questions(at_least=1, kind=Kind.SIGN)), twin="login/two"
    )
    observation = seen(case, ON_HOLD, msgspec.structs.replace(ASKED, kind="sign"))
    observation.serials = {"auth": SERIAL, "sign": SERIAL}
    judgement = judge(case, observation)
    assert judgement.verdict is Verdict.PASS
    assert Check("status questions", "at least 1 for the sign certificate", "1", held=True) in judgement.checks


@pytest.mark.parametrize("interruption", [Interruption.LATE, Interruption.UNREACHABLE])
def test_twin_without_a_verdict_proves_nothing_either_way(interruption: Interruption) -> None:
    """The adapter failed in the accepted case: the refusal beside it is neither proved nor failed."""
    twin = msgspec.structs.replace(
        case_of(Expectation(Decision.ACCEPT, Reason.OK, Questions(at_least=1))), id="login/two"
    )
    late = judge(twin, Observation(twin, interruption=interruption, transcript="late"))
    refused = judge(REFUSAL, seen(REFUSAL, ON_HOLD, ASKED))
    assert with_twins({"login/one": refused, "login/two": late})["login/one"].verdict is late.verdict
    wrong = judge(REFUSAL, seen(REFUSAL, ACCEPTED, ASKED))
    assert with_twins({"login/one": wrong, "login/two": late})["login/one"].verdict is Verdict.FAIL


def test_broken_answer_before_the_judged_step_is_not_the_refusal_s() -> None:
    """What broke was the setup: it says nothing about how the product refuses."""
    case = case_of(REFUSAL.expect, steps=[Enrol(), Tap(), Login()], twin="login/two")
    twin = msgspec.structs.replace(
        case_of(Expectation(Decision.ACCEPT, Reason.OK, Questions(at_least=1))), id="login/two"
    )
    passed = judge(twin, seen(twin, ACCEPTED, ASKED))
    for steps, verdict in ((0, Verdict.HARNESS_ERROR), (2, Verdict.FAIL)):
        done = [ObservedStep(step, NOON, ACCEPTED) for step in case.steps[:steps]]
        broke = judge(case, Observation(case, interruption=Interruption.BROKEN_ANSWER, transcript="500", steps=done))
        assert with_twins({"login/one": broke, "login/two": passed})["login/one"].verdict is verdict


def test_status_answer_may_be_used_while_it_is_valid() -> None:
    """`in_case` counts the questions of the steps before as well; none at all is not enough."""
    case = case_of(Expectation(Decision.ACCEPT, Reason.OK, Questions(in_case=1)), steps=[Enrol(), Login()])
    earlier = ObservedStep(Enrol(), NOON, ACCEPTED, questions=(ASKED,))
    observation = seen(case, ACCEPTED)
    observation.steps = [earlier, *observation.steps]
    assert judge(case, observation).verdict is Verdict.PASS
    observation.steps = [replace(earlier, questions=()), observation.steps[1]]
    assert broken(judge(case, observation)) == ["status questions"]


DISTURBED: list[Story] = [Disturb(FaultDoor.OCSP_AUTH, Fault.WRONG_NONCE), Login()]


def disturbed(case: Case, outcome: Outcome, met: int, *questions: Entry) -> Observation:
    """An observation of a login under a fault that met so many answers."""
    login = ObservedStep(case.steps[-1], NOON, outcome, questions=questions, disturbed=met)
    return Observation(case, 5, {"auth": SERIAL}, steps=[ObservedStep(case.steps[0], NOON), login])


def test_second_reason_that_the_contract_leaves_open_is_right_and_a_third_is_not() -> None:
    """`also` widens the reason, never the decision."""
    case = case_of(Expectation(Decision.REJECT, Reason.BAD_SIGNATURE, Questions(none=True), also=[Reason.MALFORMED]))
    for reason, verdict in (
        (Reason.BAD_SIGNATURE, Verdict.PASS),
        (Reason.MALFORMED, Verdict.PASS),
        (Reason.POLICY, Verdict.FAIL),
    ):
        outcome = Outcome(decision=Decision.REJECT, reason=reason, steps=[], epoch=5)
        assert judge(case, seen(case, outcome)).verdict is verdict


def test_fault_that_was_not_met_fails_the_case_that_is_about_it() -> None:
    """A case about a wrong answer is about nothing when no answer was wrong; without a nonce none could be."""
    stale: list[Story] = [Disturb(FaultDoor.OCSP_AUTH, Fault.STALE, seconds=1), Login()]
    case = case_of(Expectation(Decision.REJECT, Reason.ON_HOLD, Questions(at_least=1)), steps=stale)
    assert judge(case, disturbed(case, ON_HOLD, 1, ASKED)).verdict is Verdict.PASS
    missed = judge(case, disturbed(case, ON_HOLD, 0, ASKED))
    assert [check.name for check in missed.checks if not check.held] == ["fault met"]
    nonce = case_of(Expectation(Decision.REJECT, Reason.ON_HOLD, Questions(at_least=1)), steps=DISTURBED)
    assert judge(nonce, disturbed(nonce, ON_HOLD, 1, ASKED)).verdict is Verdict.PASS
    assert judge(nonce, disturbed(nonce, ON_HOLD, 0, ASKED)).verdict is Verdict.NA


def test_answer_that_names_the_resident_fails_whatever_was_decided() -> None:
    """Planted values in an answer, however JSON writes them, are found and not repeated."""
    case = case_of(Expectation(Decision.ACCEPT, Reason.OK, Questions(open=True)))
    for answer, verdict in (('{"outcome": {}}', Verdict.PASS), ('{"said": "\\u8a66\\u9a13"}', Verdict.FAIL)):
        exchange = Exchange(Verb.COMPLETE, "{}", answer, 200, 0.1)
        step = ObservedStep(case.steps[-1], NOON, ACCEPTED, exchanges=(exchange,))
        done = judge(case, Observation(case, 5, {"auth": SERIAL}, canaries=("試験", "ABC123"), steps=[step]))
        assert done.verdict is verdict
        assert not any("試験" in f"{check.expected}{check.actual}" for check in done.checks)


def test_account_that_should_be_gone_or_never_came() -> None:
    """Erased is not the same as never there, and neither is as it was."""
    there = Account(issuer_key="0" * 64, serial="1", services=["library"], chip_key="1" * 64, accepted=1)
    for wanted, before, after, held in (
        (AccountAfter.GONE, there, None, True),
        (AccountAfter.GONE, there, there, False),
        (AccountAfter.GONE, None, None, False),
        (AccountAfter.ABSENT, None, None, True),
        (AccountAfter.ABSENT, None, there, False),
    ):
        case = case_of(Expectation(Decision.ACCEPT, Reason.OK, Questions(open=True), account=wanted))
        step = ObservedStep(case.steps[-1], NOON, ACCEPTED, account_before=before, account_after=after)
        verdict = judge(case, Observation(case, 5, {"auth": SERIAL}, steps=[step])).verdict
        assert (verdict is Verdict.PASS) is held


RECOMMENDED = msgspec.structs.replace(REFUSAL, requirement="RP-NONCE-004")
"""The same case about something that the register only recommends (SHOULD)."""


@pytest.mark.parametrize(
    ("outcome", "questions"),
    [(ACCEPTED, (ASKED,)), (msgspec.structs.replace(ON_HOLD, reason=Reason.REVOKED), (ASKED,)), (ON_HOLD, ())],
)
def test_missed_recommendation_is_a_warning(outcome: Outcome, questions: tuple[Entry, ...]) -> None:
    """A SHOULD that was not kept is told with the check that shows it, and fails nobody; a MUST does."""
    judged = judge(RECOMMENDED, seen(RECOMMENDED, outcome, *questions))
    assert judged.verdict is Verdict.WARN
    assert broken(judged)
    assert judge(REFUSAL, seen(REFUSAL, outcome, *questions)).verdict is Verdict.FAIL


def test_what_breaks_beside_a_recommendation_is_a_failure() -> None:
    """Setup, recovery, epoch, freshness and privacy bind whatever the case is about."""
    case = msgspec.structs.replace(RECOMMENDED, steps=[Enrol(), Login()], afterwards=[Tap()])
    refused_setup = Observation(case, steps=[ObservedStep(Enrol(), NOON, ON_HOLD)], serials={"auth": SERIAL})
    assert judge(case, refused_setup).verdict is Verdict.FAIL
    without_recovery = msgspec.structs.replace(RECOMMENDED, afterwards=[Tap()])
    assert judge(without_recovery, seen(without_recovery, ON_HOLD, ASKED)).verdict is Verdict.FAIL
    other_epoch = msgspec.structs.replace(ON_HOLD, epoch=4)
    assert judge(RECOMMENDED, seen(RECOMMENDED, other_epoch, ASKED)).verdict is Verdict.FAIL
    observation = seen(RECOMMENDED, ON_HOLD, ASKED)
    observation.steps = [replace(observation.steps[0], stale="the session of an earlier begin")]
    assert judge(RECOMMENDED, observation).verdict is Verdict.FAIL


def test_refusal_beside_a_twin_that_missed_a_recommendation_is_no_pass() -> None:
    """Where the accepted story was refused for a SHOULD, the refusal proves nothing; a failure stays one."""
    accepted = case_of(Expectation(Decision.ACCEPT, Reason.OK, Questions(at_least=1)))
    twin = msgspec.structs.replace(accepted, id="login/two", requirement="RP-NONCE-004")
    missed = judge(twin, seen(twin, ON_HOLD, ASKED))
    assert missed.verdict is Verdict.WARN
    refused = judge(REFUSAL, seen(REFUSAL, ON_HOLD, ASKED))
    final = with_twins({"login/one": refused, "login/two": missed})["login/one"]
    assert (final.verdict, final.twin_failed) == (Verdict.WARN, True)
    wrong = judge(REFUSAL, seen(REFUSAL, ACCEPTED, ASKED))
    assert with_twins({"login/one": wrong, "login/two": missed})["login/one"].verdict is Verdict.FAIL


LISTS, BOTH = frozenset({Capability.STATUS_LISTS}), frozenset({Capability.STATUS_LISTS, Capability.STATUS_OCSP})
LIST = Entry(NOON, "crl", "auth", None, "48201", "list 3730", 200)


def test_product_that_asks_lists_alone_is_judged_by_what_it_fetched() -> None:
    """A list of the kind since the case began stands for the question; one of the other kind, or none, does not."""
    for questions, held in (((LIST,), True), ((), False), ((msgspec.structs.replace(LIST, kind="sign"),), False)):
        judged = judge(REFUSAL, seen(REFUSAL, ON_HOLD, *questions), sources=LISTS)
        assert broken(judged) == ([] if held else ["lists fetched"])
    assert broken(judge(REFUSAL, seen(REFUSAL, ON_HOLD, LIST), sources=BOTH)) == ["status questions"]
    earlier = ObservedStep(Enrol(), NOON, ACCEPTED, questions=(LIST,))
    case = msgspec.structs.replace(REFUSAL, steps=[Enrol(), Login()])
    observation = replace(seen(case, ON_HOLD), steps=[earlier, *seen(case, ON_HOLD).steps])
    assert judge(case, observation, sources=LISTS).verdict is Verdict.PASS


def test_who_asks_ocsp_first_may_name_its_silence_when_the_list_is_refused() -> None:
    """Only in a case about lists, and only for a product with both sources."""
    refused = Expectation(Decision.REJECT, Reason.STATUS_UNTRUSTED, Questions(at_least=1, lists=True))
    case, silent = (
        case_of(refused, twin="login/two"),
        msgspec.structs.replace(ON_HOLD, decision=Decision.RETRY, reason=Reason.STATUS_UNAVAILABLE),
    )
    assert judge(case, seen(case, silent, LIST), sources=BOTH).verdict is Verdict.PASS
    assert judge(case, seen(case, silent, LIST), sources=LISTS).verdict is Verdict.FAIL
    assert judge(case, seen(case, ACCEPTED, LIST), sources=BOTH).verdict is Verdict.FAIL
    assert judge(case, seen(case, silent), sources=BOTH).verdict is Verdict.FAIL


REPLAYED = Outcome(decision=Decision.REJECT, reason=Reason.CHALLENGE_REPLAYED, steps=[], epoch=5)


@pytest.mark.parametrize(
    ("rivals", "held"),
    [
        ((REPLAYED, REPLAYED), True),
        ((REPLAYED, ACCEPTED), False),
        ((REPLAYED,), False),
        ((REPLAYED, msgspec.structs.replace(REPLAYED, reason=Reason.POLICY)), False),
    ],
)
def test_all_but_one_of_completions_at_once_are_replays(*, rivals: tuple[Outcome, ...], held: bool) -> None:
    """A second acceptance, a missing answer or another reason fails the case by its own check."""
    accepted = Expectation(Decision.ACCEPT, Reason.OK, Questions(at_least=1))
    case = case_of(accepted, steps=[Login(rivals=2)])
    observation = seen(case, ACCEPTED, ASKED)
    observation.steps = [replace(observation.steps[0], rivals=rivals)]
    assert broken(judge(case, observation)) == ([] if held else ["rivals"])


NONCE = b"\x04\x20" + bytes(range(32))


@pytest.mark.parametrize(
    ("rule", "nonces", "verdict"),
    [
        (NonceSent.LONG_ENOUGH, [NONCE], Verdict.PASS),
        (NonceSent.LONG_ENOUGH, [b"\x04\x1f" + bytes(31)], Verdict.FAIL),
        (NonceSent.WRAPPED, [NONCE], Verdict.PASS),
        (NonceSent.WRAPPED, [bytes(range(32))], Verdict.FAIL),
        (NonceSent.NEVER_TWICE, [NONCE, NONCE[:-1] + b"\x00"], Verdict.PASS),
        (NonceSent.NEVER_TWICE, [NONCE, NONCE], Verdict.FAIL),
        (NonceSent.LONG_ENOUGH, [None], Verdict.NA),
    ],
)
def test_nonces_are_looked_at_as_they_came(rule: NonceSent, nonces: list[bytes | None], verdict: Verdict) -> None:
    """Length, wrapping and freshness by the journal's octets; who sends none is not asked (RFC 9919 §5)."""
    accepted = case_of(Expectation(Decision.ACCEPT, Reason.OK, Questions(at_least=1)))
    case = msgspec.structs.replace(accepted, nonce=rule)
    asked = [msgspec.structs.replace(ASKED, nonce=nonce) for nonce in nonces]
    assert judge(case, seen(case, ACCEPTED, *asked)).verdict is verdict
