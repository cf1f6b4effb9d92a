"""Sessions and their challenges: bound to purpose, service and place, used once (RP-PROOF-001 to -005)."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Connection,
    Delete,
    Insert,
    Select,
    Update,
    bindparam,
    delete,
    insert,
    null,
    select,
    update,
)

from reference_impl.store.database import Database
from reference_impl.store.statements import Row, Statements, Within
from reference_impl.store.tables import sessions
from reference_impl.verification.place import Environment
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.verdict import HolderKey, Reason

CHALLENGE_LENGTH: Final = 32
CHALLENGE_LIFETIME: Final = timedelta(seconds=300)
"""Declared in `hello`."""

REMEMBERED: Final = timedelta(days=1)
"""How long a session is known; after that its replay is a challenge nobody knows."""
_WITH_CHIP: Final = frozenset({Purpose.ENROL, Purpose.RELINK, Purpose.TAP})
"""What the chip signs is the same as in a tap taken offline, and may come again as the record of one."""


class Session(msgspec.Struct, frozen=True):
    """One attempt that was begun."""

    id: str
    purpose: Purpose
    service: str
    environment: Environment
    challenge: bytes
    issued_at: datetime
    document: bytes | None = None
    holder: HolderKey | None = None
    terminal: str = ""
    """Where it was begun, for the audit."""


class Sessions:
    """The sessions in the store. `records_within`: for how long a tap may be told of afterwards."""

    def __init__(self, database: Database, records_within: timedelta = timedelta(0)) -> None:
        self._database = database
        self._records_within = records_within
        self._forgotten = -1
        """The second in which sessions were forgotten last."""

    def open(self, session: Session) -> None:
        """Remembers a new session, and forgets those of days gone by: once in each second of the clock."""
        second = int(session.issued_at.timestamp())
        if second != self._forgotten:
            self._database.change(_gone_by, now=session.issued_at.timestamp())
            self._forgotten = second
        self._database.change(
            _new,
            id=session.id,
            purpose=session.purpose.value,
            service=session.service,
            environment=session.environment.value,
            challenge=session.challenge,
            issued_at=session.issued_at.timestamp(),
            spent=0,
            document=session.document,
            holder_issuer_key=session.holder.issuer_key if session.holder else None,
            holder_serial=session.holder.serial if session.holder else None,
            terminal=session.terminal,
            forget_at=(session.issued_at + REMEMBERED).timestamp(),
        )

    def find(self, session_id: str) -> Session | None:
        """The session of this name, spent or not; a name that we would not give is nobody's, and asks no database."""
        if not (session_id.isascii() and session_id.isalnum()):
            return None
        return _one(self._database.rows(_by_name, name=session_id))

    def consume_challenge(self, session: Session, presented: bytes, now: datetime) -> Reason | None:
        """Spends the session's challenge, whatever was presented; None if that was it, unspent and young enough.

        One UPDATE decides who was first: of two completions in parallel at most one finds the challenge unspent.
        """
        was_first = spend(self._database, session.id, forget_at(session, self._records_within))
        if presented != session.challenge:
            return Reason.CHALLENGE_MISMATCH
        if not was_first:
            return Reason.CHALLENGE_REPLAYED
        if not is_young_at(session, now):
            return Reason.CHALLENGE_EXPIRED
        return None


def is_young_at(session: Session, now: datetime) -> bool:
    """Whether the challenge is within its lifetime; one issued in the future is not (the clock was set back)."""
    return timedelta(0) <= now - session.issued_at <= CHALLENGE_LIFETIME


def forget_at(session: Session, records_within: timedelta) -> datetime:
    """Until when a spent session has to be known."""
    within = records_within if session.purpose in _WITH_CHIP else timedelta(0)
    return session.issued_at + REMEMBERED + within


def find_by_challenge(connection: Connection, challenge: bytes) -> Session | None:
    """The session that a challenge was drawn for, spent or not."""
    return _one(Within(connection).rows(_by_challenge, challenge=challenge))


def spend(store: Statements, session_id: str, until: datetime) -> bool:
    """Whether it was unspent; it is known as spent until then, and whose card was expected is forgotten now."""
    return store.change(_spent, name=session_id, until=until.timestamp()) == 1


def _new() -> Insert:
    return insert(sessions)


def _gone_by() -> Delete:
    return delete(sessions).where(sessions.c.forget_at < bindparam("now"))


def _by_name() -> Select[tuple[Any, ...]]:
    return select(sessions).where(sessions.c.id == bindparam("name"))


def _by_challenge() -> Select[tuple[Any, ...]]:
    return select(sessions).where(sessions.c.challenge == bindparam("challenge"))


def _spent() -> Update:
    forgotten = {"holder_issuer_key": null(), "holder_serial": null()}
    unspent = update(sessions).where(sessions.c.id == bindparam("name"), sessions.c.spent == 0)
    return unspent.values(spent=1, forget_at=bindparam("until"), **forgotten)


def _one(rows: list[Row]) -> Session | None:
    if not rows:
        return None
    (row,) = rows
    name, purpose, service, environment, challenge, issued_at, _, document, issuer_key, serial, terminal, _ = row
    holder = None if serial is None else HolderKey(issuer_key, serial)
    issued = datetime.fromtimestamp(issued_at, UTC)
    return Session(
        name, Purpose(purpose), service, Environment(environment), challenge, issued, document, holder, terminal
    )
