"""Accounts in the store: opened at enrolment with birth date and chip key as proved, counted at each acceptance.

An attempt is judged by the account as it was looked up, and asks the responder in between. So whatever is written is
first compared with what is stored by then, in the same transaction: no two chips are accepted for one account.

A service knows an account by a PPID, drawn at random for each of its memberships and stored there. An HMAC over
account and service under a key of the installation would do as well and need no column, but then whoever has the key
can tell that two services speak of one person, for all accounts and for ever, a lost key loses every name, and leaving
a service would not forget the name: it would come again. A drawn one can only be looked up, here, and is gone with its
row.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select

from reference_impl.accounts import rows
from reference_impl.accounts.rows import Credential, Learnt
from reference_impl.accounts.view import AccountView
from reference_impl.services.store.transactions import Transactions, run
from reference_impl.store.tables import accounts, memberships
from reference_impl.verification.doors import Enrolled
from reference_impl.verification.genuineness import (
    BirthRecord,
    birth_date_equals_enrolled,
    chip_key_equals_enrolled,
)
from reference_impl.verification.purpose import Carrier
from reference_impl.verification.verdict import HolderKey, Reason

ID_LENGTH: Final = 16
"""Octets of an account's id and of a PPID: no two are drawn alike (2^64 accounts before one may expect it)."""


class NotNow(Exception):
    """What is stored by now does not allow it: nothing of the transaction stays."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Accounts:
    """The accounts in the store."""

    def __init__(self, database: Transactions, draw: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._database = database
        self._draw = draw

    def find(self, holder: HolderKey) -> Enrolled | None:
        """What was learnt of this holder at enrolment."""
        with self._database.transaction() as connection:
            credential = rows.read_credential(connection, holder)
            return None if credential is None else _enrolled(connection, credential)

    def view(self, holder: HolderKey) -> AccountView | None:
        """The account as the contract shows it."""
        with self._database.transaction() as connection:
            credential = rows.read_credential(connection, holder)
            if credential is None:
                return None
            learnt = rows.learnt_with(connection, credential)
            chip_key = None if learnt is None else hashlib.sha256(learnt.chip_key).hexdigest()
            services = rows.services_of(connection, credential.account)
            accepted = connection.execute(select(accounts.c.accepted).where(accounts.c.id == credential.account))
            return AccountView(holder.issuer_key, holder.serial, services, chip_key, accepted.scalar_one())

    def ppid(self, account: str, service: str) -> str | None:
        """The name by which the service knows the account; None if it does not."""
        of_both = (memberships.c.account == account) & (memberships.c.service == service)
        with self._database.transaction() as connection:
            return connection.execute(select(memberships.c.ppid).where(of_both)).scalar_one_or_none()

    def enrol(
        self, holder: HolderKey, service: str, record: BirthRecord, now: datetime, carrier: Carrier = Carrier.CARD
    ) -> Reason | None:
        """Opens the account, or adds the service to it; a reason if what is stored by now does not allow it."""

        def work(connection: Connection) -> None:
            credential = rows.lock(connection, holder)
            if credential is None:
                credential = self._open(connection, holder, record, now, carrier)
            _require_same(record, rows.learnt_with(connection, credential))
            if service in rows.services_of(connection, credential.account):
                raise NotNow(Reason.ALREADY_ENROLLED)
            ppid = self._draw(ID_LENGTH).hex()
            rows.add_membership(connection, credential.account, service, ppid, now.timestamp())
            rows.count(connection, credential.account)

        return self._try(work)

    def count_accepted(
        self, holder: HolderKey, service: str, record: BirthRecord | None, account: str | None = None
    ) -> Reason | None:
        """Counts one acceptance at a service, with the chip if one was shown; a reason if the account is gone, or
        another one (than `account`, where that is said) stands in its place."""

        def work(connection: Connection) -> None:
            credential = rows.lock(connection, holder)
            if credential is not None and record is not None:
                _require_same(record, rows.learnt_with(connection, credential))
            if credential is None or account not in {None, credential.account}:
                raise NotNow(Reason.NOT_ENROLLED)
            if service not in rows.services_of(connection, credential.account):
                raise NotNow(Reason.NOT_ENROLLED)
            rows.count(connection, credential.account)

        return self._try(work)

    def _open(
        self, connection: Connection, holder: HolderKey, record: BirthRecord, now: datetime, carrier: Carrier
    ) -> Credential:
        """A new account for this certificate and chip; the one that stands if somebody was faster."""
        account, since = self._draw(ID_LENGTH).hex(), now.timestamp()
        new = Credential(holder, carrier, account, since, Learnt(record.birth_date, record.chip_key))
        connection.execute(insert(accounts).values(id=account, opened_at=since, accepted=0))
        if not rows.add_credential(connection, new):
            connection.execute(accounts.delete().where(accounts.c.id == account))
            there = rows.lock(connection, holder)
            if there is None:  # came and went: begin again
                return self._open(connection, holder, record, now, carrier)
            return there
        if rows.take_chip(connection, account, record.chip_key) != account:
            raise NotNow(Reason.RENEWAL_PENDING)  # the chip is enrolled with another certificate: never two persons
        return new

    def _try(self, work: Callable[[Connection], None]) -> Reason | None:
        try:
            run(self._database, work)
        except NotNow as refused:
            return refused.reason
        return None


def _enrolled(connection: Connection, credential: Credential) -> Enrolled:
    learnt = rows.learnt_with(connection, credential) or Learnt("", b"")
    services = frozenset(rows.services_of(connection, credential.account))
    return Enrolled(services, learnt.birth_date, learnt.chip_key, credential.account)


def _require_same(record: BirthRecord, learnt: Learnt | None) -> None:
    """What differs from the enrolment, in the order of step (8) of `core.decide`."""
    if learnt is None:
        return
    if not birth_date_equals_enrolled(record, learnt.birth_date):
        raise NotNow(Reason.HOLDER_MISMATCH)
    if not chip_key_equals_enrolled(record, learnt.chip_key):
        raise NotNow(Reason.CARD_CHANGED)
