"""Command and answer: ISO/IEC 7816-3:2006 §12.1, cases 1 to 4, short and extended.

Both are msgspec Structs because the card makes one of each per command (a frozen dataclass costs eight times as much).
"""

import msgspec

from cardsim.status import Refusal, StatusWord

_HEADER = 4
SHORT_MOST = 256
"""Ne of a short Le field of 00."""
EXTENDED_MOST = 65536
"""Ne of an extended Le field of 0000."""


class Command(msgspec.Struct, frozen=True, gc=False):
    """A command, read. `ne` is the greatest length of answer asked for; None where there was no Le field."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    ne: int | None = None
    extended: bool = False
    """Whether Lc or Le had the extended form: two commands care (spec/card.md §1.3, §2.7)."""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """Data and status word."""

    data: bytes
    sw: int

    def to_bytes(self) -> bytes:
        """The answer as it goes over the line."""
        return self.data + self.sw.to_bytes(2, "big")


DONE = Answer(b"", StatusWord.OK)
"""9000 without data."""


def parse_command(raw: bytes) -> Command:
    """The command that these bytes are; Refusal 6700 where no case of ISO/IEC 7816-3:2006 §12.1.3 fits."""
    length = len(raw)
    if length < _HEADER:
        raise Refusal(StatusWord.WRONG_LENGTH)
    cla, ins, p1, p2 = raw[0], raw[1], raw[2], raw[3]
    if length == _HEADER:
        return Command(cla, ins, p1, p2)
    first = raw[4]
    if length == 5:
        return Command(cla, ins, p1, p2, b"", first or SHORT_MOST)
    if first == 0:
        data, ne = _parse_extended(raw, length)
        return Command(cla, ins, p1, p2, data, ne, extended=True)
    if length == 5 + first:
        return Command(cla, ins, p1, p2, raw[5:])
    if length == 6 + first:
        return Command(cla, ins, p1, p2, raw[5:-1], raw[-1] or SHORT_MOST)
    raise Refusal(StatusWord.WRONG_LENGTH)


def _parse_extended(raw: bytes, length: int) -> tuple[bytes, int | None]:
    """Data and Ne of a command whose fifth byte is 00 and that goes on: cases 2E, 3E, 4E."""
    if length < 7:
        raise Refusal(StatusWord.WRONG_LENGTH)
    first = (raw[5] << 8) | raw[6]
    if length == 7:
        return b"", first or EXTENDED_MOST
    if first and length == 7 + first:
        return raw[7:], None
    if first and length == 9 + first:
        return raw[7:-2], ((raw[-2] << 8) | raw[-1]) or EXTENDED_MOST
    raise Refusal(StatusWord.WRONG_LENGTH)
