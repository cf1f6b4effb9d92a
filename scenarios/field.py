"""Two cards in the field of one reader: which of them answers is the reader's way (`cardsim.readers.conditions`)."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cardsim.profile import Profile
from cardsim.readers.conditions import Conditions
from cardsim.store import KeptStore
from cardsim.trace import TraceLine
from cardsim.trace_file import TraceFile
from harness.card_life import CardLife
from harness.kept_cards import CardsInFolder
from harness.slot import Slot
from harness.terminal.card_reader import OUR_READERS, Connection


@dataclass(frozen=True, slots=True)
class Lying:
    """A card in the field: where it is kept, what befell it, and where its trace goes."""

    cards: CardsInFolder
    profile: Profile
    life: CardLife
    trace: Path


class _Folders:
    """The folders of two holders, as one place where cards are kept."""

    def __init__(self, *lying: Lying) -> None:
        self._of = {each.profile.serial: each.cards for each in lying}

    def open(self, profile: Profile, life: CardLife | None = None) -> KeptStore:
        """Return the store of a card."""
        return self._of[profile.serial].open(profile, life)


class _Field:
    """The reader, in pyscard's shape."""

    def __init__(self, slot: Slot) -> None:
        self._slot = slot

    def transmit(self, command: list[int], /) -> tuple[list[int], int, int]:
        """Return data, SW1, SW2 of the card that answers; CardLost where none does."""
        answer = self._slot.transmit(bytes(command))
        return list(answer[:-2]), answer[-2], answer[-1]

    def getReader(self) -> str:  # noqa: N802  (pyscard's name)
        """Return the reader's name."""
        return f"{OUR_READERS} field"


@contextmanager
def in_one_field(first: Lying, second: Lying, conditions: Conditions) -> Iterator[Connection]:
    """Lay two cards into a field for the length of a block, the first one first; CardLost where neither answers."""
    slot = Slot("field", _Folders(first, second), conditions=conditions)
    slot.insert(first.profile, "the first", first.life)
    try:
        slot.insert(second.profile, "the second", second.life, beside=True)
        slot.power_on()
        yield _Field(slot)
    finally:
        while slot.state().card is not None:
            slot.remove()
        _write(slot, first, second)


def _write(slot: Slot, *lying: Lying) -> None:
    """Give each card's trace what the card was asked."""
    _, lines = slot.trace_since(0)
    for each in lying:
        with closing(TraceFile(each.trace)) as sink:
            for line in lines:
                if line.card == each.profile.serial and isinstance(line.what, TraceLine):
                    sink(line.what)
