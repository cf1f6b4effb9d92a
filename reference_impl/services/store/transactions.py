"""Transactions over SQLite or PostgreSQL, tried again where the engine says that this is the cure.

PostgreSQL ends one of two transactions that wait for each other (40P01) or that cannot be put in an order (40001),
SQLite one that waited too long for the file: nothing of it has happened, and the same work may simply be done again.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol, TypeVar

from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")
ATTEMPTS: Final = 20
_AGAIN: Final = {"40001", "40P01"}
_SQLITE_BUSY: Final = {"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED"}


class Transactions(Protocol):
    """What keeps things: `store.database.Database`, or a server's database."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """A connection whose changes are kept together when the block ends, and not at all when it fails."""


class ServerDatabase:
    """A PostgreSQL database that many processes share."""

    def __init__(self, url: URL) -> None:
        self._engine = create_engine(url, isolation_level="READ COMMITTED")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection of its own for each transaction. READ COMMITTED is enough: single statements decide."""
        with self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()


def run(database: Transactions, work: Callable[[Connection], T]) -> T:
    """What `work` returns, done in one transaction; done again where the engine undid it for somebody else's sake."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with database.transaction() as connection:
                return work(connection)
        except DBAPIError as error:
            if attempt == ATTEMPTS or not _is_to_be_tried_again(error):
                raise
    raise AssertionError("the loop returns or raises")


def _is_to_be_tried_again(error: DBAPIError) -> bool:
    cause = error.orig
    return getattr(cause, "sqlstate", None) in _AGAIN or getattr(cause, "sqlite_errorname", None) in _SQLITE_BUSY
