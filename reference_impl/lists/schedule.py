"""When lists are to be asked for again; pure: instants and a number for chance in, an instant out.

(1) a period after the publication of the oldest that is used, spread, so that not all verifiers come in one second
(2) no later than the first nextUpdate of one that is used   (3) nor than the carrier says that an answer is fresh
(4) what is overdue again after a pause, which doubles as long as nothing comes of it

Lists whose nextUpdate has passed do not count: an authority that has ended leaves its last list, and no newer comes.
Whoever needs one of those asks for it (`fresh_lists.py`).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

LIST_PERIOD: Final = timedelta(hours=24)
"""Lists are published once a day (spec/pki.md §2): one that is older is asked for anew, though it may be used on."""
SPREAD: Final = timedelta(minutes=20)
"""After a publication; for five to ten minutes yesterday's list may be answered (spec/pki.md §2)."""
PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=15)
LEAST_FRESH: Final = timedelta(minutes=15)
"""A carrier that says an answer is fresh for less makes us ask no more often than this."""


class Window(msgspec.Struct, frozen=True):
    """The two instants of a list that is used."""

    this_update: datetime
    next_update: datetime


def is_due(this_update: datetime, now: datetime) -> bool:
    """Whether a list published then is to be asked for anew, for there should be another by now."""
    return this_update + LIST_PERIOD <= now


def due_at(windows: Iterable[Window], fresh_until: datetime | None, now: datetime, jitter: float) -> datetime:
    """When to ask again; `now` where there is nothing that may be used. `jitter` is from 0 to 1."""
    usable = [each for each in windows if each.next_update >= now]
    if not usable:
        return now
    published = min(each.this_update for each in usable) + LIST_PERIOD
    ends = [published + SPREAD * jitter, min(each.next_update for each in usable)]
    if fresh_until is not None:
        ends.append(fresh_until)
    return min(ends)


def pause_after(failures: int, jitter: float) -> timedelta:
    """How long to wait after so many rounds in a row that left something due: from half of it on, by chance."""
    whole = min(PAUSE * (1 << min(failures, 16)), LONGEST_PAUSE)
    return whole / 2 + whole / 2 * jitter


def fresh_until(now: datetime, said: Iterable[timedelta | None]) -> datetime | None:
    """The earliest instant that the carriers of answers gave, but for a least; None where none gave any."""
    times = [each for each in said if each is not None]
    return now + max(min(times), LEAST_FRESH) if times else None
