"""Accounts in the store: opened at enrolment with birth date and chip key as proved, counted at each acceptance."""

import hashlib

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from reference_impl.store.database import Database
from reference_impl.store.tables import accounts, memberships
from reference_impl.verification.core import Enrolled, HolderKey
from reference_impl.verification.genuineness import BirthRecord


class AccountView(msgspec.Struct, frozen=True):
    """What is stored about a holder, for the verb `account`; the chip key by its hash, the birth date not at all."""

    issuer_key: str
    serial: str
    services: list[str]
    chip_key: str | None
    accepted: int


class Accounts:
    """The accounts in the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, holder: HolderKey) -> Enrolled | None:
        """What was learnt of this holder at enrolment."""
        with self._database.transaction() as connection:
            row = connection.execute(select(accounts).where(_is_of(accounts, holder))).one_or_none()
            if row is None:
                return None
            return Enrolled(frozenset(_services(connection, holder)), row.birth_date, row.chip_key)

    def view(self, holder: HolderKey) -> AccountView | None:
        """The account as the contract shows it."""
        with self._database.transaction() as connection:
            row = connection.execute(select(accounts).where(_is_of(accounts, holder))).one_or_none()
            if row is None:
                return None
            chip_key = hashlib.sha256(row.chip_key).hexdigest()
            return AccountView(holder.issuer_key, holder.serial, _services(connection, holder), chip_key, row.accepted)

    def enrol(self, holder: HolderKey, service: str, record: BirthRecord) -> bool:
        """Opens the account, or adds the service to it; False if another enrolment was faster."""
        identity = {"issuer_key": holder.issuer_key, "serial": holder.serial}
        try:
            with self._database.transaction() as connection:
                if connection.execute(select(accounts).where(_is_of(accounts, holder))).one_or_none() is None:
                    learnt = {"birth_date": record.birth_date, "chip_key": record.chip_key}
                    connection.execute(insert(accounts).values(**identity, **learnt, accepted=0))
                connection.execute(insert(memberships).values(**identity, service=service))
                _count(connection, holder)
        except IntegrityError:
            return False
        return True

    def count_accepted(self, holder: HolderKey) -> bool:
        """Counts one acceptance; False if the account is gone."""
        with self._database.transaction() as connection:
            return _count(connection, holder)


def _is_of(table: Table, holder: HolderKey) -> ColumnElement[bool]:
    """The key of whatever belongs to an account: the issuer's key and the serial, both (spec/pki.md §5)."""
    return (table.c.issuer_key == holder.issuer_key) & (table.c.serial == holder.serial)


def _services(connection: Connection, holder: HolderKey) -> list[str]:
    statement = select(memberships.c.service).where(_is_of(memberships, holder)).order_by(memberships.c.service)
    return list(connection.execute(statement).scalars())


def _count(connection: Connection, holder: HolderKey) -> bool:
    statement = update(accounts).where(_is_of(accounts, holder)).values(accepted=accounts.c.accepted + 1)
    return connection.execute(statement).rowcount == 1
