"""When OCSP speaks anew: at the marks of the 15-minute grid, or at marks made on demand.

A product that cannot be told the time lives at the host's. Nobody waits a quarter of an hour for a boundary there:
the world makes a mark when the story needs one, and what is asked before and after it differs as on the grid.
"""

from datetime import datetime, timedelta
from typing import Protocol

from harness.confidence import Confidence
from harness.jlis.behaviour import Behaviour, Behaviours

QUARTER_HOUR = timedelta(minutes=15)
BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.NORMATIVE,
        "spec/pki.md §3",
        "OCSP のデータは15分ごとに更新",
        "what OCSP says is renewed every 15 minutes",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §3",
        "更新の時刻は毎時 00・15・30・45 分",
        "the marks are at 00, 15, 30 and 45 minutes",
    ),
)


class Marks(Protocol):
    """Which mark an instant belongs to."""

    def at(self, now: datetime) -> datetime:
        """Return the last mark at or before `now`, a whole second in UTC."""


class QuarterHours:
    """The marks of the real responder: :00, :15, :30, :45 (spec/pki.md §3); the last one found is remembered."""

    def __init__(self) -> None:
        self._last: tuple[datetime, datetime] | None = None
        """A mark, and the one after it."""

    def at(self, now: datetime) -> datetime:
        """Return the mark of the grid at or before `now`."""
        last = self._last  # read once: other threads ask, too
        if last is not None and last[0] <= now < last[1] and now.tzinfo is last[0].tzinfo:
            return last[0]
        mark = now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)
        self._last = mark, mark + QUARTER_HOUR
        return mark


class MadeMarks:
    """Marks made one after the other, the first when the world begins."""

    def __init__(self, first: datetime) -> None:
        self._marks = [first.replace(microsecond=0)]

    def make(self, mark: datetime) -> None:
        """Speak anew as of `mark`, a whole second later than every mark before."""
        if mark <= self._marks[-1] or mark.microsecond:
            raise ValueError(f"mark: expected a whole second after {self._marks[-1]}, actual {mark}")
        self._marks.append(mark)

    def at(self, now: datetime) -> datetime:
        """Return the last mark at or before `now`; the first one if none is."""
        return next((mark for mark in reversed(self._marks) if mark <= now), self._marks[0])


QUARTER_HOURS = QuarterHours()
