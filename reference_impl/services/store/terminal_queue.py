"""The terminal's own queue: a record is on the disk before the holder is waved through, and until it is acknowledged.

One SQLite file, one writer. Number, link and seal are made inside the transaction that keeps the record, so a killed
terminal neither uses a number twice nor leaves a gap. An acknowledged record keeps its number and seal, as the next
one is linked with them; what the card gave is thrown away.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Struct, structs
from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table, func, insert, select, update

from reference_impl.services.offline.record import FIRST_LINK, Record, seal
from reference_impl.store.transactions import Transactions, make_tables

_metadata = MetaData()
_queue = Table(
    "terminal_queue",
    _metadata,
    Column("number", BigInteger, primary_key=True),
    Column("seal", LargeBinary, nullable=False),
    Column("record", LargeBinary),
)


class TerminalUse(Struct, frozen=True):
    """A use as the terminal sees it."""

    service: str
    place: str
    taken: datetime
    presentation: bytes
    amounts: dict[str, int] = {}
    session: str | None = None


class TerminalQueue:
    """The records of one terminal."""

    def __init__(self, database: Transactions, terminal: str, key: bytes) -> None:
        self._database = database
        self._terminal = terminal
        self._key = key
        with database.transaction() as connection:
            make_tables(connection, _metadata)

    def record(self, use: TerminalUse) -> Record:
        """The record of a use, which is kept when this returns."""
        with self._database.transaction() as connection:
            last = connection.execute(select(_queue).order_by(_queue.c.number.desc()).limit(1)).one_or_none()
            number, link = (1, FIRST_LINK) if last is None else (last.number + 1, last.seal)
            made = seal(Record(terminal=self._terminal, number=number, link=link, **structs.asdict(use)), self._key)
            connection.execute(insert(_queue).values(number=number, seal=made.seal, record=msgspec.json.encode(made)))
        return made

    def pending(self, limit: int = 500) -> list[Record]:
        """The oldest records that nobody has acknowledged."""
        statement = select(_queue.c.record).where(_queue.c.record.is_not(None)).order_by(_queue.c.number).limit(limit)
        with self._database.transaction() as connection:
            found = connection.execute(statement).scalars().all()
        return [msgspec.json.decode(each, type=Record) for each in found]

    def acknowledge(self, numbers: Iterable[int]) -> None:
        """Throws away what the relying party has."""
        with self._database.transaction() as connection:
            for number in numbers:
                connection.execute(update(_queue).where(_queue.c.number == number).values(record=None))

    def highest(self) -> int:
        """The number of the last record, 0 if there is none: told at each upload, so that a missing tail is seen."""
        with self._database.transaction() as connection:
            return int(connection.execute(select(func.max(_queue.c.number))).scalar_one() or 0)
