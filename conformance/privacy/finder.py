"""Many patterns in one pass over octets.

Every pattern is entered by eight of its octets (its window). A piece of the text is read as 32-bit numbers from each of
four places on (numpy); two neighbours are mixed into a place of a table of bits, what is set there is mixed once more
for a second table, and the few places that are left over are compared in full. The cost does not depend on the number
of patterns, which grows with the cases: an automaton (ahocorasick_rs 1.0.3) read 70 MB/s of noise with 1,000 patterns
and 7 MB/s with 150,000; this does about 100 MB/s with either, squeezing included (docs/privacy.md).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conformance.privacy.written import Written

WINDOW = 8
_HALF = 4
_BITS = 22
_ODD, _OTHER = np.uint32(0x9E3779B1), np.uint64(0x9E3779B97F4A7C15)
_AT_ONCE = 1 << 17
"""Octets read at a time: what is computed of them stays in the processor's cache."""
_TOUCHING = frozenset(b"0123456789abcdefABCDEF")


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern in the text, from `start` to `end`."""

    start: int
    end: int
    written: Written


class Finder:
    """The patterns; more may be added at any time. Not for several threads at once."""

    def __init__(self, writings: Iterable[Written] = ()) -> None:
        self._first, self._second = (np.zeros(1 << _BITS, dtype=np.bool_) for _ in range(2))
        self._entered: dict[int, list[tuple[int, Written]]] = {}
        self._count = 0
        count = _AT_ONCE // _HALF
        self._products = np.empty(count + 1, dtype=np.uint32)
        self._mixed = np.empty(count, dtype=np.uint32)
        self._places, self._set = np.empty(count, dtype=np.intp), np.empty(count, dtype=np.bool_)
        self.add(writings)

    def __len__(self) -> int:
        return self._count

    def add(self, writings: Iterable[Written]) -> None:
        """Look for these, too."""
        words = [self._enter(written) for written in writings]
        self._count += len(words)
        halves = np.array(words, dtype="<u8").view("<u4").reshape(-1, 2)
        products = halves * _ODD
        self._first[(products[:, 0] ^ (products[:, 1] >> np.uint32(5))) >> np.uint32(32 - _BITS)] = True
        self._second[_second(halves[:, 0], halves[:, 1])] = True

    def _enter(self, written: Written) -> int:
        """Enter a pattern by the window that the fewest others have: addresses begin alike."""
        octets, fewest = written.octets, 1 << 62
        last = place = len(octets) - WINDOW
        word = 0
        for at in (last, last // 2, 0):
            number = int.from_bytes(octets[at : at + WINDOW], "little")
            others = len(self._entered.get(number, ()))
            if others < fewest:
                word, place, fewest = number, at, others
            if not others:
                break
        self._entered.setdefault(word, []).append((place, written))
        return word

    def find(self, text: bytes) -> Iterator[Match]:
        """Yield every pattern in `text`, in no order."""
        for begin in range(0, len(text), _AT_ONCE):
            for step in range(_HALF):
                at = begin + step
                count = (min(len(text), begin + _AT_ONCE + WINDOW - 1) - at) // _HALF - 1
                count = min(count, len(self._mixed))
                if count > 0:
                    halves = np.frombuffer(text, dtype="<u4", count=count + 1, offset=at)
                    yield from self._compared(text, at, halves, self._candidates(halves, count))

    def _candidates(self, halves: NDArray[np.uint32], count: int) -> NDArray[Any]:
        """Return at which of the numbers a window may begin."""
        products, mixed = self._products[: count + 1], self._mixed[:count]
        np.multiply(halves, _ODD, out=products)
        np.right_shift(products[1:], np.uint32(5), out=mixed)
        np.bitwise_xor(mixed, products[:-1], out=mixed)
        np.right_shift(mixed, np.uint32(32 - _BITS), out=self._places[:count], casting="unsafe")
        np.take(self._first, self._places[:count], out=self._set[:count], mode="clip")
        places = np.flatnonzero(self._set[:count])
        return places[self._second[_second(halves[places], halves[places + 1])]] if places.size else places

    def _compared(self, text: bytes, at: int, halves: NDArray[np.uint32], places: NDArray[Any]) -> Iterator[Match]:
        for place in places.tolist():
            word = int(halves[place]) | int(halves[place + 1]) << 32
            for offset, written in self._entered.get(word, ()):
                start = at + _HALF * place - offset
                if start >= 0 and text.startswith(written.octets, start):
                    end = start + len(written.octets)
                    if not written.alone or _is_alone(text, start, end):
                        yield Match(start, end, written)


def _second(lower: NDArray[np.uint32], upper: NDArray[np.uint32]) -> NDArray[Any]:
    """Return the places of the second table for two halves of windows."""
    words = lower.astype(np.uint64) | upper.astype(np.uint64) << np.uint64(32)
    return (words * _OTHER >> np.uint64(64 - _BITS)).astype(np.intp)


def _is_alone(text: bytes, start: int, end: int) -> bool:
    """Whether no digit touches a number: what a mark begins needs to be looked at behind only."""
    before = start > 0 and text[start] in _TOUCHING and text[start - 1] in _TOUCHING
    return not before and not (end < len(text) and text[end] in _TOUCHING)
