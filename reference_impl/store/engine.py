"""The engine under every store: SQLite in a file or in memory, or PostgreSQL, each durable before a commit returns.

SQLite      journal_mode=WAL, synchronous=FULL: the log is fsync'd at every commit. Who writes takes the file's write
            lock before the first statement (BEGIN IMMEDIATE), so that nothing it has read can change before it writes
            (https://www.sqlite.org/lang_transaction.html §2.2); left to itself, Python's sqlite3 begins only at the
            first statement that writes, and reads before that outside of any.
PostgreSQL  psycopg 3; synchronous_commit=on, whatever the server's default. Connections are pooled, and looked at
            before they are lent: what a server that went and came back left behind is not found out by a caller. A
            server that goes closes its connections, and one that closes can be read from: looking costs a system
            call, where asking (`pool_pre_ping`) costs a round trip for every transaction.
"""

import os
import random
import select
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.pool import StaticPool

from reference_impl.store.statements import wrapped

Place = Path | URL | None
"""A file, a database of PostgreSQL, or this process's memory."""

POSTGRESQL: Final = "postgresql+psycopg"
POOLED: Final = 4
"""Connections of an engine at most; one that was opened is kept, for to open one takes longer than a visit. A process
has three such engines (two of its store, one of its audit): eight processes stay below the 100 that a server takes
unless it is told otherwise."""

_SECONDS_APART: Final = 0.02
"""How long at most whoever found a new file taken waits before it asks again."""

_OPTIONS: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "sqlite": ({"store_writes": True}, {"store_writes": False}),
    "postgresql": ({}, {"isolation_level": "REPEATABLE READ"}),
}
"""Of who writes, and of who reads: one instant of the store."""


class UnusablePlace(ValueError):
    """A name that names no place: what was expected, what was found, but for the password in an address."""


def read_place(name: str) -> Path | URL:
    """What `--store` names: a file, or a database of PostgreSQL."""
    if "://" not in name:
        return Path(name)
    expected = f"expected a file or {POSTGRESQL}://…"
    try:
        url = make_url(name)
    except (ArgumentError, ValueError) as error:
        raise UnusablePlace(f"{expected}, actual an unreadable address") from error
    if url.drivername not in {POSTGRESQL, "postgresql"}:
        raise UnusablePlace(f"{expected}, actual {url.drivername}://…")
    return url.set(drivername=POSTGRESQL)


def name_of(place: Place) -> str:
    """The place for a person to read, without a password."""
    return place.render_as_string(hide_password=True) if isinstance(place, URL) else str(place or "memory")


def open_engine(place: Place, *, name: str, wait: int, pragmas: tuple[str, ...] = (), alone: bool = False) -> Engine:
    """The engine of a store called `name`, whose callers wait so many seconds for their turn; nothing is opened yet.

    `pragmas` are said to SQLite first: some have to be before the file is made. `alone`: each statement is to be a
    transaction by itself (of PostgreSQL; SQLite's are, without another word).
    """
    if isinstance(place, URL):
        options = f"-c synchronous_commit=on -c lock_timeout={wait}s"
        arguments = {"connect_timeout": wait, "application_name": name, "options": options}
        engine = create_engine(
            place,
            connect_args=arguments,
            pool_size=POOLED,
            max_overflow=0,
            pool_timeout=wait,
            pool_use_lifo=True,
            pool_reset_on_return=None if alone else "rollback",
            # of who writes: it sees what it had to wait for
            isolation_level="AUTOCOMMIT" if alone else "READ COMMITTED",
        )
        event.listen(engine, "checkout", _require_open)
        return engine
    address = URL.create("sqlite", database=None if place is None else str(place))
    pool = {"poolclass": StaticPool} if place is None else {}  # memory is one connection
    engine = create_engine(address, connect_args={"check_same_thread": False, "timeout": wait}, **pool)

    def make_private(*_: object) -> None:
        if place is not None:
            _make_private(place)

    def make_durable(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver begins no transactions of its own beside ours
        for pragma in (*pragmas, "journal_mode=WAL", "synchronous=FULL"):
            _set(connection, pragma, wait)

    event.listen(engine, "do_connect", make_private)
    event.listen(engine, "connect", make_durable)
    event.listen(engine, "begin", _begin)
    return engine


def _make_private(place: Path) -> None:
    """A new file is its owner's alone, whatever the umask; SQLite gives what it makes beside it the same mode.

    One that is there keeps the mode that somebody gave it. A file that cannot be made is SQLite's to complain of.
    """
    with suppress(OSError):
        os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _set(connection: Any, pragma: str, wait: float) -> None:
    """Says a pragma; waits so many seconds for others who open the file.

    SQLite waits by itself for whoever wants to read or to write. But to make a new file's log a write-ahead log it
    reads, and then asks to write: where two of that kind could wait for each other, it tells the second SQLITE_BUSY
    without any wait (https://www.sqlite.org/c3ref/busy_handler.html), who is to let go and come again.
    """
    until = time.monotonic() + wait
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(random.uniform(0, _SECONDS_APART))  # noqa: S311  (not together again; no secret)
        else:
            return


def writing_and_reading(engine: Engine) -> tuple[Engine, Engine]:
    """The engine for transactions that write, and for those that only look."""
    writes, reads = _OPTIONS[engine.dialect.name]
    return engine.execution_options(**writes), engine.execution_options(**reads)


def _begin(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    if driver.in_transaction:  # of whoever keeps the connection (`kept`)
        return
    text = "BEGIN IMMEDIATE" if connection.get_execution_options().get("store_writes", False) else "BEGIN"
    try:
        driver.execute(text).close()
    except connection.dialect.loaded_dbapi.Error as error:
        raise wrapped(error, connection.dialect, text) from error


def _require_open(connection: Any, *_: object) -> None:
    """Nobody is lent a connection on which the server has said something unasked: that it goes, as a rule."""
    looked = select.poll()
    looked.register(connection.fileno(), select.POLLIN)
    if looked.poll(0):
        raise InvalidatePoolError("expected a silent connection, found one that its server has closed")
