"""The register that somebody else's server answers for, as it is when the load begins.

A file of SQLite has one owner, and the server is that: so the file is copied while it is in use (SQLite's own backup,
which waits for no writer), and the copy is read. A database of PostgreSQL is read where it is.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from harness.errors import ConfigurationError
from harness.keys import KeyPool
from harness.store.address import read_place
from harness.world import World


@contextmanager
def register_of(keys: KeyPool, store: str) -> Iterator[World]:
    """Yield the world in a store; ConfigurationError where there is none, or another installation's."""
    place = read_place(store)
    with tempfile.TemporaryDirectory(prefix="kazashi-register-") as folder:
        if isinstance(place, Path):
            place = _copied(place, Path(folder) / "world.db")
        with closing(World.open(keys, place)) as world:
            yield world


def _copied(path: Path, copy: Path) -> Path:
    if not path.is_file():
        raise ConfigurationError(f"--world {path}: expected the store of a world, actual no such file")
    try:
        with (
            closing(sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
    except sqlite3.Error as fault:
        raise ConfigurationError(f"--world {path}: expected the store of a world, actual {fault}") from fault
    return copy
