"""Fetches lists before an attempt needs them: a thread that looks what is due, and has it fetched.

    schedule.py   when (pure)          fresh_lists.py   the fetch, shared with attempts that want the same meanwhile

The instants are the relying party's; between two looks the thread waits by the host's clock, and never longer than
`LOOK_SECONDS`, so a clock that jumps is noticed. A list that is wrong or torn replaces none (`fetch.py`).
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

from reference_impl.configuration import Configuration
from reference_impl.fresh_lists import Lists
from reference_impl.lists.fetch import Report
from reference_impl.lists.schedule import due_at, pause_after
from reference_impl.verification.purpose import CertificateKind

LOOK_SECONDS: Final = 30.0
_LEAST_SECONDS: Final = 0.1
_ENDING_SECONDS: Final = 0.2
"""How soon a refresher that waits for a fetch notices that it is to end."""
_logger = logging.getLogger(__name__)


class Refresher:
    """Keeps the lists of every configured kind fresh from `start` to `close`."""

    def __init__(self, lists: Lists, now: Callable[[], datetime], draw: Callable[[], float]) -> None:
        self._lists = lists
        self._now = now
        self._draw = draw
        """A number from 0 to 1, by chance."""
        self._rounds: dict[CertificateKind, _Rounds] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="refresher", daemon=True)

    def start(self) -> None:
        """Begins; the first look is at once."""
        self._thread.start()

    def close(self) -> None:
        """Ends, if it was started. A fetch that is under way goes on in its own thread: it brings all or nothing."""
        self._ending.set()
        self._lists.changed.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._lists.changed.clear()
            seconds = LOOK_SECONDS
            try:
                seconds = (self.look() - self._now()).total_seconds()
            except Exception:
                _logger.exception("lists could not be looked after; the next look is in %s s", LOOK_SECONDS)
            self._lists.changed.wait(max(_LEAST_SECONDS, min(seconds, LOOK_SECONDS)))

    def look(self) -> datetime:
        """Has fetched whatever is due, and says when something will be, which may be never: `datetime.max`."""
        configuration = self._lists.configuration
        times = [self._look_at(configuration, kind) for kind in sorted(configuration.lists)]
        return min(times, default=datetime.max.replace(tzinfo=self._now().tzinfo))

    def _look_at(self, configuration: Configuration, kind: CertificateKind) -> datetime:
        rounds = self._rounds.get(kind)
        if rounds is None or rounds.configuration is not configuration:
            rounds = self._rounds[kind] = _Rounds(configuration, self._draw())
        now = self._now()
        if rounds.next_at(self._lists, kind, now) <= now:
            flight = self._lists.begin(configuration, kind, now)
            while not flight.done.wait(_ENDING_SECONDS):
                if self._ending.is_set():
                    return now
            rounds.end(self._lists, kind, now, flight.report, self._draw())
            _logger.info("lists of %s: %s", kind, _said(flight.report))
        return rounds.next_at(self._lists, kind, self._now())


class _Rounds:
    """What is known of the fetches of one kind under one configuration."""

    def __init__(self, configuration: Configuration, jitter: float) -> None:
        self.configuration = configuration
        self._jitter = jitter
        self._report = Report()
        self._failures = 0
        self._not_before: datetime | None = None

    def next_at(self, lists: Lists, kind: CertificateKind, now: datetime) -> datetime:
        """When to fetch next: when something is due, and not before the pause after the last round is over."""
        due = due_at(lists.windows(self.configuration, kind), self._report.fresh_until, now, self._jitter)
        if self._not_before is None or now < self._not_before - pause_after(64, 1.0):  # the clock was set back
            return due
        return max(due, self._not_before)

    def end(self, lists: Lists, kind: CertificateKind, now: datetime, report: Report, jitter: float) -> None:
        """A round is over: what it leaves due is tried again after a pause."""
        self._report, self._jitter = report, jitter
        is_due = due_at(lists.windows(self.configuration, kind), report.fresh_until, now, jitter) <= now
        self._failures = self._failures + 1 if is_due else 0
        self._not_before = now + pause_after(self._failures, jitter)


def _said(report: Report) -> str:
    return (
        f"{len(report.taken)} taken, {len(report.unchanged)} unchanged, {len(report.refused)} refused, "
        f"{len(report.unreachable)} unreachable"
    )
