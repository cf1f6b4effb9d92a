"""The messages of the control API about reader slots and the cards in them."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from cardsim.readers.conditions import TwoCards
from cardsim.readers.interface import Interface, UidAnswer
from cardsim.readers.latency import PROFILES
from cardsim.slot import Tear
from harness.contract.messages import Message
from harness.doors.control_messages import CardOptions, Mark
from harness.forgery import Variant
from harness.presented import Form

Octets = Annotated[
    str,
    Meta(pattern=r"^(?:[0-9A-Fa-f]{2})+$", max_length=60_000, description="octets in hexadecimal, answers in capitals"),
]
LatencyName = Annotated[str, Meta(pattern=f"^(?:{'|'.join(PROFILES)})$", description=f"one of {', '.join(PROFILES)}")]
MaskedOctets = Annotated[
    str, Meta(pattern=r"^(?:[0-9A-F]{2}|\*\*)*$", description="octets in hexadecimal; ** where a PIN stood")
]


class WeakFieldState(Message, frozen=True):
    """Frames get lost: which share of attempts, how often the reader repeats, and the seed of which ones."""

    loss: Annotated[float, Meta(ge=0, le=1)]
    retries: Annotated[int, Meta(ge=0, le=20)] = 2
    seed: int = 0


class TakenOutState(Message, frozen=True):
    """The card is torn out at the n-th command from now, before, during or after its work on it."""

    at: Annotated[int, Meta(ge=1)]
    when: Tear


class SlotConditions(Message, frozen=True):
    """How card and reader meet: interface, latency profile, and what goes wrong on the way."""

    interface: Interface = Interface.CONTACT
    atr: Octets | None = None
    """Instead of the card's own, or of the ordinary contactless one."""
    pupi_in_atr: bool = False
    uid: UidAnswer = UidAnswer.NUMBER
    latency: LatencyName = "fast"
    weak: WeakFieldState | None = None
    taken_out: TakenOutState | None = None
    two_cards: TwoCards = TwoCards.NEITHER
    seed: int = 0


class SlotState(Message, frozen=True):
    """A reader slot: whose card is in it, if one is, whether it has power, and which PC/SC reader shows it."""

    name: str
    resident: str | None
    card: str | None
    """The card's serial."""
    powered: bool
    reader: str | None
    """HOST:PORT of the vpcd whose reader shows this slot; None when it is reached by this API alone."""
    connected: bool
    """Whether that reader sees the card now."""
    beside: str | None = None
    """Whose card lies in the field as well."""
    conditions: SlotConditions = SlotConditions()


class SlotList(Message, frozen=True):
    """Every slot, in order."""

    slots: list[SlotState]


class InsertCard(Message, frozen=True):
    """Whose card is put in, and which (`WhichCard`); `beside` the one that is there, in a contactless slot."""

    resident: str
    beside: bool = False
    form: Form = Form.CARD
    variant: Variant | UnsetType = UNSET
    other: str | UnsetType = UNSET
    options: CardOptions = ""


class SwapCard(Message, frozen=True):
    """Whose card takes the place of the one that is there, and which (`WhichCard`)."""

    resident: str
    form: Form = Form.CARD
    variant: Variant | UnsetType = UNSET
    other: str | UnsetType = UNSET
    options: CardOptions = ""


class RemoveCard(Message, frozen=True):
    """Whose card is taken out; the first one's by default."""

    resident: str | None = None


class CardReset(Message, frozen=True):
    """The answer to reset."""

    atr: Octets


class CommandApdu(Message, frozen=True):
    """A command for the card."""

    command: Octets


class ResponseApdu(Message, frozen=True):
    """The card's answer, its status word at the end."""

    answer: Octets


class TraceEvent(StrEnum):
    """What a line of the trace tells."""

    INSERTED = "inserted"
    POWER_ON = "power_on"
    RESET = "reset"
    COMMAND = "command"
    POWER_OFF = "power_off"
    TORN = "torn"
    REMOVED = "removed"


class TraceEntry(Message, frozen=True):
    """One line: of which card, and for a command its masked octets, the answer's data, the status word, and where."""

    event: TraceEvent
    card: str
    command: MaskedOctets
    data: MaskedOctets
    sw: Annotated[str, Meta(pattern=r"^(?:[0-9A-F]{4})?$")]
    where: str
    text: str
    """The line for people."""
    torn: str = ""
    """Of a torn line: before, during or after the command."""
    aid: Annotated[str, Meta(pattern=r"^(?:[0-9A-F]{2})*$")] = ""
    fid: int = 0
    """What was current: application and file; 0 is no file."""


class TraceQuery(Message, frozen=True):
    """From which mark on."""

    since: Mark = 0


class TracePage(Message, frozen=True):
    """The lines after the mark that was asked for, and the mark to ask with next."""

    mark: Mark
    entries: list[TraceEntry]
