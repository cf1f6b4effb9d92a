"""Where the audit is kept: SQLite for one machine, PostgreSQL for several, each durable before a commit returns.

    SQLite      what `store.engine` does, and what retention deletes is overwritten (secure_delete).
    PostgreSQL  what `store.engine` does; the chain's one row is read FOR UPDATE.

Either way whoever appends is alone from the first statement to the commit, across threads, processes and machines,
and the chain has one order. A group of rows that were committed together is one row of the table: what an insert
costs, the index and the disk are paid once a group. The lines in it are JSON, so SQL can still look into them
(docs/audit.md). Another store than the accounts' in any case: other people may read it, it is kept for another time,
and its fsyncs are not waited for by anybody who opens a session.
"""

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import (
    URL,
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from reference_impl.audit.chain import Head, Linked, empty
from reference_impl.audit.faults import AuditUnusable
from reference_impl.store import engine
from reference_impl.store.kept import KeptTransactions
from reference_impl.store.transactions import make_tables

Place = engine.Place
WAIT_SECONDS: Final = 10
"""How long an appender waits for its turn, and a client for the server."""

_PAGE: Final = 16384
"""Rows come at the end and are read in order: large pages are written less often."""

_Number: Final = BigInteger().with_variant(Integer(), "sqlite")
metadata = MetaData()

chains = Table(
    "audit_chain",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chain", String, nullable=False),
    Column("sequence", _Number, nullable=False),
    Column("hash", String, nullable=False),
)
"""One row: the head."""

groups = Table(
    "audit_groups",
    metadata,
    Column("first", _Number, primary_key=True, autoincrement=False),
    Column("rows", Text, nullable=False),
)
"""By the first row's sequence number: two chains cannot grow from one head."""

seals = Table(
    "audit_seals",
    metadata,
    Column("first", _Number, primary_key=True, autoincrement=False),
    Column("last", _Number, nullable=False),
    Column("first_at", String, nullable=False),
    Column("last_at", String, nullable=False),
    Column("before", String, nullable=False),
    Column("after", String, nullable=False),
    Column("announced", _Number, nullable=False),
)
"""What is left of rows that were removed when their time was over (`retention.py`)."""

_HEAD: Final = select(chains.c.chain, chains.c.sequence, chains.c.hash)


class _Statements(msgspec.Struct, frozen=True):
    """What is done for each group, said to the driver itself: SQLAlchemy takes as long for it as the disk."""

    head: str
    add: str
    move: str


_STATEMENTS: Final = {
    "sqlite": _Statements(
        "SELECT chain, sequence, hash FROM audit_chain",
        'INSERT INTO audit_groups ("first", "rows") VALUES (?, ?)',
        "UPDATE audit_chain SET sequence = ?, hash = ?",
    ),
    "postgresql": _Statements(
        "SELECT chain, sequence, hash FROM audit_chain FOR UPDATE",
        'INSERT INTO audit_groups ("first", "rows") VALUES (%s, %s)',
        "UPDATE audit_chain SET sequence = %s, hash = %s",
    ),
}


def read_place(name: str) -> Path | URL:
    """What `--store` names; AuditUnusable for a database of another make. An address may hold a password: not shown."""
    try:
        return engine.read_place(name)
    except engine.UnusablePlace as error:
        raise AuditUnusable(f"audit store: {error}") from error


class Storage:
    """The tables, and transactions over them; `make` is for who writes: who looks makes nothing."""

    def __init__(self, place: Place, *, make: bool = True) -> None:
        self.name = engine.name_of(place)
        if isinstance(place, Path) and not make and not place.is_file():
            raise AuditUnusable(f"audit store {self.name}: expected an audit store, actual no such file")
        self._engine = _open(place)
        self._errors: tuple[type[Exception], ...] = (DBAPIError, self._engine.dialect.loaded_dbapi.Error)
        self._appending, self._reading = engine.writing_and_reading(self._engine)
        self._alone = threading.RLock() if place is None else nullcontext()  # memory is one connection
        self._turn = threading.Lock()
        self._kept = KeptTransactions(self._appending)
        try:
            with self.faults():
                self._make() if make else self._look()
        except AuditUnusable:
            self._engine.dispose()
            raise

    def _make(self) -> None:
        with self.appending() as connection:
            make_tables(connection, metadata)
            if connection.execute(select(chains.c.id)).first() is None:
                if connection.dialect.name == "postgresql":  # hashes do not get smaller
                    connection.execute(text("ALTER TABLE audit_groups ALTER COLUMN rows SET STORAGE EXTERNAL"))
                head = empty(secrets.token_hex(16))
                values = {"id": 1, "chain": head.chain, "sequence": head.sequence, "hash": head.hash}
                connection.execute(insert(chains).values(values))

    def _look(self) -> None:
        with self.reading() as connection:
            read_head(connection)

    @contextmanager
    def appending(self) -> Iterator[Connection]:
        """A transaction nobody else appends beside; durable when the block has ended."""
        if self._engine.dialect.name == "postgresql":
            with self._appending.begin() as connection:
                yield connection
            return
        with self._alone, self._turn, self._kept.transaction() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one instant of the store, whatever is appended meanwhile."""
        with self._alone, self._reading.begin() as connection:
            yield connection

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Makes one line of what the database says, without the address."""
        try:
            yield
        except self._errors as error:
            said = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
            raise AuditUnusable(f"audit store {self.name}: expected a usable audit store, actual: {said}") from error

    def close(self) -> None:
        """Gives file or server back."""
        self._kept.close()
        self._engine.dispose()


def read_head(connection: Connection, *, turn: bool = False) -> Head:
    """Where the chain ends; with `turn`, nobody else's chain grows until this transaction ends."""
    if turn:
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(_STATEMENTS[connection.dialect.name].head)
            rows = cursor.fetchall()
    else:
        rows = connection.execute(_HEAD).all()
    if len(rows) != 1:
        raise AuditUnusable(
            f"audit store: expected one row in audit_chain, actual {len(rows) or 'none'}; the store is not whole"
        )
    return read_values(Head, rows[0])


_T = TypeVar("_T", bound=msgspec.Struct)


def read_values(kind: type[_T], found: Sequence[Any]) -> _T:
    """A row of a table as a value; SQLite keeps whatever somebody put into a column, so types are looked at."""
    try:
        return msgspec.convert(dict(zip(kind.__struct_fields__, found, strict=True)), kind)
    except msgspec.ValidationError as error:
        raise AuditUnusable(f"audit store: expected a {kind.__name__.lower()}, actual: {error}") from error


def append(connection: Connection, linked: Linked) -> None:
    """Adds a group and moves the head."""
    said = _STATEMENTS[connection.dialect.name]
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(said.add, (linked.first, linked.text))
        cursor.execute(said.move, (linked.head.sequence, linked.head.hash))


def _open(place: engine.Place) -> Engine:
    opened = engine.open_engine(
        place, name="audit", wait=WAIT_SECONDS, pragmas=(f"page_size={_PAGE}", "secure_delete=ON")
    )
    if opened.dialect.name == "sqlite":
        event.listen(opened, "connect", _read_octets)
    return opened


def _read_octets(connection: Any, _: object) -> None:
    connection.text_factory = _decode  # octets that are no text are to be found by `verify`, not stumbled over


def _decode(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")
