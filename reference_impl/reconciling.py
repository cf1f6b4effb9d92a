"""The verb `reconcile`: taps that a terminal took without asking anybody, judged later, each counted once.

A record is judged as of when it was taken: place, hours, validity, who was enrolled. And as of what is known now: the
status, and a revocation by when it happened. Before `taken` it is told (REVOKED) and counted in the ledger all the
same, for the holder was let through; after it, the tap was right. What cannot be judged yet (nobody knows the status)
is answered `retry` and kept by the terminal.

(1) the terminal's credential; without it nothing is looked at
(2) records that are there already are answered as they stand, and ask nobody
(3) the others are judged, many at a time, and written into the audit
(4) kept and counted in one transaction (`services.store.reconciliation`)

Killed between (3) and (4) a record is judged again, and the audit says so twice; it counts once.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import msgspec
from msgspec import UnsetType
from sqlalchemy import Connection, select, update

from reference_impl.accounts import rows
from reference_impl.accounts.account import Accounts
from reference_impl.accounts.recognition import Presenting
from reference_impl.audit.checks import UNKNOWN, Audit, Check
from reference_impl.backends.accountable import Accountable
from reference_impl.backends.backend import PastVerdict
from reference_impl.configuration import Configuration
from reference_impl.messages import OfflineRecord, Reconcile
from reference_impl.services.desk import ServiceDesk
from reference_impl.services.durations import read_duration
from reference_impl.services.offline.findings import not_counted
from reference_impl.services.offline.standing import Found, Report, Standing
from reference_impl.services.offline.told import ToldRecord
from reference_impl.services.policy import Policy as ServicePolicy
from reference_impl.services.store.challenges import SpentSession
from reference_impl.services.store.reconciliation import Reconciliation, Taken, Upload
from reference_impl.store.sessions import find_by_challenge, forget_at, spend
from reference_impl.store.statements import Within
from reference_impl.store.tables import accounts, credentials, memberships
from reference_impl.store.transactions import Transactions
from reference_impl.verification.doors import Doors, Enrolled
from reference_impl.verification.findings import service_closed, terminal_unknown
from reference_impl.verification.genuineness import BirthRecord
from reference_impl.verification.policy import Policy
from reference_impl.verification.presentation import ChipMaterial, Presentation, Tap
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.verdict import Finding, HolderKey, Reason, Refusal, StatusSource, Step, Verdict

UPLOAD_WITHIN: Final = timedelta(days=31)
"""Of a service without policy. A policy says it for its own (`offline.upload_within`), or takes none."""

AT_A_TIME: Final = 16
"""Records judged at once; most of that is waiting for the responder and for the audit."""

_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Instants that every calendar here can move by hours; what a terminal tells beyond them is refused either way."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was found when a record first came, kept with it."""

    reason: Reason
    steps: tuple[Step, ...]
    status: StatusSource | None = None
    finding: Finding | None = None

    def verdict(self) -> Verdict:
        """The verdict it was made from; the holder was for the audit alone."""
        return Verdict(self.reason, self.steps, self.status, self.finding)


class Judging(msgspec.Struct, frozen=True):
    """What the relying party decides by at the moment."""

    configuration: Configuration
    back_end: Accountable
    now: datetime
    recognise: Callable[[Presenting], Enrolled | None]
    """The account that a renewed certificate follows."""
    require_platform: Callable[[str], None]


class Reconciling:
    """The offline records of one relying party."""

    def __init__(self, database: Transactions, desk: ServiceDesk, accounts_: Accounts, audit: Audit) -> None:
        self._database = database
        self._desk = desk
        self._accounts = accounts_
        self._audit = audit
        self._opened: Reconciliation | None = None

    @property
    def _reconciliation(self) -> Reconciliation:
        """Opened when a record first comes: most relying parties have no such tables."""
        if self._opened is None:
            by_challenge = _SessionsByChallenge(records_within(self._desk.opened.policies))
            self._opened = Reconciliation(self._database, by_challenge, _Acceptances())
        return self._opened

    def reconcile(self, message: Reconcile, by: Judging) -> dict[str, Verdict]:
        """One verdict for each record, by its id."""
        terminal = message.terminal
        if not by.configuration.is_terminal_known(terminal.id, terminal.credential):  # (1)
            refusal = terminal_unknown()
            verdict = Verdict(refusal.reason, (), None, refusal.finding)
            self._audit.record(Check(by.now, UNKNOWN, UNKNOWN, Purpose.TAP), verdict)
            return {each.id: verdict for each in message.records}
        told = [_told(terminal.id, each) for each in message.records]
        known = self._reconciliation.known(terminal.id, [each.name for each in told])  # (2)
        fresh = {
            (each.name, each.seal): (each, record)
            for each, record in zip(told, message.records, strict=True)
            if (each.name, each.seal) not in known
        }
        found = self._judge_all(fresh, by)  # (3)
        upload = Upload(terminal.id, None, [each for each, _ in fresh.values()], by.now, unruled=UPLOAD_WITHIN)
        taken = self._reconciliation.take_in(
            self._desk.policies, upload, lambda each: found[each.name, each.seal]
        )  # (4)
        standing = known | dict(zip(fresh, taken, strict=True))
        return {each.name: _verdict(standing[each.name, each.seal]) for each in told}

    def forget(self) -> None:
        """Forgets every record: a test begins anew."""
        if self._opened is not None:
            self._opened.forget()

    def report(self, service: str) -> Report:
        """What staff have to look at."""
        return self._reconciliation.report(service)

    def _judge_all(
        self, fresh: Mapping[tuple[str, bytes], tuple[ToldRecord, OfflineRecord]], by: Judging
    ) -> dict[tuple[str, bytes], Found]:
        if not fresh:
            return {}
        with ThreadPoolExecutor(min(AT_A_TIME, len(fresh)), thread_name_prefix="reconcile") as pool:
            judged = pool.map(lambda each: self._judge(each[0], each[1], by), fresh.values())
            return dict(zip(fresh, judged, strict=True))

    def _judge(self, told: ToldRecord, record: OfflineRecord, by: Judging) -> Found:
        """What is found out about one record; its row in the audit is durable when this returns."""
        services = by.configuration.services
        why = Check(by.now, told.terminal, told.service if told.service in services else UNKNOWN, Purpose.TAP)
        by_whom = partial(Presenting, certificate=record.presentation.certificate, why=why)
        doors = _Later(self._accounts, self._database, told, lambda holder: by.recognise(by_whom(holder)))
        try:
            by.require_platform(told.service)
            if not Policy(services).is_open(told.service, Purpose.TAP):
                raise service_closed()
            self._desk.require_open(told.service, Purpose.TAP, record.environment, told.taken)
            found = by.back_end.verify_past(_tap(record), told.taken, why, Doors(doors, doors))
        except Refusal as refusal:
            found = PastVerdict(Verdict(refusal.reason, (), None, refusal.finding))
            self._audit.record(why, found.verdict)
        verdict = found.verdict
        answer = msgspec.json.encode(Answer(verdict.reason, verdict.steps, verdict.status, verdict.finding))
        if verdict.reason is not Reason.OK and found.revoked_at is None:
            return Found(reason=verdict.reason, answer=answer)
        household, persons = self._household(told, doors)
        return Found(doors.account, household, Reason.OK, found.revoked_at, persons, answer)

    def _household(self, told: ToldRecord, doors: "_Later") -> tuple[str | None, int]:
        register = self._desk.opened.registers.get(told.service)
        name = self._accounts.ppid(doors.account, told.service) if register is not None else None
        known = register.find(name) if register is not None and name is not None else None
        return (None, 0) if known is None or register is None else (known.household, register.members(known.household))


class _Later:
    """The doors of a tap that has been: nothing is spent and nothing written down here, that comes with the keeping."""

    def __init__(
        self,
        accounts_: Accounts,
        database: Transactions,
        told: ToldRecord,
        recognise: Callable[[HolderKey], Enrolled | None],
    ) -> None:
        self._accounts = accounts_
        self._database = database
        self._told = told
        self._recognise = recognise
        self.account = ""

    def spend(self, session: str, challenge: bytes, now: datetime) -> Reason | None:
        """None: whose the challenge is, is decided when the record is kept."""
        del session, challenge, now
        return None

    def find(self, holder: HolderKey) -> Enrolled | None:
        """The account as it was then: with the services of that time, and a card that has been followed since."""
        found = self._accounts.find(holder) or self._recognise(holder)
        if found is None:
            return None
        self.account = found.account
        taken = self._told.taken.timestamp()
        later = (memberships.c.account == found.account) & (memberships.c.since > taken)
        followed = rows.is_of(holder) & (credentials.c.superseded_at > taken)
        with self._database.transaction() as connection:
            not_yet = frozenset(connection.execute(select(memberships.c.service).where(later)).scalars())
            was_current = connection.execute(select(credentials.c.serial).where(followed)).one_or_none() is not None
        barred = None if was_current else found.barred
        return msgspec.structs.replace(found, services=found.services - not_yet, barred=barred)

    def is_expected(self, session: str, holder: HolderKey) -> bool:
        """Nobody in particular was."""
        del session, holder
        return True

    def settle(self, holder: HolderKey, presented: Presentation, record: BirthRecord | None) -> Reason | None:
        """None."""
        del holder, presented, record
        return None


class _SessionsByChallenge:
    """Sessions found by the challenge that a record carries, whatever its clock says (`services.store.challenges`)."""

    def __init__(self, within: timedelta) -> None:
        self._within = within

    def spend_by_challenge(self, connection: Connection, record: ToldRecord) -> SpentSession | None:
        """The session, if the challenge was drawn for one; another terminal's is left as it is."""
        found = find_by_challenge(connection, record.challenge)
        if found is None:
            return None
        if found.terminal != record.terminal:
            return SpentSession(found.id, was_spent=True, is_others=True)
        return SpentSession(found.id, was_spent=not spend(Within(connection), found.id, forget_at(found, self._within)))


class _Acceptances:
    """The accounts' own count."""

    def hold(self, connection: Connection, account: str) -> bool:
        """Whether it is there: a record must not count for one that was erased, or has become another."""
        rows.hold(connection, account)
        found = select(accounts.c.id).where(accounts.c.id == account)
        return connection.execute(found).one_or_none() is not None

    def count(self, connection: Connection, account: str, by: int) -> None:
        """One acceptance more, or one less."""
        connection.execute(update(accounts).where(accounts.c.id == account).values(accepted=accounts.c.accepted + by))


def _told(terminal: str, record: OfflineRecord) -> ToldRecord:
    content = msgspec.json.encode(record, order="deterministic")
    taken = min(max(record.taken, _FIRST), _LAST)
    return ToldRecord(terminal, record.id, record.service, taken, record.presentation.challenge, content)


def records_within(policies: Iterable[ServicePolicy]) -> timedelta:
    """For how long after a tap a record of it may come, at whichever service takes them for longest."""
    ruled = (read_duration(each.offline.upload_within) for each in policies if each.offline is not None)
    return max([UPLOAD_WITHIN, *ruled])


def _tap(record: OfflineRecord) -> Tap:
    shown = record.presentation
    chip = shown.chip
    material = None if isinstance(chip, UnsetType) else ChipMaterial(chip.birth_record, chip.cvc, chip.signature)
    return Tap(
        certificate=shown.certificate,
        challenge=shown.challenge,
        service=record.service,
        environment=record.environment,
        chip=material,
    )


def _verdict(taken: Taken) -> Verdict:
    """How a record stands, in the words of an outcome; a refusal of the presentation itself comes before all else."""
    if not taken.answer:
        refusal = not_counted(taken.refusal)
        return Verdict(refusal.reason, (), None, refusal.finding)
    verdict = msgspec.json.decode(taken.answer, type=Answer).verdict()
    if taken.standing is None or verdict.reason is not Reason.OK:
        return verdict
    if taken.standing in {Standing.COUNTED, Standing.COUNTED_ONLINE}:
        return verdict
    refusal = not_counted(taken.standing)
    steps = tuple(each for each in verdict.steps if each is not Step.DONE)
    return Verdict(refusal.reason, steps, verdict.status, refusal.finding)
