"""The messages of contract 1.0, closed: a field not named here is an error, and so is a value of another type."""

import re
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from reference_impl.accounts.view import AccountView
from reference_impl.verification.place import Environment
from reference_impl.verification.purpose import CertificateKind, Purpose
from reference_impl.verification.verdict import Decision, Reason, Step

Instant = Annotated[datetime, Meta(tz=True)]
Identifier = Annotated[str, Meta(min_length=1, max_length=256)]


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    """What every message that comes in has in common."""


class Hello(Message, frozen=True):
    """What do you speak?"""

    contract: Literal["1.0"]


class AuthorityAnchor(Message, frozen=True):
    """One pinned generation of a certification authority."""

    kind: CertificateKind
    certificate: bytes


class CardIssuerAnchor(Message, frozen=True):
    """One pinned key of the card issuers' PKI."""

    key_id: bytes
    key: bytes


class StatusAddress(Message, frozen=True):
    """Where the status of one kind of certificate is asked."""

    kind: CertificateKind
    ocsp: str
    crl: str


class Terminal(Message, frozen=True):
    """A terminal and its credential."""

    id: Identifier
    credential: str


class Service(Message, frozen=True):
    """A service and what it may be used for."""

    id: Identifier
    purposes: list[Purpose]
    assurance: Annotated[int, Meta(ge=1, le=3)] = 1


class Configure(Message, frozen=True):
    """Everything the operator decides."""

    authorities: list[AuthorityAnchor]
    card_issuers: list[CardIssuerAnchor]
    status: list[StatusAddress]
    terminals: list[Terminal]
    services: list[Service]


class Reset(Message, frozen=True):
    """Forget what was learnt."""


class SetTime(Message, frozen=True):
    """The clock of the test."""

    instant: Instant
    epoch: Annotated[int, Meta(ge=0)]


class HolderHint(Message, frozen=True):
    """Who is about to tap."""

    certificate: bytes


class Begin(Message, frozen=True):
    """The start of an attempt."""

    purpose: Purpose
    service: str
    environment: Environment
    terminal: Terminal | UnsetType = UNSET
    holder: HolderHint | UnsetType = UNSET


class Chip(Message, frozen=True):
    """What the 券面事項確認AP gave."""

    birth_record: bytes
    cvc: bytes
    signature: bytes


class Presentation(Message, frozen=True):
    """What the terminal collected."""

    challenge: bytes
    certificate: bytes
    signature: bytes | UnsetType = UNSET
    document_signature: bytes | UnsetType = UNSET
    chip: Chip | UnsetType = UNSET


class Complete(Message, frozen=True):
    """The end of an attempt."""

    session: str
    presentation: Presentation


class AccountQuery(Message, frozen=True):
    """What is stored about this holder?"""

    certificate: bytes


class OfflineRecord(Message, frozen=True):
    """A tap that was taken without asking anybody."""

    id: Annotated[str, Meta(min_length=1, max_length=128)]
    service: Annotated[str, Meta(min_length=1, max_length=128)]
    environment: Environment
    taken: Instant
    presentation: Presentation


class Reconcile(Message, frozen=True):
    """The taps of a terminal that was offline."""

    terminal: Terminal
    records: Annotated[list[OfflineRecord], Meta(min_length=1, max_length=1000)]


class Unlink(Message, frozen=True):
    """The holder of this certificate leaves a service."""

    certificate: bytes
    service: Identifier


class Tolerances(Struct, frozen=True):
    """Declared tolerances, in seconds."""

    clock_seconds: int
    status_seconds: int
    challenge_seconds: int


class HelloAnswer(Struct, frozen=True):
    """Who answers, and what it can do."""

    contract: str
    role: str
    product: str
    version: str
    capabilities: list[str]
    tolerances: Tolerances


class Empty(Struct, frozen=True):
    """Done."""


class EpochAnswer(Struct, frozen=True):
    """The clock's epoch from now on."""

    epoch: int


class StatusAnswer(Struct, frozen=True):
    """Source and time of the status."""

    source: str
    this_update: datetime


class Outcome(Struct, frozen=True):
    """The verdict, as the contract has it."""

    decision: Decision
    reason: Reason
    steps: list[Step]
    status: StatusAnswer | UnsetType = UNSET
    epoch: int | UnsetType = UNSET
    details: dict[str, Any] | UnsetType = UNSET


class OutcomeAnswer(Struct, frozen=True):
    """An attempt that has ended."""

    outcome: Outcome


class ReconcileAnswer(Struct, frozen=True):
    """One outcome for each record, by its id."""

    outcomes: dict[str, Outcome]


class BeginAnswer(Struct, frozen=True):
    """An attempt that may go on."""

    session: str
    challenge: bytes
    birth_date: str | UnsetType = UNSET
    document: bytes | UnsetType = UNSET


class AccountAnswer(Struct, frozen=True):
    """The account, or null."""

    account: AccountView | None


class Broken(Struct, frozen=True):
    """What is wrong with a message: what, where, and both sides."""

    what: str
    where: str
    expected: str
    actual: str


class ErrorAnswer(Struct, frozen=True):
    """The body of every 4xx."""

    error: Broken


class BrokenMessage(ValueError):
    """A message outside the contract, and the HTTP status that says so."""

    def __init__(self, status: int, broken: Broken) -> None:
        super().__init__(f"{broken.what} at {broken.where}")
        self.status = status
        self.broken = broken


_M = TypeVar("_M", bound=Message)

_AT: Final = re.compile(r"^(?P<what>.*?)(?: - at `(?P<where>[^`]*)`)?$", re.DOTALL)
_SIDES: Final = re.compile(r"^Expected (?P<expected>.*), got (?P<actual>.*)$", re.DOTALL)


def read_message(kind: type[_M], body: bytes) -> _M:
    """The message in `body`; `BrokenMessage` says where it leaves the contract. Values of it are not repeated."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise BrokenMessage(400, _explain(kind, str(error))) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenMessage(
            400, Broken("broken JSON", "$", "one JSON object", f"{len(body)} bytes: {error}")
        ) from error


def _explain(kind: type[Message], message: str) -> Broken:
    """Both sides of a validation message: "Expected `int`, got `str` - at `$.epoch`" and its relatives."""
    found = _AT.match(message)
    what, where = (message, "$") if found is None else (found["what"], found["where"] or "$")
    sides = _SIDES.match(what)
    if sides is not None:
        return Broken(
            "wrong type or value", where, sides["expected"].replace("`", ""), sides["actual"].replace("`", "")
        )
    return Broken("outside the contract", where, f"a {kind.__name__} of contract 1.0", what.replace("`", ""))


def write_answer(answer: Struct) -> bytes:
    """The JSON of an answer; instants end in `Z`, bytes are base64 with padding."""
    return msgspec.json.encode(answer)
