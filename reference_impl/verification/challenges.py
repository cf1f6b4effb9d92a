"""Challenges kept in memory: each spent once, by one thread, within its lifetime, and never more than so many kept.

For one process, and for measuring. A service of several processes gives a door of its own (`doors.Challenges`).
"""

import threading
from datetime import datetime, timedelta
from typing import Final

from reference_impl.verification.verdict import Reason

LIFETIME: Final = timedelta(seconds=300)


class _Issued:
    """One challenge: for which session, from when until when, and the one chance to spend it."""

    __slots__ = ("at", "chances", "session", "until")

    def __init__(self, session: str, at: datetime, until: datetime) -> None:
        self.session = session
        self.at = at
        self.until = until
        self.chances = [None]


class IssuedChallenges:
    """The default door: two generations of at most `capacity` challenges each; the older one is dropped as a whole.

    What was dropped is not known any more, and so refused: forgetting never accepts. A challenge is remembered as
    spent as long as it is remembered at all.
    """

    def __init__(self, *, capacity: int = 100_000, lifetime: timedelta = LIFETIME) -> None:
        self._capacity = capacity
        self._lifetime = lifetime
        self._young: dict[bytes, _Issued] = {}
        self._old: dict[bytes, _Issued] = {}
        self._lock = threading.Lock()

    def issue(self, challenge: bytes, now: datetime, session: str = "") -> None:
        """Remembers a challenge that the caller drew: 32 octets of a cryptographic generator, each used once."""
        with self._lock:
            if len(self._young) >= self._capacity:
                self._old, self._young = self._young, {}
            if challenge in self._young or challenge in self._old:
                raise ValueError("expected a fresh challenge, found one that was issued before")
            self._young[challenge] = _Issued(session, now, now + self._lifetime)

    def spend(self, session: str, challenge: bytes, now: datetime) -> Reason | None:
        """None if this challenge was issued to this session, is unspent and young enough (doors.Challenges).

        `list.pop` gives the one element to one thread and raises in every other.
        """
        issued = self._young.get(challenge) or self._old.get(challenge)
        if issued is None or issued.session != session:
            return Reason.CHALLENGE_MISMATCH
        try:
            issued.chances.pop()
        except IndexError:
            return Reason.CHALLENGE_REPLAYED
        # One issued in the future is not young: the clock was set back.
        if not issued.at <= now <= issued.until:
            return Reason.CHALLENGE_EXPIRED
        return None

    def __len__(self) -> int:
        """How many challenges are remembered, spent ones too."""
        return len(self._young) + len(self._old)
