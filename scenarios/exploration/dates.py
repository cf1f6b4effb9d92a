"""When things begin and end, by arithmetic of its own (docs/spec/pki.md §1.1, §1.7, §3): half of the tables.

Nothing here is taken from the world that is judged: what both have in common is the specification.
"""

from calendar import isleap, monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone

JST = timezone(timedelta(hours=9))
SECOND = timedelta(seconds=1)
QUARTER = timedelta(minutes=15)
OCSP_LASTS = timedelta(minutes=30)
"""nextUpdate after thisUpdate (pki.md §3)."""
CHALLENGE_LASTS = timedelta(seconds=300)


def mark_at(now: datetime) -> datetime:
    """Return the last mark at or before `now`: OCSP speaks anew at :00, :15, :30 and :45 (pki.md §3)."""
    return now - (now - datetime(2000, 1, 1, tzinfo=UTC)) % QUARTER


def day_of(instant: datetime) -> date:
    """Return the day in Japan."""
    return instant.astimezone(JST).date()


def last_second(day: date) -> datetime:
    """Return 23:59:59 JST of a day, with which certificates end (pki.md §1.3)."""
    return datetime.combine(day, time(23, 59, 59), JST)


def birthday(born: date, year: int) -> date:
    """Return the birthday in a year; of 29 February in a common year the 28th (pki.md §1.7, assumed)."""
    return date(year, 2, 28) if (born.month, born.day) == (2, 29) and not isleap(year) else born.replace(year=year)


def birthday_after(born: date, day: date, count: int) -> date:
    """Return the `count`-th birthday after a day; one on the day itself is not after it."""
    years = [year for year in range(day.year, day.year + count + 1) if birthday(born, year) > day]
    return birthday(born, years[count - 1])


def age(born: date, day: date) -> int:
    """Return how many birthdays somebody had."""
    return day.year - born.year - (birthday(born, day.year) > day)


def card_ends(born: date, made: date, limit: date | None) -> date:
    """Return a card's last day: the 10th birthday, of minors the 5th, or what limits it (pki.md §1.7)."""
    tenth = birthday_after(born, made, 10 if age(born, made) >= 18 else 5)
    return min(tenth, limit or tenth)


def may_sign(born: date, day: date) -> bool:
    """Return whether somebody may have a signature certificate: from fifteen on (pki.md §1.7)."""
    return age(born, day) >= 15


def certificate_ends(born: date, issued: date, *, previous: date | None, no_later_than: date) -> date:
    """Return a certificate's last day: the 5th birthday, the 6th when renewed within the last three months (§1.7).

    `previous` is the last day of the one before it on the same card.
    """
    early = previous is not None and three_months_before(previous) < issued <= previous
    return min(birthday_after(born, issued, 6 if early else 5), no_later_than)


def three_months_before(day: date) -> date:
    """Return the same day three months before, or the last of that month: the renewal opens the day after it."""
    months = day.year * 12 + day.month - 1 - 3
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def generation_at(instant: datetime, origin: int) -> int:
    """Return the generation in office: anew every four years on 1 April, the present one three years old (§1.1).

    `origin` is the year in which the world began; numbers are relative, 0 for the one that is in office then.
    """
    fiscal = instant.year - (instant < datetime(instant.year, 4, 1, tzinfo=UTC))
    return (fiscal - (origin - 3)) // 4


def leap_day_after(day: date) -> date:
    """Return the next 29 February."""
    year = next(year for year in range(day.year, day.year + 9) if isleap(year) and date(year, 2, 29) > day)
    return date(year, 2, 29)
