"""The journal: one entry for each request that reached the fake J-LIS, malformed ones too.

It lives in memory and is lost with the process; a saved world keeps its history, not who asked what.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from msgspec import Struct

from harness.watchers import Watchers


class Entry(Struct, frozen=True, gc=False):
    """One request: when (the world's instant), at which door, about what, and what it was told.

    It holds nothing that could hold it, so Python's collector of cycles need not walk a journal of millions (`gc`).
    """

    at: datetime
    door: str
    kind: str | None
    serial: int | None
    partition: str | None
    answer: str
    http: int


class Journal:
    """Append-only, safe for threads."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.Lock()
        self._watchers = Watchers()

    def write(self, entry: Entry) -> None:
        """Append an entry, and tell who is watching."""
        with self._lock:
            self._entries.append(entry)
        self._watchers.tell()

    def watching(self, told: Callable[[], None]) -> AbstractContextManager[None]:
        """Tell `told` of each entry written within the block, from the thread that wrote it."""
        return self._watchers.watching(told)

    def mark(self) -> int:
        """Return a place to look back from, for `since`."""
        with self._lock:
            return len(self._entries)

    def since(self, mark: int) -> list[Entry]:
        """Return the entries written after a mark."""
        with self._lock:
            return self._entries[mark:]
