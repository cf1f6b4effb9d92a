"""A volume in one file that processes map: the lists as they were signed, their index, and what they are.

    lists (DER, one after the other) · marks · places · directory (msgpack) · footer

The footer says where each part begins and has the SHA-256 of all before it. That tells a torn or decayed file from a
whole one. It proves nothing against somebody who may write in the folder; who may is whom the process runs as, which is
why the folder is closed to others.
"""

import hashlib
import mmap
import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
import numpy as np

from reference_impl.verification.lists.acceptance import Listed, moved_by
from reference_impl.verification.lists.index import Cells, Index, cells_of
from reference_impl.verification.lists.keys import MOST_OCTETS
from reference_impl.verification.lists.octets import Octets
from reference_impl.verification.lists.shelf import Volume, read_volume
from reference_impl.verification.verdict import Refusal

_MAGIC: Final = b"KAZASHI LISTS 2\n"
_FOOTER: Final = struct.Struct("<16sQQQQQ32s")
"""Magic, number of entries, octets of a mark, where marks, places and directory begin, checksum of all before this
field. A volume of another form is fetched again."""
_CHECKSUM: Final = 32
_ALIGNED: Final = 8


class VolumeUnusable(OSError):
    """A file that is not a whole volume: which, expected and actual."""


class Fetched(msgspec.Struct, frozen=True):
    """A list that may be used, and its octets; what it says of where it lies is counted from its own first octet."""

    listed: Listed
    octets: Octets


def write_volume(path: Path, fetched: Sequence[Fetched]) -> tuple[Volume, dict[int, Refusal]]:
    """The volume of these lists, mapped from the file that it was written to; and the lists with a wrong entry.

    The file has its name only when it is whole and on the disk.
    """
    if sum(len(each.octets) for each in fetched) >= MOST_OCTETS:
        raise VolumeUnusable(f"{path}: expected lists of less than {MOST_OCTETS} octets together, found more")
    part = path.with_suffix(".part")
    try:
        with part.open("xb+") as file:
            lists = [_put(file, each) for each in fetched]
            refused = _finish(file, lists)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    flush_folder(path.parent)
    return open_volume(path), refused


def flush_folder(folder: Path) -> None:
    """Makes the names in a folder as durable as the files (fsync(2))."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put(file: BinaryIO, each: Fetched) -> Listed:
    at = file.tell()
    file.write(each.octets)
    return moved_by(each.listed, at)


def _finish(file: BinaryIO, lists: Sequence[Listed]) -> dict[int, Refusal]:
    """Indexes the lists that were put in the file and writes what comes behind them."""
    file.write(bytes(_ALIGNED))  # so that there is something to map though there are no lists
    volume, refused = read_volume(_mapped(file), lists)
    cells = volume.index.cells
    marks = _align(file)
    file.write(cells.marks.data)
    places = _align(file)
    file.write(cells.places.data)
    directory = file.tell()
    file.write(msgspec.msgpack.encode(volume.lists))
    octets = cells.marks.itemsize
    footer = _FOOTER.pack(_MAGIC, cells.entries, octets, marks, places, directory, bytes(_CHECKSUM))
    file.write(footer[:-_CHECKSUM])
    file.write(hashlib.sha256(_mapped(file)).digest())
    return refused


def _mapped(file: BinaryIO) -> mmap.mmap:
    """What was written so far. It is let go, not closed: whoever still looks at it keeps it."""
    file.flush()
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _align(file: BinaryIO) -> int:
    file.write(bytes(-file.tell() % _ALIGNED))
    return file.tell()


def open_volume(path: Path) -> Volume:
    """The volume in a file, mapped: its memory is shared by all processes that open it."""
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError as error:
        raise VolumeUnusable(f"{path}: expected a volume, found an empty file") from error
    end = len(data) - _FOOTER.size
    if end < 0 or data[end : end + len(_MAGIC)] != _MAGIC:
        raise VolumeUnusable(f"{path}: expected the footer of a volume, found another end")
    _, count, octets, marks, places, directory, checksum = _FOOTER.unpack(data[end:])
    found = hashlib.sha256(memoryview(data)[:-_CHECKSUM]).digest()
    if found != checksum:
        raise VolumeUnusable(f"{path}: expected the checksum {checksum.hex()[:16]}…, found {found.hex()[:16]}…")
    lists = msgspec.msgpack.decode(data[directory:end], type=tuple[Listed, ...])
    size = cells_of(count, octets)
    cells = Cells(np.frombuffer(data, f"<u{octets}", size, marks), np.frombuffer(data, np.uint32, size, places), count)
    return Volume(lists, Index(data, cells))
