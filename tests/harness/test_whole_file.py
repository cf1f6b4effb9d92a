"""Files that are there whole or not at all."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.whole_file import write_whole


@contextmanager
def room_for(octets: int) -> Iterator[None]:
    """No file of this process may grow beyond so many octets, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_octets_are_written(tmp_path: Path) -> None:
    """New, and in the place of older ones."""
    path = tmp_path / "load.json"
    for octets in (b"first", b"second"):
        assert write_whole(path, octets) == path
        assert path.read_bytes() == octets


def test_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """The older file whole, no part of the newer one, and the reason for whoever tells it."""
    path = tmp_path / "load.html"
    write_whole(path, b"older")
    with room_for(1000), pytest.raises(OSError, match="File too large"):
        write_whole(path, b"x" * 5000)
    assert (path.read_bytes(), [each.name for each in tmp_path.iterdir()]) == (b"older", ["load.html"])


def test_place_that_is_taken_by_a_folder(tmp_path: Path) -> None:
    """Nothing is left beside it."""
    (tmp_path / "load.html" / "in it").mkdir(parents=True)
    with pytest.raises(OSError, match="Is a directory"):
        write_whole(tmp_path / "load.html", b"x")
    assert [each.name for each in tmp_path.iterdir()] == ["load.html"]
