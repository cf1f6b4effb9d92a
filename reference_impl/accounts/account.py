"""Accounts in the store: opened at enrolment with birth date and chip key as proved, counted at each acceptance.

An attempt is judged by the account as it was looked up, and asks the responder in between. So whatever is written is
first compared with what is stored by then, in the same transaction: no two chips are accepted for one account.
"""

import hashlib

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, insert, select, update

from reference_impl.store.database import Database
from reference_impl.store.tables import accounts, memberships
from reference_impl.store.transactions import take_turn
from reference_impl.verification.doors import Enrolled
from reference_impl.verification.genuineness import (
    BirthRecord,
    birth_date_equals_enrolled,
    chip_key_equals_enrolled,
)
from reference_impl.verification.verdict import HolderKey, Reason


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
        with self._database.reading() as connection:
            return _find(connection, holder)

    def view(self, holder: HolderKey) -> AccountView | None:
        """The account as the contract shows it."""
        with self._database.reading() as connection:
            row = connection.execute(select(accounts).where(_is_of(accounts, holder))).one_or_none()
            if row is None:
                return None
            chip_key = hashlib.sha256(row.chip_key).hexdigest()
            return AccountView(holder.issuer_key, holder.serial, _services(connection, holder), chip_key, row.accepted)

    def enrol(self, holder: HolderKey, service: str, record: BirthRecord) -> Reason | None:
        """Opens the account, or adds the service to it; a reason if what is stored by now does not allow it."""
        identity = {"issuer_key": holder.issuer_key, "serial": holder.serial}
        with self._database.transaction() as connection:
            take_turn(connection, f"{holder.issuer_key}:{holder.serial}")
            account = _find(connection, holder)
            if account is None:
                learnt = {"birth_date": record.birth_date, "chip_key": record.chip_key}
                connection.execute(insert(accounts).values(**identity, **learnt, accepted=0))
            elif (reason := _difference(record, account)) is not None:
                return reason
            elif service in account.services:
                return Reason.ALREADY_ENROLLED
            connection.execute(insert(memberships).values(**identity, service=service))
            _count(connection, holder)
        return None

    def count_accepted(self, holder: HolderKey, service: str, record: BirthRecord | None) -> Reason | None:
        """Counts one acceptance at a service, with the chip if one was shown; a reason if the account is gone, or
        another one stands in its place."""
        with self._database.transaction() as connection:
            take_turn(connection, f"{holder.issuer_key}:{holder.serial}")
            account = _find(connection, holder)
            if account is not None and record is not None and (reason := _difference(record, account)) is not None:
                return reason
            if account is None or service not in account.services:
                return Reason.NOT_ENROLLED
            _count(connection, holder)
        return None


def _is_of(table: Table, holder: HolderKey) -> ColumnElement[bool]:
    """The key of whatever belongs to an account: the issuer's key and the serial, both (spec/pki.md §5)."""
    return (table.c.issuer_key == holder.issuer_key) & (table.c.serial == holder.serial)


def _find(connection: Connection, holder: HolderKey) -> Enrolled | None:
    row = connection.execute(select(accounts).where(_is_of(accounts, holder))).one_or_none()
    if row is None:
        return None
    return Enrolled(frozenset(_services(connection, holder)), row.birth_date, row.chip_key)


def _difference(record: BirthRecord, account: Enrolled) -> Reason | None:
    """What differs from the enrolment, in the order of step (8) of `core.decide`."""
    if not birth_date_equals_enrolled(record, account.birth_date):
        return Reason.HOLDER_MISMATCH
    if not chip_key_equals_enrolled(record, account.chip_key):
        return Reason.CARD_CHANGED
    return None


def _services(connection: Connection, holder: HolderKey) -> list[str]:
    statement = select(memberships.c.service).where(_is_of(memberships, holder)).order_by(memberships.c.service)
    return list(connection.execute(statement).scalars())


def _count(connection: Connection, holder: HolderKey) -> None:
    connection.execute(update(accounts).where(_is_of(accounts, holder)).values(accepted=accounts.c.accepted + 1))
