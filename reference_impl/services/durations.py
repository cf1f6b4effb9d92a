"""Durations as a policy writes them: `15m`, `24h`, `30d`, `7y`."""

import re
from datetime import timedelta
from typing import Annotated, Final

from msgspec import Meta

_UNITS: Final = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "y": timedelta(days=366),  # the longest: what has to be kept seven years is not gone a day early
}
_WRITTEN: Final = re.compile(r"^([1-9][0-9]{0,4}[mhd]|[1-9][0-9]?y)\Z")
"""At most 99 years: an instant less a duration stays one that a datetime can hold."""

Duration = Annotated[str, Meta(pattern=_WRITTEN.pattern)]


def read_duration(text: str) -> timedelta:
    """The span that a `Duration` names; a year counts 366 days."""
    if _WRITTEN.match(text) is None:
        raise ValueError(f"expected a duration like 15m, 24h, 30d or 7y, found {text!r}")
    return int(text[:-1]) * _UNITS[text[-1]]
