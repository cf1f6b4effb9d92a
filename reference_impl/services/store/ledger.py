"""The sums in the store. One statement decides each: it moves the number if it stays within its bounds, or does not.

Two taps in parallel therefore cannot both take the last one, in one process or in many: SQLite runs one writer at a
time, PostgreSQL looks at the newest version of the row once it has the row's lock (ON CONFLICT DO UPDATE … WHERE).
A use that needs several sums takes them in a fixed order within a transaction, and what it took before the one that
refuses is given back there, seen by nobody.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from reference_impl.services.charges import UNBOUNDED, Charge, Use, charges_of
from reference_impl.services.durations import read_duration
from reference_impl.services.findings import exhausted
from reference_impl.services.policy import Policy
from reference_impl.services.store.tables import challenges, check_ins, metadata, records, sums, uses
from reference_impl.services.vocabulary import EntitlementKind, Per
from reference_impl.store.transactions import Transactions, make_tables, run
from reference_impl.verification.verdict import Refusal

_KEY: Final = "service = :service AND entitlement = :entitlement AND subject = :subject AND period = :period"
_MOVE: Final = text(
    "INSERT INTO service_sums (service, entitlement, subject, period, amount, changed_at) "
    "VALUES (:service, :entitlement, :subject, :period, :first, :at) "
    "ON CONFLICT (service, entitlement, subject, period) "
    "DO UPDATE SET amount = service_sums.amount + :delta, changed_at = :at "
    "WHERE service_sums.amount + :delta BETWEEN :lowest AND :highest RETURNING amount"
)
_MOVE_ONLY: Final = text(
    "UPDATE service_sums SET amount = amount + :delta, changed_at = :at "
    "WHERE service = :service AND entitlement = :entitlement AND subject = :subject AND period = :period "
    "AND amount + :delta BETWEEN :lowest AND :highest RETURNING amount"
)
"""Where the first use would leave the bounds at once, a row that is there already may still allow it."""
_GIVE_BACK: Final = text(f"UPDATE service_sums SET amount = amount - :delta WHERE {_KEY}")  # noqa: S608
_COUNT: Final = text(
    "INSERT INTO service_uses (service, key, at) VALUES (:service, :key, :at) "
    "ON CONFLICT (service, key) DO NOTHING RETURNING key"
)
_UNCOUNT: Final = text("DELETE FROM service_uses WHERE service = :service AND key = :key")
_READ: Final = text(f"SELECT amount FROM service_sums WHERE {_KEY}")  # noqa: S608


class Booked(msgspec.Struct, frozen=True):
    """A use that counts, or why not."""

    refusal: Refusal | None = None
    is_repeated: bool = False
    """It counted before, under the same name."""
    amounts: dict[str, int] = {}
    """By entitlement, what it came to."""


class Here(msgspec.Struct, frozen=True):
    """A household that checked in: by how many taps, with how many people in all."""

    household: str
    check_ins: int
    persons: int


class Ledger:
    """The sums of all services."""

    def __init__(self, database: Transactions) -> None:
        self._database = database
        with database.transaction() as connection:
            make_tables(connection, metadata)

    def book(self, policy: Policy, use: Use) -> Booked:
        """Counts one use, or says why not."""
        return self.book_all({policy.id: policy}, [use])[0]

    def book_all(self, policies: Mapping[str, Policy], batch: Sequence[Use]) -> list[Booked]:
        """Counts many uses in one transaction, each decided for itself; results in the order of the batch.

        They are taken in the order of households and accounts, so that two batches seldom wait in a circle.
        """
        order = sorted(range(len(batch)), key=lambda index: _place(batch[index]))

        def work(connection: Connection) -> list[Booked]:
            booked = [Booked(is_repeated=True)] * len(batch)
            new = _count_all(connection, [batch[index] for index in order])
            refused: dict[tuple[str, str], Use] = {}
            for index in order:
                use = batch[index]
                if _name(use) not in new:
                    continue
                booked[index] = _take(connection, policies[use.service], use)
                if booked[index].refusal is None:
                    new.discard(_name(use))  # what comes again in the same batch has counted
                    refused.pop(_name(use), None)
                else:
                    refused[_name(use)] = use
            _uncount_all(connection, refused.values())
            return booked

        return run(self._database, work)

    def amount(self, policy: Policy, entitlement: str, use: Use) -> int:
        """What is used up (or held) in the period and by the subject of this use."""
        charge = next(each for each in charges_of(policy, use) if each.entitlement == entitlement)
        with self._database.transaction() as connection:
            found = connection.execute(_READ, _where(charge)).scalar_one_or_none()
        return charge.opening if found is None else int(found)

    def households(self, service: str) -> list[Here]:
        """The households that checked in, by name."""
        here = select(check_ins.c.household, func.count(), func.sum(check_ins.c.persons))
        grouped = here.where(check_ins.c.service == service).group_by(check_ins.c.household)
        with self._database.transaction() as connection:
            found = connection.execute(grouped.order_by(check_ins.c.household)).all()
        return [Here(name, int(times), int(persons)) for name, times, persons in found]

    def forget(self) -> None:
        """Empties the tables."""
        with self._database.transaction() as connection:
            for table in metadata.sorted_tables:
                connection.execute(table.delete())

    def forget_old(self, policy: Policy, now: datetime) -> None:
        """Forgets uses and records older than the policy keeps them, and sums of periods gone by.

        Balances stay, and lifetimes.
        """
        oldest = (now - read_duration(policy.retention.uses)).timestamp()
        ending = [
            each.id
            for each in policy.entitlements
            if each.kind is not EntitlementKind.BALANCE and each.per is not Per.LIFETIME
        ]
        with self._database.transaction() as connection:
            connection.execute(delete(uses).where(uses.c.service == policy.id, uses.c.at < oldest))
            connection.execute(delete(check_ins).where(check_ins.c.service == policy.id, check_ins.c.at < oldest))
            old_records = (records.c.service == policy.id, records.c.taken < oldest)
            connection.execute(delete(records).where(*old_records))
            old_challenges = (challenges.c.service == policy.id, challenges.c.taken < oldest)
            connection.execute(delete(challenges).where(*old_challenges))
            of_ending = (sums.c.service == policy.id, sums.c.entitlement.in_(ending), sums.c.changed_at < oldest)
            connection.execute(delete(sums).where(*of_ending))


def _place(use: Use) -> tuple[str, str, str, str]:
    return use.service, use.household or "", use.account, use.key


def _name(use: Use) -> tuple[str, str]:
    return use.service, use.key


def take(connection: Connection, policy: Policy, use: Use) -> Booked:
    """Counts one use in a transaction that is under way; with a refusal whoever has it undoes the whole of it."""
    if not count_once(connection, use.service, use.key, use.at):
        return Booked(is_repeated=True)
    return _take(connection, policy, use)


def _take(connection: Connection, policy: Policy, use: Use) -> Booked:
    """Everything the use takes, or nothing."""
    try:
        charges = charges_of(policy, use)
    except Refusal as refusal:
        return Booked(refusal)
    amounts: dict[str, int] = {}
    for position, charge in enumerate(charges):
        amount = move(connection, charge, use.at)
        if amount is None:
            give_back(connection, charges[:position])
            return Booked(exhausted(policy, charge.entitlement))
        amounts[charge.entitlement] = amount
    if use.persons:
        check_in(connection, use)
    return Booked(amounts=amounts)


def _count_all(connection: Connection, batch: Sequence[Use]) -> set[tuple[str, str]]:
    """The names that are new; they count from now on. In the order of names: two batches never wait in a circle."""
    rows = {_name(use): {"service": use.service, "key": use.key, "at": use.at.timestamp()} for use in batch}
    if not rows:
        return set()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(uses).on_conflict_do_nothing().returning(uses.c.service, uses.c.key)
    found = connection.execute(statement, [rows[name] for name in sorted(rows)])
    return {(row.service, row.key) for row in found}


def _uncount_all(connection: Connection, refused: Collection[Use]) -> None:
    if refused:
        connection.execute(_UNCOUNT, [{"service": use.service, "key": use.key} for use in refused])


def count_once(connection: Connection, service: str, key: str, at: datetime) -> bool:
    """Whether this use is counted for the first time; it counts from now on."""
    row = connection.execute(_COUNT, {"service": service, "key": key, "at": at.timestamp()}).one_or_none()
    return row is not None


def uncount(connection: Connection, service: str, key: str) -> None:
    """Takes a use back, so that its name is free again."""
    connection.execute(_UNCOUNT, {"service": service, "key": key})


def check_in(connection: Connection, use: Use) -> None:
    """Writes down how many of a household came with this use."""
    row = {"service": use.service, "key": use.key, "household": use.household, "persons": use.persons}
    connection.execute(check_ins.insert().values(**row, at=use.at.timestamp()))


def check_out(connection: Connection, service: str, key: str) -> None:
    """Takes back who came with a use."""
    connection.execute(delete(check_ins).where(check_ins.c.service == service, check_ins.c.key == key))


def move(connection: Connection, charge: Charge, at: datetime) -> int | None:
    """What the sum is now, or None if it did not move: the one statement that decides."""
    first = charge.opening + charge.delta
    values = {**_where(charge), "delta": charge.delta, "lowest": charge.lowest, "highest": charge.highest}
    values["at"] = at.timestamp()
    if charge.lowest <= first <= charge.highest:
        moved: int | None = connection.execute(_MOVE, {**values, "first": first}).scalar_one_or_none()
    else:
        moved = connection.execute(_MOVE_ONLY, values).scalar_one_or_none()
    return moved


def move_unbounded(connection: Connection, charge: Charge, at: datetime) -> None:
    """Moves the sum wherever it goes: for what has happened already, far from here."""
    free = msgspec.structs.replace(charge, lowest=-UNBOUNDED, highest=UNBOUNDED)
    if move(connection, free, at) is None:
        raise OverflowError(f"{charge.service}/{charge.entitlement}: a sum of more than {UNBOUNDED}")


def give_back(connection: Connection, charges: Sequence[Charge]) -> None:
    """Moves sums back by what was taken."""
    for charge in charges:
        connection.execute(_GIVE_BACK, {**_where(charge), "delta": charge.delta})


def _where(charge: Charge) -> dict[str, str | int | float]:
    return {
        "service": charge.service,
        "entitlement": charge.entitlement,
        "subject": charge.subject,
        "period": charge.period,
    }
