"""The key of an entry: the last 30 bits of its serial number, mixed; and beside it, in one word, where the entry is.

    bits 61 to 32   the key
    bit 31          whether the serial is none of 0 to 2³⁰ − 1, so that the key does not tell it
    bits 30 to 0    the place

Serials count up, so their last bits are spread by an odd multiplier, which loses nothing: two keys are equal exactly if
the last 30 bits of the serials are. A short serial and a long one that ends like it have one key: bit 31 parts them.
Thirty bits are what Python counts with in one digit: a look-up of more takes half as long again.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Keyed = NDArray[np.uint64]
"""Entries, each a word of that form."""

MULTIPLIER: Final = 0x2A879529
"""An odd number of no meaning, of some hundreds the best: counters of all steps from 1 to 100, in tables of all sizes,
find their homes (`index.py`) free more often than chance would have it."""
LAST_KEY: Final = (1 << 30) - 1
IS_LONG: Final = 1 << 31
PLACE: Final = IS_LONG - 1
MOST_OCTETS: Final = PLACE
"""Of what lists may lie in together: a place has 31 bits, and the greatest number is none."""


def is_long(serial: int) -> bool:
    """Whether a serial number is more than its key."""
    return not 0 <= serial <= LAST_KEY


def keys_and_places(low_halves: NDArray[np.uint32], places: NDArray[np.int64], octets: int) -> Keyed:
    """The words of entries whose serials have so many octets and end with these 32 bits.

    Of four octets a negative one has its first bit set, and so has more than 30 bits here.
    """
    keys = (low_halves * np.uint32(MULTIPLIER) & np.uint32(LAST_KEY)).astype(np.uint64)
    keys <<= np.uint64(32)
    keys |= places.view(np.uint64)
    if octets > 4:
        keys |= np.uint64(IS_LONG)
    elif octets == 4:
        long = low_halves > LAST_KEY
        if long.any():
            keys[long] |= np.uint64(IS_LONG)
    return keys


def key_and_place(serial: int, place: int) -> int:
    """The word of one entry."""
    return (serial * MULTIPLIER & LAST_KEY) << 32 | (IS_LONG if is_long(serial) else 0) | place
