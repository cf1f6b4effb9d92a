"""Contact or contactless, by the ATR: told to whoever looks for a fault, and never what the client goes by.

Readers differ in the ATR that they make up for a contactless card, and some put a random number into it (spec/card.md
§1.1); so a card is recognised by its applications alone.
"""

from enum import Enum
from functools import reduce
from operator import xor
from typing import Final

from reference_impl.reader.words import Words

_CONTACTLESS: Final = bytes.fromhex("3B888001")
"""T0 with eight historical octets, TD1 80, TD2 01: what a reader builds for ISO/IEC 14443-4 Type B (PC/SC part 3
§3.1.3.2.3)."""
_CONTACTLESS_LENGTH: Final = 13


class Interface(Enum):
    """How the card touches the reader."""

    CONTACT = Words("接触", "contact")
    CONTACTLESS = Words("非接触", "contactless")
    UNKNOWN = Words("不明", "unknown")


def interface_of(atr: bytes) -> Interface:
    """The interface; UNKNOWN for octets that begin no ATR, and for a contactless one whose check octet is wrong."""
    if atr[:1] not in {b"\x3b", b"\x3f"} or len(atr) < 2 or len(atr) > 33:
        return Interface.UNKNOWN
    if atr[: len(_CONTACTLESS)] != _CONTACTLESS:
        return Interface.CONTACT
    whole = len(atr) == _CONTACTLESS_LENGTH and reduce(xor, atr[1:]) == 0
    return Interface.CONTACTLESS if whole else Interface.UNKNOWN
