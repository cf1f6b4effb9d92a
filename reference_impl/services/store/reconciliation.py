"""Records of terminals taken in: each counts once, none is lost, in whatever order and how often they come.

(1) sealed by the terminal that it names; what is not is nobody's, and is answered and not kept
(2) judged: genuine? whose? revoked since when?                       (asked before, while nothing is locked)
(3) the terminal's row is taken: its uploads take turns
(4) kept, if it is not there yet; a second one of its number, or of its session, makes both equivocal: what the first
    took is given back
(5) counted, unless the online attempt that it stands in for was

(3) to (5) are one transaction for a whole upload; what is acknowledged is on the disk.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select, text, update

from reference_impl.services.charges import Charge, Use, charges_of
from reference_impl.services.durations import read_duration
from reference_impl.services.offline.record import Record, is_sealed, missing_numbers
from reference_impl.services.offline.standing import COUNTING, Found, Kept, Report, Standing, report, standing_of
from reference_impl.services.policy import Policy
from reference_impl.services.store.ledger import count_once, give_back, move_unbounded, uncount
from reference_impl.services.store.tables import metadata, records, sums, terminals
from reference_impl.store.transactions import Transactions, make_tables, run
from reference_impl.verification.verdict import Reason, Refusal

Judge = Callable[[Record], Found]
"""What is found out about a record: its presentation against the challenge of its number, the status since, and that
the session it names, if it names one, was this terminal's."""

_TAKE_TURNS: Final = text(
    "INSERT INTO service_terminals (terminal, highest) VALUES (:terminal, :highest) "
    "ON CONFLICT (terminal) DO UPDATE SET highest = "
    "CASE WHEN service_terminals.highest > :highest THEN service_terminals.highest ELSE :highest END"
)
_KEEP: Final = text(
    "INSERT INTO service_records (terminal, number, seal, service, use_key, taken, standing, counted, charges) "
    "VALUES (:terminal, :number, :seal, :service, :use_key, :taken, :standing, 0, :charges) "
    "ON CONFLICT (terminal, number, seal) DO NOTHING RETURNING number"
)


class Taken(msgspec.Struct, frozen=True):
    """The answer to one record."""

    number: int
    standing: Standing | None
    """None: not the terminal's record, or of a service without offline records; not kept."""
    is_repeated: bool = False
    refusal: Reason = Reason.OK


class _Judged(msgspec.Struct, frozen=True):
    record: Record
    standing: Standing
    reason: Reason
    charges: tuple[Charge, ...]


class Upload(msgspec.Struct, frozen=True):
    """What one terminal sends at one time."""

    terminal: str
    terminal_key: bytes
    records: Sequence[Record]
    received: datetime
    highest: int = 0
    """The last number that the terminal has made: a tail that it keeps back is missed."""


class Reconciliation:
    """The records of all services."""

    def __init__(self, database: Transactions) -> None:
        self._database = database
        with database.transaction() as connection:
            make_tables(connection, metadata)

    def take_in(self, policies: Mapping[str, Policy], upload: Upload, judge: Judge) -> list[Taken]:
        """One terminal's upload: an answer for each record, in its order."""
        judged = [_judge(each, policies, upload, judge) for each in upload.records]
        numbers = [each.record.number for each in judged if isinstance(each, _Judged)]
        last = {"terminal": upload.terminal, "highest": max([upload.highest, *numbers])}

        def work(connection: Connection) -> list[Taken]:
            connection.execute(_TAKE_TURNS, last)  # (3)
            return [each if isinstance(each, Taken) else _keep(connection, each) for each in judged]

        return run(self._database, work)

    def report(self, service: str) -> Report:
        """What staff have to look at: a function of what is kept, however it came."""
        with self._database.transaction() as connection:
            kept = [_read(row) for row in connection.execute(select(records).where(records.c.service == service))]
            found = connection.execute(select(sums).where(sums.c.service == service))
            amounts = {(row.entitlement, row.subject, row.period): int(row.amount) for row in found}
            missing = _missing(connection, {each.terminal for each in kept})
        return report(kept, amounts, missing)


def _judge(record: Record, policies: Mapping[str, Policy], upload: Upload, judge: Judge) -> "_Judged | Taken":
    """(1), (2)"""
    policy = policies.get(record.service)
    if record.terminal != upload.terminal or not is_sealed(record, upload.terminal_key):
        return Taken(record.number, None, refusal=Reason.BAD_SIGNATURE)
    if policy is None or policy.offline is None:
        return Taken(record.number, None, refusal=Reason.POLICY)
    found = judge(record)
    standing = standing_of(record, found, upload.received, read_duration(policy.offline.upload_within))
    if standing not in COUNTING or found.account is None:
        return _Judged(record, standing, found.reason, ())
    use = Use(policy.id, record.key, found.account, record.taken, found.household, record.amounts)
    try:
        return _Judged(record, standing, Reason.OK, charges_of(policy, use))
    except Refusal as refusal:
        return _Judged(record, Standing.REFUSED, refusal.reason, ())


def _keep(connection: Connection, judged: _Judged) -> Taken:
    """(4), (5)"""
    record = judged.record
    row = {
        "terminal": record.terminal,
        "number": record.number,
        "seal": record.seal,
        "service": record.service,
        "use_key": record.key,
        "taken": record.taken.timestamp(),
        "standing": judged.standing.value,
        "charges": msgspec.json.encode(judged.charges),
    }
    if connection.execute(_KEEP, row).one_or_none() is None:
        before = connection.execute(select(records.c.standing).where(_is(record)))
        return Taken(record.number, Standing(before.scalar_one()), is_repeated=True, refusal=judged.reason)
    variants = connection.execute(select(records).where(_conflicting(record))).all()
    if len(variants) > 1:
        for variant in variants:
            _uncount(connection, variant)
        connection.execute(
            update(records).where(_conflicting(record)).values(standing=Standing.EQUIVOCAL.value, counted=0)
        )
        return Taken(record.number, Standing.EQUIVOCAL, refusal=Reason.POLICY)
    standing = _count(connection, judged) if judged.standing in COUNTING else judged.standing
    return Taken(record.number, standing, refusal=judged.reason)


def _count(connection: Connection, judged: _Judged) -> Standing:
    record = judged.record
    if not count_once(connection, record.service, record.key, record.taken):
        connection.execute(update(records).where(_is(record)).values(standing=Standing.COUNTED_ONLINE.value))
        return Standing.COUNTED_ONLINE
    for charge in judged.charges:
        move_unbounded(connection, charge, record.taken)
    connection.execute(update(records).where(_is(record)).values(counted=1))
    return judged.standing


def _uncount(connection: Connection, variant: Row[tuple[object, ...]]) -> None:
    if variant.counted:
        give_back(connection, msgspec.json.decode(variant.charges, type=tuple[Charge, ...]))
        uncount(connection, variant.service, variant.use_key)


def _conflicting(record: Record) -> ColumnElement[bool]:
    """The record itself, and whatever else its terminal made of the same number, or of the same online attempt."""
    is_same_use = and_(records.c.service == record.service, records.c.use_key == record.key)
    return and_(records.c.terminal == record.terminal, or_(records.c.number == record.number, is_same_use))


def _is(record: Record) -> ColumnElement[bool]:
    same_number = and_(records.c.terminal == record.terminal, records.c.number == record.number)
    return and_(same_number, records.c.seal == record.seal)


def _read(row: Row[tuple[object, ...]]) -> Kept:
    charges = msgspec.json.decode(row.charges, type=tuple[Charge, ...])
    taken = datetime.fromtimestamp(row.taken, UTC)
    return Kept(taken, row.terminal, row.number, row.seal, Standing(row.standing), charges)


def _missing(connection: Connection, names: set[str]) -> dict[str, list[int]]:
    found = {}
    for row in connection.execute(
        select(terminals).where(terminals.c.terminal.in_(names)).order_by(terminals.c.terminal)
    ):
        came = connection.execute(select(records.c.number).where(records.c.terminal == row.terminal)).scalars()
        missing = missing_numbers({*came, row.highest + 1})
        if missing:
            found[row.terminal] = missing
    return found
