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
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, Select, bindparam, insert, select, update

from reference_impl.accounts import rows
from reference_impl.accounts.attempt import Attempt, Paired, Recognised, Unfamiliar
from reference_impl.accounts.counts import Counts, NoCounts
from reference_impl.accounts.findings import replaced
from reference_impl.accounts.leaving import Merged, leave, merge
from reference_impl.accounts.renewal import NotNow, carry_over
from reference_impl.accounts.rows import Credential, Learnt
from reference_impl.accounts.view import AccountView
from reference_impl.store.database import Database
from reference_impl.store.statements import Row
from reference_impl.store.tables import accounts, memberships, pairs
from reference_impl.verification.doors import Enrolled
from reference_impl.verification.genuineness import (
    BirthRecord,
    birth_date_equals_enrolled,
    chip_key_equals_enrolled,
)
from reference_impl.verification.verdict import HolderKey, Reason

ID_LENGTH: Final = 16
"""Octets of an account's id and of a PPID: no two are drawn alike (2^64 accounts before one may expect it)."""


class Accounts:
    """The accounts in the store."""

    def __init__(
        self,
        database: Database,
        draw: Callable[[int], bytes] = secrets.token_bytes,
        counts: Counts = NoCounts(),  # noqa: B008  (it has no state)
    ) -> None:
        self._database = database
        self._draw = draw
        self._counts = counts

    def find(self, holder: HolderKey) -> Enrolled | None:
        """What was learnt of this holder at enrolment."""
        found = rows.read_membership(self._database, holder)
        if found is None:
            return None
        credential, services = found
        if credential.learnt is not None:
            return _as_learnt(credential, credential.learnt, services)
        with self._database.reading() as connection:  # from another certificate of the account
            again = rows.read_credential(connection, holder)
            return None if again is None else _enrolled(connection, again)

    def view(self, holder: HolderKey) -> AccountView | None:
        """The account as the contract shows it; where another certificate has followed this one, by that number."""
        with self._database.reading() as connection:
            credential = rows.read_credential(connection, holder)
            if credential is None:
                return None
            learnt = rows.learnt_with(connection, credential)
            chip_key = None if learnt is None else hashlib.sha256(learnt.chip_key).hexdigest()
            services = rows.services_of(connection, credential.account)
            accepted = connection.execute(select(accounts.c.accepted).where(accounts.c.id == credential.account))
            shown = credential.superseded_by or holder
            return AccountView(shown.issuer_key, shown.serial, services, chip_key, accepted.scalar_one())

    def ppid(self, account: str, service: str) -> str | None:
        """The name by which the service knows the account; None if it does not."""
        return _only(self._database.rows(_ppid, account=account, service=service))

    def ppid_of(self, holder: HolderKey, service: str) -> str | None:
        """The same, by the certificate that leads to the account."""
        key = {"issuer_key": holder.issuer_key, "serial": holder.serial}
        return _only(self._database.rows(rows.ppid_by_holder, service=service, **key))

    def enrol(self, attempt: Attempt) -> Reason | None:
        """Opens the account, or adds the service to it; a reason if what is stored by now does not allow it.

        Who enrols again after a renewal goes on with the account that is there.
        """

        def work(connection: Connection) -> None:
            credential = self._credential(connection, attempt) or self._open(connection, attempt)
            is_known = credential.learnt is not None
            _learn(connection, credential, attempt)
            if attempt.service not in rows.services_of(connection, credential.account):
                ppid = self._draw(ID_LENGTH).hex()
                rows.add_membership(connection, credential.account, attempt.service, ppid, attempt.at.timestamp())
            elif is_known:
                raise NotNow(Reason.ALREADY_ENROLLED)
            rows.count(connection, credential.account)
            attempt.settle_beside(connection, credential.account)

        return self._try(work)

    def relink(self, attempt: Attempt) -> Reason | None:
        """Lets the account go on with a renewed certificate, and learns the chip if it was shown. It is no use."""

        def work(connection: Connection) -> None:
            credential = _require_member(connection, self._credential(connection, attempt), attempt)
            if credential.learnt is not None:
                raise NotNow(Reason.ALREADY_ENROLLED)
            _learn(connection, credential, attempt)

        return self._try(work)

    def count_accepted(self, attempt: Attempt) -> Reason | None:
        """Counts one acceptance at a service, with the chip if one was shown; a reason if the account is gone, or
        another one (than `attempt.account`, where that is said) stands in its place."""

        def work(connection: Connection) -> None:
            credential, services = self._member(connection, attempt)
            if credential is not None and attempt.record is not None:
                _require_same(attempt.record, rows.learnt_with(connection, credential), credential)
            credential = _require_enrolled(credential, services, attempt)
            rows.count(connection, credential.account)
            attempt.settle_beside(connection, credential.account)

        return self._try(work)

    def note_ended(self, holder: HolderKey, now: datetime) -> None:
        """Remembers since when a certificate is known to be revoked or on hold; neither is ever taken back."""
        at = now.timestamp()
        self._database.change(rows.first_ended, at=at, issuer_key=holder.issuer_key, serial=holder.serial)

    def leave(self, holder: HolderKey, service: str | None = None) -> Reason | None:
        """Leaves a service, or all of them; with the last one the account is erased."""
        return self._try(lambda connection: leave(connection, holder, service, self._counts))

    def merge(self, kept: HolderKey, gone: HolderKey, now: datetime) -> Merged | Reason:
        """One account of two that somebody who may say so calls one person's; a reason where they cannot be."""
        try:
            return self._database.write(lambda each: merge(each, kept, gone, now.timestamp(), self._counts))
        except NotNow as refused:
            return refused.reason

    def id_of(self, holder: HolderKey) -> str | None:
        """The account that a certificate leads to."""
        found = self.known([holder])
        return found[0].account if found else None

    def pair(self, account: str) -> tuple[Paired, datetime | None] | None:
        """The signature certificate that belongs to an account, and since when its attributes are known to have
        changed."""
        with self._database.reading() as connection:
            row = connection.execute(select(pairs).where(pairs.c.account == account)).one_or_none()
        if row is None:
            return None
        return Paired(HolderKey(row.issuer_key, row.serial), _instant(row.ends)), _instant(row.changed_at)

    def note_changed(self, account: str, number: HolderKey, now: datetime) -> None:
        """Remembers that the attributes in this signature certificate hold no longer."""
        this = (pairs.c.account == account) & (pairs.c.issuer_key == number.issuer_key)
        first = this & (pairs.c.serial == number.serial) & pairs.c.changed_at.is_(None)
        with self._database.transaction() as connection:
            connection.execute(update(pairs).where(first).values(changed_at=now.timestamp()))

    def renew_attributes(self, account: str, paired: Paired | None, now: datetime) -> None:
        """The service has seen the attributes that hold now, while this signature certificate was in force; without
        one nothing is known of them from now on."""

        def work(connection: Connection) -> None:
            rows.hold(connection, account)
            connection.execute(pairs.delete().where(pairs.c.account == account))
            if paired is not None and rows.credentials_of(connection, account):
                row = {"account": account, **rows.pair_row(paired), "since": now.timestamp()}
                connection.execute(insert(pairs).values(**row))

        self._database.write(work)

    def known(self, holders: Iterable[HolderKey]) -> list[Credential]:
        """Those of these certificates that lead to accounts."""
        with self._database.reading() as connection:
            found = (rows.read_credential(connection, each) for each in holders)
            return [each for each in found if each is not None]

    def line(self, account: str) -> list[Credential]:
        """The certificates of an account, the oldest first."""
        with self._database.reading() as connection:
            return rows.credentials_of(connection, account)

    def linked_as_of(self, account: str) -> datetime | None:
        """The mark of the newest link that was taken for an account."""
        with self._database.reading() as connection:
            newest = rows.linked_as_of(connection, account)
        return _instant(newest)

    def of_chip(self, chip_key: bytes) -> str | None:
        """Whose chip it is."""
        with self._database.reading() as connection:
            return rows.account_of_chip(connection, chip_key)

    def enrolled(self, account: str) -> Enrolled | None:
        """What was learnt of an account's holder, for a certificate that follows theirs."""
        with self._database.reading() as connection:
            line = rows.credentials_of(connection, account)
            if not line:
                return None
            renewed = msgspec.structs.replace(line[-1], learnt=None, superseded_by=None)
            return _enrolled(connection, renewed)

    def _credential(self, connection: Connection, attempt: Attempt) -> Credential | None:
        """The credential of the attempt, with its account held; a recognised one takes its place now."""
        credential = rows.lock(connection, attempt.holder)
        if credential is None and isinstance(attempt.recognised, Recognised):
            return carry_over(connection, attempt, attempt.recognised)
        if credential is not None and not credential.is_current:
            raise NotNow(Reason.REVOKED)
        return credential

    def _member(self, connection: Connection, attempt: Attempt) -> tuple[Credential | None, list[str]]:
        """The same, with the services of its account."""
        found = rows.lock_member(connection, attempt.holder)
        if found is not None and found[0].is_current:
            return found
        credential = self._credential(connection, attempt)
        return credential, [] if credential is None else rows.services_of(connection, credential.account)

    def _open(self, connection: Connection, attempt: Attempt) -> Credential:
        """A new account for this certificate; the one that stands if somebody was faster."""
        account, since = self._draw(ID_LENGTH).hex(), attempt.at.timestamp()
        ends = None if attempt.ends is None else attempt.ends.timestamp()
        new = Credential(attempt.holder, attempt.carrier, account, since, None, ends=ends)
        connection.execute(insert(accounts).values(id=account, opened_at=since, accepted=0))
        if rows.add_credential(connection, new):
            if isinstance(attempt.recognised, Unfamiliar):
                as_of = attempt.recognised.as_of.timestamp()
                rows.note_link(connection, account, as_of, attempt.recognised.paired, since)
            return new
        connection.execute(accounts.delete().where(accounts.c.id == account))
        return rows.lock(connection, attempt.holder) or self._open(connection, attempt)  # came and went: begin again

    def _try(self, work: Callable[[Connection], object]) -> Reason | None:
        try:
            self._database.write(work)
        except NotNow as refused:
            return refused.reason
        return None


def _instant(stored: float | None) -> datetime | None:
    return None if stored is None else datetime.fromtimestamp(stored, UTC)


def _require_member(connection: Connection, credential: Credential | None, attempt: Attempt) -> Credential:
    services = [] if credential is None else rows.services_of(connection, credential.account)
    return _require_enrolled(credential, services, attempt)


def _require_enrolled(credential: Credential | None, services: list[str], attempt: Attempt) -> Credential:
    if credential is None or attempt.account not in {None, credential.account} or attempt.service not in services:
        raise NotNow(Reason.NOT_ENROLLED)
    return credential


def _learn(connection: Connection, credential: Credential, attempt: Attempt) -> None:
    """The chip shown with the PIN: the same as before with a known certificate, a new one with a renewed one."""
    if attempt.record is None:
        return
    record, learnt = attempt.record, rows.learnt_with(connection, credential)
    if credential.learnt is not None:
        _require_same(record, learnt, credential)
    if learnt is not None and not birth_date_equals_enrolled(record, learnt.birth_date):
        raise NotNow(Reason.HOLDER_MISMATCH)
    if not rows.learn(connection, credential, Learnt(record.birth_date, record.chip_key)):
        raise NotNow(Reason.RENEWAL_PENDING)  # enrolled with another certificate: one chip is never two persons'


def _enrolled(connection: Connection, credential: Credential) -> Enrolled:
    learnt = rows.learnt_with(connection, credential) or Learnt("", b"")
    return _as_learnt(credential, learnt, rows.services_of(connection, credential.account))


def _as_learnt(credential: Credential, learnt: Learnt, services: list[str]) -> Enrolled:
    barred = None if credential.is_current else replaced()
    is_renewed = credential.learnt is None
    return Enrolled(frozenset(services), learnt.birth_date, learnt.chip_key, credential.account, is_renewed, barred)


def _ppid() -> Select[tuple[str]]:
    of_both = (memberships.c.account == bindparam("account")) & (memberships.c.service == bindparam("service"))
    return select(memberships.c.ppid).where(of_both)


def _only(found: list[Row]) -> str | None:
    return found[0][0] if found else None


def _require_same(record: BirthRecord, learnt: Learnt | None, credential: Credential) -> None:
    """What differs from the enrolment, in the order of step (8) of `core.decide`."""
    if learnt is None:
        raise NotNow(Reason.RENEWAL_PENDING)
    if not birth_date_equals_enrolled(record, learnt.birth_date):
        raise NotNow(Reason.HOLDER_MISMATCH)
    if not chip_key_equals_enrolled(record, learnt.chip_key):
        raise NotNow(Reason.CARD_CHANGED if credential.learnt is not None else Reason.RENEWAL_PENDING)
