"""Files followed from the run's beginning: at each look, the octets that came since the last one.

A file is known by its inode, so that one that was renamed (rotated) goes on where it was and the new one of its name
begins at its beginning. Of a log only what was appended is read; one that became shorter, or begins otherwise than it
did, is read anew. A database is changed in place: blocks of 4,096 octets are compared by a hash, and what changed is
read with what stands beside it. A packed file is read anew whenever it changes.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from conformance.privacy.place import Place
from conformance.privacy.scan import Octets, Source
from conformance.privacy.watch import Watch

BLOCK = 4096
_READ = 1 << 22
_PACKED = (b"\x1f\x8b", b"PK\x03\x04")


@dataclass(frozen=True, slots=True)
class FileSource:
    """An open file."""

    file: BinaryIO
    size: int

    def read(self, at: int, count: int) -> bytes:
        """Return at most so many octets from a place on."""
        self.file.seek(at)
        return self.file.read(count)


@dataclass(frozen=True, slots=True)
class Grown:
    """Octets that came: from `begin` to `end` of what `where` names."""

    place: Place
    where: str
    source: Source
    begin: int
    end: int
    part: str = ""
    """What an exception of the rule may be narrowed to: a verb, `head`, `body`."""
    base: int = 0
    """Where the first octet of the source stands in what `where` names."""


@dataclass(slots=True)
class _Known:
    """What is known of a file: how far it was read, how it begins, and its blocks where it is changed in place."""

    size: int = 0
    stamp: tuple[int, int] = (-1, -1)
    head: bytes = b""
    blocks: list[int] = field(default_factory=list)


class Followed:
    """The files of some watches."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        self.watches = tuple(watches)
        self.octets: dict[Place, int] = {}
        self._known: dict[tuple[Place, int, int], _Known] = {}
        for _ in self._look(silent=True):
            pass  # what stood there before the run is not the run's

    def look(self) -> Iterator[Grown]:
        """Yield what came since the last look; each must be read before the next is asked for."""
        yield from self._look(silent=False)

    def _look(self, *, silent: bool) -> Iterator[Grown]:
        for watch in self.watches:
            for path in watch.files():
                try:
                    with path.open("rb", buffering=0) as file:
                        yield from self._grown(watch.place, path, file, silent=silent)
                except FileNotFoundError:
                    continue  # rotated away between listing and opening: it is found by its new name

    def _grown(self, place: Place, path: Path, file: BinaryIO, *, silent: bool) -> Iterator[Grown]:
        status = os.fstat(file.fileno())
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._known.setdefault((place, status.st_dev, status.st_ino), _Known())
        if stamp == known.stamp:
            return
        source = FileSource(file, status.st_size)
        changed = list(self._changed(known, source, in_place=place is Place.DATABASE))
        known.stamp, known.size = stamp, status.st_size
        if silent:
            return
        for begin, end in changed:
            self.octets[place] = self.octets.get(place, 0) + end - begin
            yield Grown(place, str(path), source, begin, end)

    def _changed(self, known: _Known, source: Source, *, in_place: bool) -> Iterator[tuple[int, int]]:
        if in_place:
            yield from _differing(known, source)
            return
        head = source.read(0, BLOCK)
        same = source.size >= known.size and head.startswith(known.head) and not head.startswith(_PACKED)
        known.head = head
        yield (known.size if same else 0), source.size


def _differing(known: _Known, source: Source) -> Iterator[tuple[int, int]]:
    """Yield the runs of blocks that are other than they were."""
    blocks: list[int] = []
    begin: int | None = None
    for at in range(0, source.size, _READ):
        piece = source.read(at, _READ)
        for place in range(0, len(piece), BLOCK):
            digest, number = hash(piece[place : place + BLOCK]), (at + place) // BLOCK
            blocks.append(digest)
            if number < len(known.blocks) and known.blocks[number] == digest:
                if begin is not None:
                    yield begin, at + place
                    begin = None
            elif begin is None:
                begin = at + place
    if begin is not None:
        yield begin, source.size
    known.blocks = blocks


def said(place: Place, where: str, octets: bytes, part: str = "") -> Grown:
    """Return something that was said at once, as what came."""
    return Grown(place, where, Octets(octets), 0, len(octets), part)
