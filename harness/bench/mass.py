"""A list of millions, as columns: serials of one to twelve octets, five years of dates, all reasons and none."""

import numpy as np
from numpy.typing import NDArray

Arrays = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint8]]

FULL, SMALL = 5_000_000, 200_000
_NOW = 1_796_083_200
"""2026-12-01T00:00:00Z; what is measured must not depend on the day it is measured."""
_FIVE_YEARS = 5 * 365 * 86_400
_LONG = 50
"""Every so many-th serial is long, and some are short."""


def arrays(count: int, seed: int = 7) -> Arrays:
    """Return serials, seconds and reasons of `count` entries; the same seed gives the same."""
    chance = np.random.default_rng(seed)
    serials = np.zeros((count, 12), np.uint8)
    serials[:, 8:] = (0x0700_0000 + np.arange(count, dtype=np.uint32) * 16).astype(">u4").view(np.uint8).reshape(-1, 4)
    long = np.arange(0, count, _LONG)
    serials[long, :8] = chance.integers(1, 0x80, (len(long), 8), dtype=np.uint8)
    short = long[: len(long) // 2] + 1
    serials[short, 8:10] = 0
    reasons = np.array([1, 3, 3, 3, 3, 4, 4, 5, 6, 0], np.uint8)[chance.integers(0, 10, count)]
    return serials, _NOW - chance.integers(0, _FIVE_YEARS, count), reasons
