"""The database: a SQLite file or memory for one machine, PostgreSQL for several. The same transactions over either.

SQLite has one writer at a time whatever is done, and a statement here takes less than a millisecond; what takes long,
the question to the responder, is asked while no transaction is open. Threads of one process take turns by a lock, as
that is fair and SQLite's own waiting is not, and what waits is written together (`together`); processes take turns by
the file. Who only looks waits for nobody.

Four ways in: `rows` and `change` for one statement that is a transaction by itself, `write` for work that decides in
between, `transaction` and `reading` for everything else.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, TypeVar

from sqlalchemy import URL, Connection, MetaData
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionInTime

from reference_impl.store.engine import Place, name_of, open_engine, writing_and_reading
from reference_impl.store.lent import Lent
from reference_impl.store.statements import Row, Said, Within, Write
from reference_impl.store.tables import metadata
from reference_impl.store.together import Together
from reference_impl.store.transactions import is_to_be_tried_again, make_tables, until_done

T = TypeVar("T")
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
        self._single = self._engine
        """For statements that are transactions by themselves."""
        if dialect == "postgresql":
            self._single = open_engine(place, name="relying-party", wait=_WAIT_SECONDS[dialect], alone=True)
        self.is_shared = place is not None
        """Whether other processes may have it open."""
        turn = threading.Lock()
        self._together = Together(self._writing, turn) if dialect == "sqlite" else None
        self._lent: deque[Lent] = deque()
        """Connections of who only looks, that wait to be used again (on SQLite)."""
        self._looking: AbstractContextManager[object] = turn if place is None else nullcontext()
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
        beginning = self._writing.begin() if self._together is None else self._together.alone()
        with self._faults(), beginning as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one instant of the store, whatever is written meanwhile; it writes nothing."""
        with self._looking, self._faults(), self._reading.begin() as connection:
            yield connection

    def write(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, done in one transaction, or on SQLite as one of several that become durable together.

        Done again where the engine undid it for somebody else's sake.
        """
        together = self._together

        def once() -> T:
            if together is None:
                with self.transaction() as connection:
                    return work(connection)
            with self._faults():
                return together.write(work)

        return until_done(once)

    def rows(self, write: Write, /, **values: object) -> list[Row]:
        """The rows that one statement finds, at one instant of the store."""
        with self._looking:
            return self._one_by_one(lambda said: said.rows(write, **values))

    def change(self, write: Write, /, **values: object) -> int:
        """How many rows one statement changed, once that is durable."""
        if self._together is not None:
            return self.write(lambda connection: Within(connection).change(write, **values))
        return until_done(lambda: self._one_by_one(lambda said: said.change(write, **values)))

    def _one_by_one(self, act: Callable[[Said], T]) -> T:
        """What `act` returns of a connection of the driver on which each statement is a transaction by itself."""
        with self._faults():
            try:
                lent = self._lent.pop()
            except IndexError:
                lent = Lent(self._single)
            try:
                return act(lent.said)
            finally:
                lent.give_back(self._lent)

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
        if self._together is not None:
            self._together.close()
        while self._lent:
            self._lent.pop().close()
        self._single.dispose()
        self._engine.dispose()

    def _faults(self) -> "_Faults":
        """Makes one line of what is wrong with the store, without its password; faults of ours stay what they are."""
        return _Faults(self.name, self._engine.dialect.loaded_dbapi.Error)


class _Faults:
    """A class and no generator: it stands around every statement, and costs a fifth so."""

    __slots__ = ("_driver", "_name")

    def __init__(self, name: str, driver: type[Exception]) -> None:
        self._name, self._driver = name, driver

    def __enter__(self) -> None:
        """Nothing is wrong yet."""

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        """StoreUnusable for what is the store's."""
        if error is None:
            return
        if isinstance(error, NoConnectionInTime):
            raise StoreUnusable(f"store {self._name}: expected a free connection in time, found none") from error
        if isinstance(error, DBAPIError):
            if isinstance(error, _OURS) or is_to_be_tried_again(error):
                return
            raise self._unusable(error.orig) from error
        if isinstance(error, self._driver):  # from where SQLAlchemy stands aside
            raise self._unusable(error) from error

    def _unusable(self, error: BaseException | None) -> StoreUnusable:
        said = " ".join(str(error).split())
        return StoreUnusable(f"store {self._name}: expected a store that can be written, found: {said}")
