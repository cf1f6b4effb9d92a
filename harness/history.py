"""The history of a world: events in their order, the clock and the last published instant, in one store.

One process at a time may own a store that is a file: two writers would publish two truths. Within the process one
thread at a time speaks to the store, because they share its connection and so would share half-made changes.
"""

import fcntl
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec
from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from harness.clock import ClockRow
from harness.errors import ConfigurationError
from harness.events import Event

LOCKED_SECONDS = 1.0
"""How long the store waits for a program that looks into the file from outside."""
_EVENT: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_CLOCK = msgspec.json.Decoder(ClockRow)
T = TypeVar("T")
_TABLES = MetaData()
_EVENTS = Table("events", _TABLES, Column("number", Integer, primary_key=True), Column("event", String, nullable=False))
_FACTS = Table("facts", _TABLES, Column("name", String, primary_key=True), Column("value", String, nullable=False))


class StoreUnusable(ConfigurationError):
    """The store cannot be read or written; what was asked of it did not happen."""


class History:
    """The store of one world: SQLite in `path`, or in memory when that is None."""

    def __init__(self, path: Path | None = None) -> None:
        self._name = "the world's store" if path is None else str(path)
        self._turn = threading.RLock()
        self._owned = None if path is None else _own(path)
        self._engine = _engine(path)
        try:
            with self._transaction() as connection:
                _TABLES.create_all(connection)
        except StoreUnusable:
            self.close()
            raise

    def close(self) -> None:
        """Give the store up."""
        with self._turn:
            self._engine.dispose()
            if self._owned is not None:
                os.close(self._owned)
                self._owned = None

    def append(self, *events: Event) -> None:
        """Write events, all of them or none; they are stored when this returns."""
        with self._transaction() as connection:
            for event in events:
                connection.execute(insert(_EVENTS).values(event=msgspec.json.encode(event).decode()))

    def events(self) -> list[Event]:
        """Return all events in their order."""
        with self._transaction() as connection:
            rows = connection.execute(select(_EVENTS.c.event).order_by(_EVENTS.c.number)).scalars().all()
        return [self._decoded(row, _EVENT) for row in rows]

    def load_clock(self) -> ClockRow:
        """Return the clock's row."""
        return self._decoded(self.known_fact("clock"), _CLOCK)

    def save_clock(self, row: ClockRow) -> None:
        """Replace the clock's row."""
        self.set_facts({"clock": msgspec.json.encode(row).decode()})

    def load_published(self) -> datetime | None:
        """Return the latest thisUpdate of any view that was handed out."""
        value = self.fact("published")
        return None if value is None else datetime.fromisoformat(value)

    def save_published(self, instant: datetime) -> None:
        """Remember that a view as of `instant` was handed out."""
        self.set_facts({"published": instant.isoformat()})

    def fact(self, name: str) -> str | None:
        """Return one fact of the world, or None."""
        with self._transaction() as connection:
            return connection.execute(select(_FACTS.c.value).where(_FACTS.c.name == name)).scalar_one_or_none()

    def known_fact(self, name: str) -> str:
        """Return a fact that every world has; StoreUnusable when this store lacks it."""
        value = self.fact(name)
        if value is None:
            raise StoreUnusable(f"{self._name}: expected the world's {name}, actual none; it is not a world's store")
        return value

    def set_facts(self, facts: Mapping[str, str]) -> None:
        """Replace these facts of the world, all of them or none."""
        with self._transaction() as connection:
            connection.execute(delete(_FACTS).where(_FACTS.c.name.in_(facts)))
            connection.execute(insert(_FACTS), [{"name": name, "value": value} for name, value in facts.items()])

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._turn:
            try:
                with self._engine.begin() as connection:
                    yield connection
            except DBAPIError as fault:
                raise StoreUnusable(
                    f"{self._name}: expected to read and write the world's store, actual {fault.orig}; "
                    "name another file, or remove what is not a world's store"
                ) from fault

    def _decoded(self, row: str, decoder: msgspec.json.Decoder[T]) -> T:
        try:
            return decoder.decode(row)
        except msgspec.MsgspecError as fault:
            raise StoreUnusable(f"{self._name}: expected {decoder.type}, actual {row[:80]!r}: {fault}") from fault


def _engine(path: Path | None) -> Engine:
    address = URL.create("sqlite", database=None if path is None else str(path))
    arguments = {"check_same_thread": False, "timeout": LOCKED_SECONDS}
    return create_engine(address, poolclass=StaticPool, connect_args=arguments)


def _own(path: Path) -> int:
    """Return the descriptor that holds the store's lock; ConfigurationError when another process has it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise StoreUnusable(
            f"{path}: expected a place for the world's store, actual {fault.strerror}; name another file"
        ) from fault
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # its residents are nobody else's affair
    except BlockingIOError as fault:
        os.close(descriptor)
        raise StoreUnusable(f"{path}: another process owns this world; end it, or name another store") from fault
    except OSError as fault:
        os.close(descriptor)
        raise StoreUnusable(f"{path}: expected a file to write, actual {fault.strerror}; name another file") from fault
    return descriptor
