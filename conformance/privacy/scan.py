"""A place searched: the octets as they are, squeezed, and what is packed in them.

*Squeezed* leaves out what stands between the characters of one value: spaces, line ends, tabs, `-`, `:` and the written
line ends of JSON (`\\n`, `\\r`), so that 1234-5678-9012, hexadecimal in pairs and lines of base64 read as one.

*Packed* are members of gzip, zlib and zip (deflate) wherever they begin; they are unpacked while they can be, and
searched like any place, members within members too.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from conformance.privacy.finder import Finder
from conformance.privacy.written import LONGEST, Written

PIECE = 1 << 22
"""Octets read at a time."""
OVERLAP = 8 * LONGEST
"""Octets of a piece that are read again with the next: eight times the longest pattern, for it may be squeezed."""
DEEPEST = 3
"""Members within members."""
MOST_UNPACKED = 1 << 26
"""Octets of one member: a bomb is searched that far."""
_FED = 1 << 14
"""Packed octets handed to the unpacker at a time; noise that looks like a beginning ends within these."""
_GZIP, _ZLIB, _ZIP = b"\x1f\x8b\x08", (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"), b"PK\x03\x04"
_ZIP_HEAD = 30
_BETWEEN = re.compile(rb"[ \t\r\n:-]|\\[nr]")


class Source(Protocol):
    """Octets that can be read anywhere."""

    @property
    def size(self) -> int:
        """How many there are."""

    def read(self, at: int, count: int) -> bytes:
        """Return at most so many octets from a place on."""


@dataclass(frozen=True, slots=True)
class Octets:
    """A source that is at hand."""

    octets: bytes

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.octets)

    def read(self, at: int, count: int) -> bytes:
        """Return at most so many octets from a place on."""
        return self.octets[at : at + count]


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern in a place: where it begins there, and within which member it was packed (outermost first)."""

    at: int
    written: Written
    packed: tuple[str, ...] = ()


def scan(
    finder: Finder, source: Source, begin: int = 0, end: int | None = None, *, packed: bool = True
) -> Iterator[Hit]:
    """Yield what is found in a source between two places, each pattern once for each place it stands at.

    What begins before `begin` and ends behind it is found, too.
    """
    yield from _scan(finder, source, begin, source.size if end is None else end, DEEPEST if packed else 0)


def _scan(finder: Finder, source: Source, begin: int, end: int, depth: int) -> Iterator[Hit]:
    carried = source.read(max(0, begin - OVERLAP), min(begin, OVERLAP))
    at = begin
    while at < end:
        fresh = source.read(at, min(PIECE, end - at))
        if not fresh:
            return  # the place became shorter while it was read
        text, first = carried + fresh, at - len(carried)
        seen = {(match.start, match.written): match.end for match in finder.find(text)}
        for start, behind, written in _squeezed(finder, text):
            seen.setdefault((start, written), behind)
        # What ends within the carried octets was found with the piece before.
        yield from (Hit(first + start, written) for (start, written), last in seen.items() if last > len(carried))
        if depth:
            for place, kind in _members(fresh):
                yield from _unpacked(finder, source, at + place, kind, depth - 1)
        at += len(fresh)
        carried = text[-OVERLAP:]


def _squeezed(finder: Finder, text: bytes) -> Iterator[tuple[int, int, Written]]:
    """Yield where a pattern begins and ends in the text when it is found without what stands between."""
    squeezed = text.replace(b"\\n", b"").replace(b"\\r", b"").translate(None, b" \t\r\n-:")
    if len(squeezed) == len(text):
        return
    matches = [match for match in finder.find(squeezed) if not match.written.alone]
    if matches:
        kept = np.ones(len(text), dtype=np.bool_)
        for between in _BETWEEN.finditer(text):
            kept[between.start() : between.end()] = False
        places = np.flatnonzero(kept)
        yield from ((int(places[match.start]), int(places[match.end - 1]) + 1, match.written) for match in matches)


def _members(piece: bytes) -> Iterator[tuple[int, str]]:
    """Yield where a member may begin, and of which kind it would be."""
    for magic, kind in ((_GZIP, "gzip"), *((magic, "zlib") for magic in _ZLIB), (_ZIP, "zip")):
        at = piece.find(magic)
        while at >= 0:
            yield at, kind
            at = piece.find(magic, at + 1)


def _unpacked(finder: Finder, source: Source, at: int, kind: str, depth: int) -> Iterator[Hit]:
    content = unpack(source, at, kind)
    for hit in _scan(finder, Octets(content), 0, len(content), depth):
        yield replace(hit, at=at, packed=(f"{kind} at {at}", *hit.packed))


def unpack(source: Source, at: int, kind: str) -> bytes:
    """Return what is packed from a place on, as far as it can be unpacked."""
    if kind == "zip":
        head = source.read(at, _ZIP_HEAD)
        if len(head) < _ZIP_HEAD or head[8:10] != b"\x08\x00":
            return b""  # stored without packing: it is found as it stands
        at += _ZIP_HEAD + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    unpacker = zlib.decompressobj({"gzip": 31, "zlib": 15, "zip": -15}[kind])
    content = bytearray()
    while len(content) < MOST_UNPACKED and not unpacker.eof:
        fed = source.read(at, _FED)
        at += len(fed)
        try:
            content += unpacker.decompress(unpacker.unconsumed_tail + fed, MOST_UNPACKED - len(content))
        except zlib.error:
            break
        if not fed:
            break
    return bytes(content)
