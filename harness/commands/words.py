"""How instants and spans are written on the command line, and shown."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from harness.clock import ClockMode
from harness.doors.control_messages import ClockState
from harness.errors import ConfigurationError
from harness.jlis.validity import JST

Word = TypeVar("Word", bound=StrEnum)
_UNITS = ("days", "hours", "minutes", "seconds")
_SPAN = re.compile("".join(rf"(?:(?P<{unit}>[0-9]{{1,9}}){unit[0]})?" for unit in _UNITS))


def read_word(words: type[Word], text: str, what: str) -> Word:
    """Return one of a long list of words; ConfigurationError names those that are near, or all.

    As the type of an argument a long list would be drawn into Typer's table, cut in the middle of its words.
    """
    try:
        return words(text)
    except ValueError as fault:
        near = get_close_matches(text, [str(word) for word in words], n=5)
        known = f"something like {', '.join(near)}; --help shows all" if near else f"one of {', '.join(words)}"
        raise ConfigurationError(f"{what} {text!r}: expected {known}") from fault


def read_instant(text: str) -> datetime:
    """Return an instant written in ISO 8601; without a time zone it is Japan's time."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as fault:
        raise ConfigurationError(
            f"instant {text!r}: expected something like 2026-12-01T09:07 (Japan's time) or 2026-12-01T00:07:00Z"
        ) from fault
    return (instant if instant.tzinfo else instant.replace(tzinfo=JST)).astimezone(UTC)


def read_span(text: str) -> timedelta:
    """Return a span written as 15m, 36h, 1d12h, 90s."""
    found = _SPAN.fullmatch(text)
    if not text or found is None:
        raise ConfigurationError(f"span {text!r}: expected something like 15m, 36h, 1d12h or 90s")
    return timedelta(**{unit: int(number or 0) for unit, number in found.groupdict().items()})


def show_instant(instant: datetime) -> str:
    """Return an instant in Japan's time, to the second."""
    return instant.astimezone(JST).isoformat(timespec="seconds")


def show_rows(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield names and what they are, a line each, in two columns: the first as wide as the longest name."""
    listed = list(rows)
    width = max((len(name) for name, _ in listed), default=0)
    for name, value in listed:
        yield f"{name:{width}}  {value}"


def show_clock(clock: ClockState) -> str:
    """Return the clock in one line."""
    runs = "running / 進行中" if clock.mode is ClockMode.RUNNING else "frozen / 停止中"
    return f"{show_instant(clock.instant)}  {runs}  epoch {clock.epoch}"
