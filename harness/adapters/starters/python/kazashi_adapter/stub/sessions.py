"""Sessions and their challenges: each drawn at random, looked at once. In memory; a product keeps them in its store."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from kazashi_adapter.contract.requests import Attempt
from kazashi_adapter.contract.words import Reason

CHALLENGE_BYTES = 32
LIFETIME = timedelta(seconds=300)
"""Declared in `hello`."""


@dataclass(frozen=True, slots=True)
class Session:
    """One attempt that was begun."""

    name: str
    attempt: Attempt
    challenge: bytes
    begun: datetime


class Sessions:
    """The sessions that were opened since the last `forget`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sessions: dict[str, Session] = {}
        self._unspent: set[str] = set()

    def open(self, attempt: Attempt, now: datetime) -> Session:
        """Return a new session."""
        session = Session(secrets.token_hex(24), attempt, secrets.token_bytes(CHALLENGE_BYTES), now)
        with self._lock:
            self._sessions[session.name] = session
            self._unspent.add(session.name)
        return session

    def find(self, name: str) -> Session | None:
        """Return the session of this name, spent or not."""
        with self._lock:
            return self._sessions.get(name)

    def spend(self, session: Session, presented: bytes, now: datetime) -> Reason | None:
        """Spend the session's challenge, whatever was presented; None when it was that one, unspent and young.

        Of two completions at the same time at most one finds it unspent.
        """
        with self._lock:
            was_first = session.name in self._unspent
            self._unspent.discard(session.name)
        if presented != session.challenge:
            return Reason.CHALLENGE_MISMATCH
        if not was_first:
            return Reason.CHALLENGE_REPLAYED
        # A challenge of the future is not young either: the clock was set back.
        if not timedelta(0) <= now - session.begun <= LIFETIME:
            return Reason.CHALLENGE_EXPIRED
        return None

    def forget(self) -> None:
        """Forget every session."""
        with self._lock:
            self._sessions.clear()
            self._unspent.clear()
