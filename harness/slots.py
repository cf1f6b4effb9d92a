"""The reader slots of a running world: which card is in which, through which door it is reached, and what happened.

A slot is reached through the control API, or, where a vpcd was named for it, through the PC/SC reader that shows it:
one door at a time, for two would break into each other's commands.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from cardsim.profile import Profile
from cardsim.readers.vpcd import Address
from cardsim.slot import InsertedCard
from cardsim.trace import TraceLine
from harness.card_life import CardLife
from harness.kept_cards import CardsInMemory, KeptCards
from harness.vpcd_line import VpcdLine

NAME = "Kazashi-{}"
"""Begins with "Kazashi", as every reader must to which a client of ours gives a PIN (DESIGN.md §4, Readers)."""
MOST_SLOTS = 16


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


@dataclass(frozen=True, slots=True)
class _Inside:
    """What is in a slot: the card, whose it is, and the line on which a PC/SC reader has it."""

    resident: str
    card: InsertedCard
    line: VpcdLine | None


class Slot:
    """One slot; one thing at a time happens to it."""

    def __init__(self, name: str, cards: KeptCards, reader: Address | None = None) -> None:
        self.name = name
        self.reader = reader
        self._cards = cards
        self._inside: _Inside | None = None
        self._lines: list[SlotLine] = []
        self._turn = threading.RLock()

    def state(self) -> SlotCondition:
        """Return how it is now."""
        with self._turn:
            inside = self._inside
            if inside is None:
                return SlotCondition(None, None, powered=False, connected=False)
            connected = inside.line is not None and inside.line.connected
            return SlotCondition(inside.resident, inside.card.profile.serial, inside.card.powered, connected)

    def insert(self, profile: Profile, resident: str, life: CardLife | None = None) -> None:
        """Put a card in; SlotRefused when there is one, CardFault when the card or the reader cannot be reached.

        `life` tells what happened to its PINs elsewhere.
        """
        with self._turn:
            if self._inside is not None:
                raise SlotRefused(
                    f"slot {self.name}: expected it empty, actual the card of {self._inside.resident}; remove it first"
                )
            store = self._cards.open(profile, life)
            try:
                card = InsertedCard(profile, store, lambda line: self._note(profile.serial, line))
                line = None if self.reader is None else VpcdLine(card, self.reader)
            except BaseException:
                store.close()  # whoever could not be put in is free for another try
                raise
            self._note(profile.serial, Happening.INSERTED)
            self._inside = _Inside(resident, card, line)
            if line is not None:
                line.start()

    def remove(self) -> None:
        """Take the card out, whatever it is doing; SlotRefused when there is none."""
        with self._turn:
            inside = self._occupied()
            self._inside = None
            if inside.line is not None:
                inside.line.end()
            inside.card.close()
            self._note(inside.card.profile.serial, Happening.REMOVED)

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
        lines = self._lines[mark:]
        return (mark + len(lines) if lines else len(self._lines)), lines

    def _occupied(self) -> _Inside:
        if self._inside is None:
            raise SlotRefused(f"slot {self.name}: expected a card in it, actual none; insert one first")
        return self._inside

    def _reachable(self) -> InsertedCard:
        inside = self._occupied()
        if self.reader is not None:
            raise SlotRefused(
                f"slot {self.name}: expected APDUs through the PC/SC reader at {self.reader}, actual here; "
                "use a slot without --vpcd"
            )
        return inside.card

    def _note(self, card: str, what: TraceLine | Happening) -> None:
        self._lines.append(SlotLine(card, what))


class Slots:
    """The slots of a world, and whose card is where: a card is in one slot at most."""

    def __init__(self, number: int = 1, *, cards: KeptCards | None = None, readers: Sequence[Address] = ()) -> None:
        kept = CardsInMemory() if cards is None else cards
        shown: list[Address | None] = [*readers, *[None] * max(0, number - len(readers))]
        names = [NAME.format(place) for place in range(1, len(shown) + 1)]
        self._slots = {name: Slot(name, kept, reader) for name, reader in zip(names, shown, strict=True)}
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Slot]:
        return iter(self._slots.values())

    def __getitem__(self, name: str) -> Slot:
        try:
            return self._slots[name]
        except KeyError:
            raise UnknownSlot(f"slot {name!r}: expected one of {', '.join(self._slots)}") from None

    def insert(self, name: str, profile: Profile, resident: str, life: CardLife | None = None) -> Slot:
        """Put a card into a slot and return the slot; SlotRefused when the card is in another."""
        with self._turn:
            slot = self[name]
            for other in self:
                if other is not slot and other.state().card == profile.serial:
                    raise SlotRefused(
                        f"slot {name}: expected a card that is in no slot, actual the one in {other.name}; "
                        "remove it there first"
                    )
            slot.insert(profile, resident, life)
            return slot

    def remove(self, name: str) -> Slot:
        """Take the card out of a slot and return the slot."""
        with self._turn:
            slot = self[name]
            slot.remove()
            return slot

    def close(self) -> None:
        """Take every card out."""
        for slot in self:
            if slot.state().card is not None:
                self.remove(slot.name)
