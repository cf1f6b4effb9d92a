"""The messages of the control API about reader slots and the cards in them."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from harness.contract.messages import Message
from harness.doors.control_messages import Mark

Octets = Annotated[
    str,
    Meta(pattern=r"^(?:[0-9A-Fa-f]{2})+$", max_length=60_000, description="octets in hexadecimal, answers in capitals"),
]
MaskedOctets = Annotated[
    str, Meta(pattern=r"^(?:[0-9A-F]{2}|\*\*)*$", description="octets in hexadecimal; ** where a PIN stood")
]


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


class SlotList(Message, frozen=True):
    """Every slot, in order."""

    slots: list[SlotState]


class InsertCard(Message, frozen=True):
    """Whose card is put in."""

    resident: str


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


class TraceQuery(Message, frozen=True):
    """From which mark on."""

    since: Mark = 0


class TracePage(Message, frozen=True):
    """The lines after the mark that was asked for, and the mark to ask with next."""

    mark: Mark
    entries: list[TraceEntry]
