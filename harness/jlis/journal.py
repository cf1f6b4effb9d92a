"""The journal: one entry for each request that reached the fake J-LIS, malformed ones too.

It lives in memory and is lost with the process; a saved world keeps its history, not who asked what.

Anybody may write in it, by asking; so it is bounded. It keeps the last 1,048,576 entries, and of what whoever asked may
make long (serial numbers of any size, the answers of a batch) 64 MiB. When there is more the oldest are forgotten,
16,384 at a time, and the journal says so: `since` a mark whose entries are gone is refused, `look_back` says how many.
Marks count from the first entry there ever was, and what is summed up (`sums`) counts what is forgotten, too.
"""

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from harness.watchers import Watchers

MOST_ENTRIES = 2**20
"""About 320 MB; a load run of three minutes at 5,000 questions a second has them all."""
MOST_LONG_OCTETS = 64 * 2**20
AT_ONCE = 2**14
"""Entries that are forgotten together: the list of the others moves once for so many."""
_ORDINARY_SERIAL = 2**168
"""RFC 5280 §4.1.2.2 wants a serial number of at most 20 octets."""
_ORDINARY_TEXT = 256


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
    nonce: bytes | None = None
    """What the nonce extension of an OCSP request held, as it came; at most 131 octets of it."""


class Forgotten(LookupError):
    """Some of the entries after a mark are no longer kept; `str()` says how many and what to do."""

    def __init__(self, mark: int, forgotten: int) -> None:
        super().__init__(
            f"journal: expected every entry since mark {mark}, actual the first {forgotten} are forgotten "
            f"(it keeps {MOST_ENTRIES}); take the mark later, or look more often"
        )
        self.forgotten = forgotten


class Summary(NamedTuple):
    """What entries are counted by: their door, the kind of certificate, and what of it has a price, if it has one."""

    door: str
    kind: str | None
    priced: str | None
    checks: int = 1
    """How many things one request asked for: a batch of OCSP is as many checks."""


class LookBack(NamedTuple):
    """What is still there of the entries after a mark, how many before them are forgotten, and the mark of the end."""

    forgotten: int
    entries: list[Entry]
    mark: int


def unpriced(entry: Entry) -> Summary:
    """Return what an entry is counted by where nothing has a price."""
    return Summary(entry.door, entry.kind, None)


class Journal:
    """Append-only within its bounds, safe for threads; what is counted follows from `summary`."""

    def __init__(
        self,
        summary: Callable[[Entry], Summary] = unpriced,
        *,
        most: int = MOST_ENTRIES,
        most_long_octets: int = MOST_LONG_OCTETS,
    ) -> None:
        self._summary = summary
        self._most, self._most_long = most, most_long_octets
        self._entries: list[Entry] = []
        self._forgotten = 0
        self._long = 0
        self._sums: Counter[Summary] = Counter()
        self._summed = 0
        self._lock = threading.Lock()
        self._watchers = Watchers()

    def write(self, entry: Entry) -> None:
        """Append an entry, and tell who is watching."""
        serial = entry.serial
        with self._lock:
            self._entries.append(entry)
            is_long_serial = serial is not None and not -_ORDINARY_SERIAL < serial < _ORDINARY_SERIAL
            if is_long_serial or len(entry.answer) > _ORDINARY_TEXT:
                self._long += _long_octets(entry)
            if len(self._entries) > self._most or self._long > self._most_long:
                self._forget()
        self._watchers.tell()

    def watching(self, told: Callable[[], None]) -> AbstractContextManager[None]:
        """Tell `told` of each entry written within the block, from the thread that wrote it."""
        return self._watchers.watching(told)

    def mark(self) -> int:
        """Return a place to look back from, for `since`."""
        with self._lock:
            return self._forgotten + len(self._entries)

    def since(self, mark: int) -> list[Entry]:
        """Return the entries written after a mark, all of them; Forgotten when some are no longer kept."""
        found = self.look_back(mark)
        if found.forgotten:
            raise Forgotten(mark, found.forgotten)
        return found.entries

    def look_back(self, mark: int) -> LookBack:
        """Return what there still is of the entries written after a mark."""
        with self._lock:
            first = self._forgotten
            return LookBack(max(0, first - mark), self._entries[max(0, mark - first) :], first + len(self._entries))

    def sums(self) -> Counter[Summary]:
        """Return how many entries there ever were of each summary; only those since the last time are gone through."""
        while True:
            with self._lock:  # for a while only: whoever writes is not to wait for a million entries
                last = self._forgotten + len(self._entries)
                self._sum_up(min(last, self._summed + AT_ONCE))
                if self._summed == last:
                    return self._sums.copy()

    def _forget(self) -> None:
        """Forget the oldest entries, until both bounds are kept."""
        while len(self._entries) > self._most or self._long > self._most_long:
            oldest = self._entries[: min(AT_ONCE, -(-len(self._entries) // 2))]
            self._sum_up(self._forgotten + len(oldest))
            self._long -= sum(map(_long_octets, oldest))
            del self._entries[: len(oldest)]
            self._forgotten += len(oldest)

    def _sum_up(self, mark: int) -> None:
        """Count the entries before a mark that were not counted yet."""
        if mark > self._summed:
            first = self._forgotten
            self._sums.update(map(self._summary, self._entries[self._summed - first : mark - first]))
            self._summed = mark


def _long_octets(entry: Entry) -> int:
    """Return how many octets an entry has more than others, by the length of its serial number and its answer."""
    serial = 0 if entry.serial is None or abs(entry.serial) < _ORDINARY_SERIAL else entry.serial.bit_length() // 8
    return serial + (len(entry.answer) if len(entry.answer) > _ORDINARY_TEXT else 0)
