"""What every store's transactions have in common: tried again where that is the cure, and alone where they must be.

PostgreSQL ends one of two transactions that wait for each other (40P01) or that cannot be put in an order (40001),
SQLite one that waited too long for the file: nothing of it has happened, and the same work may simply be done again.

On SQLite whoever writes is alone with the store from the first statement on. On PostgreSQL others work meanwhile, and
what was read may be out of date when it is acted on. Either one statement decides (`UPDATE … WHERE spent = 0`), or the
work takes its turn by name before it reads (`take_turn`).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, Protocol, TypeVar

from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")
ATTEMPTS: Final = 20
_AGAIN: Final = {"40001", "40P01"}
_SQLITE_BUSY: Final = {"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED"}
_TURN: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


class Transactions(Protocol):
    """What keeps things: `store.database.Database`."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """A connection whose changes are kept together when the block ends, and not at all when it fails."""


def run(database: Transactions, work: Callable[[Connection], T]) -> T:
    """What `work` returns, done in one transaction; done again where the engine undid it for somebody else's sake."""

    def once() -> T:
        with database.transaction() as connection:
            return work(connection)

    return until_done(once)


def until_done(act: Callable[[], T]) -> T:
    """What `act` returns; done again where the engine undid it for somebody else's sake."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return act()
        except DBAPIError as error:
            if attempt == ATTEMPTS or not is_to_be_tried_again(error):
                raise
    raise AssertionError("the loop returns or raises")


def is_to_be_tried_again(error: DBAPIError) -> bool:
    """Whether the engine undid the work for somebody else's sake."""
    cause = error.orig
    return getattr(cause, "sqlstate", None) in _AGAIN or getattr(cause, "sqlite_errorname", None) in _SQLITE_BUSY


def take_turn(connection: Connection, *names: str) -> None:
    """From here to the end of the transaction nobody else has a turn of one of these names.

    Who takes several names in one transaction takes them in one call: it puts them in an order, so that two never
    wait in a circle. Two names may share a turn (64 bits of a hash), which costs a wait and nothing else.
    """
    if connection.dialect.name == "postgresql":
        for name in sorted(names):
            connection.execute(_TURN, {"name": name})


def make_tables(connection: Connection, metadata: MetaData) -> None:
    """Makes what is not there yet; processes that start at once take turns (CREATE TABLE IF NOT EXISTS does not)."""
    take_turn(connection, "make tables")
    metadata.create_all(connection)
