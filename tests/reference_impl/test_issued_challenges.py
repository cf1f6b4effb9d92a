"""Challenges kept in memory: spent once, by their session, in their time; dropped by generations, never accepted."""

from datetime import timedelta

import pytest

from reference_impl.verification.challenges import IssuedChallenges
from reference_impl.verification.verdict import Reason
from tests.reference_impl import pki


def kept(*challenges: bytes, capacity: int = 100) -> IssuedChallenges:
    """A door at which these were issued, all at the same instant."""
    door = IssuedChallenges(capacity=capacity)
    for each in challenges:
        door.issue(each, pki.NOW)
    return door


def spent(door: IssuedChallenges, challenge: bytes, seconds: float = 0) -> Reason | None:
    """What spending it says, so many seconds after it was issued."""
    return door.spend("", challenge, pki.NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [
        (-0.000001, Reason.CHALLENGE_EXPIRED),
        (0, None),
        (300, None),
        (300.000001, Reason.CHALLENGE_EXPIRED),
    ],
)
def test_lifetime_has_both_ends_in_it(seconds: float, reason: Reason | None) -> None:
    """Good from its own instant through 300 s; before, the clock was set back."""
    assert spent(kept(b"one"), b"one", seconds) is reason


def test_spent_once_whatever_came_of_it() -> None:
    """Too late is spent too; another session's is not spent by asking."""
    door = kept(b"one", b"two")
    assert [spent(door, b"one", 301), spent(door, b"one")] == [Reason.CHALLENGE_EXPIRED, Reason.CHALLENGE_REPLAYED]
    assert door.spend("another", b"two", pki.NOW) is Reason.CHALLENGE_MISMATCH
    assert [spent(door, b"two"), spent(door, b"two")] == [None, Reason.CHALLENGE_REPLAYED]
    assert spent(door, b"three") is Reason.CHALLENGE_MISMATCH


def test_two_generations_are_kept() -> None:
    """Of three full generations the first is unknown, the second known, and counted is what is kept."""
    names = [b"%d" % number for number in range(5)]
    door = kept(*names[:4], capacity=2)
    assert len(door) == 4
    door.issue(names[4], pki.NOW)
    assert len(door) == 3
    assert [spent(door, each) for each in names] == [Reason.CHALLENGE_MISMATCH] * 2 + [None] * 3


@pytest.mark.parametrize("again", [b"0", b"2"], ids=["of-the-old-generation", "of-the-young-one"])
def test_issued_once(again: bytes) -> None:
    """A challenge that is kept is not issued a second time: it would have two chances."""
    door = kept(b"0", b"1", b"2", capacity=2)
    with pytest.raises(ValueError, match="expected a fresh challenge"):
        door.issue(again, pki.NOW)
