"""The messages of the control API, as types that refuse what they do not know; its OpenAPI is drawn from them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from harness.births import BirthUnknown
from harness.clock import ClockMode
from harness.contract.messages import END, AuthorityAnchor, CardIssuerAnchor, Message, SerialHex
from harness.contract.vocabulary import Kind
from harness.events import Changes
from harness.forgery import Variant
from harness.jlis.life_events import LifeEvent
from harness.jlis.populations import Medium
from harness.jlis.reasons import RevocationReason
from harness.presented import Form
from harness.residents import Resident

Instant = Annotated[datetime, Meta(tz=True, description="with a time zone; answers are in UTC")]
AskedSerial = Annotated[str, Meta(pattern=r"^-?[0-9a-f]+" + END, description="hexadecimal, as it was asked for")]
"""Anybody may ask for a number that no certificate can have, a negative one too; the journal tells of it."""
Mark = Annotated[int, Meta(ge=0, le=2**63 - 1)]
LONGEST_WAIT = 30.0
LONGEST_ADVANCE = 100 * 366 * 86_400


class Nothing(Message, frozen=True):
    """No field at all; an empty body says the same."""


class ClockState(Message, frozen=True):
    """The world's instant, whether it stands or runs, and how often it was set."""

    instant: Instant
    mode: ClockMode
    epoch: int


class SetClock(Message, frozen=True):
    """Where to set the clock."""

    instant: Instant


class AdvanceClock(Message, frozen=True):
    """How far to move the clock."""

    seconds: Annotated[int, Meta(ge=1, le=LONGEST_ADVANCE)]


class NewResident(Message, frozen=True):
    """A new resident: what is left out follows from the world's seed."""

    name: str | UnsetType = UNSET
    birth_date: date | UnsetType = UNSET
    sex: str | UnsetType = UNSET
    municipality: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    card_expiry: date | UnsetType = UNSET
    kana: str | UnsetType = UNSET
    former_name: str | UnsetType = UNSET
    former_kana: str | UnsetType = UNSET
    alias: str | UnsetType = UNSET
    kanji_name: str | UnsetType = UNSET
    nationality: str | UnsetType = UNSET
    residence_until: date | UnsetType = UNSET
    household: str | UnsetType = UNSET
    is_head: bool | UnsetType = UNSET
    birth_unknown: BirthUnknown | UnsetType = UNSET
    under_guardianship: bool | UnsetType = UNSET
    card: bool = True
    """Whether a card is handed over at once, with both certificates if its holder may have both."""


class CertificateState(Message, frozen=True):
    """A certificate as the register has it now; what OCSP and lists say is older (the mark, the publication)."""

    kind: Kind
    medium: Medium
    generation: int
    """Of the authority that signed it."""
    serial: SerialHex
    issued: Instant
    not_after: Instant
    revoked: Instant | None
    reason: RevocationReason | None


class Certificates(Message, frozen=True):
    """Every certificate that a resident was ever issued, on cards and in phones, in that order."""

    certificates: list[CertificateState]


class LifeEventWanted(Message, frozen=True):
    """What befalls a resident; `changes` is what stands otherwise in the resident register from then on."""

    what: LifeEvent
    changes: Changes = Changes()
    reason: RevocationReason | UnsetType = UNSET
    """Where certificates are revoked for another reason than the table of the life cycle says."""


class CrowdWanted(Message, frozen=True):
    """How many people are registered at once, each with a card, and how many keys their certificates share."""

    count: Annotated[int, Meta(ge=1, le=1_000_000)]
    keys: Annotated[int, Meta(ge=1, le=10_000)] = 100


class CrowdState(Message, frozen=True):
    """How many people the world has."""

    residents: int


class ResidentState(Message, frozen=True):
    """A resident and the certificates of their card, none when they have no card."""

    resident: Resident
    certificates: list[CertificateState]


class Residents(Message, frozen=True):
    """Everybody, in the order they were registered."""

    residents: list[ResidentState]


class WrittenState(Message, frozen=True):
    """A line of the sign panel (追記領域)."""

    day: date
    text: str


class PrintedState(Message, frozen=True):
    """What the faces of a card say: the first print, and what municipalities wrote on it since."""

    name: str
    address: str
    birth_date: date
    sex: str
    expiry: date
    western_birth: bool
    changes: list[WrittenState]


class Card(Message, frozen=True):
    """A card as it was personalised, with its private keys: what a card folder's profile.json holds."""

    serial: str
    auth_certificate: bytes
    sign_certificate: bytes | None
    """None for those who may have none: under fifteen, or under guardianship."""
    profile: dict[str, Any]
    printed: PrintedState | UnsetType = UNSET
    """Of a plastic card; a phone has no faces, those of the next card are not known."""


CardOptions = Annotated[
    str,
    Meta(
        max_length=4000,
        pattern=r"^(?:[a-z_]+=[0-9A-Za-z]+(?:,[a-z_]+=[0-9A-Za-z]+)*)?" + END,
        description="where nothing public tells what a card does, name=value,… for other than the defaults; "
        "`kazashi card options` lists them",
    ),
]


class WhichCard(Message, frozen=True):
    """In which form, and whether genuine; left out: the genuine card.

    `other` is whose chip a clone or a splice is on; by default somebody's whom the register does not know.
    """

    form: Form = Form.CARD
    variant: Variant | UnsetType = UNSET
    other: str | UnsetType = UNSET
    options: CardOptions = ""


class Move(Message, frozen=True):
    """Where to: the code of a municipality, or the other one when it is left out."""

    municipality: str | UnsetType = UNSET


class Revoke(Message, frozen=True):
    """Which certificate is revoked and why."""

    kind: Kind
    reason: RevocationReason


class JournalEntry(Message, frozen=True):
    """One request that reached the fake J-LIS; `answer` names the fault that it was given under, if one was."""

    at: Instant
    door: str
    kind: Kind | None
    serial: AskedSerial | None
    partition: str | None
    answer: str
    http: int
    """0 for a request that is held by the fault `silent` and has no answer yet."""


class JournalDoor(StrEnum):
    """The doors that the journal tells of."""

    OCSP = "ocsp"
    CRL = "crl"
    ANCHORS = "anchors"
    DESCRIPTION = "description"
    LINK = "link"
    RECORD_CHECK = "record-check"
    ATTRIBUTES = "attributes"
    FEES = "fees"
    CONTROL = "control"
    """Requests that this API refused."""
    UNKNOWN = "unknown"
    """Addresses of the fake J-LIS where nothing is, and what was no HTTP."""


class JournalQuery(Message, frozen=True):
    """From which mark on, about what; with `wait`, the answer is held until there are as many or the time is over."""

    since: Mark = 0
    wait: Annotated[float, Meta(ge=0, le=LONGEST_WAIT, description="seconds")] = 0.0
    serial: AskedSerial | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    door: JournalDoor | UnsetType = UNSET
    partition: str | UnsetType = UNSET
    """The municipality of a list."""
    answer: str | UnsetType = UNSET
    """Words that the answer contains."""
    http: int | UnsetType = UNSET
    at_least: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    """How many entries `wait` waits for."""


class JournalPage(Message, frozen=True):
    """The entries after the mark that was asked for, of those that were meant, and the mark to ask with next.

    The journal keeps the last 1,048,576 entries. `forgotten` says how many after the mark are gone, whoever they were
    about; absent when none is. What is not in `entries` then may have been asked for all the same.
    """

    mark: Mark
    entries: list[JournalEntry]
    forgotten: Mark = 0


class Anchors(Message, frozen=True):
    """What a relying party of this world has to trust."""

    authorities: list[AuthorityAnchor]
    card_issuers: list[CardIssuerAnchor]


class Addresses(Message, frozen=True):
    """Where the doors of this world are."""

    addresses: dict[str, str]
