"""Records of terminals taken in: each counts once, none is lost, in whatever order and how often they come.

(1) sealed by the terminal that it names, or told by one that proved who it is; what is not is nobody's, and is
    answered and not kept
(2) judged, if it is not there yet: genuine? whose? revoked since when?    (asked before, while nothing is locked)
(3) the terminal's row is taken: its uploads take turns
(4) kept, if it is not there yet; a second one of its name, or of its session, makes both equivocal: what the first
    took is given back
(5) counted, unless the online attempt that it stands in for was

(3) to (5) are one transaction for a whole upload; what is acknowledged is on the disk. What could not be judged yet
(nobody knows the status) is not kept: the terminal keeps it and sends it again.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select, text, update

from reference_impl.services.charges import Charge, Use, charges_of
from reference_impl.services.durations import read_duration
from reference_impl.services.offline.record import Record, is_sealed, missing_numbers
from reference_impl.services.offline.standing import COUNTING, Found, Kept, Report, Standing, report, standing_of
from reference_impl.services.offline.told import ToldRecord
from reference_impl.services.policy import Policy
from reference_impl.services.store.challenges import Claim, NoSessions, Sessions, claim
from reference_impl.services.store.ledger import check_in, check_out, count_once, give_back, move_unbounded, uncount
from reference_impl.services.store.tables import metadata, records, sums, terminals
from reference_impl.store.transactions import Transactions, make_tables, run
from reference_impl.verification.verdict import Decision, Reason, Refusal, decision_for

_NOT_YET: Final = frozenset({Decision.RETRY, Decision.PENDING})
"""Nobody knows the status, or whose the renewed card is: the terminal keeps the record and sends it again."""

AnyRecord = Record | ToldRecord
Judge = Callable[[AnyRecord], Found]
"""What is found out about a record: its presentation against the challenge of its number, the status since, and that
the session it names, if it names one, was this terminal's."""

_TAKE_TURNS: Final = text(
    "INSERT INTO service_terminals (terminal, highest) VALUES (:terminal, :highest) "
    "ON CONFLICT (terminal) DO UPDATE SET highest = "
    "CASE WHEN service_terminals.highest > :highest THEN service_terminals.highest ELSE :highest END"
)
_KEEP: Final = text(
    "INSERT INTO service_records "
    "(terminal, name, number, seal, service, account, use_key, taken, standing, counted, charges, answer) "
    "VALUES (:terminal, :name, :number, :seal, :service, :account, :use_key, :taken, :standing, 0, :charges, :answer) "
    "ON CONFLICT (terminal, name, seal) DO NOTHING RETURNING number"
)


class Taken(msgspec.Struct, frozen=True):
    """The answer to one record."""

    number: int
    standing: Standing | None
    """None: not the terminal's record, or of a service without offline records, or not to be judged yet; not kept."""
    is_repeated: bool = False
    refusal: Reason = Reason.OK
    answer: bytes = b""
    """What was found when it first came."""


class Tally(Protocol):
    """Who counts acceptances beside the ledger, in the same transaction: the accounts."""

    def hold(self, connection: Connection, account: str) -> bool:
        """Whether the account that a record was judged by is still there; it stays until the transaction ends."""

    def count(self, connection: Connection, account: str, by: int) -> None:
        """One acceptance more, or one less."""


class NoTally:
    """Nobody does."""

    def hold(self, connection: Connection, account: str) -> bool:
        """Nobody keeps accounts."""
        del connection, account
        return True

    def count(self, connection: Connection, account: str, by: int) -> None:
        """Nothing."""


class _Judged(msgspec.Struct, frozen=True):
    record: AnyRecord
    standing: Standing
    found: Found
    reason: Reason = Reason.OK
    charges: tuple[Charge, ...] = ()
    use: Use | None = None


class Upload(msgspec.Struct, frozen=True):
    """What one terminal sends at one time."""

    terminal: str
    terminal_key: bytes | None
    """None: the terminal proved who it is by its credential, and its records are told and not sealed."""
    records: Sequence[AnyRecord]
    received: datetime
    highest: int = 0
    """The last number that the terminal has made: a tail that it keeps back is missed."""
    unruled: timedelta | None = None
    """Within which time records are taken of services that have no policy; None: not at all."""


class Reconciliation:
    """The records of all services."""

    def __init__(self, database: Transactions, sessions: Sessions | None = None, tally: Tally | None = None) -> None:
        self._database = database
        self._sessions = sessions or NoSessions()
        self._tally = tally or NoTally()
        with database.transaction() as connection:
            make_tables(connection, metadata)

    def take_in(self, policies: Mapping[str, Policy], upload: Upload, judge: Judge) -> list[Taken]:
        """One terminal's upload: an answer for each record, in its order."""
        judged = [_judge(each, policies, upload, judge) for each in upload.records]
        numbers = [each.record.number for each in judged if isinstance(each, _Judged)]
        last = {"terminal": upload.terminal, "highest": max([upload.highest, *numbers])}

        def work(connection: Connection) -> list[Taken]:
            connection.execute(_TAKE_TURNS, last)  # (3)
            return [each if isinstance(each, Taken) else self._keep(connection, each) for each in judged]

        return run(self._database, work)

    def forget(self) -> None:
        """Empties the tables."""
        with self._database.transaction() as connection:
            for table in metadata.sorted_tables:
                connection.execute(table.delete())

    def known(self, terminal: str, names: Sequence[str]) -> dict[tuple[str, bytes], Taken]:
        """Those of a terminal's records that are there already, by name and seal."""
        of_terminal = (records.c.terminal == terminal) & records.c.name.in_(names)
        with self._database.transaction() as connection:
            rows = connection.execute(select(records).where(of_terminal)).all()
        return {
            (row.name, row.seal): Taken(row.number, Standing(row.standing), is_repeated=True, answer=row.answer)
            for row in rows
        }

    def _keep(self, connection: Connection, judged: "_Judged") -> Taken:
        """(4), (5)"""
        record = judged.record
        there = connection.execute(select(records.c.standing, records.c.answer).where(_is(record))).one_or_none()
        if there is not None:
            return Taken(
                record.number, Standing(there.standing), is_repeated=True, refusal=judged.reason, answer=there.answer
            )
        counts_for = judged.found.account if judged.standing in COUNTING else None
        if counts_for is not None and not self._tally.hold(connection, counts_for):
            return Taken(record.number, None, refusal=Reason.STATUS_UNAVAILABLE)  # left, or merged, since it was judged
        claimed = Claim(record.key)
        if isinstance(record, ToldRecord) and judged.standing in COUNTING:
            claimed = claim(connection, record, self._sessions)
        standing = Standing.REPLAYED if claimed.is_replayed else judged.standing
        connection.execute(_KEEP, _row(judged, standing, claimed.key))
        variants = connection.execute(select(records).where(_conflicting(record, claimed.key))).all()
        if len(variants) > 1:
            for variant in variants:
                self._uncount(connection, variant)
            equivocal = update(records).where(_conflicting(record, claimed.key))
            connection.execute(equivocal.values(standing=Standing.EQUIVOCAL.value, counted=0))
            return Taken(record.number, Standing.EQUIVOCAL, refusal=Reason.POLICY, answer=judged.found.answer)
        if standing in COUNTING:
            standing = self._count(connection, judged, standing, claimed.key)
        return Taken(record.number, standing, refusal=judged.reason, answer=judged.found.answer)

    def _count(self, connection: Connection, judged: "_Judged", standing: Standing, key: str) -> Standing:
        record, found = judged.record, judged.found
        if not count_once(connection, record.service, key, record.taken):
            connection.execute(update(records).where(_is(record)).values(standing=Standing.COUNTED_ONLINE.value))
            return Standing.COUNTED_ONLINE
        for charge in judged.charges:
            move_unbounded(connection, charge, record.taken)
        if judged.use is not None and judged.use.persons:
            check_in(connection, msgspec.structs.replace(judged.use, key=key))
        if standing is Standing.COUNTED and found.account is not None:
            self._tally.count(connection, found.account, 1)
        connection.execute(update(records).where(_is(record)).values(counted=1))
        return standing

    def _uncount(self, connection: Connection, variant: Row[tuple[object, ...]]) -> None:
        if variant.counted:
            give_back(connection, msgspec.json.decode(variant.charges, type=tuple[Charge, ...]))
            uncount(connection, variant.service, variant.use_key)
            check_out(connection, variant.service, variant.use_key)
            if variant.standing == Standing.COUNTED:
                self._tally.count(connection, variant.account, -1)

    def report(self, service: str) -> Report:
        """What staff have to look at: a function of what is kept, however it came."""
        with self._database.transaction() as connection:
            kept = [_read(row) for row in connection.execute(select(records).where(records.c.service == service))]
            found = connection.execute(select(sums).where(sums.c.service == service))
            amounts = {(row.entitlement, row.subject, row.period): int(row.amount) for row in found}
            missing = _missing(connection, {each.terminal for each in kept})
        return report(kept, amounts, missing)


def _judge(record: AnyRecord, policies: Mapping[str, Policy], upload: Upload, judge: Judge) -> "_Judged | Taken":
    """(1), (2)"""
    policy = policies.get(record.service)
    if record.terminal != upload.terminal or not _is_from(record, upload.terminal_key):
        return Taken(record.number, None, refusal=Reason.BAD_SIGNATURE)
    within = upload.unruled if policy is None else _within(policy)
    if within is None:
        return Taken(record.number, None, refusal=Reason.POLICY)
    found = judge(record)
    if decision_for(found.reason) in _NOT_YET:
        return Taken(record.number, None, refusal=found.reason, answer=found.answer)
    standing = standing_of(record, found, upload.received, within)
    if standing not in COUNTING or found.account is None or policy is None:
        return _Judged(record, standing, found, found.reason)
    use = Use(policy.id, record.key, found.account, record.taken, found.household, record.amounts, found.persons)
    try:
        return _Judged(record, standing, found, Reason.OK, charges_of(policy, use), use)
    except Refusal as refusal:
        return _Judged(record, Standing.REFUSED, found, refusal.reason)


def _within(policy: Policy) -> timedelta | None:
    return None if policy.offline is None else read_duration(policy.offline.upload_within)


def _is_from(record: AnyRecord, terminal_key: bytes | None) -> bool:
    """Whether the record is sealed under the terminal's key; one that is told needs none, one that is sealed does."""
    if isinstance(record, ToldRecord):
        return terminal_key is None
    return terminal_key is not None and is_sealed(record, terminal_key)


def _row(judged: "_Judged", standing: Standing, key: str) -> dict[str, object]:
    record = judged.record
    return {
        "terminal": record.terminal,
        "name": record.name,
        "number": record.number,
        "seal": record.seal,
        "service": record.service,
        "account": judged.found.account or "",
        "use_key": key,
        "taken": record.taken.timestamp(),
        "standing": standing.value,
        "charges": msgspec.json.encode(judged.charges),
        "answer": judged.found.answer,
    }


def _conflicting(record: AnyRecord, key: str) -> ColumnElement[bool]:
    """The record itself, and whatever else its terminal made of the same name, or of the same use."""
    return and_(records.c.terminal == record.terminal, or_(records.c.name == record.name, records.c.use_key == key))


def _is(record: AnyRecord) -> ColumnElement[bool]:
    same_name = and_(records.c.terminal == record.terminal, records.c.name == record.name)
    return and_(same_name, records.c.seal == record.seal)


def _read(row: Row[tuple[object, ...]]) -> Kept:
    charges = msgspec.json.decode(row.charges, type=tuple[Charge, ...])
    taken = datetime.fromtimestamp(row.taken, UTC)
    return Kept(taken, row.terminal, row.number, row.seal, Standing(row.standing), row.name, charges)


def _missing(connection: Connection, names: set[str]) -> dict[str, list[int]]:
    found = {}
    for row in connection.execute(
        select(terminals).where(terminals.c.terminal.in_(names)).order_by(terminals.c.terminal)
    ):
        numbered = (records.c.terminal == row.terminal) & (records.c.number > 0)
        came = connection.execute(select(records.c.number).where(numbered)).scalars()
        missing = missing_numbers({*came, row.highest + 1})
        if missing:
            found[row.terminal] = missing
    return found
