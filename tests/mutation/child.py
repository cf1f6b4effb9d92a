"""The process in which one function is changed: it runs tests until one fails, and ends."""

import contextlib
import mmap
import os
import resource
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import _lru_cache_wrapper
from pathlib import Path
from types import CodeType, FunctionType

import pytest

MEMORY = 2 << 30
"""Octets that a changed function may take beyond what the process has."""


@dataclass(frozen=True)
class Asked:
    """A test that is asked, what it needs anew, and how long it takes when nothing is changed."""

    item: pytest.Item
    spoilt: tuple[pytest.FixtureDef[object], ...]
    """Lasting fixtures that go through the changed function, or are made of one that does."""
    seconds: float

    @property
    def cpu(self) -> float:
        """Seconds of work after which it counts as failed."""
        return 1 + 10 * self.seconds

    @property
    def wall(self) -> float:
        """Seconds after which it counts as failed; other programs are at work on the same machine."""
        return 30 + 60 * self.seconds


Answer = tuple[str, str]
"""The test that noticed, and how."""


def try_out(change: Callable[[], None], tests: Sequence[Asked]) -> Answer | None:
    """Who noticed the change, in a process in which it is made; None where nobody did."""
    at = mmap.mmap(-1, 4)
    folder = Path(tempfile.mkdtemp(prefix="mutant-"))
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        _silence(tests[0].item.config, folder)
        change()
        _run(tests, at)
    status = os.waitpid(child, 0)[1]
    _end_its_children(child)
    shutil.rmtree(folder, ignore_errors=True)
    if status == 0:
        return None
    how = "failed" if os.WIFEXITED(status) else signal.Signals(os.WTERMSIG(status)).name
    return tests[int.from_bytes(at[:4])].item.nodeid, how


def exchange(
    functions: Iterable[FunctionType], code: CodeType, caches: "Iterable[_lru_cache_wrapper[object]]"
) -> Callable[[], None]:
    """What puts the code into the functions and forgets what the unchanged ones worked out."""

    def change() -> None:
        for function in functions:
            function.__code__ = code
        for cache in caches:
            cache.cache_clear()

    return change


def _run(tests: Sequence[Asked], at: mmap.mmap) -> None:
    """Never comes back."""
    fresh: set[pytest.FixtureDef[object]] = set()
    for number, asked in enumerate(tests):
        at[:4] = number.to_bytes(4)
        signal.setitimer(signal.ITIMER_PROF, asked.cpu)
        signal.setitimer(signal.ITIMER_REAL, asked.wall)
        for each in asked.spoilt:
            if each not in fresh:
                fresh.add(each)
                each.cached_result = None
                each._finalizers.clear()
        following = tests[number + 1].item if number + 1 < len(tests) else None
        try:
            asked.item.config.hook.pytest_runtest_protocol(item=asked.item, nextitem=following)
        except BaseException:  # noqa: BLE001 - whatever the change does to the process is noticed
            os._exit(1)
        if asked.item.session.testsfailed:
            os._exit(1)
    os._exit(0)


def _silence(config: pytest.Config, folder: Path) -> None:
    """Nothing is printed, files go to a folder of its own, and time and memory have an end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    config._tmp_path_factory._basetemp = folder  # type: ignore[attr-defined]
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * mmap.PAGESIZE + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_its_children(child: int) -> None:
    """Ends what a test started and did not live to end."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
