"""What the target's processes take while load runs: processor, memory, descriptors, second by second.

The whole tree is looked at, from the process that was started (or listens): a supervisor's workers are part of it, and
one that took a dead one's place, too. Memory is the sum of resident sets: pages that processes share count in each.
"""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from msgspec import Struct

from loadtests.processes import it_may_end, psutil, tree
from loadtests.targets.reach import is_loopback

BETWEEN = 1.0
MOST_SAMPLES = 1800
"""Then every other one is dropped, and samples are taken half as often: bounded however long the run is."""


class Sample(Struct, frozen=True):
    """One look; `at` is the monotonic clock's."""

    at: float
    processor: float
    """Seconds of processor time that its processes have taken so far, those that have ended too."""
    memory: int
    descriptors: int
    threads: int
    processes: int
    questions: int
    """OCSP questions that the fake J-LIS was asked so far."""


class Watch:
    """Samples of the tree of one process until the block ends; without a process, of the questions alone."""

    def __init__(self, pid: int | None, questions: Callable[[], int] = lambda: 0) -> None:
        self._pid, self._questions = pid, questions
        self.samples: list[Sample] = []
        self._between = BETWEEN
        self._taken: dict[tuple[int, float], float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="load-watch", daemon=True)

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def _go_on(self) -> None:
        while not self._over.wait(self._between):
            self._look()

    def _look(self) -> None:
        if len(self.samples) >= MOST_SAMPLES:
            del self.samples[1::2]
            self._between *= 2
        memory = descriptors = threads = processes = 0
        for process in tree(self._pid):
            with it_may_end():
                with process.oneshot():
                    times, resident = process.cpu_times(), process.memory_info().rss
                    count, opened = process.num_threads(), process.num_fds()
                    self._taken[process.pid, process.create_time()] = times.user + times.system
                memory, threads, descriptors = memory + resident, threads + count, descriptors + opened
                processes += 1
        self.samples.append(
            Sample(
                time.monotonic(), round(sum(self._taken.values()), 3), memory, descriptors, threads, processes,
                self._questions(),
            )
        )  # fmt: skip


def listener_at(address: str) -> int | None:
    """Return the process of this machine that listens at a loopback address; None where none is to be seen.

    Of several that share the socket it is the one whose parent is not among them: the supervisor.
    """
    host, port = urlsplit(address).hostname or "", urlsplit(address).port
    if not is_loopback(host):
        return None  # whoever has this port here is somebody else
    try:
        found = {
            line.pid
            for line in psutil().net_connections("tcp")
            if line.status == psutil().CONN_LISTEN and line.laddr.port == port and line.pid is not None
        }
    except psutil().AccessDenied:  # macOS without rights
        return None
    for pid in sorted(found):
        with it_may_end():
            if psutil().Process(pid).ppid() not in found:
                return int(pid)
    return None
