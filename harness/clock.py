"""The world's clock: one row of the store, read once per request, so that every process sees the same instant.

This is the only module of the harness that asks the host for the time.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class ClockMode(StrEnum):
    """How the world's time goes."""

    FROZEN = "frozen"
    RUNNING = "running"


class ClockRow(Struct, frozen=True):
    """The clock as it is stored: the instant it was set to, the host's time then, and how often it was set."""

    mode: ClockMode
    instant: datetime
    host: datetime
    epoch: int


class ClockStore(Protocol):
    """Where the row lives."""

    def load_clock(self) -> ClockRow:
        """Return the row."""

    def save_clock(self, row: ClockRow) -> None:
        """Replace the row."""


def host_now() -> datetime:
    """Return the host's time, in UTC."""
    return datetime.now(UTC)  # noqa: TID251  (the one place)


def instant_at(row: ClockRow, host: datetime) -> datetime:
    """Return the world's instant when the host's time is `host`."""
    return row.instant if row.mode is ClockMode.FROZEN else row.instant + (host - row.host)


class WorldClock:
    """The clock of one world; each change of it begins a new epoch."""

    def __init__(self, store: ClockStore, host: Callable[[], datetime] = host_now) -> None:
        self._store = store
        self._host = host

    @property
    def row(self) -> ClockRow:
        """The stored row."""
        return self._store.load_clock()

    @property
    def epoch(self) -> int:
        """The number of the present setting."""
        return self.row.epoch

    def now(self) -> datetime:
        """Return the world's instant, in UTC."""
        return instant_at(self.row, self._host())

    def set(self, instant: datetime) -> None:
        """Set the clock to an aware instant; whether it runs or stands stays as it is."""
        if instant.tzinfo is None:
            raise ValueError(f"clock: expected an instant with a time zone, actual {instant.isoformat()}")
        self._change(self.row.mode, instant.astimezone(UTC))

    def advance(self, span: timedelta) -> None:
        """Move the clock by `span`."""
        self._change(self.row.mode, self.now() + span)

    def freeze(self) -> None:
        """Stop the clock where it is."""
        self._change(ClockMode.FROZEN, self.now())

    def run(self) -> None:
        """Let the clock go on from where it is, at the host's pace."""
        self._change(ClockMode.RUNNING, self.now())

    def _change(self, mode: ClockMode, instant: datetime) -> None:
        self._store.save_clock(ClockRow(mode, instant, self._host(), self.row.epoch + 1))
