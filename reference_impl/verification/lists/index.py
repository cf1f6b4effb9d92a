"""Which serial numbers are listed: keys and places, sorted in one flat array, and a table of where to begin in it.

Three plain arrays beside the lists' own bytes: they can lie in a file that many processes map. What an entry says is
not kept, it is read where it stands.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reference_impl.verification.lists.entry import serial_at
from reference_impl.verification.lists.frame import Span
from reference_impl.verification.lists.keys import IS_LONG, LOW_HALF, MULTIPLIER, PLACE, Keyed
from reference_impl.verification.lists.octets import Octets

MOST_BITS: Final = 20
"""2²⁰ slots are 4 MB, five entries of five million in each."""
_FEWEST_BITS: Final = 4
_END: Final = (1 << 64) - 1
"""Behind the last entry: no key is greater, and no entry is at that place."""

Find = Callable[[int, int, int], int | None]


def sort_entries(keyed: Keyed) -> tuple[NDArray[np.uint32], Keyed]:
    """The table and the sorted entries; `keyed` is sorted in place."""
    keyed.sort()
    bits = slot_bits(len(keyed))
    counts = np.bincount((keyed >> np.uint64(64 - bits)).view(np.int64), minlength=1 << bits)
    table = np.zeros(1 << bits, np.uint32)
    np.cumsum(counts[:-1], out=table[1:])
    return table, np.append(keyed, np.uint64(_END))


def slot_bits(count: int) -> int:
    """How many bits of the key choose the slot."""
    return max(_FEWEST_BITS, min(MOST_BITS, count.bit_length() - 1))


class Index:
    """Looks entries up in `data`, of which these are the table and the sorted entries.

    `find(serial, start, stop)` is where the entry of this serial number is in the list that lies there, or None.
    """

    def __init__(self, data: Octets, table: NDArray[np.uint32], entries: Keyed) -> None:
        self.data = data
        self.table, self.entries = table, entries
        self._shift = 64 - slot_bits(len(entries) - 1)
        self.find = _finder(data, table.data, entries.data, self._shift)

    def __len__(self) -> int:
        return len(self.entries) - 1

    @property
    def octets(self) -> int:
        """How much memory it takes beside the lists; shared where it is mapped."""
        return self.table.nbytes + self.entries.nbytes

    def find_many(self, serials: NDArray[np.uint64], span: Span) -> NDArray[np.int64]:
        """For each serial number where its entry is in the list at `span`, or -1."""
        wanted = serials * np.uint64(MULTIPLIER) << np.uint64(32)
        at = self.table[(wanted >> np.uint64(self._shift)).view(np.int64)].astype(np.int64)
        found = self.entries[at]
        behind = np.flatnonzero(found < wanted)
        while len(behind):
            at[behind] += 1
            found[behind] = self.entries[at[behind]]
            behind = behind[found[behind] < wanted[behind]]
        places = np.full(len(serials), -1, np.int64)
        hits = np.flatnonzero(found - wanted < np.uint64(LOW_HALF))
        ends = (found[hits] - wanted[hits]).view(np.int64)
        # a plain serial and the first entry of its key a plain one in this list: that is it; otherwise one by one
        plain = (ends < IS_LONG) & (serials[hits] < IS_LONG) & (ends >= span[0]) & (ends < span[1])
        places[hits[plain]] = ends[plain]
        for number in hits[~plain].tolist():
            place = self.find(int(serials[number]), *span)
            if place is not None:
                places[number] = place
        return places


def _finder(data: Octets, slots: "memoryview[int]", keyed: "memoryview[int]", shift: int) -> Find:
    """`Index.find`, with all that it needs at hand: it is the loop that every verification goes through."""

    def find(serial: int, start: int, stop: int) -> int | None:
        wanted = (serial * MULTIPLIER & LOW_HALF) << 32
        at = slots[wanted >> shift]
        found = keyed[at]
        while found < wanted:
            at += 1
            found = keyed[at]
        found -= wanted
        while found < LOW_HALF:  # the same key
            if found < IS_LONG:
                if start <= found < stop and -IS_LONG <= serial < IS_LONG:
                    return found
            elif start <= found & PLACE < stop and serial_at(data, found & PLACE) == serial:
                return found & PLACE
            at += 1
            found = keyed[at] - wanted
        return None

    return find
