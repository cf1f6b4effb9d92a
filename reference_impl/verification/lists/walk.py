"""Where the entries of many lists begin: chains of lengths, followed thousands at a time.

An entry says how long it is, so where the next one begins is known only from it. A long list is therefore cut into
pieces, for each of which a place that looks like the beginning of an entry is guessed, and all pieces are walked in
lock-step. That is sound because each piece has to end exactly where the next was guessed to begin, and the last one
where the list ends: together they are then the one chain from the list's first octet. Where one does not, that list is
walked again, entry by entry.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference_impl.verification.lists.frame import Span

PIECE: Final = 24 * 1024
"""Octets of a piece: five million entries make some eight thousand, so that a step of all is worth its call."""
_WINDOW: Final = 192
"""How far is looked for the beginning of an entry: several of the usual length."""
_STEPS: Final = 64
"""Steps between two looks at which pieces have ended."""
_LONG_FORM: Final = 0x80
"""A first octet of a length from which on it is not the length."""
_FAR: Final = 1 << 40
"""What a length that no entry may have is taken for: it leads out of every list."""

Octet = NDArray[np.uint8]
Places = NDArray[np.int64]
Steps = NDArray[np.int64] | NDArray[np.uint32]


class Walked(NamedTuple):
    """Where entries begin, in no particular order; and of each list that is no chain of elements, where that shows."""

    places: Places
    broken: list[int]


class _Pieces(NamedTuple):
    """Where each piece begins and has to end, and the number of its list."""

    starts: Places
    stops: Places
    owner: Places


def find_entries(data: Octet, spans: Sequence[Span]) -> Walked:
    """Where every entry of every span begins; what lies in them is not looked at."""
    pieces = _cut(data, spans)
    found, ends = _walk(data, pieces)
    suspects = sorted(set(pieces.owner[ends != pieces.stops].tolist()))
    broken = []
    for number in suspects:
        start, stop = spans[number]
        again = _follow(data[start:stop].tobytes())
        broken += [start + place for place in again.broken]
        found = np.concatenate([found[(found < start) | (found >= stop)], again.places + start])
    return Walked(found, broken)


def _cut(data: Octet, spans: Sequence[Span]) -> _Pieces:
    """The pieces of all spans, in order. Where no beginning is found the piece before goes on."""
    bounds = np.array(spans, np.int64).reshape(-1, 2)
    long = np.flatnonzero(bounds[:, 1] - bounds[:, 0] > 2 * PIECE)
    inner = [np.arange(start + PIECE, stop - PIECE, PIECE) for start, stop in bounds[long].tolist()]
    owners = np.repeat(long, [len(each) for each in inner])
    guessed, is_found = _guess(data, np.concatenate([*inner, np.zeros(0, np.int64)]))
    starts = np.concatenate([bounds[:, 0], guessed[is_found]])
    owner = np.concatenate([np.arange(len(bounds)), owners[is_found]])
    order = np.lexsort((starts, owner))
    starts, owner = starts[order], owner[order]
    stops = bounds[owner, 1]
    same = owner[1:] == owner[:-1]
    stops[:-1][same] = starts[1:][same]
    return _Pieces(starts, stops, owner)


def _guess(data: Octet, places: Places) -> tuple[Places, NDArray[np.bool_]]:
    """For each place the first one behind it where an entry seems to begin, and whether there is any.

    30 length 02 n, and behind n octets the tag and length of a time.
    """
    if not len(places):
        return places, np.zeros(0, np.bool_)
    seen = np.lib.stride_tricks.sliding_window_view(data, _WINDOW)[places]
    reach = _WINDOW - 32
    rows, at = np.nonzero(
        (seen[:, :reach] == 0x30) & (seen[:, 2 : reach + 2] == 0x02) & (seen[:, 3 : reach + 3] - np.uint8(1) < 21)
    )
    time = at + 4 + seen[rows, at + 3]
    tag, length = seen[rows, time], seen[rows, time + 1]
    likely = ((tag == 0x17) & (length == 13)) | ((tag == 0x18) & (length == 15))
    first_of, first = np.unique(rows[likely], return_index=True)
    is_found = np.zeros(len(places), np.bool_)
    is_found[first_of] = True
    found = places.copy()
    found[first_of] += at[likely][first]
    return found, is_found


def _walk(data: Octet, pieces: _Pieces) -> tuple[Places, Places]:
    """Every place that was stepped on, and where the last entry of each piece ended."""
    if len(data) < pieces.stops.max(initial=0) + 2:  # behind a list's entries stands its signature; here they are bare
        data = np.append(data, np.zeros(2, np.uint8))
    lengths = data[1:]
    ends = pieces.starts.copy()
    active = np.flatnonzero(ends < pieces.stops)
    found = [np.zeros(0, np.uint32)]
    while len(active):
        at, stop = ends[active], pieces.stops[active]
        steps = np.empty((_STEPS, len(active)), np.uint32)
        length = np.empty(len(active), np.uint8)
        for step in steps:
            step[:] = at
            lengths.take(at, mode="clip", out=length)  # who is past the end of their piece may be past all
            at += length
            at += 2
            if length.max() >= _LONG_FORM:
                at = np.minimum(at + _more(data, step, length), stop)
        ends[active] = at
        under_way = at < stop
        if under_way.all():
            found.append(steps.T.ravel())
            continue
        inside = steps < stop
        found.append(steps.T[inside.T])
        ended = np.flatnonzero(~under_way)
        last = steps[inside[:, ended].sum(0) - 1, ended].astype(np.int64)
        ends[active[ended]] = last + lengths[last] + 2 + _more(data, last, lengths[last])
        active = active[under_way]
    return np.concatenate(found).astype(np.int64), ends


def _more(data: Octet, at: Steps, length: Octet) -> Places:
    """How many octets the entries there take beyond the first octets of their lengths."""
    more = np.zeros(len(at), np.int64)
    long = np.flatnonzero(length >= _LONG_FORM)
    if len(long):
        form, where = length[long], at[long].astype(np.int64)
        one, two = (data.take(where + ahead, mode="clip").astype(np.int64) for ahead in (2, 3))
        taken = np.select([form == 0x81, form == 0x82], [one + 3, (one << 8 | two) + 4], _FAR)
        more[long] = taken - form.astype(np.int64) - 2
    return more


def _follow(entries: bytes) -> Walked:
    """The same for the entries of one list, one by one: half a second for five million."""
    at, end = 0, len(entries)
    places = []
    while at + 2 <= end:
        length = entries[at + 1]
        after = at + 2 + length
        if length >= 0x80:
            count = length & 0x7F
            after = at + 2 + count + int.from_bytes(entries[at + 2 : at + 2 + count]) if count in {1, 2} else _FAR
        if after > end:
            break
        places.append(at)
        at = after
    return Walked(np.array(places, np.int64), [] if at == end else [at])
