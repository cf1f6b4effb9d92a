"""Opening hours, to the second, in Japan's time: boundaries, new year, leap days."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_impl.services.hours import JST, Day, Hours, Window, is_open_at, next_opening_at

KIOSK = Hours((Window("06:30", "23:00"),), ("12-29..01-03",))
LIBRARY = Hours(
    (Window("09:30", "19:00", (Day.TUE, Day.WED, Day.THU, Day.FRI)), Window("09:30", "17:00", (Day.SAT, Day.SUN))),
    ("2026-05-07", "2026-11-24..2026-11-27", "02-29"),
)
NIGHT = Hours((Window("22:00", "24:00"), Window("00:00", "02:00")))
LEAP = Hours((Window("00:00", "24:00"),), ("01-01..02-28", "03-01..12-31"))


def jst(text: str) -> datetime:
    """An instant as a clock in Japan shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=JST)


@pytest.mark.parametrize(
    ("hours", "instant", "is_open"),
    [
        (KIOSK, "2026-11-21 06:29:59", False),
        (KIOSK, "2026-11-21 06:30:00", True),
        (KIOSK, "2026-11-21 22:59:59", True),
        (KIOSK, "2026-11-21 22:59:59.999999", True),
        (KIOSK, "2026-11-21 23:00:00", False),
        (KIOSK, "2026-12-28 22:59:59", True),
        (KIOSK, "2026-12-29 06:30:00", False),
        (KIOSK, "2026-12-31 12:00:00", False),
        (KIOSK, "2027-01-01 12:00:00", False),
        (KIOSK, "2027-01-03 22:59:59", False),
        (KIOSK, "2027-01-04 06:29:59", False),
        (KIOSK, "2027-01-04 06:30:00", True),
        (KIOSK, "2028-02-29 06:30:00", True),
        (LIBRARY, "2026-11-21 16:59:59", True),  # a Saturday
        (LIBRARY, "2026-11-21 17:00:00", False),
        (LIBRARY, "2026-11-20 18:59:59", True),  # a Friday
        (LIBRARY, "2026-11-23 12:00:00", False),  # a Monday
        (LIBRARY, "2026-05-07 12:00:00", False),
        (LIBRARY, "2027-05-07 12:00:00", True),  # closed once, in 2026
        (LIBRARY, "2026-11-24 12:00:00", False),
        (LIBRARY, "2026-11-28 12:00:00", True),
        (LIBRARY, "2028-02-29 12:00:00", False),  # a Tuesday
        (LIBRARY, "2028-03-01 12:00:00", True),
        (NIGHT, "2026-11-21 21:59:59", False),
        (NIGHT, "2026-11-21 23:59:59", True),
        (NIGHT, "2026-11-22 00:00:00", True),
        (NIGHT, "2026-11-22 01:59:59", True),
        (NIGHT, "2026-11-22 02:00:00", False),
        (LEAP, "2028-02-28 23:59:59", False),
        (LEAP, "2028-02-29 00:00:00", True),
        (LEAP, "2028-02-29 23:59:59", True),
        (LEAP, "2028-03-01 00:00:00", False),
    ],
)
def test_open_to_the_second(hours: Hours, instant: str, *, is_open: bool) -> None:
    """Open from the first second of a window, closed at its end mark; the zone of the instant does not matter."""
    assert is_open_at(hours, jst(instant)) is is_open
    assert is_open_at(hours, jst(instant).astimezone(UTC)) is is_open


def test_without_hours_it_is_always_open() -> None:
    """A service that says nothing of hours has none."""
    assert is_open_at(None, jst("2027-01-01 00:00:00"))


@pytest.mark.parametrize(
    ("hours", "instant", "opens"),
    [
        (KIOSK, "2026-11-21 23:00:00", "2026-11-22 06:30:00"),
        (KIOSK, "2026-11-21 03:00:00", "2026-11-21 06:30:00"),
        (KIOSK, "2026-12-28 23:00:00", "2027-01-04 06:30:00"),
        (KIOSK, "2026-11-21 12:00:00", "2026-11-21 12:00:00"),
        (LIBRARY, "2026-11-22 17:00:00", "2026-11-28 09:30:00"),  # Monday, then four days of stock-taking
        (LEAP, "2096-03-01 00:00:00", "2104-02-29 00:00:00"),  # 2100 is no leap year
    ],
)
def test_next_opening(hours: Hours, instant: str, opens: str) -> None:
    """What a closed door says to whoever stands before it."""
    assert next_opening_at(hours, jst(instant)) == jst(opens)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds it
def test_next_opening_is_the_first(instant: datetime) -> None:
    """It is open then, not before the instant asked about, and was closed a second earlier."""
    for hours in (KIOSK, LIBRARY, NIGHT):
        opening = next_opening_at(hours, instant)
        assert opening is not None
        assert opening >= instant
        assert is_open_at(hours, opening)
        assert opening == instant or not is_open_at(hours, opening - timedelta(seconds=1))
