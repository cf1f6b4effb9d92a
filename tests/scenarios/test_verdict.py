"""What a story expects of a verdict: held when it is so, and the story broken off when it is not."""

from collections.abc import Callable
from typing import Any

import pytest

from cardsim.trace import TraceLine
from harness.contract.messages import Outcome
from harness.contract.vocabulary import Capability, Decision, Kind, Reason
from scenarios.telling import StoryBroken, Telling
from scenarios.verdict import Verdict
from tests.scenarios.conftest import ACCEPTED, ALL, ASKED, REFUSED, SAVED, Judge, outcome, verify

Expectation = Callable[[Verdict], Any]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (ACCEPTED, lambda verdict: verdict.is_accepted()),
        (REFUSED, lambda verdict: verdict.is_refused(Reason.ON_HOLD)),
        (None, lambda verdict: verdict.is_stopped_by_the_card()),
    ],
    ids=["accepted", "refused", "stopped by the card"],
)
def test_what_came_out_as_told_goes_on(
    judge: Judge, telling: Telling, seen: Outcome | None, expected: Expectation
) -> None:
    """The expectation returns the verdict, and the story may end."""
    verdict = judge(seen)
    assert expected(verdict) is verdict
    telling.settle()


@pytest.mark.parametrize(
    ("seen", "expected", "complaint"),
    [
        (REFUSED, lambda verdict: verdict.is_accepted(), "expected accept OK, actual reject ON_HOLD"),
        (ACCEPTED, lambda verdict: verdict.is_refused(Reason.ON_HOLD), "expected reject ON_HOLD, actual accept OK"),
        (REFUSED, lambda verdict: verdict.is_refused(Reason.REVOKED), "expected reject REVOKED, actual reject ON_HOLD"),
        (
            outcome(Decision.RETRY, Reason.ON_HOLD),
            lambda verdict: verdict.is_refused(Reason.ON_HOLD),
            "expected reject ON_HOLD, actual retry ON_HOLD",
        ),
        (None, lambda verdict: verdict.is_accepted(), "expected accept OK, actual card -"),
        (None, lambda verdict: verdict.is_refused(Reason.MALFORMED), "expected reject MALFORMED, actual card -"),
        (ACCEPTED, lambda verdict: verdict.is_stopped_by_the_card(), "expected the card stops it, actual accept OK"),
        (
            outcome(Decision.ACCEPT, Reason.OK, epoch=6),
            lambda verdict: verdict.is_accepted(),
            "expected epoch of the clock: 7, actual 6",
        ),
    ],
    ids=["refused", "accepted", "other reason", "retry", "card", "card too", "not the card", "yesterday's clock"],
)
def test_another_outcome_breaks_the_story(
    judge: Judge, seen: Outcome | None, expected: Expectation, complaint: str
) -> None:
    """The first line says expected beside actual."""
    with pytest.raises(StoryBroken) as broken:
        expected(judge(seen))
    assert str(broken.value).splitlines()[0] == complaint


def test_coarse_reasons_count_as_refusals(judge: Judge) -> None:
    """A product that declared coarse reasons need only refuse; an acceptance is still none."""
    coarse = ALL | {Capability.COARSE_REASONS}
    judge(REFUSED, capabilities=coarse).is_refused(Reason.REVOKED)
    with pytest.raises(StoryBroken):
        judge(ACCEPTED, capabilities=coarse).is_refused(Reason.REVOKED)


def test_silence_means_acceptance(judge: Judge, telling: Telling) -> None:
    """A verdict that the story passes over has to be an acceptance when the story goes on, and is judged once."""
    judge(ACCEPTED)
    telling.settle()
    judge(REFUSED)
    with pytest.raises(StoryBroken, match="expected accept OK, actual reject ON_HOLD"):
        telling.settle()
    telling.settle()


@pytest.mark.parametrize(
    ("trace", "expected", "holds"),
    [
        ((verify(0x18, 0x63C2),), lambda verdict: verdict.card_answered(0x63C2), True),
        ((verify(0x18, 0x63C1),), lambda verdict: verdict.card_answered(0x63C2), False),
        ((), lambda verdict: verdict.card_answered(0x63C2), False),
        ((verify(0x18, 0x63C2), verify(0x18, 0x63C1)), lambda verdict: verdict.card_answered(0x63C2), False),
        ((verify(0x18, 0x63C2, data=b""),), lambda verdict: verdict.card_answered(0x63C2), False),
        ((verify(0x1B, 0x63C4),), lambda verdict: verdict.tries_were_spent(1), True),
        ((verify(0x18, 0x6984),), lambda verdict: verdict.tries_were_spent(0), True),
        ((verify(0x18, 0x63C2), verify(0x18, 0x63C1)), lambda verdict: verdict.tries_were_spent(1), False),
        ((verify(0x11, 0x9000),), lambda verdict: verdict.no_pin_was_sent(), True),
        ((verify(0x18, 0x63C3, data=b""),), lambda verdict: verdict.no_pin_was_sent(), True),
        ((verify(0x18, 0x9000),), lambda verdict: verdict.no_pin_was_sent(), False),
        ((verify(0x1B, 0x63C4),), lambda verdict: verdict.no_pin_was_sent(), False),
        ((), lambda verdict: verdict.no_pin_was_sent(), False),
    ],
    ids=[
        *("wrong PIN", "another status", "no VERIFY", "two VERIFY", "a query is no try"),
        *("one try", "blocked costs none", "two tries"),
        *("birth date is no PIN", "query is no PIN", "PIN", "password", "no trace proves nothing"),
    ],
)
def test_the_trace_is_what_counts(
    judge: Judge, trace: tuple[TraceLine, ...], expected: Expectation, *, holds: bool
) -> None:
    """PINs are judged by what the card saw."""
    verdict = judge(ACCEPTED, trace=trace)
    if holds:
        expected(verdict)
    else:
        with pytest.raises(StoryBroken):
            expected(verdict)


def test_status_questions_are_counted(judge: Judge) -> None:
    """Asked means: about this kind of certificate; not asked means: about neither."""
    judge(ACCEPTED, questions=(ASKED,)).jlis_was_asked()
    judge(ACCEPTED).jlis_was_not_asked()
    with pytest.raises(StoryBroken, match="expected a status question"):
        judge(ACCEPTED).jlis_was_asked()
    with pytest.raises(StoryBroken, match=r"expected a status question \(sign\), actual \['auth'\]"):
        judge(ACCEPTED, questions=(ASKED,), kind=Kind.SIGN).jlis_was_asked()
    with pytest.raises(StoryBroken, match="expected status questions: 0, actual 1"):
        judge(ACCEPTED, questions=(ASKED,)).jlis_was_not_asked()


def test_an_account_has_to_stay_and_to_be_there(judge: Judge) -> None:
    """Unchanged is what was there before; nothing before and nothing after proves nothing."""
    judge(ACCEPTED).account_is_unchanged()
    for accounts in ((SAVED, None), (None, None)):
        with pytest.raises(StoryBroken):
            judge(ACCEPTED, accounts=accounts).account_is_unchanged()


def test_a_product_that_shows_no_account_ends_the_story(judge: Judge) -> None:
    """What cannot be seen is not taken for granted: the story is skipped."""
    with pytest.raises(pytest.skip.Exception):
        judge(ACCEPTED, capabilities=ALL - {Capability.ACCOUNT}).account_is_unchanged()
