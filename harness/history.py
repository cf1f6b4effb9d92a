"""The history of a world: events in their order, the clock and the last published instant, in one store.

A store that is a file has one process for its owner. A database has many: each folds the events that the others wrote,
and whatever one decides is stored only if nobody wrote meanwhile. The history's last number tells:

    append(after, …)          only while the last event is number `after` and nothing as of the new ones is published
    save_published(t, after)  only while the last event is number `after`: the view as of t has every event up to t

Otherwise Overtaken is raised, nothing is stored, and whoever asked catches up and decides again.
"""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import NamedTuple, TypeVar

import msgspec
from sqlalchemy import (
    URL,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from harness.clock import ClockOvertaken, ClockRow
from harness.events import Event
from harness.store import engines
from harness.store.address import Place, show_place
from harness.store.owner import StoreUnusable, own

__all__ = ["History", "Overtaken", "Seen", "StoreUnusable"]
_EVENT: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_CLOCK = msgspec.json.Decoder(ClockRow)
T = TypeVar("T")
_TABLES = MetaData()
_NUMBER = Column("number", Integer, primary_key=True, autoincrement=False)
_EVENTS = Table("events", _TABLES, _NUMBER, Column("event", String, nullable=False))
_FACTS = Table("facts", _TABLES, Column("name", String, primary_key=True), Column("value", String, nullable=False))


class Overtaken(Exception):
    """Another process wrote since the history was looked at; nothing was stored."""


class Seen(NamedTuple):
    """What one look into the store shows, all of it as of one instant."""

    last: int
    """The number of the last event; 0 before the first."""
    published: datetime | None
    """The latest thisUpdate of any view that was handed out."""


class History:
    """The store of one world: SQLite in a file, PostgreSQL at an address, or memory."""

    def __init__(self, place: Place = None) -> None:
        self._name = show_place(place)
        self.is_shared = isinstance(place, URL)
        """Whether other processes write, too."""
        # SQLite's threads share one connection, and so would share half-made changes.
        self._turn = nullcontext() if self.is_shared else threading.RLock()
        self._clock: ClockRow | None = None
        """The clock's row as it was last read or written; what only this process writes need not be read again."""
        self._owned = None if place is None or isinstance(place, URL) else own(place)
        self._engine = engines.engine_of(place)
        try:
            with self._writing() as connection:
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

    def look(self) -> Seen:
        """Return how far the history goes and what was published."""
        with self._reading() as connection:
            return self._seen(connection)

    def append(self, after: int, *events: Event) -> None:
        """Write events that follow event number `after`, all or none; they are on the disk when this returns.

        Overtaken when another event has that place, or a view as of the first one's instant was published.
        """
        with self._writing() as connection:
            seen = self._seen(connection)
            if seen.last != after or (seen.published is not None and events[0].at <= seen.published):
                raise Overtaken
            _insert(connection, after + 1, events)

    def events(self, after: int = 0) -> list[Event]:
        """Return all events that follow event number `after`, in their order."""
        wanted = select(_EVENTS.c.event).where(_EVENTS.c.number > after).order_by(_EVENTS.c.number)
        with self._reading() as connection:
            rows = connection.execute(wanted).scalars().all()
        return [self._decoded(row, _EVENT) for row in rows]

    def load_clock(self) -> ClockRow:
        """Return the clock's row."""
        if self._clock is None or self.is_shared:
            self._clock = self._decoded(self.known_fact("clock"), _CLOCK)
        return self._clock

    def save_clock(self, row: ClockRow) -> None:
        """Replace the clock's row by the one of the next epoch; ClockOvertaken when that is not the next any more."""
        with self._writing() as connection:
            now = _fact(connection, "clock")
            if now is not None and self._decoded(now, _CLOCK).epoch != row.epoch - 1:
                raise ClockOvertaken
            _set_facts(connection, {"clock": msgspec.json.encode(row).decode()})
        self._clock = row

    def save_published(self, instant: datetime, after: int) -> None:
        """Remember that a view as of `instant` was handed out, made of the events up to number `after`.

        Overtaken when there are more: one of them may belong into the view. What was published later stays.
        """
        with self._writing() as connection:
            seen = self._seen(connection)
            if seen.last != after:
                raise Overtaken
            if seen.published is None or instant > seen.published:
                _set_facts(connection, {"published": instant.isoformat()})

    def found(self, facts: Mapping[str, str]) -> None:
        """Make these the facts that the world begins with, unless it has begun already."""
        with self._writing() as connection:
            if _fact(connection, "seed") is None:
                _set_facts(connection, facts)

    def contents(self) -> tuple[dict[str, str], list[Event]]:
        """Return all facts and events as of one instant."""
        with self._writing() as connection:  # nobody else writes meanwhile
            facts = {row.name: row.value for row in connection.execute(select(_FACTS.c.name, _FACTS.c.value))}
            rows = connection.execute(select(_EVENTS.c.event).order_by(_EVENTS.c.number)).scalars().all()
        return facts, [self._decoded(row, _EVENT) for row in rows]

    def restore(self, facts: Mapping[str, str], events: Sequence[Event]) -> None:
        """Make this the history of a store that has none, all of it or nothing; StoreUnusable when it has one."""
        with self._writing() as connection:
            if _fact(connection, "seed") is not None or self._seen(connection).last:
                raise StoreUnusable(f"{self._name}: expected an empty store, actual a world; name another")
            _set_facts(connection, facts)
            _insert(connection, 1, events)
        self._clock = None

    def fact(self, name: str) -> str | None:
        """Return one fact of the world, or None."""
        with self._reading() as connection:
            return _fact(connection, name)

    def known_fact(self, name: str) -> str:
        """Return a fact that every world has; StoreUnusable when this store lacks it."""
        value = self.fact(name)
        if value is None:
            raise StoreUnusable(
                f"{self._name}: expected the world's {name}, actual none; name a world's store, or make one with "
                "`kazashi world new`"
            )
        return value

    def _seen(self, connection: Connection) -> Seen:
        last = select(func.coalesce(func.max(_EVENTS.c.number), 0)).scalar_subquery()
        published = select(_FACTS.c.value).where(_FACTS.c.name == "published").scalar_subquery()
        number, instant = connection.execute(select(last, published)).one()
        return Seen(number, None if instant is None else datetime.fromisoformat(instant))

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._turn, self._faults(), engines.reading(self._engine) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._turn, self._faults(), engines.writing(self._engine) as connection:
            yield connection

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as fault:
            said = str(fault.orig if isinstance(fault, DBAPIError) else fault).strip().replace("\n", " ")
            mend = "start it, or name another address" if self.is_shared else "name another file"
            raise StoreUnusable(
                f"{self._name}: expected to read and write the world's store, actual {said}; "
                f"{mend}, or remove what is not a world's store"
            ) from fault

    def _decoded(self, row: str, decoder: msgspec.json.Decoder[T]) -> T:
        try:
            return decoder.decode(row)
        except msgspec.MsgspecError as fault:
            raise StoreUnusable(f"{self._name}: expected {decoder.type}, actual {row[:80]!r}: {fault}") from fault


def _fact(connection: Connection, name: str) -> str | None:
    return connection.execute(select(_FACTS.c.value).where(_FACTS.c.name == name)).scalar_one_or_none()


def _set_facts(connection: Connection, facts: Mapping[str, str]) -> None:
    connection.execute(delete(_FACTS).where(_FACTS.c.name.in_(facts)))
    connection.execute(insert(_FACTS), [{"name": name, "value": value} for name, value in facts.items()])


def _insert(connection: Connection, first: int, events: Sequence[Event]) -> None:
    rows = [
        {"number": number, "event": msgspec.json.encode(event).decode()} for number, event in enumerate(events, first)
    ]
    if rows:
        connection.execute(insert(_EVENTS), rows)
