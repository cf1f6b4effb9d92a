"""The messages of contract 1.0 for the role relying-party, as types that refuse what it does not know.

Over HTTP a message is one JSON object: bytes are base64 with padding, instants are `2026-11-21T00:15:00Z`,
an absent field is absent and never null (but `account`, where null says "nothing is stored").
"""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from harness.contract.vocabulary import (
    Capability,
    Decision,
    Environment,
    Kind,
    Purpose,
    Reason,
    StatusSource,
    Step,
)

END = r"(?![\s\S])"
"""The end of a pattern, in words Python and ECMA-262 read alike: Python's `$` lets a last line feed through."""

Instant = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z" + END)]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}" + END)]
Sha256Hex = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}" + END)]
SerialHex = Annotated[str, Meta(pattern=r"^[0-9a-f]+" + END)]
Name = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*" + END)]
"""Without control characters: names stand in reports, terminals and XML."""
Seconds = Annotated[int, Meta(ge=0, le=86_400)]


class Message(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The base of every message: frozen, and a field the contract does not name is refused."""


class Empty(Message, frozen=True):
    """Nothing to say beyond "done"."""


class Hello(Message, frozen=True):
    """The first request: which contract the suite speaks."""

    contract: str


class Tolerances(Message, frozen=True):
    """What the product declares of its own comparisons; boundary cases are made from these."""

    clock_seconds: Seconds
    status_seconds: Seconds
    challenge_seconds: Annotated[int, Meta(ge=1, le=86_400)]


class Introduction(Message, frozen=True, tag_field="role", tag="relying-party"):
    """The answer to `hello`."""

    contract: str
    product: Name
    version: Name
    capabilities: list[Capability]
    tolerances: Tolerances


class AuthorityAnchor(Message, frozen=True):
    """A certification authority to trust, as its self-signed certificate (DER)."""

    kind: Kind
    certificate: bytes


class CardIssuerAnchor(Message, frozen=True):
    """A card-issuer key of the second PKI: 16 bytes of key id, DER SubjectPublicKeyInfo."""

    key_id: bytes
    key: bytes


class StatusAddress(Message, frozen=True):
    """Where the status of one kind of certificate is asked: OCSP, and the index of the revocation lists."""

    kind: Kind
    ocsp: str
    crl: str


class TerminalCredential(Message, frozen=True):
    """Who the terminal is: only an authenticated one is told an enrolled birth date."""

    id: Name
    credential: Name


class Service(Message, frozen=True):
    """A service of the product, and what it offers."""

    id: Name
    purposes: list[Purpose]
    assurance: Annotated[int, Meta(ge=1, le=3)] | UnsetType = UNSET
    """The level it asks for, told to products with the capability `assurance` alone; 1 where it is absent."""


class Configure(Message, frozen=True):
    """All that the product must know of the world it is tested in."""

    authorities: list[AuthorityAnchor]
    card_issuers: list[CardIssuerAnchor]
    status: list[StatusAddress]
    terminals: list[TerminalCredential]
    services: list[Service]


class SetTime(Message, frozen=True):
    """The world's instant, and the number of this setting of the clock."""

    instant: Instant
    epoch: int


class Epoch(Message, frozen=True):
    """The number of the clock setting that the product now lives in."""

    epoch: int


class HolderHint(Message, frozen=True):
    """Whom the terminal believes to have before it: the certificate it read."""

    certificate: bytes


class Begin(Message, frozen=True):
    """A person stands at a terminal and wants something."""

    purpose: Purpose
    service: Name
    environment: Environment
    terminal: TerminalCredential | UnsetType = UNSET
    holder: HolderHint | UnsetType = UNSET


class StatusSeen(Message, frozen=True):
    """Where the status came from, and as of when it speaks."""

    source: StatusSource
    this_update: Instant


class Outcome(Message, frozen=True):
    """What the product decided, and why; `details` is its own prose, shown and never judged."""

    decision: Decision
    reason: Reason
    steps: list[Step]
    status: StatusSeen | UnsetType = UNSET
    epoch: int | UnsetType = UNSET
    details: dict[str, Any] | UnsetType = UNSET


class Begun(Message, frozen=True):
    """A session with its challenge; or the outcome at once."""

    session: Name | UnsetType = UNSET
    challenge: bytes | UnsetType = UNSET
    birth_date: Day | UnsetType = UNSET
    document: bytes | UnsetType = UNSET
    outcome: Outcome | UnsetType = UNSET


class ChipProof(Message, frozen=True):
    """An internal authentication by the 券面事項確認AP: its EF 0001 and EF 0004, and key 001A's signature."""

    birth_record: bytes
    cvc: bytes
    signature: bytes


class ReportedChip(Message, frozen=True):
    """The word of a terminal that checked the chip itself: which key proved itself, and the birth date it holds."""

    genuine: bool
    chip_key: Sha256Hex
    birth_date: Day


class CardApplicationRecord(Message, frozen=True):
    """What a card application (条例利用領域) gave: its AID, the user's identification, a counter if it has one."""

    aid: bytes
    user: bytes
    counter: Annotated[int, Meta(ge=0)] | UnsetType = UNSET


class Presentation(Message, frozen=True):
    """What the terminal collected from the card, or from a phone that carries its certificates."""

    challenge: bytes
    certificate: bytes
    signature: bytes | UnsetType = UNSET
    document_signature: bytes | UnsetType = UNSET
    chip: ChipProof | UnsetType = UNSET
    reported_chip: ReportedChip | UnsetType = UNSET
    card_application: CardApplicationRecord | UnsetType = UNSET
    phone: bool = False


class Complete(Message, frozen=True):
    """The presentation that answers a session."""

    session: Name
    presentation: Presentation


class Completed(Message, frozen=True):
    """The answer to `complete`."""

    outcome: Outcome


class AskAccount(Message, frozen=True):
    """What is stored of the holder of this certificate?"""

    certificate: bytes


class Account(Message, frozen=True):
    """What the product stores: the key of the account, never a name, a number or an address."""

    issuer_key: Sha256Hex
    serial: SerialHex
    services: list[Name]
    chip_key: Sha256Hex | None
    accepted: int


class AccountStored(Message, frozen=True):
    """The answer to `account`."""

    account: Account | None


class Unlink(Message, frozen=True):
    """The holder of this certificate leaves a service."""

    certificate: bytes
    service: Name


class Unlinked(Message, frozen=True):
    """The answer to `unlink`: accept when the account left the service, else why not."""

    outcome: Outcome


class OfflineRecord(Message, frozen=True):
    """A tap that was taken without asking anybody: where, when, and what was presented."""

    id: Name
    service: Name
    environment: Environment
    taken: Instant
    presentation: Presentation


class Reconcile(Message, frozen=True):
    """The taps of a terminal that was offline, in the order in which they were taken."""

    terminal: TerminalCredential
    records: Annotated[list[OfflineRecord], Meta(min_length=1, max_length=1000)]


class Reconciled(Message, frozen=True):
    """The answer to `reconcile`: one outcome for each record, by its id; a record that comes again counts once."""

    outcomes: dict[Name, Outcome]


class Complaint(Message, frozen=True):
    """What a 4xx says of a broken message: what, where, expected, actual."""

    what: str
    where: str
    expected: str
    actual: str


class Refused(Message, frozen=True):
    """The body of a 4xx."""

    error: Complaint
