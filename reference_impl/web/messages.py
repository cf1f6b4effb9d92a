"""What goes in and out of the service, closed as the contract's messages are: a field not named here is an error."""

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from reference_impl.messages import HolderHint, Message, Presentation
from reference_impl.relying_party import Judged
from reference_impl.services.request import Offer, UseAnswer, UseRequest
from reference_impl.verification.place import Environment
from reference_impl.verification.verdict import Compared, Decision, Reason, Step
from reference_impl.web.problems import Words

ACCEPTED = Words("受け付けました", "accepted")


class Nothing(Message, frozen=True):
    """No message: everything is said by the address."""


class BeginAttempt(Message, frozen=True):
    """Where the holder is, and, for a tap, whose certificate was read."""

    environment: Environment
    holder: HolderHint | UnsetType = UNSET


class CompleteAttempt(Presentation, frozen=True):
    """What the terminal collected, for the session in the address, and how much of what the holder uses."""

    use: UseRequest | UnsetType = UNSET


class ByCertificate(Message, frozen=True):
    """Whom it is about."""

    certificate: bytes


class Begun(Struct, frozen=True):
    """An attempt that may go on: the challenge is signed by the card, and good once, and until it expires."""

    session: str
    challenge: bytes
    expires: datetime
    birth_date: str | UnsetType = UNSET
    document: bytes | UnsetType = UNSET


class StatusUsed(Struct, frozen=True):
    """What the decision knew of the certificate's status, and as of when."""

    source: str
    this_update: datetime


class VerdictAnswer(Struct, frozen=True):
    """How an attempt ended."""

    decision: Decision
    reason: Reason
    text: Words
    steps: list[Step]
    judged_at: datetime
    clause: str | UnsetType = UNSET
    compared: Compared | UnsetType = UNSET
    status: StatusUsed | UnsetType = UNSET
    ppid: str | UnsetType = UNSET
    """The name by which this service, and no other, knows whoever was accepted; a signature has none."""
    use: UseAnswer | UnsetType = UNSET
    """What the use came to, at a service that counts."""
    offer: Offer | UnsetType = UNSET
    """What may be shown in place of the card."""


class Health(Struct, frozen=True):
    """Alive, or ready to serve."""

    status: Literal["ok"] = field(default="ok")


def verdict_answer(judged: Judged, ppid: str | None = None) -> VerdictAnswer:
    """The verdict as it is told: neither certificate nor serial number is in it."""
    verdict = judged.verdict
    finding, status = verdict.finding, verdict.status
    return VerdictAnswer(
        decision=verdict.decision,
        reason=verdict.reason,
        text=ACCEPTED if finding is None else Words(finding.ja, finding.en),
        steps=list(verdict.steps),
        judged_at=judged.reading.now,
        clause=UNSET if finding is None else finding.clause,
        compared=UNSET if finding is None or finding.compared is None else finding.compared,
        status=UNSET if status is None else StatusUsed(status.source, status.this_update),
        ppid=UNSET if ppid is None else ppid,
        use=UNSET if judged.use is None else judged.use,
        offer=UNSET if judged.offer is None else judged.offer,
    )
