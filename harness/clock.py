"""The world's clock: one row of the store, read once per request, so that every process sees the same instant.

This is the only module of the harness that asks the host for the time.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from harness.errors import ConfigurationError

EARLIEST = datetime(2016, 1, 1, tzinfo=UTC)
"""The service began in January 2016; revocation lists are numbered from a little before."""
LATEST = datetime(2099, 12, 31, tzinfo=UTC)
"""Leaves room for certificates that outlive the world by years, in a calendar that ends with 9999."""


class ClockRefused(ValueError):
    """An instant that no world can stand at; `str()` says why, and the clock is as it was."""


class ClockOvertaken(Exception):
    """Another process set the clock meanwhile; this setting was not stored."""


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
        """Replace the row by the one of the next epoch; ClockOvertaken when somebody else did."""


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
        self._turn = threading.Lock()
        self._last: datetime | None = None

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
        row = self._store.load_clock()
        self._last = row.instant if row.mode is ClockMode.FROZEN else instant_at(row, self._host())
        return self._last

    def now_or_last(self) -> datetime:
        """Return the instant, or the last one read while the store fails: a line of the journal needs one then too."""
        try:
            return self.now()
        except ConfigurationError:
            if self._last is None:
                raise
            return self._last

    def set(self, instant: datetime) -> None:
        """Set the clock to an aware instant; whether it runs or stands stays as it is."""
        self._change(lambda row, _: (row.mode, possible_instant(instant)))

    def advance(self, span: timedelta) -> None:
        """Move the clock by `span`."""
        self._change(lambda row, now: (row.mode, _later(now, span)))

    def freeze(self) -> None:
        """Stop the clock where it is."""
        self._change(lambda _, now: (ClockMode.FROZEN, now))

    def run(self) -> None:
        """Let the clock go on from where it is, at the host's pace."""
        self._change(lambda _, now: (ClockMode.RUNNING, now))

    def _change(self, setting: Callable[[ClockRow, datetime], tuple[ClockMode, datetime]]) -> None:
        """Replace the row by one that follows from it: two changes at once are two epochs, and none is lost."""
        with self._turn:
            while True:
                row, host = self.row, self._host()
                mode, instant = setting(row, instant_at(row, host))
                with suppress(ClockOvertaken):
                    self._store.save_clock(ClockRow(mode, instant, host, row.epoch + 1))
                    return


def possible_instant(instant: datetime) -> datetime:
    """Return the instant in UTC; ClockRefused when it has no time zone or lies where no world can be."""
    if instant.tzinfo is None:
        raise ClockRefused(f"clock: expected an instant with a time zone, actual {instant.isoformat()}")
    if not EARLIEST <= instant <= LATEST:
        raise ClockRefused(
            f"clock: expected an instant from {EARLIEST.isoformat()} to {LATEST.isoformat()}, "
            f"actual {instant.isoformat()}"
        )
    return instant.astimezone(UTC)


def _later(now: datetime, span: timedelta) -> datetime:
    try:
        return possible_instant(now + span)
    except OverflowError as fault:
        raise ClockRefused(f"clock: expected a span within the calendar, actual {span}") from fault
