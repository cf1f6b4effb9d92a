"""Which serial numbers are listed: a table with a cell for each entry, and half as many more that are empty.

An entry's home is `key // breadth`; it stands there or in the first cell behind that its predecessors left free. The
cell has a mark and a place:

    mark    0 of an empty cell; else step × (how far from its home) + breadth − (key % breadth)

Home and remainder are the key, so who comes from a home looks for one number in each cell. Entries stand in the order
of their keys, so the marks seen from one home fall: behind the first that is smaller there is nothing more. Most
questions end at the first cell or the second, which is one look into memory (and another for the place of a hit).

Two plain arrays beside the lists' own bytes: they can lie in a file that many processes map. What an entry says is not
kept, it is read where it stands.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference_impl.verification.lists.entry import serial_at
from reference_impl.verification.lists.frame import Span
from reference_impl.verification.lists.keys import LAST_KEY, MULTIPLIER, PLACE, Keyed
from reference_impl.verification.lists.octets import Octets

_FEWEST_HOMES: Final = 16
_CHUNK: Final = 65_536
"""Entries that find their cells together: what is in between stays in the processor's cache."""
_MARKS: Final = (np.uint16, np.uint32, np.uint64)
"""The smallest that has room for the farthest from home. Two octets are enough unless many entries have one key, or the
table is a small one, whose homes are broad."""

Find = Callable[[int, int, int], int | None]


class Cells(NamedTuple):
    """The table: marks and places, by cells; and how many entries there are."""

    marks: NDArray[np.unsignedinteger]
    places: NDArray[np.uint32]
    entries: int


def breadth_of(count: int) -> int:
    """How many keys have one home: 22 entries in 32 homes are six octets of five million entries' 45 MB for each."""
    return LAST_KEY // max(_FEWEST_HOMES, count * 25 // 17) + 1


def step_of(breadth: int) -> int:
    """What a mark grows by with each cell from home: more than any remainder."""
    return 1 << breadth.bit_length()


def cells_of(count: int, octets: int) -> int:
    """How many cells there are where a mark has so many octets; the last is always empty."""
    breadth = breadth_of(count)
    return LAST_KEY // breadth + 1 + _farthest(count, octets, breadth) + 1


def _farthest(count: int, octets: int, breadth: int) -> int:
    """The most cells from home that a mark of so many octets can tell, with one more to be looked for."""
    return min(count, (1 << 8 * octets) // step_of(breadth) - 2)


def lay_out(keyed: Keyed) -> Cells:
    """The table of these entries, which are sorted in place."""
    keyed.sort()
    for kind in _MARKS:
        cells = _laid_out(keyed, kind)
        if cells is not None:
            return cells
    raise AssertionError("8 octets tell any distance")  # 2**64 / step is more than there can be entries


def _laid_out(keyed: Keyed, kind: type[np.unsignedinteger]) -> Cells | None:
    """The table with such marks, or None if some entry comes to stand too far from home."""
    count, octets = len(keyed), np.dtype(kind).itemsize
    breadth = breadth_of(count)
    step, farthest = step_of(breadth), _farthest(count, octets, breadth)
    if farthest < 0:
        return None  # not even who is at home has a mark of so few octets
    size = cells_of(count, octets)
    marks, places = np.zeros(size, kind), np.zeros(size, np.uint32)
    free = 0
    for begin in range(0, count, _CHUNK):
        chunk = keyed[begin : begin + _CHUNK]
        key = (chunk >> np.uint64(32)).astype(np.uint32)
        homes = key // np.uint32(breadth)
        # each stands behind the one before it and not before its home: the greatest of what all so far ask for
        order = np.arange(len(chunk))
        cells = homes - order
        cells[0] = max(int(cells[0]), free)
        np.maximum.accumulate(cells, out=cells)
        cells += order
        free = int(cells[-1]) + 1
        distances = cells - homes
        if distances.max() > farthest:
            return None
        key -= homes * np.uint32(breadth)
        distances *= step
        distances += breadth
        distances -= key
        marks[cells] = distances
        places[cells] = chunk.view(np.uint32)[::2]
    return Cells(marks, places, count)


class Index:
    """Looks entries up in `data`, of which this is the table.

    `find(serial, start, stop)` is where the entry of this serial number is in the list that lies there, or None.
    """

    def __init__(self, data: Octets, cells: Cells) -> None:
        self.data = data
        self.cells = cells
        self._breadth = breadth_of(cells.entries)
        self.find = _finder(data, cells.marks.data, cells.places.data, self._breadth)

    def __len__(self) -> int:
        return self.cells.entries

    @property
    def octets(self) -> int:
        """How much memory it takes beside the lists; shared where it is mapped."""
        return self.cells.marks.nbytes + self.cells.places.nbytes

    def find_many(self, serials: NDArray[np.uint64], span: Span) -> NDArray[np.int64]:
        """For each serial number where its entry is in the list at `span`, or -1."""
        marks, step = self.cells.marks, step_of(self._breadth)
        keys = (serials * np.uint64(MULTIPLIER) & np.uint64(LAST_KEY)).view(np.int64)
        at = keys // self._breadth
        wanted = (self._breadth - (keys - at * self._breadth)).astype(marks.dtype)
        found = marks[at]
        behind = np.flatnonzero(found > wanted)
        while len(behind):
            at[behind] += 1
            wanted[behind] += marks.dtype.type(step)
            found[behind] = marks[at[behind]]
            behind = behind[found[behind] > wanted[behind]]
        places = np.full(len(serials), -1, np.int64)
        hits = np.flatnonzero(found == wanted)
        ends = self.cells.places[at[hits]].astype(np.int64)
        # a plain serial and the first entry of its key a plain one in this list: that is it; otherwise one by one
        plain = (ends >= span[0]) & (ends < span[1]) & (serials[hits] <= LAST_KEY)
        places[hits[plain]] = ends[plain]
        for number in hits[~plain].tolist():
            place = self.find(int(serials[number]), *span)
            if place is not None:
                places[number] = place
        return places


def _finder(data: Octets, marks: "memoryview[int]", places: "memoryview[int]", breadth: int) -> Find:
    """`Index.find`, with all that it needs at hand: it is the loop that every verification goes through."""
    step = step_of(breadth)

    def find(serial: int, start: int, stop: int) -> int | None:
        key = serial * MULTIPLIER & LAST_KEY
        at = key // breadth
        wanted = breadth - key % breadth
        found = marks[at]
        while found > wanted:
            at += 1
            wanted += step
            found = marks[at]
        while found == wanted:  # the same key
            place = places[at]
            if start <= place < stop:  # which has no bit 31: the entry's serial is its key
                if 0 <= serial <= LAST_KEY:
                    return place
            elif start <= place & PLACE < stop and serial_at(data, place & PLACE) == serial:
                return place & PLACE
            at += 1
            wanted += step
            found = marks[at]
        return None

    return find
