"""Readers of this process: a product that is a Python object connects to them as it would to PC/SC's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cardsim.faults import CardLost, CardTorn
from cardsim.readers.exchange import AnyCard
from cardsim.readers.inprocess import RESET_CARD, InProcessConnection


class ReaderUnknown(LookupError):
    """No reader has that name."""


class NoCardThere(OSError):
    """The reader is empty."""


class CardGone(OSError):
    """The card was taken out in the middle of a command: nobody has its answer."""


@dataclass
class Reader:
    """One reader: the card in it, and the one that is put in its place when it is taken out."""

    name: str
    card: AnyCard | None
    then: AnyCard | None = None


class ReaderConnection:
    """A connection in the shape of pyscard's; it resets the card at its end."""

    def __init__(self, reader: Reader, card: AnyCard) -> None:
        self._reader, self._card = reader, card
        self._inner = InProcessConnection(card, reader.name)

    def connect(self) -> None:
        """Give the card power."""
        self._inner.connect(disposition=RESET_CARD)

    def disconnect(self) -> None:
        """Reset the card."""
        if self._reader.card is self._card:
            self._inner.disconnect()

    def transmit(self, command: list[int]) -> tuple[list[int], int, int]:
        """Return data, SW1, SW2; CardGone where the card is taken out."""
        if self._reader.card is not self._card:
            raise CardGone(f"{self._reader.name}: the card is gone")
        try:
            return self._inner.transmit(command)
        except (CardTorn, CardLost) as fault:
            self._reader.card = self._reader.then
            raise CardGone(f"{self._reader.name}: {fault}") from fault

    def getReader(self) -> str:  # noqa: N802  (pyscard's name)
        """Return the reader's name."""
        return self._reader.name

    def getATR(self) -> list[int]:  # noqa: N802  (pyscard's name)
        """Return the answer to reset."""
        return self._inner.getATR()


_READERS: dict[str, Reader] = {}


@contextmanager
def standing(reader: Reader) -> Iterator[None]:
    """Let a reader stand there for the block."""
    _READERS[reader.name] = reader
    try:
        yield
    finally:
        del _READERS[reader.name]


def names() -> list[str]:
    """Return the names of the readers that stand there, in the order of PC/SC's list."""
    return list(_READERS)


def connect(name: str) -> ReaderConnection:
    """Return a connection to the card in a reader; ReaderUnknown, NoCardThere."""
    if name not in _READERS:
        raise ReaderUnknown(name)
    reader = _READERS[name]
    if reader.card is None:
        raise NoCardThere(name)
    connection = ReaderConnection(reader, reader.card)
    connection.connect()
    return connection
