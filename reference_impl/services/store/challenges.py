"""Whose a challenge is that comes with a record told offline: decided in the transaction that keeps the record.

nobody's so far           the terminal's own from now on
this terminal's           it says so twice: the two records are of one use, and equivocal
another terminal's        replayed
of a session, unspent     the session's attempt never ended: it is spent here and now, the use is the session's
of a session, spent       the attempt ended: if it counted, this is that use; if it did not, replayed
of another's session      replayed, and the session is left as it is

The record's own time is no help in finding the session: a clock that is wrong would make two uses of one. So a session
is found by its challenge alone, and a spent one is kept for as long as a record of it may come.
"""

import hashlib
from typing import Protocol

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from reference_impl.services.offline.told import ToldRecord
from reference_impl.services.store.tables import challenges, uses


class SpentSession(msgspec.Struct, frozen=True):
    """The session that a challenge was drawn for."""

    id: str
    was_spent: bool
    """Before: it is spent from now on."""
    is_others: bool = False
    """Begun at another terminal."""


class Sessions(Protocol):
    """The sessions of the relying party, in the same store."""

    def spend_by_challenge(self, connection: Connection, record: ToldRecord) -> SpentSession | None:
        """The session of the record's challenge, spent in this transaction; None if it was drawn elsewhere."""


class NoSessions:
    """Where challenges are drawn at terminals alone."""

    def spend_by_challenge(self, connection: Connection, record: ToldRecord) -> SpentSession | None:
        """None."""
        del connection, record
        return None


class Claim(msgspec.Struct, frozen=True):
    """What the use is to be called, or that it is a replay."""

    key: str
    is_replayed: bool = False


def claim(connection: Connection, record: ToldRecord, sessions: Sessions) -> Claim:
    """Takes the challenge of a record for its terminal, and says which use it is."""
    session = sessions.spend_by_challenge(connection, record)
    if (session is not None and session.is_others) or _take(connection, record) != record.terminal:
        return Claim(record.key, is_replayed=True)
    if session is None:
        return Claim(f"challenge {hashlib.sha256(record.challenge).hexdigest()}")
    if not session.was_spent:
        return Claim(session.id)
    counted = (uses.c.service == record.service) & (uses.c.key == session.id)
    has_counted = connection.execute(select(uses.c.key).where(counted)).one_or_none() is not None
    return Claim(session.id, is_replayed=not has_counted)


def _take(connection: Connection, record: ToldRecord) -> str:
    """The terminal that brought this challenge first: this one, if nobody did."""
    digest = hashlib.sha256(record.challenge).digest()
    row = {"challenge": digest, "terminal": record.terminal, "service": record.service}
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(challenges).on_conflict_do_nothing().values(**row, taken=record.taken.timestamp())
    connection.execute(statement)
    whose: str = connection.execute(select(challenges.c.terminal).where(challenges.c.challenge == digest)).scalar_one()
    return whose
