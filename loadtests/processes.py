"""psutil, when it is needed: it comes with Locust, and `kazashi` without either must still start."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any


def psutil() -> Any:
    """Return the module; `require_locust` has told whoever does not have it."""
    return import_module("psutil")


def tree(pid: int | None) -> list[Any]:
    """Return a process and its descendants; nobody when it has ended."""
    if pid is None:
        return []
    with it_may_end():
        root = psutil().Process(pid)
        return [root, *root.children(recursive=True)]
    return []


def busy_seconds(pid: int | None) -> float:
    """Return how long a process, its descendants, and those of them that have ended kept cores busy."""
    total = 0.0
    for each in tree(pid):
        with it_may_end():
            total += sum(each.cpu_times()[:4])  # its own, and those of children that it has seen end
    return total


@contextmanager
def it_may_end() -> Iterator[None]:
    """Processes end while they are looked at, and some belong to somebody else."""
    try:
        yield
    except psutil().Error:
        return
