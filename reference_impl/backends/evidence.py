"""Certificates that a law wants kept: nothing else keeps one, and none outlives the time the policy names.

A table of its own, made when the first service has such a policy: a relying party without one has no place where a
certificate could lie. The audit says why it is here; this says until when.
"""

from datetime import datetime

from sqlalchemy import Column, Float, Index, LargeBinary, MetaData, String, Table, delete, insert, select

from reference_impl.audit.checks import Check
from reference_impl.store.transactions import Transactions, make_tables

metadata = MetaData()

kept_certificates = Table(
    "kept_certificates",
    metadata,
    Column("service", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("until", Float, nullable=False),
    Column("certificate", LargeBinary, nullable=False),
    Index("kept_certificates_by_end", "until"),
)


class Evidence:
    """What is kept for a law, in the relying party's store."""

    def __init__(self, database: Transactions) -> None:
        self._database = database
        with database.transaction() as connection:
            make_tables(connection, metadata)

    def keep(self, why: Check, certificate: bytes, until: datetime) -> None:
        """Keeps the certificate of an accepted attempt until then."""
        row = {"service": why.service, "purpose": str(why.purpose), "at": why.at.timestamp()}
        with self._database.transaction() as connection:
            connection.execute(
                insert(kept_certificates).values(**row, until=until.timestamp(), certificate=certificate)
            )

    def forget_old(self, now: datetime) -> int:
        """How many had reached their end, and are gone."""
        with self._database.transaction() as connection:
            gone = connection.execute(delete(kept_certificates).where(kept_certificates.c.until <= now.timestamp()))
            return gone.rowcount

    def count(self) -> int:
        """How many are kept."""
        with self._database.transaction() as connection:
            return len(connection.execute(select(kept_certificates.c.at)).all())
