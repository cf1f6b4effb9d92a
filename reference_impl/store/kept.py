"""A connection to SQLite that its one user keeps: a transaction over it costs two statements of the driver.

To borrow a connection, begin, commit and give it back by SQLAlchemy takes 60 µs of a core, the statements themselves
six. Whoever is in the transaction may use SQLAlchemy's connection as ever: it begins when it is first used
(`engine` sees that the driver is in a transaction already), and then the end is its own, too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine

from reference_impl.store.statements import wrapped


class Kept:
    """One connection of an engine of SQLite."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect()
        self._driver: Any = self._connection.connection.driver_connection
        self._errors: type[Exception] = engine.dialect.loaded_dbapi.Error
        self.is_sound = True
        """Whether the last transaction began and ended as it should; else it is to be closed."""

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that writes; whatever leaves the block by an exception has not happened."""
        self.is_sound = False
        self._say("BEGIN IMMEDIATE")
        try:
            yield self._connection
        except BaseException:
            self._undo()
            self.is_sound = True
            raise
        try:
            if self._connection.in_transaction():
                self._connection.commit()
            else:
                self._say("COMMIT")
        except BaseException:
            self._undo()
            raise
        self.is_sound = True

    def _undo(self) -> None:
        self._connection.rollback()
        if self._driver.in_transaction:
            self._driver.rollback()

    def close(self) -> None:
        """Gives it back."""
        self._connection.close()

    def _say(self, text: str) -> None:
        try:
            self._driver.execute(text).close()
        except self._errors as error:
            raise wrapped(error, self._connection.dialect, text) from error


class KeptTransactions:
    """One transaction after the other over a kept connection, which is given up where one failed to begin or to end."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: Kept | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that writes; nobody else may be in one here."""
        kept, self._kept = self._kept or Kept(self._engine), None
        try:
            with kept.transaction() as connection:
                yield connection
        finally:
            if kept.is_sound:
                self._kept = kept
            else:
                kept.close()

    def close(self) -> None:
        """Gives the connection back."""
        if self._kept is not None:
            self._kept.close()
