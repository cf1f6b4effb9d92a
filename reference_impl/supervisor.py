"""Several processes on one port: a supervisor starts them, starts another for one that died, and ends them together.

    supervisor ── owns the listening socket, answers nobody
      ├─ worker 0 ─┐
      ├─ worker 1 ─┼─ accept from the same socket: what waits there is lost with none of them
      └─ worker … ─┘

A worker is ended by its own pid. If the supervisor is killed the workers notice, and end as by SIGTERM. A worker that
dies before it served, FUTILE times in a row, would die for ever: then the whole ends, with its reason.
"""

import os
import signal
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Final

from msgspec import structs

from reference_impl.assembly import assembled
from reference_impl.serving import GRACE_SECONDS, address_of, end_with_parent, routes_of, serve
from reference_impl.settings import CannotBegin, Settings
from reference_impl.web.metrics import size_of

FUTILE: Final = 5
_CONTEXT: Final = get_context("spawn")
"""Not forked: threads, connections and locks of the supervisor have no place in a worker."""


class _Worker:
    """One place, and the process that fills it."""

    def __init__(self, supervisor: "Supervisor", number: int) -> None:
        self._supervisor, self.number = supervisor, number
        self.failed = 0
        self.start()

    def start(self) -> None:
        """A new process."""
        self.is_ready = False
        self.told, tells = _CONTEXT.Pipe(duplex=False)
        given = self._supervisor
        self.process: SpawnProcess = _CONTEXT.Process(
            target=_work,
            args=(given.settings, given.listener, tells, self.number, given.counters),
            name=f"worker-{self.number}",
        )
        self.process.start()
        tells.close()

    def hear(self) -> None:
        """It has said that it serves, or is gone and says nothing any more."""
        try:
            self.told.recv()
            self.is_ready, self.failed = True, 0
        except EOFError:
            self.told.close()

    def end(self, number: signal.Signals) -> None:
        """Sends a signal to the process of this place, if it is still there."""
        if self.process.is_alive() and self.process.pid is not None:
            os.kill(self.process.pid, number)

    def bury(self) -> None:
        """Frees what a process that is over has left."""
        self.process.join()
        self.process.close()
        if not self.told.closed:
            self.told.close()


class Supervisor:
    """The workers of one listening socket."""

    def __init__(self, settings: Settings, listener: socket.socket, counters: Path) -> None:
        self.settings, self.listener, self.counters = settings, listener, counters
        self._woken, self._wakes = os.pipe()
        os.set_blocking(self._wakes, False)
        self._is_ending = False
        self._is_announced = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_end)
        self._workers = [_Worker(self, number) for number in range(settings.processes)]

    def run(self) -> int:
        """0 when it was asked to end, 1 when the workers cannot live."""
        futile = False
        try:
            while not self._is_ending and not futile:
                self._wait()
                futile = self._replace_the_dead()
        finally:
            self._end_all()
        return 1 if futile else 0

    def _asked_to_end(self, _signal: int, _frame: object) -> None:
        self._is_ending = True
        os.write(self._wakes, b"e")

    def _wait(self) -> None:
        """Until a worker says something, one dies, or somebody wants an end."""
        talking = {each.told: each for each in self._workers if not each.told.closed}
        dying = [each.process.sentinel for each in self._workers]
        for event in wait([*talking, *dying, self._woken]):
            if isinstance(event, Connection):
                talking[event].hear()
        if not self._is_announced and all(each.is_ready for each in self._workers):
            self._is_announced = True
            print(f"listening {address_of(self.listener)}", flush=True)

    def _replace_the_dead(self) -> bool:
        for worker in self._workers:
            if self._is_ending or worker.process.is_alive():
                continue
            code = worker.process.exitcode
            worker.failed += not worker.is_ready
            worker.bury()
            _complain(
                f"ワーカー {worker.number} を交代します / worker {worker.number} ended with {code}; another takes over"
            )
            if worker.failed >= FUTILE:
                worker.start()  # so that there is a process to end
                return True
            worker.start()
        return False

    def _end_all(self) -> None:
        self.listener.close()
        for worker in self._workers:
            worker.end(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS + 5
        for worker in self._workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            worker.end(signal.SIGKILL)
            worker.bury()
        os.close(self._woken)
        os.close(self._wakes)


def supervise(settings: Settings, listener: socket.socket) -> int:
    """Serves with several processes until it is told to end; CannotBegin says why it cannot."""
    with assembled(structs.replace(settings, refresh_lists=False)):
        """What cannot be opened is said once, and by one; tables and keys are made."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kazashi-relying-party-")))
        counters = folder / "counters"
        counters.write_bytes(bytes(size_of(routes_of(settings), settings.processes)))
        return Supervisor(settings, listener, counters).run()


def _work(settings: Settings, listener: socket.socket, tells: Connection, number: int, counters: Path) -> None:
    """A worker's life."""
    end_with_parent(counters.parent)

    def ready() -> None:
        tells.send(os.getpid())
        tells.close()

    try:
        serve(settings, listener, ready, worker=number, workers=settings.processes, counters=counters)
    except CannotBegin as error:
        _complain(str(error))
        raise SystemExit(2) from error


def _complain(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
