"""How long cards and certificates are valid (spec/pki.md §1.7), as functions of birth date and issuance.

Of a partly unknown birth date the day counts that the register computes with (harness/births.py).
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum

from harness.confidence import Confidence
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.residents import Resident

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.OBSERVED,
        "spec/pki.md §1.7",
        "有効期限は5回目の誕生日の 23:59:59 JST",
        "valid to 23:59:59 JST of the fifth birthday",
    ),
    Behaviour(
        Confidence.PUBLISHED,
        "spec/pki.md §1.7",
        "満了前3か月以内の更新は6回目の誕生日まで。カードの有効期限を超えない",
        "renewed within the last three months: to the sixth birthday; never beyond the card",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §1.7",
        "2月29日生まれの平年の誕生日は2月28日",
        "who was born on 29 February has their birthday on the 28th in common years",
        "`--leap-birthday`",
    ),
)

JST = timezone(timedelta(hours=9), "JST")
LAST_SECOND = time(23, 59, 59)
CERTIFICATE_BIRTHDAYS = 5
EARLY_RENEWAL_BIRTHDAYS = 6
EARLY_RENEWAL_MONTHS = 3
ADULT_CARD_BIRTHDAYS = 10
MINOR_CARD_BIRTHDAYS = 5
ADULT_AGE = 18
SIGNATURE_AGE = 15


class LeapBirthday(StrEnum):
    """When somebody born on 29 February has their birthday in a common year: UNKNOWN for JPKI, both are offered."""

    FEBRUARY_28 = "february-28"
    """The emulation choice; Japanese law lets a year of age end with that day (年齢計算ニ関スル法律)."""
    MARCH_1 = "march-1"


DEFAULT_LEAP = LeapBirthday.FEBRUARY_28


def not_after_of(
    resident: Resident,
    issued: datetime,
    *,
    early_renewal: bool = False,
    leap: LeapBirthday = DEFAULT_LEAP,
    no_later_than: date | None = None,
) -> datetime:
    """Return a certificate's last second: 23:59:59 JST on the 5th birthday after issuance, or earlier.

    On the 6th for an early renewal (`is_early_renewal`). Never after the card: as handed over at issuance, or
    `no_later_than` where the card is older than that; a signature certificate does not outlive the authentication
    certificate beside it either (Higashimurayama City), so its end belongs in `no_later_than` as well.
    """
    birthdays = EARLY_RENEWAL_BIRTHDAYS if early_renewal else CERTIFICATE_BIRTHDAYS
    last_day = min(
        birthday_after(resident.birth_date, _day_of(issued), birthdays, leap),
        card_expiry_of(resident, issued, leap=leap),
        no_later_than or date.max,
    )
    return datetime.combine(last_day, LAST_SECOND, JST).astimezone(UTC)


def card_expiry_of(resident: Resident, issued: datetime, *, leap: LeapBirthday = DEFAULT_LEAP) -> date:
    """Return the card's last day: its tenth birthday (minors: the fifth), or earlier where residence ends earlier."""
    day = _day_of(issued)
    grown = age_at(resident, day, leap) >= ADULT_AGE
    birthdays = ADULT_CARD_BIRTHDAYS if grown else MINOR_CARD_BIRTHDAYS
    last_day = birthday_after(resident.birth_date, day, birthdays, leap)
    return min(last_day, resident.card_expiry or date.max, resident.residence_until or date.max)


def may_have_signature(resident: Resident, day: date, *, leap: LeapBirthday = DEFAULT_LEAP) -> bool:
    """Return whether a signature certificate may be issued on `day`: from 15 on, and not to 成年被後見人 (§1.7)."""
    return not resident.under_guardianship and age_at(resident, day, leap) >= SIGNATURE_AGE


def is_early_renewal(previous_not_after: datetime, issued: datetime) -> bool:
    """Return whether a certificate is issued in the last three months of the one before it, while that is valid."""
    return renewal_opens(_day_of(previous_not_after)) <= _day_of(issued) and issued <= previous_not_after


def renewal_opens(last_day: date) -> date:
    """Return the first day with less than three months to go.

    The day after the same day three months before, or the first of the next month where there is none (Nerima City:
    to 7 July, from 8 April; to 28 May in a common year, from 1 March).
    """
    months = last_day.year * 12 + last_day.month - 1 - EARLY_RENEWAL_MONTHS
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(last_day.day, monthrange(year, month)[1])) + timedelta(days=1)


def age_at(resident: Resident, day: date, leap: LeapBirthday = DEFAULT_LEAP) -> int:
    """Return the age in whole years; a birthday counts from its first moment."""
    years = day.year - resident.birth_date.year
    return years if birthday_in(resident.birth_date, day.year, leap) <= day else years - 1


def birthday_after(birth_date: date, day: date, count: int, leap: LeapBirthday = DEFAULT_LEAP) -> date:
    """Return the `count`-th birthday after `day` (a birthday on the day itself is not after it)."""
    first = day.year if birthday_in(birth_date, day.year, leap) > day else day.year + 1
    return birthday_in(birth_date, first + count - 1, leap)


def birthday_in(birth_date: date, year: int, leap: LeapBirthday = DEFAULT_LEAP) -> date:
    """Return the birthday in a year; of 29 February in a common year, the one that `leap` says."""
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 2, 28) if leap is LeapBirthday.FEBRUARY_28 else date(year, 3, 1)


def _day_of(instant: datetime) -> date:
    return instant.astimezone(JST).date()
