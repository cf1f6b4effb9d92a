"""The connection to a card, as pyscard's CardConnection has it, and how its answers are read."""

from typing import Final, Protocol

import msgspec

from reference_impl.reader.status_words import is_status_word

_MOST: Final = 65536
"""Octets of data in an answer: an extended Le of 0000 (ISO/IEC 7816-4:2013 §5.3.2)."""


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

    def __repr__(self) -> str:
        return f"Answer({len(self.data)} octets, {self.sw:04X})"


def read_answer(raw: object) -> Answer | None:
    """What a connection returned, as an answer; None where it has another shape: data, SW1, SW2, all octets."""
    if not isinstance(raw, tuple) or len(raw) != 3:
        return None
    data, sw1, sw2 = raw
    if not isinstance(data, list | tuple | bytes | bytearray) or len(data) > _MOST:
        return None
    if not all(isinstance(octet, int) and 0 <= octet <= 0xFF for octet in (sw1, sw2, *data)):
        return None
    sw = sw1 << 8 | sw2
    return Answer(bytes(data), sw) if is_status_word(sw) else None
