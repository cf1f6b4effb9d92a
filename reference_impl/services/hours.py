"""Opening hours: functions of (hours, instant), in Japan's time.

A window is open from its first second and closed at its last mark: a kiosk open until 23:00 serves at 22:59:59 and no
more at 23:00:00 (our reading; the documents say "06:30 to 23:00"). Japan has had no daylight saving time since 1951,
so a fixed offset is exact.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Final

from msgspec import Meta, Struct

JST: Final = timezone(timedelta(hours=9), "JST")
LONGEST_SEARCH: Final = 8 * 366 + 2
"""Days. 29 February comes after eight years at the latest (1896 to 1904, 2096 to 2104)."""

_DAY: Final = r"(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2}"
ClockTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z|^24:00\Z")]
Closed = Annotated[str, Meta(pattern=rf"^{_DAY}(\.\.{_DAY})?\Z")]


class Day(StrEnum):
    """The days of the week, in the order of `date.weekday`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_WEEK: Final = tuple(Day)


class Window(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """One stretch of a day; one that passes midnight is written as two."""

    from_: ClockTime
    to: ClockTime
    days: tuple[Day, ...] = _WEEK


class Hours(Struct, frozen=True, forbid_unknown_fields=True):
    """The windows of the week, and the days closed: `12-29..01-03` each year, `2026-05-07` once."""

    open: tuple[Window, ...]
    closed: tuple[Closed, ...] = ()


class NoSuchDay(ValueError):
    """A day no calendar has, or a range whose ends are not of one kind."""


class _Closure(Struct, frozen=True):
    """Days as comparable keys: (month, day) each year, or (year, month, day) once."""

    first: tuple[int, ...]
    last: tuple[int, ...]

    def holds(self, day: date) -> bool:
        """Whether the day lies in it; a yearly range may pass the new year."""
        key = (day.month, day.day) if len(self.first) == 2 else (day.year, day.month, day.day)
        if self.first <= self.last:
            return self.first <= key <= self.last
        return key >= self.first or key <= self.last


def read_closure(text: str) -> _Closure:
    """The days that `text` names; `NoSuchDay` if there are none such."""
    ends = [tuple(int(part) for part in end.split("-")) for end in text.split("..")]
    if len({len(end) for end in ends}) != 1:
        raise NoSuchDay(f"{text}: expected both ends with a year or both without")
    for end in ends:
        # A leap year, so that the 29 February of each fourth year can be named.
        year, month, day = end if len(end) == 3 else (2000, *end)
        try:
            date(year, month, day)
        except ValueError as error:
            raise NoSuchDay(f"{text}: {error}") from error
    if len(ends[0]) == 3 and ends[0] > ends[-1]:
        raise NoSuchDay(f"{text}: the first day comes after the last")
    return _Closure(ends[0], ends[-1])


def minutes(clock_time: str) -> int:
    """Minutes since midnight; 24:00 is 1440."""
    hour, minute = re.split(":", clock_time)
    return int(hour) * 60 + int(minute)


@lru_cache(maxsize=1024)
def _plan(hours: Hours) -> tuple[tuple[tuple[tuple[int, int], ...], ...], tuple[_Closure, ...]]:
    """For each weekday its windows in seconds, in order; and the closures."""
    week = tuple(
        tuple(sorted((minutes(w.from_) * 60, minutes(w.to) * 60) for w in hours.open if day in w.days)) for day in _WEEK
    )
    return week, tuple(read_closure(text) for text in hours.closed)


def _windows_on(hours: Hours, day: date) -> tuple[tuple[int, int], ...]:
    week, closures = _plan(hours)
    return () if any(closure.holds(day) for closure in closures) else week[day.weekday()]


def is_open_at(hours: Hours | None, instant: datetime) -> bool:
    """Whether the service is open; without hours it always is."""
    if hours is None:
        return True
    local = instant.astimezone(JST)
    second = local.hour * 3600 + local.minute * 60 + local.second
    return any(start <= second < end for start, end in _windows_on(hours, local.date()))


def next_opening_at(hours: Hours, instant: datetime) -> datetime | None:
    """The first instant, from this one on, at which it is open; None if none comes in eight years."""
    if is_open_at(hours, instant):
        return instant
    local = instant.astimezone(JST)
    for ahead in range(LONGEST_SEARCH):
        day = local.date() + timedelta(days=ahead)
        midnight = datetime.combine(day, time(), JST)
        for start, end in _windows_on(hours, day):
            opening = midnight + timedelta(seconds=start)
            if start < end and opening > local:
                return opening.astimezone(UTC)
    return None
