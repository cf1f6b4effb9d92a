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
_WRITTEN: Final = re.compile(r"^([1-9][0-9]{0,5})([mhdy])$")

Duration = Annotated[str, Meta(pattern=_WRITTEN.pattern)]


def read_duration(text: str) -> timedelta:
    """The span that a `Duration` names; a year counts 366 days."""
    found = _WRITTEN.match(text)
    if found is None:
        raise ValueError(f"expected a duration like 15m, 24h, 30d or 7y, found {text!r}")
    return int(found[1]) * _UNITS[found[2]]
