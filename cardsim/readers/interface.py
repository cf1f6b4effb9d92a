"""Contact or contactless: which ATR a reader shows, and what it answers itself (spec/card.md §1.1, §1.3).

A contactless reader builds the ATR from what the card says of itself when it is activated (PC/SC part 3 §3.1.3.2.3):

    3B 88 80 01   application data (4)   protocol info (3)   MBLI   TCK        ISO/IEC 14443-3 ATQB, Type B
"""

from enum import Enum
from functools import reduce
from hashlib import sha256
from operator import xor

CONTACT_ATRS = tuple(
    bytes.fromhex(atr)
    for atr in (
        "3BE000FF8131FE4514",
        "3BDA13FF8131FB468012392F31C173C601C03B",
        "3BC5FF8131FB458073C6010000",
        "3BF59100FF918171FE400042000100D1D6",
        "3BF59100FF918171FE4000420001B3A115",
    )
)
"""Seen on real cards in contact readers (spec/card.md §1.1, OSC#3744); the first is what a card here has by default."""
CONTACTLESS_ATRS = tuple(
    bytes.fromhex(atr)
    for atr in (
        "3B888001000005E0B381A1007F",
        "3B888001000041E0B381A1003B",
        "3B888001004B51FF0081D100BC",
        "3B888001004B51FFB381D1000F",
    )
)
"""Seen on real cards in contactless readers (spec/card.md §1.1, OSC#3744); the first is the default."""
READ_UID = bytes.fromhex("FFCA000000")
"""GET DATA of the reader, PC/SC part 3 §3.2.2.1.3: a card's number. Of a Type B card it is the PUPI."""
PUPI_BYTES = 4
"""ISO/IEC 14443-3 §7.9.2."""
_APPLICATION_DATA = slice(4, 8)
_PROTOCOL_INFO = slice(8, 11)
CARRIER = 13.56e6
"""fc, ISO/IEC 14443-2 §6.1."""


class Interface(Enum):
    """How a slot touches its card."""

    CONTACT = "contact"
    CONTACTLESS = "contactless"


class UidAnswer(Enum):
    """What `FFCA000000` gets in a contactless slot (spec/card.md §1.3: either is right)."""

    NUMBER = "number"
    """The PUPI and 9000, as a reader answers."""
    REFUSED = "refused"
    """6E00, the card's own answer, as where the reader passes it on."""


def pupi_of(seed: int, insertion: int) -> bytes:
    """The number a Type B card shows while it lies there: looks random, and follows from seed and insertion."""
    return sha256(f"PUPI {seed} {insertion}".encode()).digest()[:PUPI_BYTES]


def with_pupi(atr: bytes, pupi: bytes) -> bytes:
    """The ATR of a reader that puts the PUPI where the application data belong (spec/card.md §1.1, OSC#3744)."""
    body = atr[: _APPLICATION_DATA.start] + pupi + atr[_APPLICATION_DATA.stop : -1]
    return body + bytes([check_byte(body)])


def check_byte(body: bytes) -> int:
    """TCK: the exclusive-or of T0 up to it is zero (ISO/IEC 7816-3:2006 §8.2.5)."""
    return reduce(xor, body[1:], 0)


def frame_waiting_time(atr: bytes) -> float:
    """Seconds a contactless reader waits for an answer: (256 · 16 / fc) · 2^FWI, ISO/IEC 14443-4 §7.2.

    FWI is the upper half of the third byte of the protocol info (ISO/IEC 14443-3 §7.9.4.4).
    """
    return 4096 / CARRIER * (1 << (atr[_PROTOCOL_INFO][2] >> 4))
