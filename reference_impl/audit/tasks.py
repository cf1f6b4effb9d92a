"""Group commit for the tasks of one event loop: what they bring while a group is written becomes the next group.

Nothing here is locked: a loop runs one of its tasks at a time. The first to come asks for the group to be written
after whatever else is ready to run now, so those who were woken together are written together again.
"""

import asyncio
from typing import Final

from reference_impl.audit.faults import AuditUnusable
from reference_impl.audit.rows import Entry, encode_entry
from reference_impl.audit.writer import MOST, Writer

_Told = list["asyncio.Future[int]"]


class TaskWriter:
    """A writer for tasks; made in the loop they run in. A thread of the loop's executor writes."""

    def __init__(self, writer: Writer) -> None:
        self._writer: Final = writer
        self._loop: Final = asyncio.get_running_loop()
        self._bodies: list[bytes] = []
        self._told: _Told = []
        self._busy = False

    def record(self, entry: Entry) -> "asyncio.Future[int]":
        """The row's sequence number, once it is durable. A task that is cancelled meanwhile leaves its row behind."""
        self._bodies.append(encode_entry(entry))
        told: asyncio.Future[int] = self._loop.create_future()
        self._told.append(told)
        if not self._busy:
            self._busy = True
            self._loop.call_soon(self._begin)
        return told

    def _begin(self) -> None:
        bodies, self._bodies = self._bodies[:MOST], self._bodies[MOST:]
        told, self._told = self._told[:MOST], self._told[MOST:]
        written = self._loop.run_in_executor(None, self._writer.write, bodies)
        written.add_done_callback(lambda group: self._end(group, told))

    def _end(self, written: "asyncio.Future[range]", told: _Told) -> None:
        fault = asyncio.CancelledError() if written.cancelled() else written.exception()
        sequences = written.result() if fault is None else range(len(told))
        for future, sequence in zip(told, sequences, strict=True):
            if future.done():  # its task was cancelled
                continue
            if fault is None:
                future.set_result(sequence)
            else:
                refused = AuditUnusable(f"audit: expected the row to be written, actual: {fault}")
                refused.__cause__ = fault
                future.set_exception(refused)
        self._busy = bool(self._bodies)
        if self._busy:
            self._loop.call_soon(self._begin)
