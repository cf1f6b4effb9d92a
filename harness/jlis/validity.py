"""How long certificates are valid (spec/pki.md §1.7), as functions of birth date and issuance."""

from datetime import UTC, date, datetime, time, timedelta, timezone

from harness.residents import Resident

JST = timezone(timedelta(hours=9), "JST")
LAST_SECOND = time(23, 59, 59)
CERTIFICATE_BIRTHDAYS = 5
ADULT_CARD_BIRTHDAYS = 10
MINOR_CARD_BIRTHDAYS = 5
ADULT_AGE = 18


def not_after_of(resident: Resident, issued: datetime) -> datetime:
    """Return the last second: 23:59:59 JST on the 5th birthday after issuance, or of the card if that ends earlier."""
    day = issued.astimezone(JST).date()
    last_day = min(birthday_after(resident.birth_date, day, CERTIFICATE_BIRTHDAYS), card_expiry_of(resident, issued))
    return datetime.combine(last_day, LAST_SECOND, JST).astimezone(UTC)


def card_expiry_of(resident: Resident, issued: datetime) -> date:
    """Return the card's last day: its tenth birthday (minors: the fifth), or earlier where residence ends earlier."""
    day = issued.astimezone(JST).date()
    grown = birthday_in(resident.birth_date, resident.birth_date.year + ADULT_AGE) <= day
    birthdays = ADULT_CARD_BIRTHDAYS if grown else MINOR_CARD_BIRTHDAYS
    return min(birthday_after(resident.birth_date, day, birthdays), resident.card_expiry or date.max)


def birthday_after(birth_date: date, day: date, count: int) -> date:
    """Return the `count`-th birthday after `day` (a birthday on the day itself is not after it)."""
    first = day.year if birthday_in(birth_date, day.year) > day else day.year + 1
    return birthday_in(birth_date, first + count - 1)


def birthday_in(birth_date: date, year: int) -> date:
    """Return the birthday in a year; 29 February is the 28th in common years (emulation choice, spec/pki.md §1.7)."""
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
