"""The register of a world in step with its store: what was stored is folded, and what was published stays true.

Several threads may act, one at a time; other processes may write the same store. Whoever acts sees what they wrote,
and acts again when one of them was faster: nothing was stored then (`harness.history`).
"""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from harness.events import Event
from harness.history import History, Overtaken, StoreUnusable
from harness.jlis.records import IllegalEvent, NoSuchResident
from harness.jlis.register import Register

R = TypeVar("R")


class EventRefused(Exception):
    """An event that may not happen now; `str()` says why and what would do, and nothing changed."""


class UnknownResident(EventRefused):
    """The event names somebody whom the world does not have."""


class Chronicle:
    """One register, one store."""

    def __init__(self, history: History, register: Register) -> None:
        self.register = register
        self._history = history
        self._lock = threading.RLock()
        self._published: datetime | None = None
        self._folded = 0
        """The number of the last event that the register has."""
        self._is_in_step = False
        self._catch_up()

    def in_step(self, act: Callable[[], R]) -> R:
        """Return what `act` returns, done under the lock with a register that has what the store has.

        Of acts within acts the outermost one is done over. EventRefused when the register refuses.
        """
        with self._lock:
            try:
                return act() if self._is_in_step else self._outermost(act)
            except IllegalEvent as fault:
                raise _refused(fault) from fault

    def check(self, event: Event) -> None:
        """Raise EventRefused when the event cannot be the next one."""
        if self._published is not None and event.at <= self._published:
            raise EventRefused(
                f"event at {event.at.isoformat()}: a status as of {self._published.isoformat()} was already published "
                "and would turn out false; set the clock to a later instant"
            )
        self.register.check(event)

    def record(self, *events: Event) -> None:
        """Store, then fold: what cannot be stored has not happened, and nothing checked can fail to fold."""
        self._history.append(self._folded, *events)
        self._fold(events)

    def retrace(self, event: Event) -> None:
        """Take in an event of a saved history, without storing it; EventRefused when it cannot be the next one."""
        with self._lock:
            try:
                self._fold((event,))
            except IllegalEvent as fault:
                raise _refused(fault) from fault

    def publish(self, instant: datetime) -> None:
        """Remember that the register was published as of `instant`, before anything leaves."""
        if self._published is None or instant > self._published:
            self._history.save_published(instant, self._folded)
            self._published = instant

    def _outermost(self, act: Callable[[], R]) -> R:
        self._is_in_step = True
        try:
            if self._history.is_shared:
                self._catch_up()
            while True:
                try:
                    return act()
                except Overtaken:
                    self._catch_up()
        finally:
            self._is_in_step = False

    def _catch_up(self) -> None:
        """Take in what other processes wrote; what was published by then, the events read afterwards include."""
        seen = self._history.look()
        if seen.last != self._folded:
            try:
                self._fold(self._history.events(self._folded))
            except IllegalEvent as fault:
                raise StoreUnusable(
                    f"the world's store: expected a history that can have been, actual {fault}"
                ) from fault
        if seen.published is not None and (self._published is None or seen.published > self._published):
            self._published = seen.published

    def _fold(self, events: Iterable[Event]) -> None:
        for event in events:
            self.register.fold(event)
            self._folded += 1


def _refused(fault: IllegalEvent) -> EventRefused:
    """Return what a caller of the world is told of what the register refused."""
    return UnknownResident(str(fault)) if isinstance(fault, NoSuchResident) else EventRefused(str(fault))
