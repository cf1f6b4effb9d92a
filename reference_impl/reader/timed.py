"""A call that may take too long, made in a thread of its own: whoever waits can stop waiting, the call goes on."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


class TookTooLong(Exception):
    """Nothing came in time. The call still runs; what it returns is thrown away."""


def within(seconds: float | None, call: Callable[[], T]) -> T:
    """What the call returns, or raises; `TookTooLong` after so many seconds, None waits for good.

    PC/SC has no time-out for SCardTransmit, and SCardCancel does not end it (PC/SC part 5 §3.2.2): a thread it is. It
    is a daemon, so that a reader that hangs does not keep the program from ending.
    """
    if seconds is None:
        return call()
    came: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            came.put((call(), None))
        except BaseException as fault:  # noqa: BLE001  (carried over to whoever waits, whatever it is)
            came.put((None, fault))

    Thread(target=run, name="card exchange", daemon=True).start()
    try:
        returned, fault = came.get(timeout=seconds)
    except Empty:
        raise TookTooLong from None
    if fault is not None:
        raise fault
    return returned  # type: ignore[return-value]  # what the call returned: no fault came
