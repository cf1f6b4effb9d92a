"""Entries checked by the million, each as strictly as the reader of one (`entry.read_entry`).

Most entries of a list are of a few shapes: equal but for the serial number, the digits of a date, a reason. The strict
reader reads the first of a shape and says which octets those are. Every other entry that equals it in all remaining
octets has the same structure; what differs is checked by the column. An entry that fits no shape, or of which a column
is not sure, goes to the strict reader itself, which decides: so nothing is taken that it would refuse.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from reference_impl.verification.lists import digits
from reference_impl.verification.lists.entry import MAXIMUM_SERIAL, REASONS, Entry, Layout, Part

LONGEST: Final = 264
"""Octets of an entry that is compared; longer ones, and those whose length takes three octets, are read one by one."""

Table = NDArray[np.uint8]
Answers = NDArray[np.bool_]

_IS_REASON: Final = np.isin(np.arange(256), list(REASONS))
_KEY_MASKS: Final = [np.uint32((1 << 8 * octets) - 1) for octets in range(4)]


class Shape:
    """One entry that was read strictly, as the measure of others of its length."""

    def __init__(self, entry: bytes, read: Entry) -> None:
        _, self._serial_at, end = read.layout[0]
        self.width = end - self._serial_at
        fixed = np.full(LONGEST, 0xFF, np.uint8)
        fixed[read.length :] = 0
        for part, begin, end in read.layout:
            fixed[_what_differs(part, begin, end)] = 0
        octets = np.zeros(LONGEST, np.uint8)
        octets[: read.length] = np.frombuffer(entry, np.uint8)
        self._layout: Layout = read.layout
        self._words = [
            (number, mask, word)
            for number, (mask, word) in enumerate(zip(fixed.view("<u8"), (octets & fixed).view("<u8"), strict=True))
            if mask
        ]

    def fits(self, table: Table) -> Answers:
        """Which rows are equal to it but for what may differ."""
        words = table.view("<u8")
        fits = np.ones(len(table), np.bool_)
        for number, mask, word in self._words:
            fits &= words[:, number] & mask == word
        return fits

    def holds(self, table: Table) -> Answers:
        """Of which rows that fit all that differs is right; where this is False the strict reader decides."""
        holds = self._serials_hold(table)
        for part, begin, _ in self._layout[1:]:
            if part is Part.UTC:
                holds &= digits.are_utc(_words_at(table, begin), _words_at(table, begin + 4))
            elif part is Part.GENERALIZED:
                holds &= digits.are_generalized(_words_at(table, begin), _words_at(table, begin + 6))
            elif part is Part.REASON:
                holds &= _IS_REASON[table[:, begin]]
        return holds

    def _serials_hold(self, table: Table) -> Answers:
        """Fewest octets (X.690 §8.3.2). Negative ones of less than four octets are left to the strict reader."""
        at = self._serial_at
        if self.width == 1:
            return np.asarray(table[:, at] < 0x80, np.bool_)
        first = table[:, at : at + 2].view("<u2")[:, 0]
        lead = first & np.uint16(0x80FF)  # the first octet, and the highest bit of the second
        holds = lead != 0x0000
        holds &= lead != 0x80FF
        if self.width < 4:
            holds &= table[:, at] < 0x80
        return np.asarray(holds, np.bool_)

    def low_halves(self, table: Table) -> NDArray[np.uint32]:
        """The last 32 bits of the serial numbers."""
        end = self._serial_at + self.width
        column = table[:, end - 4 : end].view(">u4")[:, 0].astype(np.uint32)
        return column if self.width >= 4 else column & _KEY_MASKS[self.width]


def lengths_of(table: Table) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """For each row a number that rows of one length, in one form, and of one length of serial have in common; and for
    each of these numbers how long the entry is."""
    head = table.view("<u4")[:, 0].copy()
    numbers = head >> np.uint32(3)
    numbers &= np.uint32(0x1FE0)
    head >>= np.uint32(24)
    head &= np.uint32(0x1F)
    numbers |= head
    long = np.flatnonzero(numbers >= 0x80 << 5)
    if len(long):
        rows = table[long].astype(np.uint32)
        numbers[long] = np.where(rows[:, 1] == 0x81, 0x100 << 5 | rows[:, 2] << 5 | rows[:, 4] & 0x1F, 0x80 << 5)
    return numbers, _SIZES


_SIZES: Final = np.repeat(np.concatenate([np.arange(0x100) + 2, np.arange(0x100) + 3]), 1 << 5)
_SIZES[0x80 << 5 : 0x180 << 5] = 1 << 16
"""A first octet of 128 and more is no length; of those forms 0x81 alone is compared, as a number above these, and only
where it says 128 octets or more."""


def _what_differs(part: Part, begin: int, end: int) -> slice:
    """The octets that may differ: of a date all but its Z, of a serial of most octets all but the zero before it."""
    if part is Part.SERIAL:
        return slice(begin + (end - begin > MAXIMUM_SERIAL), end)
    return slice(begin, end - (part in {Part.UTC, Part.GENERALIZED}))


def _words_at(table: Table, at: int) -> digits.Words:
    """Eight octets of every row as one number, the first octet the lowest."""
    return np.ascontiguousarray(table[:, at : at + 8].view("V8")[:, 0]).view("<u8")
