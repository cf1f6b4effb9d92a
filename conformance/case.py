"""A conformance case as data: what is the only thing wrong, what the product must say, and how that is proved.

A case tells a little story in steps about one fresh resident. The last of `steps` is judged by `expect`; every
other step, and each of `afterwards`, has to be accepted. Times are of the case's own days: day 0 is its first.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from harness.confidence import Confidence
from harness.contract.vocabulary import Capability, Decision, Environment, Kind, Reason

ClockTime = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$")]
CaseId = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)+$")]
MutantId = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence in both languages."""

    en: Annotated[str, Meta(min_length=8)]
    ja: Annotated[str, Meta(min_length=4)]

    def in_language(self, language: str) -> str:
        """Return the sentence in `ja` or `en`."""
        return self.ja if language == "ja" else self.en


class ChipMade(StrEnum):
    """Which chip proves itself at an enrolment or a tap."""

    GENUINE = "genuine"
    """The chip of the card that the certificate was read from."""
    SELF_MADE = "self_made"
    """A chip that somebody made: its certificate names the card issuer's key but is signed by another."""
    COPIED_CVC = "copied_cvc"
    """A chip that somebody made, behind a copy of the genuine card-verifiable certificate."""
    RECORDED = "recorded"
    """The genuine chip, which answered another challenge."""
    SPLICED = "spliced"
    """Another resident's genuine chip, whose holder was born on the same day."""


class SignatureMade(StrEnum):
    """Who made the signature over the challenge."""

    GENUINE = "genuine"
    FORGED = "forged"
    """Made by another key than the one of the certificate."""


class Pin(StrEnum):
    """Which PIN is given to the card."""

    RIGHT = "right"
    WRONG = "wrong"


class TerminalSeen(StrEnum):
    """Whether the terminal can say who it is."""

    OURS = "ours"
    STRANGER = "stranger"


class StoryStep(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", omit_defaults=True):
    """One thing that happens; `do` names it."""


class Enrol(StoryStep, frozen=True, tag="enrol"):
    """The resident enrols: PIN signature and chip proof."""

    chip: ChipMade = ChipMade.GENUINE
    signature: SignatureMade = SignatureMade.GENUINE


class Login(StoryStep, frozen=True, tag="login"):
    """The resident logs in with the PIN."""

    signature: SignatureMade = SignatureMade.GENUINE
    pin: Pin = Pin.RIGHT


class Tap(StoryStep, frozen=True, tag="tap"):
    """The resident holds the card to the terminal; no PIN."""

    chip: ChipMade = ChipMade.GENUINE
    environment: Environment = Environment.ATTENDED
    terminal: TerminalSeen = TerminalSeen.OURS


class Sign(StoryStep, frozen=True, tag="sign"):
    """The resident signs the relying party's document with the signature key."""

    signature: SignatureMade = SignatureMade.GENUINE


class Replay(StoryStep, frozen=True, tag="replay"):
    """Somebody sends the last presentation once more, byte for byte."""


class At(StoryStep, frozen=True, tag="at"):
    """The world's clock is set to a time of day (JST) of one of the case's days."""

    time: ClockTime
    day: Annotated[int, Meta(ge=0, le=30)] = 0


class Wait(StoryStep, frozen=True, tag="wait"):
    """So many seconds pass."""

    seconds: Annotated[int, Meta(ge=1, le=60)]


class Lose(StoryStep, frozen=True, tag="lose"):
    """The card is reported lost: 一時停止, both certificates are put on hold."""


class Move(StoryStep, frozen=True, tag="move"):
    """The resident moves to the other municipality: the signature certificate is revoked."""


class Revoke(StoryStep, frozen=True, tag="revoke"):
    """A certificate of the resident is revoked because its key leaked or it is no longer wanted."""

    kind: Kind
    reason: Annotated[str, Meta(pattern=r"^(keyCompromise|cessationOfOperation|superseded)$")]


Story = Enrol | Login | Tap | Sign | Replay | At | Wait | Lose | Move | Revoke


class Questions(Struct, frozen=True, forbid_unknown_fields=True):
    """How many status questions about the resident's certificates the journal shows during the judged step."""

    at_least: Annotated[int, Meta(ge=1)] | None = None
    none: bool = False
    in_case: Annotated[int, Meta(ge=1)] | None = None
    """As `at_least`, but counted since the case began: a product may use an answer as long as it is valid."""
    kind: Kind = Kind.AUTH


class CardTrace(Struct, frozen=True, forbid_unknown_fields=True):
    """What the trace of the card shows for the judged step."""

    tries_spent: Annotated[int, Meta(ge=0, le=5)]


class AccountAfter(StrEnum):
    """What the judged step leaves of the account, as the verb `account` shows it before and after."""

    UNCHANGED = "unchanged"
    COUNTED = "counted"
    """One more accepted use, nothing else; the chip of the enrolment is remembered."""


class Expectation(Struct, frozen=True, forbid_unknown_fields=True):
    """One decision and one reason, and the evidence that they came about in the right way."""

    decision: Decision
    reason: Reason
    questions: Questions
    card: CardTrace | None = None
    account: AccountAfter | None = None


class Holder(Struct, frozen=True, forbid_unknown_fields=True):
    """What is special about the case's resident; nothing, as a rule."""

    card_expires_on_day: Annotated[int, Meta(ge=0, le=30)] | None = None
    """The certificates end with that day, at 23:59:59 JST: such a case needs a clock that can be set."""
    certificates_live_seconds: Annotated[int, Meta(ge=2, le=60)] | None = None
    """The certificates end so many seconds after the card was issued, as no real one does."""


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """One case of the catalogue."""

    id: CaseId
    version: Annotated[int, Meta(ge=1)]
    title: Text
    importance: Text
    requirement: Annotated[str, Meta(pattern=r"^[A-Z]{2}-[A-Z]+-\d{3}$")]
    clause: Annotated[str, Meta(min_length=4)]
    confidence: Confidence
    capabilities: list[Capability]
    steps: Annotated[list[Story], Meta(min_length=1)]
    expect: Expectation
    twin: CaseId | None = None
    holder: Holder = Holder()
    afterwards: list[Story] = []
    kills: list[MutantId] = []

    @property
    def needs_calendar(self) -> bool:
        """Whether the case is about a time of day that the host's clock would have to show."""
        return self.holder.card_expires_on_day is not None

    @property
    def is_refusal(self) -> bool:
        """Whether the judged step has to be anything else than accepted."""
        return self.expect.decision is not Decision.ACCEPT
