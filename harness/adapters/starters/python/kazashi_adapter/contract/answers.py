"""What the product answers, as types; each `write_…` makes JSON of one of them. An absent field is absent, not null."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from kazashi_adapter.contract.words import CONTRACT, ROLE, Capability, Decision, Reason, StatusSource, Step

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Introduction:
    """What the product says of itself; the tolerances are those of its own comparisons, in seconds."""

    product: str
    version: str
    capabilities: tuple[Capability, ...]
    clock_seconds: int
    status_seconds: int
    challenge_seconds: int


@dataclass(frozen=True, slots=True)
class StatusSeen:
    """Where the status came from, and as of when it speaks."""

    source: StatusSource
    this_update: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the product decided and why. `epoch` is that of the clock it was decided by; `details` are for people."""

    decision: Decision
    reason: Reason
    steps: tuple[Step, ...]
    epoch: int | None
    status: StatusSeen | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Begun:
    """A session with its challenge; for a tap the enrolled birth date, for a signature the document."""

    session: str
    challenge: bytes
    birth_date: date | None = None
    document: bytes | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What the product stores: the key of the account, never a name, a number or an address."""

    issuer_key: bytes
    """SHA-256 of the issuer's SubjectPublicKeyInfo."""
    serial: int
    services: tuple[str, ...]
    chip_key: bytes | None
    """SHA-256 of the chip's SubjectPublicKeyInfo, once one was seen."""
    accepted: int


def write_introduction(said: Introduction) -> Json:
    """Return the answer to `hello`."""
    return {
        "contract": CONTRACT,
        "role": ROLE,
        "product": said.product,
        "version": said.version,
        "capabilities": list(said.capabilities),
        "tolerances": {
            "clock_seconds": said.clock_seconds,
            "status_seconds": said.status_seconds,
            "challenge_seconds": said.challenge_seconds,
        },
    }


def write_outcome(outcome: Outcome) -> Json:
    """Return the answer to `complete`, and to a `begin` that is refused at once."""
    said: Json = {"decision": outcome.decision, "reason": outcome.reason, "steps": list(outcome.steps)}
    if outcome.status is not None:
        said["status"] = {"source": outcome.status.source, "this_update": _instant(outcome.status.this_update)}
    if outcome.epoch is not None:
        said["epoch"] = outcome.epoch
    if outcome.details:
        said["details"] = dict(outcome.details)
    return {"outcome": said}


def write_begun(begun: Begun) -> Json:
    """Return the answer to `begin`."""
    said: Json = {"session": begun.session, "challenge": _base64(begun.challenge)}
    if begun.birth_date is not None:
        said["birth_date"] = begun.birth_date.isoformat()
    if begun.document is not None:
        said["document"] = _base64(begun.document)
    return said


def write_account(account: Account | None) -> Json:
    """Return the answer to `account`: null says that nothing is stored."""
    if account is None:
        return {"account": None}
    return {
        "account": {
            "issuer_key": account.issuer_key.hex(),
            "serial": f"{account.serial:x}",
            "services": list(account.services),
            "chip_key": None if account.chip_key is None else account.chip_key.hex(),
            "accepted": account.accepted,
        }
    }


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
