"""Beside the attempts: records of a terminal that was offline, another document in place of the card, households."""

from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta, Struct

from reference_impl.audit.checks import UNKNOWN, Check
from reference_impl.messages import Message, OfflineRecord, Reconcile, Terminal
from reference_impl.relying_party import Judged
from reference_impl.services.offline.standing import Kept, Standing
from reference_impl.services.request import ShowInstead
from reference_impl.services.store.ledger import Here
from reference_impl.services.vocabulary import Document
from reference_impl.verification.findings import place_refused
from reference_impl.verification.place import Environment
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.verdict import Verdict
from reference_impl.web.attempts import judged_answer, require_service, typed
from reference_impl.web.callers import Role
from reference_impl.web.messages import VerdictAnswer, verdict_answer
from reference_impl.web.operation import Answer, Asked, Operation, Running

LONGEST_UPLOAD: Final = 4 * 1024 * 1024
"""A thousand taps, with what each chip gave."""


class Upload(Message, frozen=True):
    """What a terminal recorded while it could not ask, in its order."""

    records: Annotated[list[OfflineRecord], Meta(min_length=1, max_length=1000)]


class Uploaded(Struct, frozen=True):
    """One verdict for each record, by its id; `retry`: keep it, and send it again."""

    verdicts: dict[str, VerdictAnswer]


class AnotherDocument(Message, frozen=True):
    """Staff saw it, after a refusal that offered it."""

    offer: Annotated[str, Meta(min_length=1, max_length=128)]
    document: Document


class Households(Struct, frozen=True):
    """Who has checked in."""

    households: list[Here]


def reconcile(running: Running, asked: Asked) -> Answer:
    """Each record counts once, however often it comes."""
    caller = asked.caller
    allowed = running.surroundings.get(caller.id, tuple(Environment))
    told = typed(asked, Upload).records
    here = [each for each in told if each.environment in allowed]
    judged = {each.id: _refuse_elsewhere(running, caller.id, each) for each in told if each.environment not in allowed}
    if here:
        judged |= running.party.reconcile(Reconcile(Terminal(caller.id, caller.credential), here))
    verdicts = {name: verdict_answer(each) for name, each in judged.items()}
    reasons = tuple(str(each.reason) for each in verdicts.values())
    return Answer(Uploaded(verdicts), purpose="reconcile", reasons=reasons)


def _refuse_elsewhere(running: Running, terminal: str, record: OfflineRecord) -> Judged:
    """The verdict on a record of a place where the terminal does not stand: written down, not kept; others count."""
    party, refusal = running.party, place_refused(record.environment)
    reading = party.clock.read()
    service = record.service if record.service in party.configuration.services else UNKNOWN
    verdict = Verdict(refusal.reason, (), None, refusal.finding)
    party.audit.record(Check(reading.now, terminal, service, Purpose.TAP), verdict)
    return Judged(verdict, reading)


def show_instead(running: Running, asked: Asked) -> Answer:
    """Whether another document may stand for the card this time."""
    require_service(running.party, asked)
    said, caller = typed(asked, AnotherDocument), asked.caller
    judged = running.party.show_instead(
        ShowInstead(said.offer, said.document, caller.id, caller.credential, asked.service)
    )
    return judged_answer(judged, "instead")


def households(running: Running, asked: Asked) -> Answer:
    """The households that checked in at a service."""
    require_service(running.party, asked)
    return Answer(Households(running.party.households(asked.service)))


class RecordSeen(Struct, frozen=True):
    """A record that staff have to look at: whose terminal's, by which name, and how it stands. No holder is named."""

    terminal: str
    name: str
    taken: datetime
    standing: Standing


class ReconciledReport(Struct, frozen=True):
    """What all offline records of a service say together."""

    counted: int
    revoked_before: list[RecordSeen]
    over: list[RecordSeen]
    """Counted beyond a limit."""
    uncounted: list[RecordSeen]
    missing: dict[str, list[int]]
    """By terminal, numbers of sealed records that never came."""


def reconciled(running: Running, asked: Asked) -> Answer:
    """Conflicts, revocations that were learnt too late, uses over a limit."""
    require_service(running.party, asked)
    found = running.party.reconciled(asked.service)
    report = ReconciledReport(
        counted=found.counted,
        revoked_before=_seen(found.revoked_before),
        over=_seen(found.over),
        uncounted=_seen(found.uncounted),
        missing=found.missing,
    )
    return Answer(report)


def _seen(kept: tuple[Kept, ...]) -> list[RecordSeen]:
    return [RecordSeen(each.terminal, each.name, each.taken, each.standing) for each in kept]


USES: Final = (
    Operation(
        path="/api/v1/reconcile", role=Role.TERMINAL, act=reconcile, asks=Upload, longest=LONGEST_UPLOAD,
        answers={200: Uploaded}, name="reconcile",
        ja="オフラインで記録したかざし利用を照合する", en="taps recorded offline, each judged and counted once",
    ),
    Operation(
        path="/api/v1/services/{service}/instead", role=Role.TERMINAL, act=show_instead, asks=AnotherDocument,
        answers={200: VerdictAnswer}, name="show_instead",
        ja="カードに代わる書類を示す", en="another document in place of the card, after a refusal that offered it",
    ),
    Operation(
        method="GET", path="/api/v1/services/{service}/households", role=Role.OPERATOR, act=households,
        answers={200: Households}, name="households",
        ja="受付済みの世帯", en="the households that checked in, with how many people",
    ),
    Operation(
        method="GET", path="/api/v1/services/{service}/reconciled", role=Role.OPERATOR, act=reconciled,
        answers={200: ReconciledReport}, name="reconciled",
        ja="オフライン記録の照合結果", en="offline records: conflicts, late revocations, uses over a limit",
    ),
)  # fmt: skip
