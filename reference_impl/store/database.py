"""The database: one SQLite connection behind one lock, in a file or in memory.

SQLite has one writer at a time whatever is done, and a statement here takes less than a millisecond; what takes long,
the question to the responder, is asked while no lock is held.

The lock is this process's. Against others a transaction takes the file's write lock before its first statement, so
that nothing it has read can change before it writes (https://www.sqlite.org/lang_transaction.html §2.2). Left to
itself, Python's sqlite3 begins only at the first statement that writes, and reads before that outside of any.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from reference_impl.store.tables import metadata

_CONNECT: Final = {"check_same_thread": False, "timeout": 60}
"""Seconds that a transaction waits for other processes' turns: SQLite deals them out without order, so that one of
several writers who never pause may wait long."""


class StoreUnusable(OSError):
    """The file cannot be opened or written: which, and why."""


class Database:
    """Transactions, one at a time."""

    def __init__(self, path: Path | None = None) -> None:
        url = "sqlite://" if path is None else f"sqlite:///{path}"
        self._engine = create_engine(url, poolclass=StaticPool, connect_args=_CONNECT)
        self._lock = threading.Lock()
        event.listen(self._engine, "connect", _make_durable)
        event.listen(self._engine, "begin", _begin_immediate)
        try:
            metadata.create_all(self._engine)
        except DatabaseError as error:
            self._engine.dispose()
            raise StoreUnusable(f"store {path}: expected a writable SQLite file, found: {error.orig}") from error

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection alone with the store, whose changes are kept together when the block ends, and not at all
        when it fails."""
        with self._lock, self._engine.begin() as connection:
            yield connection

    def forget(self) -> None:
        """Empties every table."""
        with self.transaction() as connection:
            for table in metadata.sorted_tables:
                connection.execute(table.delete())

    def close(self) -> None:
        """Gives the file back."""
        self._engine.dispose()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _make_durable(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """A spent challenge has to stay spent after a power cut, so each commit reaches the disk.

    `isolation_level = None` keeps sqlite3 from beginning transactions of its own beside ours.
    """
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
