"""The clock of a story: Japanese time of day, forward only, told to the product at every turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from harness.clock import WorldClock
from harness.contract.client import RelyingPartyClient
from harness.errors import HarnessFault
from harness.jlis.validity import JST
from scenarios.story import Words
from scenarios.telling import Telling

BEFORE_OPENING = timedelta(hours=7)
"""A story begins at 07:00, when nothing of its day was published but the list of 03:00."""


class StoryClock:
    """The world's clock, on the days of one story."""

    def __init__(self, clock: WorldClock, client: RelyingPartyClient, telling: Telling, tolerance: timedelta) -> None:
        self._clock, self._client, self._telling, self._tolerance = clock, client, telling, tolerance
        self._wrong = timedelta()

    def begins_a_day_of_its_own(self) -> None:
        """Turn to the morning of the next day, so that no event of this story is older than what was published."""
        self._turn(self._midnight() + timedelta(days=1) + BEFORE_OPENING)

    def turns_to(self, time_of_day: str) -> None:
        """Turn to a later time of the same day, such as 09:15:00."""
        self._tell(self._midnight() + _span(time_of_day), time_of_day)

    def turns_to_next_day(self, time_of_day: str) -> None:
        """Turn to a time of the day after."""
        self._tell(self._midnight() + timedelta(days=1) + _span(time_of_day), f"+1 {time_of_day}")

    def lets_days_pass(self, days: int, until: str) -> None:
        """Turn to a time of a later day."""
        self._tell(self._midnight() + timedelta(days=days) + _span(until), f"+{days} {until}")

    def lets_pass(self, span: timedelta) -> None:
        """Go on by so much."""
        self._tell(self.today() + span, f"+{span}")

    @contextmanager
    def is_wrong_at_the_product(self, by: timedelta) -> Iterator[None]:
        """Within the block the product's clock differs from everybody else's by so much."""
        self._telling.settle()
        self._telling.say(Words(f"the product's clock is wrong by {by}", f"製品の時計が{by}ずれる"))
        self._wrong = by
        self._turn(self._clock.now())
        try:
            yield
            self._telling.settle()
        finally:
            self._wrong = timedelta()
            self._turn(self._clock.now())

    def lets_the_declared_tolerance_pass(self) -> None:
        """Go on by what the product declared that clocks may differ: a boundary lies that much further out for it."""
        if self._tolerance:
            self._tell(self.today() + self._tolerance, f"+{self._tolerance}")

    def today(self) -> datetime:
        """Return the story's present, in Japanese time."""
        return self._clock.now().astimezone(JST)

    def _tell(self, instant: datetime, name: str) -> None:
        self._telling.settle()
        if instant <= self._clock.now():
            raise HarnessFault(
                f"story: the clock is to turn to {name}, which is not after {self.today()}; tell it later"
            )
        self._turn(instant)
        self._telling.say(Words(f"the clock turns to {instant:%H:%M:%S}", f"時刻が{instant:%H:%M:%S}になる"))

    def _turn(self, instant: datetime) -> None:
        self._clock.set(instant)
        utc = (instant + self._wrong).astimezone(UTC)
        self._client.set_time(f"{utc:%Y-%m-%dT%H:%M:%SZ}", self._clock.epoch)

    def _midnight(self) -> datetime:
        return self.today().replace(hour=0, minute=0, second=0, microsecond=0)


def _span(time_of_day: str) -> timedelta:
    hours, minutes, seconds = (int(part) for part in time_of_day.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
