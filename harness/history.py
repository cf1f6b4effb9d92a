"""The history of a world: events in their order, the clock and the last published instant, in one store.

One process at a time may own a store that is a file: two writers would publish two truths.
"""

import fcntl
import os
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, delete, insert, select
from sqlalchemy.pool import StaticPool

from harness.clock import ClockRow
from harness.errors import ConfigurationError
from harness.events import Event

_TABLES = MetaData()
_EVENTS = Table("events", _TABLES, Column("number", Integer, primary_key=True), Column("event", String, nullable=False))
_FACTS = Table("facts", _TABLES, Column("name", String, primary_key=True), Column("value", String, nullable=False))


class History:
    """The store of one world: SQLite in `path`, or in memory when that is None."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = None if path is None else _own(path)
        address = "sqlite://" if path is None else f"sqlite:///{path}"
        self._engine = create_engine(address, poolclass=StaticPool, connect_args={"check_same_thread": False})
        _TABLES.create_all(self._engine)

    def close(self) -> None:
        """Give the store up."""
        self._engine.dispose()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def append(self, event: Event) -> None:
        """Write one event; it is stored when this returns."""
        with self._engine.begin() as connection:
            connection.execute(insert(_EVENTS).values(event=msgspec.json.encode(event).decode()))

    def events(self) -> list[Event]:
        """Return all events in their order."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(_EVENTS.c.event).order_by(_EVENTS.c.number)).scalars().all()
        decoder = msgspec.json.Decoder(Event)
        return [decoder.decode(row) for row in rows]

    def load_clock(self) -> ClockRow:
        """Return the clock's row."""
        row = self.fact("clock")
        if row is None:
            raise ConfigurationError("store: expected a clock, actual none; it is not the store of a world")
        return msgspec.json.decode(row, type=ClockRow)

    def save_clock(self, row: ClockRow) -> None:
        """Replace the clock's row."""
        self.set_fact("clock", msgspec.json.encode(row).decode())

    def load_published(self) -> datetime | None:
        """Return the latest thisUpdate of any view that was handed out."""
        value = self.fact("published")
        return None if value is None else datetime.fromisoformat(value)

    def save_published(self, instant: datetime) -> None:
        """Remember that a view as of `instant` was handed out."""
        self.set_fact("published", instant.isoformat())

    def fact(self, name: str) -> str | None:
        """Return one fact of the world, or None."""
        with self._engine.begin() as connection:
            return connection.execute(select(_FACTS.c.value).where(_FACTS.c.name == name)).scalar_one_or_none()

    def set_fact(self, name: str, value: str) -> None:
        """Replace one fact of the world."""
        with self._engine.begin() as connection:
            connection.execute(delete(_FACTS).where(_FACTS.c.name == name))
            connection.execute(insert(_FACTS).values(name=name, value=value))


def _own(path: Path) -> int:
    """Return the descriptor that holds the store's lock; ConfigurationError when another process has it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path.with_suffix(path.suffix + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise ConfigurationError(f"{path}: expected a place for the world's store, actual {fault.strerror}") from fault
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        os.close(descriptor)
        raise ConfigurationError(f"{path}: another process owns this world; end it, or name another store") from fault
    return descriptor
