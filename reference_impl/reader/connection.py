"""The connection to a card, as pyscard's CardConnection has it, and one exchange over it."""

from typing import Protocol

import msgspec


class Connection(Protocol):
    """What the client needs of a connection; pyscard's and any of its shape will do."""

    def transmit(self, apdu: list[int], /) -> tuple[list[int], int, int]:
        """Sends one command; data and both status octets come back."""

    def getReader(self) -> object:  # noqa: N802 - pyscard's name
        """The reader's name, or an object that is written as it."""


class Answer(msgspec.Struct, frozen=True):
    """Data and status word of one answer."""

    data: bytes
    sw: int


def exchange(connection: Connection, command: bytes) -> Answer:
    """The card's answer to one command."""
    data, sw1, sw2 = connection.transmit(list(command))
    return Answer(bytes(data), sw1 << 8 | sw2)
