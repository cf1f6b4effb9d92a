"""The rows of an account: what is read and written within one transaction, for those who decide.

Whoever changes an account takes its row first (`lock`), so that of two changes one sees what the other left: SQLite has
one writer at a time anyway, PostgreSQL waits at the row (SELECT … FOR UPDATE).
"""

import hashlib
from typing import Any, Final, cast

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, Table, Update, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from reference_impl.accounts.attempt import Paired
from reference_impl.store.statements import Row, Statements, Within
from reference_impl.store.tables import accounts, chips, credentials, memberships, pairs
from reference_impl.verification.purpose import Carrier
from reference_impl.verification.verdict import HolderKey


class Learnt(msgspec.Struct, frozen=True):
    """Birth date and chip key as proved with a PIN."""

    birth_date: str
    chip_key: bytes


class Credential(msgspec.Struct, frozen=True):
    """One certificate that leads to an account."""

    holder: HolderKey
    carrier: Carrier
    account: str
    since: float
    learnt: Learnt | None
    """Of the chip that was shown with this certificate; None if none was."""
    superseded_by: HolderKey | None = None
    ends: float | None = None
    """Its notAfter."""
    ended_at: float | None = None
    """When it was first seen revoked or on hold."""

    @property
    def is_current(self) -> bool:
        """Whether no other certificate has followed it."""
        return self.superseded_by is None


def is_of(holder: HolderKey) -> ColumnElement[bool]:
    """The key of a credential: the issuer's key and the serial, both (spec/pki.md §5)."""
    return (credentials.c.issuer_key == holder.issuer_key) & (credentials.c.serial == holder.serial)


def read_credential(connection: Connection, holder: HolderKey) -> Credential | None:
    """The credential of this issuer key and serial, if it leads to an account."""
    found = Within(connection).rows(_by_holder, issuer_key=holder.issuer_key, serial=holder.serial)
    return _credential(found[0]) if found else None


def credentials_of(connection: Connection, account: str) -> list[Credential]:
    """Every credential of an account, the oldest first."""
    return [_credential(row) for row in Within(connection).rows(_by_account, account=account)]


def read_membership(store: Statements, holder: HolderKey) -> tuple[Credential, list[str]] | None:
    """The credential of this issuer key and serial, and the services that its account is enrolled at: one look."""
    found = store.rows(_with_services, issuer_key=holder.issuer_key, serial=holder.serial)
    if not found:
        return None
    return _credential(found[0][:-1]), [row[-1] for row in found if row[-1] is not None]


_ANY: Final = HolderKey(cast("str", bindparam("issuer_key")), cast("str", bindparam("serial")))
_LEADING: Final = credentials.join(accounts, credentials.c.account == accounts.c.id)
"""A credential whose account is no more leads nowhere."""


def _by_holder() -> Select[tuple[Any, ...]]:
    return select(credentials).select_from(_LEADING).where(is_of(_ANY))


def _by_account() -> Select[tuple[Any, ...]]:
    mine = select(credentials).select_from(_LEADING).where(credentials.c.account == bindparam("account"))
    return mine.order_by(credentials.c.since, credentials.c.serial)


def _with_services() -> Select[tuple[Any, ...]]:
    joined = _LEADING.outerjoin(memberships, memberships.c.account == credentials.c.account)
    found = select(credentials, memberships.c.service).select_from(joined).where(is_of(_ANY))
    return found.order_by(credentials.c.since, credentials.c.serial, memberships.c.service)


def ppid_by_holder() -> Select[tuple[str]]:
    """By which name a service knows the account that a certificate leads to."""
    joined = _LEADING.join(memberships, memberships.c.account == credentials.c.account)
    mine = is_of(_ANY) & (memberships.c.service == bindparam("service"))
    return select(memberships.c.ppid).select_from(joined).where(mine)


def first_ended() -> Update:
    """Notes when a certificate was first known to be over."""
    return update(credentials).where(is_of(_ANY) & credentials.c.ended_at.is_(None)).values(ended_at=bindparam("at"))


def _credential(row: Row) -> Credential:
    issuer_key, serial, carrier, account, since, ends, ended_at, birth_date, chip_key, _, later_key, later_serial = row
    learnt = None if chip_key is None else Learnt(birth_date, chip_key)
    later = None if later_serial is None else HolderKey(later_key, later_serial)
    return Credential(HolderKey(issuer_key, serial), Carrier(carrier), account, since, learnt, later, ends, ended_at)


def learnt_with(connection: Connection, credential: Credential) -> Learnt | None:
    """What is known of the holder's chip: with this credential, or else with the latest of the account that knows."""
    if credential.learnt is not None:
        return credential.learnt
    known = [each.learnt for each in credentials_of(connection, credential.account) if each.learnt is not None]
    return known[-1] if known else None


def lock(connection: Connection, holder: HolderKey) -> Credential | None:
    """The credential, with its account held until the transaction ends."""
    found = read_credential(connection, holder)
    while found is not None and connection.dialect.name == "postgresql":  # elsewhere nobody else is here
        hold(connection, found.account)
        again = read_credential(connection, holder)  # it may have moved to another account while we waited
        if again is None or again.account == found.account:
            return again
        found = again
    return found


def lock_member(connection: Connection, holder: HolderKey) -> tuple[Credential, list[str]] | None:
    """The same, with the services that its account is enrolled at: of one look where nobody else can be here."""
    within = Within(connection)
    found = None
    if connection.dialect.name == "postgresql":
        held = within.rows(_held_by_holder, issuer_key=holder.issuer_key, serial=holder.serial)
        found = read_membership(within, holder) if held else None
        while found is not None and [(found[0].account,)] != held:  # it moved to another account while we waited
            hold(connection, found[0].account)
            held, found = [(found[0].account,)], read_membership(within, holder)
        return found
    return read_membership(within, holder)


def hold(connection: Connection, *ids: str) -> None:
    """Holds these accounts until the transaction ends; in one order, so that no two wait for each other."""
    if connection.dialect.name == "postgresql":
        for each in sorted(ids):
            Within(connection).rows(_held, account=each)


def add_credential(connection: Connection, new: Credential) -> bool:
    """Whether the credential was new; then it leads to its account."""
    row = {"issuer_key": new.holder.issuer_key, "serial": new.holder.serial, "carrier": new.carrier.value}
    chip = {} if new.learnt is None else {"birth_date": new.learnt.birth_date, "chip_key": new.learnt.chip_key}
    more = {"account": new.account, "since": new.since, "ends": new.ends}
    statement = unless_there(connection, credentials).values(**row, **chip, **more)
    return connection.execute(statement.returning(credentials.c.serial)).one_or_none() is not None


def supersede(connection: Connection, old: HolderKey, new: HolderKey, at: float) -> None:
    """Lets a credential name the one that followed it: it leads nowhere any more."""
    followed = {"superseded_issuer_key": new.issuer_key, "superseded_serial": new.serial, "superseded_at": at}
    connection.execute(update(credentials).where(is_of(old)).values(**followed))


def learn(connection: Connection, credential: Credential, learnt: Learnt) -> bool:
    """Remembers the chip with this credential; False, and nothing remembered, where it is another account's."""
    if take_chip(connection, credential.account, learnt.chip_key) != credential.account:
        return False
    chip = {"birth_date": learnt.birth_date, "chip_key": learnt.chip_key}
    connection.execute(update(credentials).where(is_of(credential.holder)).values(**chip))
    return True


def account_of_chip(connection: Connection, chip_key: bytes) -> str | None:
    """Whose chip it is."""
    named = hashlib.sha256(chip_key).hexdigest()
    return connection.execute(select(chips.c.account).where(chips.c.chip_key == named)).scalar_one_or_none()


def linked_as_of(connection: Connection, account: str) -> float | None:
    """The mark of the newest link that was taken for an account."""
    return connection.execute(select(accounts.c.linked_as_of).where(accounts.c.id == account)).scalar_one_or_none()


def note_link(connection: Connection, account: str, as_of: float, paired: Paired | None, at: float) -> None:
    """Remembers the mark; and the signature certificate of the account's card, if none is remembered.

    One that is stays: the attributes were learnt under it, and its status tells whether they hold.
    """
    connection.execute(update(accounts).where(accounts.c.id == account).values(linked_as_of=as_of))
    if paired is not None:
        connection.execute(unless_there(connection, pairs).values(account=account, **pair_row(paired), since=at))


def pair_row(paired: Paired) -> dict[str, str | float | None]:
    """The columns of a pair."""
    ends = None if paired.ends is None else paired.ends.timestamp()
    return {"issuer_key": paired.number.issuer_key, "serial": paired.number.serial, "ends": ends}


def take_chip(connection: Connection, account: str, chip_key: bytes) -> str:
    """Whose chip it is by now: this account's, if nobody had it before."""
    named = hashlib.sha256(chip_key).hexdigest()
    connection.execute(unless_there(connection, chips).values(chip_key=named, account=account))
    whose: str = connection.execute(select(chips.c.account).where(chips.c.chip_key == named)).scalar_one()
    return whose


def services_of(connection: Connection, account: str) -> list[str]:
    """The services an account is enrolled at."""
    return [service for (service,) in Within(connection).rows(_services, account=account)]


def add_membership(connection: Connection, account: str, service: str, ppid: str, since: float) -> None:
    """Enrols an account at a service, under this name."""
    connection.execute(insert(memberships).values(account=account, service=service, ppid=ppid, since=since))


def count(connection: Connection, account: str) -> None:
    """One acceptance more."""
    Within(connection).change(_one_more, account=account)


def _held_by_holder() -> Select[tuple[str]]:
    return select(accounts.c.id).select_from(_LEADING).where(is_of(_ANY)).with_for_update(of=accounts)


def _held() -> Select[tuple[str]]:
    return select(accounts.c.id).where(accounts.c.id == bindparam("account")).with_for_update()


def _services() -> Select[tuple[str]]:
    mine = select(memberships.c.service).where(memberships.c.account == bindparam("account"))
    return mine.order_by(memberships.c.service)


def _one_more() -> Update:
    return update(accounts).where(accounts.c.id == bindparam("account")).values(accepted=accounts.c.accepted + 1)


def unless_there(connection: Connection, table: Table) -> PostgresqlInsert | SqliteInsert:
    """An INSERT that does nothing where the row's key is taken, on either engine."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing()
