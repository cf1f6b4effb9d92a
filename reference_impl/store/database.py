"""The database: a SQLite file or memory for one machine, PostgreSQL for several. The same transactions over either.

SQLite has one writer at a time whatever is done, and a statement here takes less than a millisecond; what takes long,
the question to the responder, is asked while no transaction is open. Threads of one process take turns by a lock, as
that is fair and SQLite's own waiting is not; processes take turns by the file. Who only looks waits for nobody.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

from sqlalchemy import URL, Connection, MetaData
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionInTime

from reference_impl.store.engine import Place, name_of, open_engine, writing_and_reading
from reference_impl.store.tables import metadata
from reference_impl.store.transactions import is_to_be_tried_again, make_tables

_WAIT_SECONDS: Final = {"sqlite": 60, "postgresql": 10}
"""How long a transaction waits for others' turns: SQLite deals them out without order, so that one of several writers
who never pause may wait long."""

_OURS: Final = (IntegrityError, DataError, ProgrammingError, NotSupportedError)
"""Statements that are wrong: no other store would take them either."""


class StoreUnusable(OSError):
    """The store cannot be opened, written or reached: which, and why. Nothing of the transaction may be relied on."""


class Database:
    """Transactions, and nothing else: what they say is the business of whoever has tables here."""

    def __init__(self, place: Place = None) -> None:
        self.name = name_of(place)
        dialect = "postgresql" if isinstance(place, URL) else "sqlite"
        self._engine = open_engine(place, name="relying-party", wait=_WAIT_SECONDS[dialect])
        self._writing, self._reading = writing_and_reading(self._engine)
        lock = threading.Lock()
        self._alone: AbstractContextManager[object] = nullcontext() if dialect == "postgresql" else lock
        self._looking: AbstractContextManager[object] = lock if place is None else nullcontext()
        try:
            self.make(metadata)
        except StoreUnusable:
            self._engine.dispose()
            raise

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection whose changes are kept together when the block ends, and not at all when it fails.

        On SQLite it is alone with the store; on PostgreSQL see `transactions`.
        """
        with self._alone, self._faults(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one instant of the store, whatever is written meanwhile; it writes nothing."""
        with self._looking, self._faults(), self._reading.begin() as connection:
            yield connection

    def make(self, tables: MetaData) -> None:
        """Makes tables that are not there yet."""
        with self.transaction() as connection:
            make_tables(connection, tables)

    def forget(self) -> None:
        """Empties every table of `tables`."""
        with self.transaction() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())

    def close(self) -> None:
        """Gives the file or the connections back."""
        self._engine.dispose()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Makes one line of what is wrong with the store, without its password; faults of ours stay what they are."""
        try:
            yield
        except NoConnectionInTime as error:
            raise StoreUnusable(f"store {self.name}: expected a free connection in time, found none") from error
        except DBAPIError as error:
            if isinstance(error, _OURS) or is_to_be_tried_again(error):
                raise
            said = " ".join(str(error.orig).split())
            raise StoreUnusable(f"store {self.name}: expected a store that can be written, found: {said}") from error
