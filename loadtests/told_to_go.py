"""SIGTERM ends a run like any other failure: what it started ends with it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

SIGTERM_EXIT = 128 + signal.SIGTERM


@contextmanager
def sigterm_unwinds() -> Iterator[None]:
    """Let SIGTERM unwind the stack, so that the target and Locust are ended like after any other failure."""

    def leave(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(SIGTERM_EXIT)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
