"""The slots of a running world, and whose card is where: a card is in one slot at most."""

import threading
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self, TypeVar

from cardsim.profile import Profile
from cardsim.readers.conditions import ORDINARY, Conditions
from cardsim.readers.vpcd import Address
from cardsim.slot import InsertedCard
from harness.card_life import CardLife
from harness.kept_cards import CardsInMemory, KeptCards
from harness.slot import Slot, SlotRefused, UnknownSlot, served

T = TypeVar("T")
NAME = "Kazashi-{}"
"""Begins with "Kazashi", as every reader must to which a client of ours gives a PIN (DESIGN.md §4, Readers)."""
MOST_SLOTS = 16


class Slots:
    """The slots of a world, and whose card is where: a card is in one slot at most."""

    def __init__(
        self,
        number: int = 1,
        *,
        cards: KeptCards | None = None,
        readers: Sequence[Address] = (),
        conditions: Sequence[Conditions] = (),
    ) -> None:
        kept = self._cards = CardsInMemory() if cards is None else cards
        total = max(number, len(readers), len(conditions))
        shown: list[Address | None] = [*readers, *[None] * (total - len(readers))]
        under = [*conditions, *[ORDINARY] * (total - len(conditions))]
        names = [NAME.format(place) for place in range(1, total + 1)]
        self._slots = {
            name: Slot(name, kept, reader, how) for name, reader, how in zip(names, shown, under, strict=True)
        }
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

    def insert(
        self, name: str, profile: Profile, resident: str, life: CardLife | None = None, *, beside: bool = False
    ) -> Slot:
        """Put a card into a slot and return the slot; SlotRefused when the card is in another."""
        with self._turn:
            slot = self[name]
            self._require_nowhere(slot, profile, beside=beside)
            slot.insert(profile, resident, life, beside=beside)
            return slot

    def swap(self, name: str, profile: Profile, resident: str, life: CardLife | None = None) -> Slot:
        """Put this card in the place of what is in a slot, and return the slot; what was there stays where it fails."""
        with self._turn:
            slot = self[name]
            self._require_nowhere(slot, profile, beside=False)
            slot.swap(profile, resident, life)
            return slot

    def remove(self, name: str, resident: str | None = None) -> Slot:
        """Take a card out of a slot, the first unless a resident's is named, and return the slot."""
        with self._turn:
            slot = self[name]
            slot.remove(resident)
            return slot

    def at_counter(self, profile: Profile, life: CardLife, act: Callable[[InsertedCard], T]) -> T:
        """Return what `act` does with a card, wherever it is, past the conditions of any slot.

        SlotRefused where a PC/SC reader has it: its commands would come in between.
        """
        with self._turn:
            for slot in self:
                if slot.holds(profile.serial):
                    return slot.at_counter(profile.serial, act)
            store = self._cards.open(profile, life)
            try:
                return served(InsertedCard(profile, store), act)
            finally:
                store.close()

    def _require_nowhere(self, slot: Slot, profile: Profile, *, beside: bool) -> None:
        for other in self:
            if (beside or other is not slot) and other.holds(profile.serial):
                raise SlotRefused(
                    f"slot {slot.name}: expected a card that is in no slot, actual the one in {other.name}; "
                    "remove it there first"
                )

    def close(self) -> None:
        """Take every card out."""
        for slot in self:
            while slot.state().card is not None:
                self.remove(slot.name)
