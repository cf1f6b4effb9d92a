"""Waiting for a product that has yet to fetch its lists: until it decides, told while it lasts, and bounded."""

from collections.abc import Iterator

import pytest

from harness.contract import messages
from harness.contract.vocabulary import Decision, Reason
from loadtests import readiness

OK = messages.Outcome(decision=Decision.ACCEPT, reason=Reason.OK, steps=[])
LATER = messages.Outcome(decision=Decision.RETRY, reason=Reason.STATUS_UNAVAILABLE, steps=[])
STALE = messages.Outcome(decision=Decision.REJECT, reason=Reason.STATUS_STALE, steps=[])
REVOKED = messages.Outcome(decision=Decision.REJECT, reason=Reason.REVOKED, steps=[])


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visits follow each other at once."""
    monkeypatch.setattr(readiness, "PAUSE", 0.0)


@pytest.mark.parametrize("decided", [OK, REVOKED])
def test_it_ends_with_the_first_decision_however_many_tries_that_takes(decided: messages.Outcome) -> None:
    """Fifty answers of a product without fresh lists, then one on the holder: that one, and nobody is asked again."""
    answers: Iterator[messages.Outcome] = iter([*[LATER, STALE] * 25, decided])
    told: list[tuple[float, float]] = []
    found = readiness.until_decided(lambda: next(answers), 60.0, lambda done, of: told.append((done, of)))
    assert found is decided
    assert next(answers, None) is None
    assert len(told) >= 50
    assert told[-1] == (600.0, 600.0)  # the bar goes


def test_product_that_never_decides_is_waited_for_so_long_and_no_longer() -> None:
    """Its last answer comes back once ten times the patience is over."""
    assert readiness.until_decided(lambda: LATER, 0.001) is LATER


def test_product_that_decides_at_once_shows_no_bar() -> None:
    """Nothing to wait for, nothing told."""
    told: list[float] = []
    assert readiness.until_decided(lambda: OK, 60.0, lambda done, _: told.append(done)) is OK
    assert [each for each in told if each < 600] == []
