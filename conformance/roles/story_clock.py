"""How the instants of a story come about, by what the product can do.

controlled   the product accepts `set_time`: world and product are set to each instant of the story
shifted      it does not: both live at the host's time, and the story is shortened to what its boundaries need:
             a mark of OCSP is made where the story crosses one, and a certificate is issued that ends in seconds
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from conformance.case import Case
from conformance.steps import At
from harness.clock import WorldClock
from harness.contract.client import RelyingPartyClient
from harness.contract.vocabulary import Capability
from harness.errors import HarnessFault
from harness.jlis.marks import QUARTER_HOURS, MadeMarks
from harness.jlis.validity import JST

BEFORE_OPENING = timedelta(hours=7)
"""A mark of OCSP: what it tells of is a card issued at that instant."""
SECOND = timedelta(seconds=1)
MIDNIGHT = "00:00:00"


class StoryClock(Protocol):
    """Turns the world, and the product with it, to the instants of one case after another."""

    missing: tuple[Capability, ...]

    def begin(self, case: Case) -> int | None:
        """Return the epoch at the morning of the case's first day; None where nothing is set."""

    def issued(self) -> int | None:
        """Return the epoch after a card was issued: from now on its status is known. None where nothing is set."""

    def happened(self) -> None:
        """Something happened in the world that the next mark tells of."""

    def turn(self, step: At) -> int | None:
        """Return the epoch at the instant of the step; None where nothing is set."""

    def wait(self, seconds: int) -> int | None:
        """Return the epoch after so many seconds; None where nothing is set."""

    def instant(self, step: At) -> datetime:
        """Return the instant that a step of this case's story means."""


class ControlledClock:
    """Each case has days of its own, on a clock that never goes back.

    Where a story stands on a mark of OCSP it is lived a second later: an answer there would say that its thisUpdate is
    this very instant, and equality is never judged. A case of equality itself, and midnight, where certificates end and
    nobody is asked, are lived to the second.
    """

    missing: tuple[Capability, ...] = ()

    def __init__(self, clock: WorldClock, client: RelyingPartyClient) -> None:
        self._clock, self._client = clock, client
        self._next_day = _midnight(clock.now()) + timedelta(days=1)
        self._first_day, self._to_the_second = self._next_day, False

    def begin(self, case: Case) -> int:
        """Return the epoch of the case's first morning."""
        self._first_day, self._to_the_second = self._next_day, case.equality
        self._next_day += timedelta(days=1 + max((step.day for step in case.steps if isinstance(step, At)), default=0))
        return self._set(self._first_day + BEFORE_OPENING)

    def issued(self) -> int:
        """Return the epoch a second later: neither the mark nor the certificate's notBefore is this very instant."""
        return self._set(self._clock.now() + SECOND)

    def happened(self) -> None:
        """The grid has its marks without being told."""

    def turn(self, step: At) -> int:
        """Return the epoch of that setting."""
        instant = instant_of(step, self._first_day)
        on_a_mark = QUARTER_HOURS.at(instant.astimezone(UTC)) == instant and step.time != MIDNIGHT
        return self._set(instant + SECOND if on_a_mark and not self._to_the_second else instant)

    def wait(self, seconds: int) -> int:
        """Return the epoch of the later setting."""
        return self._set(self._clock.now() + timedelta(seconds=seconds))

    def instant(self, step: At) -> datetime:
        """Return the instant on the case's own days."""
        return instant_of(step, self._first_day)

    def _set(self, instant: datetime) -> int:
        self._clock.set(instant)
        epoch = self._clock.epoch
        self._client.set_time(instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), epoch)
        return epoch


class ShiftedClock:
    """The world's clock runs with the host's; what the story says of days and hours stands for its boundaries."""

    missing: tuple[Capability, ...] = (Capability.SET_TIME,)

    def __init__(self, clock: WorldClock, marks: MadeMarks) -> None:
        self._clock, self._marks = clock, marks
        self._mark_of_story: datetime | None = None
        self._untold = False

    def begin(self, case: Case) -> None:  # noqa: ARG002  (every case begins now)
        """Nothing is set."""
        self._mark_of_story = None

    def issued(self) -> None:
        """OCSP speaks anew, and knows the card."""
        self._mark()

    def happened(self) -> None:
        """The next mark that the story crosses has to be made."""
        self._untold = True

    def turn(self, step: At) -> None:
        """Where the story crosses a mark of the grid that tells something new, one is made."""
        mark = QUARTER_HOURS.at(instant_of(step, _midnight(self._clock.now())).astimezone(UTC))
        if self._untold and self._mark_of_story != mark:
            self._mark()
        self._mark_of_story = mark

    def wait(self, seconds: int) -> None:
        """So many seconds pass, at the host's pace."""
        self._until(self._clock.now() + timedelta(seconds=seconds))

    def instant(self, step: At) -> datetime:
        """Refuse: at the host's time no case has days of its own."""
        raise HarnessFault(
            f"{step.time}: expected a product that is set to the case's days, actual one without a clock"
        )

    def _mark(self) -> None:
        """The mark is the next whole second: what has happened lies before it, and it is over when this returns."""
        mark = self._clock.now().replace(microsecond=0) + SECOND
        self._until(mark)
        self._marks.make(mark)
        self._untold = False

    def _until(self, instant: datetime) -> None:
        while (left := (instant - self._clock.now()).total_seconds()) > 0:
            time.sleep(left)


def instant_of(step: At, first_day: datetime) -> datetime:
    """Return the instant of a step in a story that begins on `first_day` (midnight, JST)."""
    return datetime.fromisoformat(f"{first_day.date()}T{step.time}+09:00") + timedelta(days=step.day)


def _midnight(now: datetime) -> datetime:
    return now.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)
