"""One run of reader software as the judge sees it: what lay there, what was said, and the trace."""

from collections.abc import Sequence
from dataclasses import dataclass

from cardsim.trace import Event, TraceLine
from conformance.privacy.oracle import Finding
from conformance.roles.tap_client.case import VALUE_AT, Do, Typed
from conformance.roles.tap_client.laid import OnReader
from conformance.roles.tap_client.login_party import LoginParty
from harness.contract.tap_messages import Ran

PINS = {Typed.RIGHT: "1234", Typed.WRONG: "4321", Typed.SHORT: "123", Typed.LONG: "12345"}
SELECT, VERIFY = 0xA4, 0x20
HEADER = VALUE_AT


def is_over(lines: Sequence[TraceLine]) -> bool:
    """Return whether a session was ended: by a reset, power off, another application, or the card's leaving."""
    if not lines:
        return True
    last = lines[-1]
    return last.event in (Event.RESET, Event.POWER_OFF, Event.TORN) or last.command[1:2] == bytes([SELECT])


@dataclass(frozen=True, slots=True)
class Seen:
    """One run: what lay there, what the product said, and the lines of the trace."""

    do: Do
    on_reader: OnReader
    challenge: bytes
    said: Ran
    lines: tuple[TraceLine, ...]
    other: tuple[TraceLine, ...] = ()
    """The trace of the card beside it, or of the one that took its place."""
    party: LoginParty | None = None
    written: tuple[Finding, ...] = ()
    """What the product has written down so far of persons and cards: it may come later than the answer."""

    @property
    def commands(self) -> list[TraceLine]:
        """The commands that reached the card, torn ones too."""
        return [line for line in self.lines if line.event in (Event.COMMAND, Event.TORN)]

    @property
    def presented(self) -> list[TraceLine]:
        """Every VERIFY with a value."""
        return [each for each in self.commands if each.command[1] == VERIFY and len(each.command) > HEADER]
