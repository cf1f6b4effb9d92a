"""The writer: whoever records waits until the row is on the disk, and those who wait are written together.

Who finds nobody waiting leads: it waits for the group before its own to be written, and takes everybody with it who
has come by then. So nobody waits for a clock, a group is as large as the load makes it, and there is no thread to
start and to end. A caller that was told a sequence number has its row on the disk; a caller that was told a fault
may not rely on either (the connection may have broken after the commit): what is acknowledged is never lost, what
is not acknowledged may be there.
"""

import threading
from collections.abc import Sequence
from typing import Final

from reference_impl.audit.chain import Head, link
from reference_impl.audit.faults import AuditUnusable
from reference_impl.audit.rows import Entry, encode_entry
from reference_impl.audit.storage import Storage, append, read_head

MOST: Final = 8192
"""Rows of a group: about 3 MB of text, and 10 ms of hashing while others wait for the lock."""


class _Group:
    """Rows of several threads that become durable together."""

    __slots__ = ("bodies", "ended", "fault", "first")

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.ended = threading.Event()
        self.first = 0
        self.fault: BaseException | None = None


class Writer:
    """Appends rows to the chain of a store, for threads; for tasks see `tasks.py`."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self._joining = threading.Lock()
        self._writing = threading.Lock()
        self._open = _Group()

    def record(self, entry: Entry) -> int:
        """The row's sequence number, once it is durable."""
        body = encode_entry(entry)
        with self._joining:
            group = self._open if len(self._open.bodies) < MOST else _Group()  # a full one's leader is on the way
            self._open = group
            place = len(group.bodies)
            group.bodies.append(body)
        if place == 0:
            self._lead(group)
        else:
            group.ended.wait()
        if group.fault is not None:
            raise AuditUnusable(f"audit: expected the row to be written, actual: {group.fault}") from group.fault
        return group.first + place

    def record_all(self, entries: Sequence[Entry]) -> int:
        """The last row's number, once all are durable: for who brings many at once, as after a time offline.

        A group at a time; where a group cannot be written, those before it are.
        """
        last = 0
        for start in range(0, len(entries), MOST):
            last = self.write([encode_entry(entry) for entry in entries[start : start + MOST]])[-1]
        return last

    def write(self, bodies: Sequence[bytes]) -> range:
        """The sequence numbers of encoded entries, written as one group."""
        with self._writing:
            return self._append(bodies)

    def head(self) -> Head:
        """Where the chain ends now."""
        with self.storage.faults(), self.storage.reading() as connection:
            return read_head(connection)

    def close(self) -> None:
        """Gives the store back; nobody may be recording."""
        self.storage.close()

    def _lead(self, group: _Group) -> None:
        """Writes a group; whatever happens to be wrong, nobody waits for ever."""
        try:
            with self._writing:
                with self._joining:
                    if self._open is group:
                        self._open = _Group()
                group.first = self._append(group.bodies).start
        except BaseException as fault:
            group.fault = fault
            if not isinstance(fault, AuditUnusable):
                raise
        finally:
            group.ended.set()

    def _append(self, bodies: Sequence[bytes]) -> range:
        with self.storage.faults(), self.storage.appending() as connection:
            linked = link(bodies, read_head(connection, turn=True))
            append(connection, linked)
        return range(linked.first, linked.head.sequence + 1)
