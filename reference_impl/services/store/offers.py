"""Refusals after which another document may be shown: kept for a day, taken up once."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from reference_impl.services.store.tables import offers
from reference_impl.services.vocabulary import Document
from reference_impl.store.transactions import Transactions, run
from reference_impl.verification.verdict import Reason

LASTS: Final = timedelta(days=1)
NAME_LENGTH: Final = 24


class Made(msgspec.Struct, frozen=True):
    """What was offered after which refusal."""

    service: str
    purpose: str
    reason: Reason
    documents: tuple[Document, ...]
    at: datetime


class Offers:
    """The offers in the store."""

    def __init__(self, database: Transactions, draw: Callable[[int], bytes]) -> None:
        self._database = database
        self._draw = draw

    def make(self, service: str, purpose: str, reason: Reason, documents: Sequence[Document], now: datetime) -> str:
        """The name of a new offer; those of days gone by are forgotten."""
        name = self._draw(NAME_LENGTH).hex()
        row = {"id": name, "service": service, "purpose": purpose, "reason": reason.value, "shown": ""}
        with self._database.transaction() as connection:
            connection.execute(delete(offers).where(offers.c.at < (now - LASTS).timestamp()))
            said = " ".join(documents)
            connection.execute(insert(offers).values(**row, documents=said, at=now.timestamp()))
        return name

    def take_up(self, name: str, document: Document, now: datetime, service: str | None = None) -> Made | str:
        """The offer, if the document is one of it and none was shown yet; else why not. One UPDATE decides."""

        def work(connection: Connection) -> Made | str:
            row = connection.execute(select(offers).where(offers.c.id == name)).one_or_none()
            if row is None or service not in {None, row.service}:
                return "unknown"
            if not timedelta(0) <= now - _instant(row.at) <= LASTS:
                return "unknown"
            documents = tuple(Document(each) for each in row.documents.split())
            if document not in documents:
                return "other"
            first = update(offers).where(offers.c.id == name, offers.c.shown == "").values(shown=document.value)
            if connection.execute(first).rowcount != 1:
                return "shown"
            return Made(row.service, row.purpose, Reason(row.reason), documents, _instant(row.at))

        return run(self._database, work)


def _instant(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
