"""Entries of revocation lists by the million: columns in, DER out, at the speed of copying (RFC 5280 §5.1.2.6).

Rows of one shape (octets of the serial, form of the time, with or without a reason) differ from a template in a few
fields. So each shape of a chunk is filled as a table of records; where a chunk has one shape the table lies in the
output, otherwise its rows are scattered to where they belong, in order. A chunk stays in the processor's cache.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.jlis.crl_encoding import FIRST_GENERALIZED_YEAR, FIRST_UTC_YEAR, REASON, Revoked, der

CHUNK = 16_384
_DAY = 86_400
_LONGEST = 2 + 2 + 21 + 17 + 14
_SERIAL_AT = 4
_MOST_OCTETS = 20


@dataclass(frozen=True, slots=True)
class Columns:
    """Entries by column, in the list's order.

    `serials` are below 2⁶⁴, or rows of big-endian octets, at most 20; `seconds` count from 1970 in UTC; a reason 0 is
    not written.
    """

    serials: NDArray[np.uint64] | NDArray[np.uint8]
    seconds: NDArray[np.int64]
    reasons: NDArray[np.uint8]

    def __post_init__(self) -> None:
        """Refuse columns that are none: of different lengths, or serials of another form."""
        rows = len(self.serials), len(self.seconds), len(self.reasons)
        if len(set(rows)) != 1:
            raise ValueError(f"columns: expected as many serials as seconds and reasons, actual {rows}")
        shape = self.serials.shape[1:]
        if (self.serials.dtype, len(shape)) not in {(np.dtype(np.uint64), 0), (np.dtype(np.uint8), 1)} or (
            shape and not 1 <= shape[0] <= _MOST_OCTETS
        ):
            raise ValueError(
                f"serials: expected uint64, or rows of 1 to {_MOST_OCTETS} octets, "
                f"actual {self.serials.dtype} {self.serials.shape}"
            )


@dataclass(frozen=True, slots=True)
class _Shape:
    """How long a row's serial is, which form its time has, and whether it gives a reason."""

    octets: int
    generalized: bool
    reasoned: bool

    @property
    def record(self) -> np.dtype[np.void]:
        """The row as a record: a template but for four fields."""
        date = _SERIAL_AT + self.octets + 2
        clock = date + (8 if self.generalized else 6)
        length = clock + 7 + (14 if self.reasoned else 0)
        fields = [("serial", f"V{self.octets}", _SERIAL_AT), ("date", f"V{clock - date}", date), ("clock", "V7", clock)]
        if self.reasoned:
            fields.append(("reason", "u1", length - 1))
        names, formats, offsets = zip(*fields, strict=True)
        return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": length})

    @property
    def template(self) -> NDArray[np.void]:
        """One row with zeros where its own octets go."""
        time = der(0x18, bytes(15)) if self.generalized else der(0x17, bytes(13))
        reason = der(0x30, REASON, b"\0") if self.reasoned else b""
        row = der(0x30, der(0x02, bytes(self.octets)), time, reason)
        return np.frombuffer(row, self.record)


_SHAPES = [
    _Shape(octets, generalized, reasoned)
    for octets in range(_MOST_OCTETS + 2)
    for generalized in (False, True)
    for reasoned in (False, True)
]
"""Numbered: octets · 4 + generalized · 2 + reasoned."""
_TEMPLATES = [shape.template for shape in _SHAPES]
_LENGTHS = np.array([template.itemsize for template in _TEMPLATES])
_WIDER = np.array([1 << (8 * octets - 1) for octets in range(1, 9)], np.uint64)
"""From which values on a serial takes one octet more: a high bit wants a zero before it (X.690 §8.3.2)."""


def encode(columns: Columns) -> memoryview:
    """Return the entries, one after the other."""
    out = np.empty(len(columns.serials) * _LONGEST + _LONGEST, np.uint8)  # pages that are not reached cost nothing
    dates = _Dates(columns.seconds)
    end = 0
    for begin in range(0, len(columns.serials), CHUNK):
        rows = slice(begin, begin + CHUNK)
        octets, widths = _content(columns.serials[rows])
        end = _put(out, end, _Chunk(octets, widths, columns.seconds[rows], columns.reasons[rows], dates))
    return out[:end].data


def of_entries(entries: Sequence[Revoked]) -> Columns:
    """Return entries by column; their serials are below 2⁶⁴ and they have no further extensions."""
    count = len(entries)
    return Columns(
        np.fromiter((entry.serial for entry in entries), np.uint64, count),
        np.fromiter((int(entry.at.timestamp()) for entry in entries), np.int64, count),
        np.fromiter((entry.reason or 0 for entry in entries), np.uint8, count),
    )


class _Dates:
    """The texts of the days that occur, and whether such a day is written as GeneralizedTime; by days since `first`."""

    def __init__(self, seconds: NDArray[np.int64]) -> None:
        days = seconds // _DAY
        self.first = int(days.min()) if len(days) else 0
        days -= self.first
        occurs = np.zeros(int(days.max()) + 1 if len(days) else 0, np.bool_)
        occurs[days] = True
        dates = (np.flatnonzero(occurs) + self.first).astype("datetime64[D]")
        self.texts = np.zeros(len(occurs), "V8")
        self.texts[occurs] = _words(str(date).replace("-", "") for date in dates)
        years = dates.astype("datetime64[Y]").astype(int) + 1970
        self.generalized = np.zeros(len(occurs), np.bool_)
        self.generalized[occurs] = (years < FIRST_UTC_YEAR) | (years >= FIRST_GENERALIZED_YEAR)
        self.is_any_generalized = bool(self.generalized.any())


def _words(texts: Iterator[str]) -> NDArray[np.void]:
    return np.array([text.encode() for text in texts], "S8").view("V8")


_CLOCK = _words(f"{second // 3600:02d}{second // 60 % 60:02d}{second % 60:02d}Z" for second in range(_DAY))


class _Chunk:
    """Some rows, with the shape of each."""

    def __init__(
        self,
        octets: NDArray[np.uint8],
        widths: NDArray[np.int64],
        seconds: NDArray[np.int64],
        reasons: NDArray[np.uint8],
        dates: _Dates,
    ) -> None:
        self.octets, self.reasons = octets, reasons
        day = seconds // _DAY
        self.clock = _CLOCK[seconds - day * _DAY]
        day -= dates.first
        self.date = dates.texts[day]
        self.shapes = widths * 4 + (reasons != 0)
        if dates.is_any_generalized:
            self.shapes += dates.generalized[day] * 2

    def fill(self, number: int, rows: NDArray[np.intp] | slice, table: NDArray[np.void]) -> None:
        """Write the rows, all of shape `number`, as records."""
        shape = _SHAPES[number]
        row = f"V{table.itemsize}"  # as records they would be copied field by field, without what lies between
        table.view(row)[:] = _TEMPLATES[number].view(row)
        table["serial"] = _last(self.octets[rows], shape.octets)
        table["date"] = _last(self.date[rows].view(np.uint8).reshape(-1, 8), 8 if shape.generalized else 6)
        table["clock"] = self.clock[rows].view(np.uint8).reshape(-1, 8)[:, :7].view("V7")[:, 0]
        if shape.reasoned:
            table["reason"] = self.reasons[rows]


def _put(out: NDArray[np.uint8], begin: int, chunk: _Chunk) -> int:
    """Write a chunk from `begin` on and return where it ends."""
    present = np.flatnonzero(np.bincount(chunk.shapes))
    if len(present) == 1:
        number = int(present[0])
        end = begin + len(chunk.shapes) * int(_LENGTHS[number])
        chunk.fill(number, slice(None), out[begin:end].view(_TEMPLATES[number].dtype))
        return end
    ends = begin + np.cumsum(_LENGTHS[chunk.shapes])
    for number in map(int, present):
        rows, length = np.flatnonzero(chunk.shapes == number), int(_LENGTHS[number])
        table = np.empty(len(rows), _TEMPLATES[number].dtype)
        chunk.fill(number, rows, table)
        places = np.lib.stride_tricks.as_strided(out[:length].view(f"V{length}"), (len(out) - length + 1,), (1,))
        places[ends[rows] - length] = table.view(f"V{length}")
    return int(ends[-1])


def _content(serials: NDArray[np.uint64] | NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the serials as rows of octets with room for one more before, and how many of them each takes."""
    if serials.ndim == 1:
        values = serials.astype(np.uint64, copy=False)
        given = values.astype(">u8").view(np.uint8).reshape(-1, 8)
        widths = np.searchsorted(_WIDER, values, side="right") + 1
    else:
        given = serials.astype(np.uint8, copy=False)
        begins = np.argmax(given != 0, axis=1)
        leading = given[np.arange(len(given)), begins]
        widths = given.shape[1] - begins + (leading >= 0x80)
        widths[leading == 0] = 1
    octets = np.zeros((len(given), given.shape[1] + 1), np.uint8)
    octets[:, 1:] = given
    return octets, widths


def _last(octets: NDArray[np.uint8], count: int) -> NDArray[np.void]:
    """Return the last `count` octets of each row as one value."""
    return octets[:, octets.shape[1] - count :].view(f"V{count}")[:, 0]
