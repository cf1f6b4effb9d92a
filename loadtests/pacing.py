"""When Locust's users begin their visits. Only Locust's own process may import this (`users` says why)."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import gevent
import msgspec
from locust import LoadTestShape, User

from loadtests.arrivals import arrivals
from loadtests.generator import BEGAN, STOP
from loadtests.options import Options
from loadtests.series import VISIT
from loadtests.shapes import Shape, plateaus, users_at
from loadtests.tally import Tally

NEVER_AGAIN = 10**6
"""Seconds that a user waits who has no more visits to begin; Locust ends who waits at once."""

LOOK = 0.25
"""Seconds between two looks whether the run is to end before its time."""
LATE = 0.010
"""Seconds: what gevent's loop may need to wake a user on a busy machine is no lack of users."""


class Pace:
    """The course of a run, for the users of one worker among several."""

    def __init__(self, options: Options | None, tally: Tally, worker: int = 0, workers: int = 1) -> None:
        self._tally = tally
        self.thinks = options is None or options.think
        self._chance = random.Random(f"{options.seed if options else 0}/{worker}")  # noqa: S311  (no secrets)
        self._due: Iterator[float] | None = None
        if options is not None and options.rate:
            course = plateaus(options.shape, options.rate, options.seconds)
            self._due = arrivals(course, worker, workers)

    @property
    def is_open(self) -> bool:
        """Whether visits begin at their own instants, whatever became of those before."""
        return self._due is not None

    def next_due(self) -> float | None:
        """Return the next instant at which a visit is to begin (monotonic), or None when there is no more."""
        if self._due is None:
            return time.monotonic()
        offset = next(self._due, None)
        return None if offset is None else self._tally.began + offset

    def pause(self, think: tuple[float, float], *, first: bool) -> float:
        """Return the seconds that a user of a closed loop lets pass before a visit.

        Before the first it is any part of them: else everybody would come at once, and again and again together.
        """
        if self.is_open or not self.thinks or not think[1]:
            return 0.0
        pause = self._chance.uniform(*think)
        return pause * self._chance.random() if first else pause

    def arrives(self, due: float) -> None:
        """Count a visit that begins now; in an open loop by the instant at which it was to."""
        self._tally.arrives(due, late=self.is_open and time.monotonic() - due > LATE)

    def ended(self, due: float) -> None:
        """Count how long a visit took, from the instant at which it was to begin."""
        self._tally.took(VISIT, time.monotonic() - due)

    def stops(self) -> None:
        """Count who was due and had not begun when the load ended; each had waited for at least so long."""
        if self._due is None:
            return
        now = time.monotonic()
        for offset in self._due:
            due = self._tally.began + offset
            if due > now:
                break
            self._tally.arrives(due, late=True)
            self._tally.unbegun += 1
            self.ended(due)


class PacedUser(User):
    """A user whose visits begin when the course says so."""

    abstract = True
    pace: ClassVar[Pace]
    think: ClassVar[tuple[float, float]] = (0.0, 0.0)
    """The shortest and the longest pause before a visit of a closed loop; seconds."""
    _wait = 0.0
    _came = False

    def wait_time(self) -> float:
        """Return the seconds that Locust's own waiting takes: a user who waits can be ended at any time."""
        return self._wait

    def arrive(self) -> float:
        """Wait until the next visit of this worker is to begin, count it, and return its instant."""
        pause, self._came = self.pace.pause(self.think, first=not self._came), True
        if pause:
            self._rest(pause)
        due = self.pace.next_due()
        while self.pace.is_open and (due is None or due > time.monotonic()):  # gevent's clock lags, and wakes too early
            self._rest(NEVER_AGAIN if due is None else due - time.monotonic())
        assert due is not None  # noqa: S101  (who has no more visits was ended while they waited)
        self.pace.arrives(due)
        return due

    def _rest(self, seconds: float) -> None:
        self._wait = seconds
        try:
            self.wait()  # type: ignore[no-untyped-call]
        finally:
            self._wait = 0.0


def course_of(options: Options) -> "Course | None":
    """Return what sets the number of users of a closed loop; None where it is one number throughout."""
    is_level = options.rate or options.shape in (Shape.CONSTANT, Shape.SOAK)
    return None if is_level else Course(options)


class Course(LoadTestShape):
    """As many users as the course has at each instant; Locust asks once a second."""

    abstract = True  # made by `course_of`, not found by Locust in the locustfile

    def __init__(self, options: Options) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._plateaus = plateaus(options.shape, options.users, options.seconds)

    def tick(self) -> tuple[int, float] | None:
        """Return how many users there are to be, and how many of them come or go in a second: all at once."""
        users = users_at(self._plateaus, self.get_run_time())  # type: ignore[no-untyped-call]
        return None if users is None else (users, float(max(users, 1000)))


def read_options(asked: Path) -> Options:
    """Return what the run was asked to do."""
    return msgspec.json.decode(asked.read_bytes(), type=Options)


def install(environment: Any, asked: Path | None, tally: Tally, worker: int = 0, workers: int = 1) -> None:
    """Let the course of the options in a file hold; without one, that of Locust's own: users, one after another."""
    options = None if asked is None else read_options(asked)
    PacedUser.pace = Pace(options, tally, worker, workers)
    course = None if options is None else course_of(options)
    if course is not None:
        course.runner = environment.runner
        environment.shape_class = course


def end_in_time(environment: Any, asked: Path | None, tally: Tally) -> None:
    """End the run so many seconds after it began, or when it is told to.

    Locust's own --run-time is counted by gevent's clock from before its users were made: on a busy machine a run of
    five seconds lasts two. It stays as the bound beyond which nothing goes on.
    """
    if asked is None:
        return
    seconds = read_options(asked).seconds

    def wait_and_end() -> None:
        while (left := tally.began + seconds - time.monotonic()) > 0 and not asked.with_name(STOP).exists():
            gevent.sleep(min(left, LOOK))
        environment.runner.quit()

    gevent.spawn(wait_and_end)


def tell_beginning(beside: Path, tally: Tally) -> None:
    """Write the instant at which load began into the file that `generate` looks for; whole or not at all."""
    draft = beside.with_name(f"{BEGAN}.draft")
    draft.write_text(repr(tally.began))
    draft.rename(beside.with_name(BEGAN))
