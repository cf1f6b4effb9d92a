"""A reader slot of a running world: which card is in it, through which door it is reached, and what happened.

Two cards can lie in the field of a contactless slot; which of them answers is a condition of the slot
(`cardsim.readers.conditions`), as are the time things take and what goes wrong on the way.

A slot is reached through the control API, or, where a vpcd was named for it, through the PC/SC reader that shows it:
one door at a time, for two would break into each other's commands.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from cardsim.faults import CardFault, CardLost
from cardsim.profile import Profile
from cardsim.readers.conditions import ORDINARY, Conditions, TwoCards
from cardsim.readers.exchange import CardInReader
from cardsim.readers.interface import Interface
from cardsim.readers.vpcd import Address
from cardsim.slot import InsertedCard
from cardsim.trace import TraceLine
from harness.card_life import CardLife
from harness.kept_cards import KeptCards
from harness.vpcd_line import VpcdLine

T = TypeVar("T")


class SlotRefused(Exception):
    """What cannot be done to a slot now; `str()` says why and what would do, and nothing changed."""


class UnknownSlot(LookupError):
    """The world has no slot of that name."""


class Happening(StrEnum):
    """What a card itself does not notice."""

    INSERTED = "inserted"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class SlotLine:
    """One line of a slot's trace: of which card, and what."""

    card: str
    what: TraceLine | Happening


@dataclass(frozen=True, slots=True)
class SlotCondition:
    """A slot at one moment: whose card is in it, if one is."""

    resident: str | None
    card: str | None
    powered: bool
    connected: bool
    conditions: Conditions = ORDINARY
    beside: str | None = None
    """Whose card lies in the field as well."""


@dataclass(slots=True)
class _Inside:
    """What is in a slot: the card, whose it is, and the line on which a PC/SC reader has it."""

    resident: str
    card: CardInReader
    line: VpcdLine | None = None

    def end_line(self) -> None:
        """The reader sees it gone."""
        if self.line is not None:
            self.line.end()
        self.line = None


class Slot:
    """One slot; one thing at a time happens to it."""

    def __init__(
        self, name: str, cards: KeptCards, reader: Address | None = None, conditions: Conditions = ORDINARY
    ) -> None:
        self.name = name
        self.reader = reader
        self._conditions = conditions
        self._cards = cards
        self._in_field: list[_Inside] = []
        self._insertions = 0
        self._lines: list[SlotLine] = []
        self._turn = threading.RLock()

    def state(self) -> SlotCondition:
        """Return how it is now."""
        with self._turn:
            self._sweep()
            if not self._in_field:
                return SlotCondition(None, None, powered=False, connected=False, conditions=self._conditions)
            first, *rest = self._in_field
            connected = first.line is not None and first.line.connected
            return SlotCondition(
                first.resident,
                first.card.profile.serial,
                first.card.powered,
                connected,
                first.card.conditions,
                rest[0].resident if rest else None,
            )

    def holds(self, serial: str) -> bool:
        """Return whether a card is in it."""
        with self._turn:
            self._sweep()
            return any(inside.card.profile.serial == serial for inside in self._in_field)

    def set_conditions(self, conditions: Conditions) -> None:
        """Let these hold from now on; SlotRefused for another interface while a card is in it."""
        with self._turn:
            self._sweep()
            if self._in_field and conditions.interface is not self._conditions.interface:
                raise SlotRefused(
                    f"slot {self.name}: expected it empty for another interface, actual the card of "
                    f"{self._in_field[0].resident}; remove it first"
                )
            self._conditions = conditions
            for inside in self._in_field:
                inside.card.conditions = conditions
            self._arrange()

    def insert(self, profile: Profile, resident: str, life: CardLife | None = None, *, beside: bool = False) -> None:
        """Put a card in; SlotRefused when there is one, CardFault when the card or the reader cannot be reached.

        `life` tells what happened to its PINs elsewhere. With `beside` it is laid beside the one that is there, which
        only a contactless slot has room for.
        """
        with self._turn:
            self._sweep()
            self._require_room(beside=beside)
            self._put_in(self._opened(profile, resident, life), there=list(self._in_field), leaving=[])

    def swap(self, profile: Profile, resident: str, life: CardLife | None = None) -> None:
        """Put a card in the place of what is there; where that fails, what was there lies there as before, unpowered.

        A card that takes its own place, because it was written on meanwhile, leaves first: its tries have one owner at
        a time. Where it cannot come back the slot is empty, and the fault says so.
        """
        with self._turn:
            self._sweep()
            own = [inside for inside in self._in_field if inside.card.profile.serial == profile.serial]
            for inside in own:
                self._in_field.remove(inside)
                self._give_up(inside)
            try:
                self._put_in(self._opened(profile, resident, life), there=[], leaving=list(self._in_field))
            except CardFault as fault:
                if not own:
                    raise
                raise CardLost(
                    f"slot {self.name}: the card of {resident} was taken out and could not be put in again: {fault}"
                ) from fault

    def _opened(self, profile: Profile, resident: str, life: CardLife | None) -> _Inside:
        """Return a card that is ours to put in; it has no power and no line yet."""
        store = self._cards.open(profile, life)
        try:
            card = InsertedCard(profile, store, lambda line: self._note(profile.serial, line))
            waits = threading.Event().wait
            return _Inside(resident, CardInReader(card, self._conditions, insertion=self._insertions, wait=waits))
        except BaseException:
            store.close()  # whoever could not be put in is free for another try
            raise

    def _put_in(self, inside: _Inside, *, there: list[_Inside], leaving: list[_Inside]) -> None:
        """Let a card lie beside those `there`, in place of those `leaving`; all stays as it was where that fails."""
        before = self._in_field
        for each in leaving:
            each.end_line()
            each.card.power_off()
        self._in_field = [*there, inside]

        def is_in() -> None:
            for each in leaving:
                self._give_up(each)
            self._note(inside.card.profile.serial, Happening.INSERTED)

        try:
            self._arrange(is_in)
        except BaseException:
            inside.card.close()
            self._in_field = before
            with suppress(CardFault):  # the reader cannot be reached: the cards lie there, and nobody sees them
                self._arrange()
            raise
        self._insertions += 1

    def remove(self, resident: str | None = None) -> None:
        """Take out the card of `resident`, or the first, whatever it is doing; SlotRefused when there is none."""
        with self._turn:
            inside = self._occupied(resident)
            self._in_field.remove(inside)
            self._give_up(inside)
            self._arrange()

    def power_on(self) -> bytes:
        """Return the ATR of the card, which has power now, or was reset (cold) if it had."""
        with self._turn:
            return self._reachable().power_on()

    def reset(self) -> bytes:
        """Return the ATR after a warm reset; CardNotPowered without power."""
        with self._turn:
            return self._reachable().reset()

    def power_off(self) -> None:
        """Take the power away."""
        with self._turn:
            self._reachable().power_off()

    def transmit(self, command: bytes) -> bytes:
        """Return the answer to one command; CardNotPowered without power."""
        with self._turn:
            return self._reachable().transmit(command)

    def trace_since(self, mark: int) -> tuple[int, Sequence[SlotLine]]:
        """Return the mark to ask with next, and the lines after `mark`, those of cards that are gone too."""
        with self._turn:
            self._sweep()
        lines = self._lines[mark:]
        return (mark + len(lines) if lines else len(self._lines)), lines

    def _require_room(self, *, beside: bool) -> None:
        if not self._in_field:
            return
        there = self._in_field[0].resident
        if not beside:
            raise SlotRefused(
                f"slot {self.name}: expected it empty, actual the card of {there}; remove it first, or swap them"
            )
        if self._conditions.interface is Interface.CONTACT or len(self._in_field) > 1:
            raise SlotRefused(
                f"slot {self.name}: expected a contactless slot with one card, actual "
                f"{self._conditions.interface.value} with {len(self._in_field)}; remove the card of {there} first"
            )

    def _arrange(self, note: Callable[[], None] = lambda: None) -> None:
        """Let the card that answers have the line to the reader, and no other card power or line."""
        answering = self._answering()
        for inside in self._in_field:
            if inside is not answering:
                inside.end_line()
                inside.card.power_off()
        if answering is not None and answering.line is None and self.reader is not None:
            answering.line = VpcdLine(answering.card, self.reader)
            note()
            answering.line.start()
        else:
            note()

    def _answering(self) -> _Inside | None:
        alone = len(self._in_field) == 1 or self._conditions.two_cards is TwoCards.FIRST
        return self._in_field[0] if self._in_field and alone else None

    def _sweep(self) -> None:
        """A card that was torn out is not in the slot any more."""
        for inside in [each for each in self._in_field if not each.card.present]:
            self._in_field.remove(inside)
            self._give_up(inside)
            self._conditions = inside.card.conditions
            self._arrange()

    def _give_up(self, inside: _Inside) -> None:
        inside.end_line()
        inside.card.close()
        self._note(inside.card.profile.serial, Happening.REMOVED)

    def _occupied(self, resident: str | None = None) -> _Inside:
        self._sweep()
        for inside in self._in_field:
            if resident is None or inside.resident == resident:
                return inside
        whose = "a card" if resident is None else f"the card of {resident}"
        raise SlotRefused(f"slot {self.name}: expected {whose} in it, actual none; insert one first")

    def _reachable(self) -> CardInReader:
        self._occupied()
        if self.reader is not None:
            raise SlotRefused(
                f"slot {self.name}: expected APDUs through the PC/SC reader at {self.reader}, actual here; "
                "use a slot without --vpcd"
            )
        answering = self._answering()
        if answering is None:
            raise CardLost(f"slot {self.name}: two cards in the field, neither answers; take one out")
        return answering.card

    def at_counter(self, serial: str, act: Callable[[InsertedCard], T]) -> T:
        """Return what `act` does with a card that lies here; afterwards nothing is verified any more."""
        with self._turn:
            inside = next(each for each in self._in_field if each.card.profile.serial == serial)
            if self.reader is not None:
                raise SlotRefused(
                    f"slot {self.name}: expected a card that no PC/SC reader has, actual one at {self.reader}; "
                    "remove it first, and insert it again afterwards"
                )
            return served(inside.card.card, act)

    def _note(self, card: str, what: TraceLine | Happening) -> None:
        self._lines.append(SlotLine(card, what))


def served(card: InsertedCard, act: Callable[[InsertedCard], T]) -> T:
    """Return what `act` does with a card that has power for it; one that had it before has it afterwards, reset."""
    powered = card.powered
    card.power_on()
    try:
        return act(card)
    finally:
        card.power_off()
        if powered:
            card.power_on()
