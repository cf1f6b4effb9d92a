"""Where cards are laid for a product of this process: readers to which it connects as it would to PC/SC's."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from conformance.roles.tap_client.case import DESK, Do, Happens, Laid, Where
from conformance.roles.tap_client.disturbed import DisturbedCard
from conformance.roles.tap_client.laid import Cards, OnReader
from conformance.roles.tap_client.readers import Reader, standing

NAMES = {Where.OURS: "Kazashi In-process Reader 01 00", Where.FOREIGN: "Acme CardStation 00 00"}
BESIDE = "Kazashi In-process Reader 00 00"
MISSING = "Kazashi Reader that is not there 00 00"


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies where: the reader that the product is told, its card, and another card that it is not to touch."""

    reader: str
    on_reader: OnReader
    other: OnReader | None = None


class InProcessDesk:
    """Readers of this process."""

    capabilities = frozenset(DESK)
    setting = ""

    def __init__(self, cards: Cards) -> None:
        self._cards = cards

    @contextmanager
    def lay(self, do: Do) -> Iterator[Lying]:
        """Yield the name that the product is told, and the cards."""
        on_reader = self._cards.laid(do.card)
        if do.reader is Where.MISSING:
            yield Lying(MISSING, on_reader)
            return
        other = None if other_of(do) is None else self._cards.laid(other_of(do) or Laid.GENUINE)
        reader = Reader(NAMES[do.reader], disturbed(do, on_reader), None)
        with ExitStack() as stack:
            if do.beside is not None and other is not None:
                stack.enter_context(standing(Reader(BESIDE, other.card)))
            elif other is not None:
                reader.then = other.card
            stack.enter_context(standing(reader))
            yield Lying(reader.name, on_reader, other)


def other_of(do: Do) -> Laid | None:
    """Return the card beside, or the one that takes the place of a swapped one."""
    if do.beside is not None:
        return do.beside
    return Laid.RENEWED if do.trouble is not None and do.trouble.what is Happens.SWAPPED else None


def disturbed(do: Do, on_reader: OnReader) -> DisturbedCard | None:
    """Return the card with what will happen to it; None where none is to be seen."""
    if on_reader.card is None:
        return None
    return DisturbedCard(on_reader.card, on_reader.gate, wait=_wait, trouble=do.trouble, weak=do.weak)


def _wait(seconds: float) -> bool:
    """A slow card is slow: nothing else is waited for."""
    threading.Event().wait(seconds)
    return False
