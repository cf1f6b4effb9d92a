"""The two databases, each told to forget nothing that it acknowledged, and how a writer has either to itself.

SQLite      journal_mode=WAL, synchronous=FULL: the log is on the disk before a commit returns. BEGIN IMMEDIATE.
PostgreSQL  synchronous_commit=on, whatever the server's default: so is its log. One advisory lock for each transaction
            that writes, so that what a writer reads in it nobody else changes; readers never wait.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.pool import StaticPool

from harness.store.address import Place

LOCKED_SECONDS = 1.0
"""How long SQLite waits for a program that looks into the file from outside."""
CONNECT_SECONDS, WAIT_SECONDS = 5, 10
"""How long PostgreSQL's client waits for the server, and a writer for its turn."""
TURN = 0x4B415A41
"""The advisory lock of whoever writes; "KAZA"."""
_WRITES = "kazashi_writes"


def engine_of(place: Place) -> Engine:
    """Return the database that a store's name stands for; nothing is opened yet."""
    return _postgresql(place) if isinstance(place, URL) else _sqlite(place)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads."""
    with engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that nobody else writes beside, from its first statement on."""
    with engine.execution_options(**{_WRITES: True}).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
        yield connection


def _sqlite(path: Path | None) -> Engine:
    address = URL.create("sqlite", database=None if path is None else str(path))
    arguments = {"check_same_thread": False, "timeout": LOCKED_SECONDS}
    engine = create_engine(address, poolclass=StaticPool, connect_args=arguments)
    event.listen(engine, "connect", _durable)
    event.listen(engine, "begin", _begin)
    return engine


def _durable(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver begins no transactions: `_begin` does
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: URL) -> Engine:
    options = f"-c synchronous_commit=on -c lock_timeout={WAIT_SECONDS}s"
    arguments = {"connect_timeout": CONNECT_SECONDS, "application_name": "kazashi", "options": options}
    return create_engine(url, connect_args=arguments)
