"""The key of an entry: the last 32 bits of its serial number, mixed; and beside it, in one word, where the entry is.

    bits 63 to 32   the key
    bit 31          whether the serial is longer than four octets, so that the key does not tell it
    bits 30 to 0    the place

Serials count up, so their last bits are spread by an odd multiplier, which loses nothing: two keys are equal exactly if
the last 32 bits of the serials are. A short serial and a long one that ends like it have one key: bit 31 parts them.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Keyed = NDArray[np.uint64]
"""Entries, each a word of that form."""

MULTIPLIER: Final = 0x73D4A36D
"""An odd number of no meaning, the best of sixty: counters of all steps from 1 to 100 fill the slots as evenly as
chance would, which with the golden ratio's (Knuth, The Art of Computer Programming 3, §6.4) those of 16 do not."""
LOW_HALF: Final = 0xFFFFFFFF
IS_LONG: Final = 1 << 31
PLACE: Final = IS_LONG - 1
MOST_OCTETS: Final = PLACE
"""Of what lists may lie in together: a place has 31 bits, and the greatest number is none."""
_PLAIN: Final = 1 << 31
"""Serials below it, and not below its negative, take at most four octets."""


def is_long(serial: int) -> bool:
    """Whether a serial number takes more than four octets in DER."""
    return not -_PLAIN <= serial < _PLAIN


def keys_and_places(low_halves: NDArray[np.uint32], places: NDArray[np.int64], octets: int) -> Keyed:
    """The words of entries whose serials have so many octets and end with these 32 bits."""
    keys = (low_halves * np.uint32(MULTIPLIER)).astype(np.uint64)
    keys <<= np.uint64(32)
    keys |= places.view(np.uint64)
    if octets > 4:
        keys |= np.uint64(IS_LONG)
    return keys


def key_and_place(serial: int, place: int) -> int:
    """The word of one entry."""
    return (serial * MULTIPLIER & LOW_HALF) << 32 | (IS_LONG if is_long(serial) else 0) | place
