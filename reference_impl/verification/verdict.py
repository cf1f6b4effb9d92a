"""The verdict: a decision, exactly one reason of a closed list, the steps done, and the facts that were compared."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec


class Decision(StrEnum):
    """What happens to the attempt."""

    ACCEPT = "accept"
    REJECT = "reject"
    RETRY = "retry"
    """Nothing is known against the holder; the same attempt may succeed later, with a new challenge."""
    PENDING = "pending"
    """Somebody has to act before an attempt can succeed."""


class Reason(StrEnum):
    """Why (contract 1.0). A refusal has exactly one, that of the first step that refused."""

    OK = "OK"
    REVOKED = "REVOKED"
    ON_HOLD = "ON_HOLD"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    UNKNOWN_ISSUER = "UNKNOWN_ISSUER"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    WRONG_PURPOSE = "WRONG_PURPOSE"
    CHALLENGE_REPLAYED = "CHALLENGE_REPLAYED"
    CHALLENGE_MISMATCH = "CHALLENGE_MISMATCH"
    CHALLENGE_EXPIRED = "CHALLENGE_EXPIRED"
    STATUS_UNAVAILABLE = "STATUS_UNAVAILABLE"
    STATUS_STALE = "STATUS_STALE"
    STATUS_UNTRUSTED = "STATUS_UNTRUSTED"
    STATUS_UNKNOWN = "STATUS_UNKNOWN"
    NOT_ENROLLED = "NOT_ENROLLED"
    RENEWAL_PENDING = "RENEWAL_PENDING"
    ALREADY_ENROLLED = "ALREADY_ENROLLED"
    CARD_NOT_GENUINE = "CARD_NOT_GENUINE"
    CARD_CHANGED = "CARD_CHANGED"
    HOLDER_MISMATCH = "HOLDER_MISMATCH"
    PLACE_NOT_ALLOWED = "PLACE_NOT_ALLOWED"
    ASSURANCE_TOO_LOW = "ASSURANCE_TOO_LOW"
    ENTITLEMENT = "ENTITLEMENT"
    MALFORMED = "MALFORMED"
    POLICY = "POLICY"


class Step(StrEnum):
    """The steps of `core.decide`, in their order. A step is listed once it has been passed."""

    DECODE = "decode"
    PURPOSE = "purpose"
    ISSUER = "issuer"
    VALIDITY = "validity"
    PLACE = "place"
    CHALLENGE = "challenge"
    PROOF = "proof"
    GENUINENESS = "genuineness"
    STATUS = "status"
    ACCOUNT = "account"
    POLICY = "policy"
    DONE = "done"


_DECISIONS: Final = {
    Reason.OK: Decision.ACCEPT,
    Reason.STATUS_UNAVAILABLE: Decision.RETRY,
    Reason.RENEWAL_PENDING: Decision.PENDING,
}


def decision_for(reason: Reason) -> Decision:
    """The decision that goes with a reason: whatever is not listed is a refusal."""
    return _DECISIONS.get(reason, Decision.REJECT)


class Compared(msgspec.Struct, frozen=True, gc=False):
    """Two instants whose order decided: which limit, its value, and the instant of the attempt."""

    what: str
    limit: datetime
    now: datetime


class Finding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Why, in words, for a person to read; it names no holder, and quotes nothing of the certificate but its dates."""

    clause: str
    ja: str
    en: str
    certificate: str | None = None
    compared: Compared | None = None


class Refusal(Exception):
    """One rule said no, at this step. Raised where the rule stands, caught once, in `core.decide`."""

    def __init__(self, reason: Reason, finding: Finding, step: Step = Step.STATUS) -> None:
        super().__init__(f"{reason}: {finding.en}")
        self.reason = reason
        self.finding = finding
        self.step = step


class StatusSource(msgspec.Struct, frozen=True, gc=False):
    """Where the status came from and as of when."""

    source: str
    this_update: datetime


class HolderKey(msgspec.Struct, frozen=True, gc=False):
    """What an account is known by: issuer key and serial, never the name in the certificate (spec/pki.md §5)."""

    issuer_key: str
    serial: str


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """The outcome of one attempt: decision and reason, the steps passed, source and time of the status.

    `finding` says why in words, of which certificate, and with which two instants. `holder` is the certificate by
    issuer key and serial, once step (3) proved both. No signature, challenge, key or birth date is ever in it.
    """

    reason: Reason
    steps: tuple[Step, ...]
    status: StatusSource | None = None
    finding: Finding | None = None
    holder: HolderKey | None = None

    @property
    def decision(self) -> Decision:
        """Follows from the reason, so that the two cannot disagree."""
        return decision_for(self.reason)
