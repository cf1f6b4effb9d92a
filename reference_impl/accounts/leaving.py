"""Leaving: one service, or everything. And merging: two accounts of one person become one.

Leaving a service erases the membership with its PPID: who enrols again is known there by a new name. Leaving the last
one erases the account: its certificates' numbers, birth date, chip key, pair. What remains is the audit, whose rows
name a holder by a pseudonym under a key of its own, for as long as it is kept (docs/audit.md).
"""

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from reference_impl.accounts import rows
from reference_impl.accounts.counts import Counts
from reference_impl.accounts.renewal import NotNow
from reference_impl.accounts.rows import Credential
from reference_impl.store.tables import accounts, chips, credentials, memberships, pairs
from reference_impl.verification.verdict import HolderKey, Reason


class Merged(msgspec.Struct, frozen=True):
    """What became of two accounts; a service that knew both is told which of its names is no more."""

    kept: str
    gone: str
    renamed: dict[str, tuple[str, str]]
    """By service: the PPID that is gone, and the one that stays."""


def leave(connection: Connection, holder: HolderKey, service: str | None, counts: Counts) -> list[str]:
    """The services that were left; NotNow if there is nothing to leave, or the certificate has been followed."""
    credential = rows.lock(connection, holder)
    if credential is None:
        raise NotNow(Reason.NOT_ENROLLED)
    if not credential.is_current:
        raise NotNow(Reason.REVOKED)  # the old card is not the holder's word any more: somebody may have found it
    enrolled = rows.services_of(connection, credential.account)
    left = enrolled if service is None else [each for each in enrolled if each == service]
    if not left:
        raise NotNow(Reason.NOT_ENROLLED)
    which = (memberships.c.account == credential.account) & memberships.c.service.in_(left)
    connection.execute(delete(memberships).where(which))
    if left == enrolled:
        erase(connection, credential.account, counts)
    return left


def erase(connection: Connection, account: str, counts: Counts) -> None:
    """Forgets an account; whoever counts by it forgets it in the same transaction."""
    for table in (memberships, credentials, chips, pairs):
        connection.execute(delete(table).where(table.c.account == account))
    connection.execute(delete(accounts).where(accounts.c.id == account))
    counts.erase(connection, account)


def merge(connection: Connection, kept: HolderKey, gone: HolderKey, at: float, counts: Counts) -> Merged:
    """One account of two; NotNow where they cannot be one person's. Whose they are was found out before (staff, links).

    The names and the counts of `kept` stay. Of two cards, or two phones, the one enrolled later goes on.
    """
    into, away = _lock_both(connection, kept, gone)
    dates = {each.birth_date for each in _learnt(connection, into, away)}
    if len(dates) > 1:
        raise NotNow(Reason.HOLDER_MISMATCH)
    renamed = _move_memberships(connection, into, away)
    for table in (credentials, chips):
        connection.execute(update(table).where(table.c.account == away).values(account=into))
    _supersede_doubles(connection, into, at)
    has_pair = connection.execute(select(pairs.c.account).where(pairs.c.account == into)).one_or_none() is not None
    if not has_pair:
        connection.execute(update(pairs).where(pairs.c.account == away).values(account=into))
    accepted = select(func.sum(accounts.c.accepted)).where(accounts.c.id.in_([into, away])).scalar_subquery()
    connection.execute(update(accounts).where(accounts.c.id == into).values(accepted=accepted))
    counts.merge(connection, into, away)
    connection.execute(delete(pairs).where(pairs.c.account == away))
    connection.execute(delete(accounts).where(accounts.c.id == away))
    return Merged(into, away, renamed)


def _lock_both(connection: Connection, kept: HolderKey, gone: HolderKey) -> tuple[str, str]:
    """Both accounts, held in one order whatever is asked: two mergings of the same two do not wait for each other."""
    while True:
        found = [rows.read_credential(connection, each) for each in (kept, gone)]
        into, away = found
        if into is None or away is None:
            raise NotNow(Reason.NOT_ENROLLED)
        if into.account == away.account:
            raise NotNow(Reason.ALREADY_ENROLLED)
        rows.hold(connection, into.account, away.account)
        again = [rows.read_credential(connection, each) for each in (kept, gone)]
        if [each and each.account for each in again] == [into.account, away.account]:
            return into.account, away.account


def _learnt(connection: Connection, *ids: str) -> list[rows.Learnt]:
    line: list[Credential] = [each for account in ids for each in rows.credentials_of(connection, account)]
    return [each.learnt for each in line if each.learnt is not None]


def _move_memberships(connection: Connection, into: str, away: str) -> dict[str, tuple[str, str]]:
    """Moves the names of services that knew one account only; of those that knew both, one name goes."""
    names = {account: _names(connection, account) for account in (into, away)}
    both = names[into].keys() & names[away].keys()
    connection.execute(delete(memberships).where((memberships.c.account == away) & memberships.c.service.in_(both)))
    connection.execute(update(memberships).where(memberships.c.account == away).values(account=into))
    return {service: (names[away][service], names[into][service]) for service in sorted(both)}


def _names(connection: Connection, account: str) -> dict[str, str]:
    found = select(memberships.c.service, memberships.c.ppid).where(memberships.c.account == account)
    return {row.service: row.ppid for row in connection.execute(found)}


def _supersede_doubles(connection: Connection, account: str, at: float) -> None:
    """One certificate in force of each carrier: the older ones lead on to the one enrolled last."""
    line = [each for each in rows.credentials_of(connection, account) if each.is_current]
    last = {each.carrier: each for each in line}
    for each in line:
        if each is not last[each.carrier]:
            rows.supersede(connection, each.holder, last[each.carrier].holder, at)
