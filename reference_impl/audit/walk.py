"""The chain walked from a known place: each stored line is taken in its order and compared with what is due there.

    due      the sequence number that comes next
    links    the hashes that the next row may name as the one before it; none where that is not known any more

One change is to be one finding at its place. So after a changed row the next may follow the recorded hash or the
computed one, after a gap the next row's link is not held against it, and a row that comes late fills its gap.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from reference_impl.audit.chain import Head
from reference_impl.audit.findings import Finding, Kind
from reference_impl.audit.rows import Row, decode_row
from reference_impl.audit.storage import groups

MOST_FINDINGS: Final = 1000
"""Where more is wrong, more of the same says nothing."""

_AT_A_TIME: Final = 16
"""Groups fetched at once."""


class Stored(msgspec.Struct, frozen=True, gc=False):
    """A line as it is stored, and the key of the group it begins, if it does."""

    text: str
    begins: int | None


def stored_rows(connection: Connection) -> Iterator[list[Stored]]:
    """The lines of all groups, a group at a time, in the order of their keys."""
    question = select(groups.c.first, groups.c.rows).order_by(groups.c.first)
    with connection.execute(question, execution_options={"yield_per": _AT_A_TIME}) as found:
        for first, text in found:
            lines = str(text).split("\n")
            yield [Stored(line, first if place == 0 else None) for place, line in enumerate(lines)]


class Walk:
    """A walk over a chain, from the row after `start` on."""

    def __init__(self, start: Head) -> None:
        self.findings: list[Finding] = []
        self.due = start.sequence + 1
        self.links: tuple[str, ...] = (start.hash,)
        self._gaps: list[tuple[int, int]] = []

    def take(self, stored: Stored) -> tuple[Row, str] | None:
        """The next line: its row and computed hash, or None for what cannot be read."""
        recorded, _, line = stored.text.partition(" ")
        try:
            row = decode_row(line)
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            self._find(Kind.UNREADABLE, self.due, "a hash, a space and a row in its canonical form", _what(error))
            self._step(self.due, ())
            return None
        computed = sha256(line.encode()).hexdigest()
        sequence = row.sequence
        if computed != recorded:
            self._find(Kind.CHANGED, sequence, f"hash {_shown(recorded)}", f"hash {computed}")
            if row.previous in self.links:  # where it belongs, whatever number it bears now
                sequence = self.due
        self._place(sequence, row, stored, (computed, recorded))
        return row, computed

    def _place(self, sequence: int, row: Row, stored: Stored, hashes: tuple[str, ...]) -> None:
        if sequence < self.due:
            self._take_late(sequence)
            return
        if sequence > self.due:
            self._gaps.append((self.due, sequence - 1))
        elif self.links and row.previous not in self.links:
            self._find(Kind.REPLACED, sequence, f"row before it {_shown(row.previous)}", self.links[0])
        elif stored.begins not in {None, sequence}:
            self._find(Kind.REORDERED, sequence, f"a group kept under {sequence}", f"kept under {stored.begins}")
        self._step(sequence, hashes)

    def _take_late(self, sequence: int) -> None:
        for place, (first, last) in enumerate(self._gaps):
            if first <= sequence <= last:
                self._find(Kind.REORDERED, sequence, f"before row {last + 1}", f"after row {self.due - 1}")
                parts = ((first, sequence - 1), (sequence + 1, last))
                self._gaps[place : place + 1] = [part for part in parts if part[0] <= part[1]]
                return
        self._find(Kind.DUPLICATED, sequence, "once", f"again, after row {self.due - 1}")

    def finish(self, end: Head) -> list[Finding]:
        """What was found, with what is missing, if the chain should end at `end`."""
        self._find_gaps()
        last = self.due - 1
        if last < end.sequence:
            missing = end.sequence - last
            self._find_range(Kind.TRUNCATED, self.due, end.sequence, f"{missing} rows more", f"the end at row {last}")
        elif last > end.sequence:
            self._find_range(Kind.ADDED, end.sequence + 1, last, f"the end at row {end.sequence}", f"row {last}")
        elif self.links and end.hash not in self.links:
            self._find(Kind.REPLACED, last, f"the end on record {_shown(end.hash)}", self.links[0])
        return sorted(self.findings, key=lambda finding: finding.first)

    def pause(self) -> list[Finding]:
        """What was found so far, of a chain that goes on."""
        self._find_gaps()
        return self.findings

    def _find_gaps(self) -> None:
        for first, last in self._gaps:
            self._find_range(Kind.REMOVED, first, last, f"{last - first + 1} rows", "none")
        self._gaps.clear()

    def _step(self, sequence: int, hashes: tuple[str, ...]) -> None:
        self.due, self.links = sequence + 1, hashes

    def _find(self, kind: Kind, sequence: int, expected: str, actual: str) -> None:
        self._find_range(kind, sequence, sequence, expected, actual)

    def _find_range(self, kind: Kind, first: int, last: int, expected: str, actual: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(kind, first, last, expected, actual))


def _shown(recorded: str) -> str:
    """A stored hash for a person: somebody may have put anything there."""
    return recorded if len(recorded) == 64 and recorded.isalnum() and recorded.isascii() else "none"


def _what(error: Exception) -> str:
    return str(error).split(" - at", maxsplit=1)[0]
