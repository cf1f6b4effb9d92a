"""Every entry of many lists, read: each becomes its key and its place, and a list with a bad one says which and why.

(1) walk the chains  (2) compare the entries with shapes, chunk by chunk  (3) what is in doubt goes to the strict
reader, in the order in which it stands, so that a list's fault is the first one in it
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference_impl.verification.der import DerError
from reference_impl.verification.lists.entry import Entry, read_entry
from reference_impl.verification.lists.frame import Span
from reference_impl.verification.lists.keys import PLACE, Keyed, key_and_place, keys_and_places
from reference_impl.verification.lists.octets import Octets
from reference_impl.verification.lists.shapes import LONGEST, Shape, Table, lengths_of
from reference_impl.verification.lists.walk import Places, find_entries

_CHUNK: Final = 32_768
"""Entries that are compared together: their columns stay in the processor's cache."""
_USUAL: Final = 48
"""Octets of an entry that are looked at first; the few that are longer come together afterwards."""
_FEW: Final = 256
"""Of one length in a chunk: fewer wait, too, until there are more of them."""
_MOST_SHAPES: Final = 16
"""Of one length. A list that has more is read all the same, one by one."""


class Entries(NamedTuple):
    """The entries of all lists but the faulty ones, and the first fault of each of these by the list's number."""

    keyed: Keyed
    faults: dict[int, DerError]


def read_entries(data: Octets, spans: Sequence[Span]) -> Entries:
    """The entries that fill each span of `data`. A fault's offset is counted in `data`."""
    walked = find_entries(np.frombuffer(data, np.uint8), spans)
    compared = _Comparison(data)
    compared.take(walked.places, _USUAL, _FEW)
    compared.take(compared.taken_from(compared.waiting), LONGEST, 2)
    doubtful = compared.taken_from(compared.waiting + compared.doubtful)
    strictly, faults = _read_strictly(data, spans, doubtful, walked.broken)
    keyed = np.concatenate([*compared.keyed, strictly])
    return Entries(_without(keyed, [spans[number] for number in faults]), faults)


class _Comparison:
    """Entries by their keys, as far as they fit a shape; the shapes, as they are learnt."""

    def __init__(self, data: Octets) -> None:
        self.keyed: list[Keyed] = [np.zeros(0, np.uint64)]
        self.waiting: list[Places] = []
        self.doubtful: list[Places] = []
        self._data = data
        self._octets = np.frombuffer(data, np.uint8)
        self._shapes: dict[int, list[Shape]] = {}

    @staticmethod
    def taken_from(waiting: list[Places]) -> Places:
        """All of them, which wait no longer."""
        taken = np.concatenate([*waiting, np.zeros(0, np.int64)])
        waiting.clear()
        return taken

    def take(self, places: Places, width: int, few: int) -> None:
        """Compares the entries there as far as they are no longer than `width`; fewer than `few` of a length wait."""
        last = len(self._octets) - width
        near_end = places > last
        if near_end.any():
            self.doubtful.append(places[near_end])
            places = places[~near_end]
        if not len(places):
            return
        view = np.lib.stride_tricks.as_strided(self._octets[:width].view(f"V{width}"), (last + 1,), (1,))
        for begin in range(0, len(places), _CHUNK):
            chunk = places[begin : begin + _CHUNK]
            self._take_chunk(chunk, view[chunk].view(np.uint8).reshape(-1, width), few)

    def _take_chunk(self, places: Places, table: Table, few: int) -> None:
        """By the length of the entry and that of its serial."""
        lengths, sizes = lengths_of(table)
        counts = np.bincount(lengths, minlength=len(sizes))
        many = np.flatnonzero(counts >= few)
        many = many[sizes[many] <= table.shape[1]]
        if counts[many].sum() < len(places):
            counts[many] = 0
            self.waiting.append(places[counts[lengths] > 0])
        for length in many.tolist():
            rows = np.flatnonzero(lengths == length)
            if len(rows) == len(places):
                self._compare(length, places, table)
            else:
                self._compare(length, places[rows], _rows(table, rows))

    def _compare(self, length: int, places: Places, table: Table) -> None:
        """Compares entries of one length with its shapes, learning those that are new."""
        shapes = self._shapes.setdefault(length, [])
        for number in range(_MOST_SHAPES):
            if not len(places):
                return
            if number == len(shapes):
                shape = self._learn(places[0])
                if shape is None:
                    break
                shapes.append(shape)
            places, table = self._compare_with(shapes[number], places, table)
        self.doubtful.append(places)

    def _compare_with(self, shape: Shape, places: Places, table: Table) -> tuple[Places, Table]:
        """Takes what fits the shape and holds; what does not fit is returned."""
        fits = shape.fits(table)
        holds = fits & shape.holds(table)
        if holds.all():
            self.keyed.append(keys_and_places(shape.low_halves(table), places, shape.width))
            return places[:0], table[:0]
        good, other = np.flatnonzero(holds), np.flatnonzero(~fits)
        self.keyed.append(keys_and_places(shape.low_halves(_rows(table, good)), places[good], shape.width))
        self.doubtful.append(places[fits & ~holds])
        return places[other], _rows(table, other)

    def _learn(self, place: int) -> Shape | None:
        """The shape of the entry there, if the strict reader takes it."""
        try:
            read = read_entry(self._data, place, len(self._data))
        except DerError:
            return None
        return Shape(self._data[place : place + read.length], read)


def _rows(table: Table, rows: NDArray[np.intp]) -> Table:
    """Some rows of a table, each copied as words."""
    taken: Table = table.view("<u8").take(rows, axis=0, mode="clip").view(np.uint8)
    return taken


def _read_strictly(
    data: Octets, spans: Sequence[Span], doubtful: Places, broken: list[int]
) -> tuple[Keyed, dict[int, DerError]]:
    """Reads these one by one in their order, and no more of a list that has a fault."""
    order = sorted(range(len(spans)), key=lambda number: spans[number])
    begins = [spans[number][0] for number in order]
    keyed: list[int] = []
    faults: dict[int, DerError] = {}
    for place in sorted([*doubtful.tolist(), *broken]):
        number = order[bisect_right(begins, place) - 1]
        if number in faults:
            continue
        try:
            read = _read_one(data, place, spans[number][1])
            keyed.append(key_and_place(read.serial, place))
        except DerError as error:
            faults[number] = error.with_traceback(None)  # which would keep all that is in use here
    return np.array(keyed, np.uint64), faults


def _read_one(data: Octets, place: int, limit: int) -> Entry:
    if place == limit:
        raise DerError(place, "X.690 §8.1.3", "the entries to end with the last one", "another length")
    return read_entry(data, place, limit)


def _without(keyed: Keyed, spans: Sequence[Span]) -> Keyed:
    """The entries that lie in none of these spans."""
    for start, stop in spans:
        places = keyed & np.uint64(PLACE)
        keyed = keyed[(places < np.uint64(start)) | (places >= np.uint64(stop))]
    return keyed
