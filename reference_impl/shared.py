"""What the test surface sets holds for every process of a store: configuration, clock, and that all was forgotten.

One row, with a number that grows by one at each change. A process looks at it before each message and, if it grew,
takes over what changed; so whoever asks next, and whichever process answers, meets what was acknowledged before. The
table is made with the test surface and for it: a store that only a release has opened does not have it.
"""

import threading
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    insert,
    select,
    update,
)

from reference_impl.messages import Configure
from reference_impl.relying_party import RelyingParty

metadata = MetaData()
_table = Table(
    "test_surface",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("generation", BigInteger, nullable=False),
    Column("configuration", LargeBinary),
    Column("instant", String),
    Column("epoch", BigInteger),
    Column("resets", BigInteger, nullable=False),
)
_READ: Final = select(_table.c.generation, _table.c.configuration, _table.c.instant, _table.c.epoch, _table.c.resets)


def _generation() -> Select[tuple[int]]:
    return select(_table.c.generation)


class Shared:
    """The row, and how far this process has taken it over."""

    def __init__(self, party: RelyingParty) -> None:
        self._party = party
        self._lock = threading.Lock()
        self._generation = 0
        self._resets = 0
        self._configuration: bytes | None = None
        party.database.make(metadata)
        with party.database.transaction() as connection:
            if connection.execute(_generation()).one_or_none() is None:
                _begin(connection)

    def refresh(self) -> None:
        """Takes over what changed since this process looked last; a store in memory has no other process."""
        database = self._party.database
        if database.is_shared and database.rows(_generation) != [(self._generation,)]:
            self._take_over()

    def configure(self, message: Configure) -> None:
        """The configuration of every process from here on; BrokenMessage if it cannot be taken."""
        self._party.read_configuration(message)
        self._change(configuration=msgspec.json.encode(message))

    def set_time(self, instant: datetime, epoch: int) -> None:
        """The instant at which every clock stands from here on."""
        self._change(instant=instant.isoformat(), epoch=epoch)

    def reset(self) -> None:
        """Forgets what was learnt, in the store and in every process."""
        self._party.reset()
        self._change(resets=_table.c.resets + 1)

    def _change(self, **values: object) -> None:
        with self._party.database.transaction() as connection:
            connection.execute(update(_table).values(generation=_table.c.generation + 1, **values))
        self._take_over()

    def _take_over(self) -> None:
        with self._lock:
            with self._party.database.reading() as connection:
                row = connection.execute(_READ).one()
            if row.configuration is not None and row.configuration != self._configuration:
                message = msgspec.json.decode(row.configuration, type=Configure)
                self._party.configure(self._party.read_configuration(message))
            if row.resets != self._resets:
                self._party.forget_found()
            if row.instant is not None:
                self._party.clock.set_time(datetime.fromisoformat(row.instant), row.epoch)
            self._generation, self._configuration, self._resets = row.generation, row.configuration, row.resets


def _begin(connection: Connection) -> None:
    connection.execute(insert(_table).values(id=1, generation=0, resets=0))
