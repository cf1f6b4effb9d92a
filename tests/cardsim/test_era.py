"""Japanese eras, against days that history fixes."""

from datetime import date

import pytest

from cardsim.era import Era, era_at, era_birth_digits


@pytest.mark.parametrize(
    ("day", "digits", "era"),
    [
        (date(1873, 1, 1), "060101", Era.MEIJI),
        (date(1912, 7, 29), "450729", Era.MEIJI),
        (date(1912, 7, 30), "010730", Era.TAISHO),
        (date(1926, 12, 24), "151224", Era.TAISHO),
        (date(1926, 12, 25), "011225", Era.SHOWA),
        (date(1980, 2, 17), "550217", Era.SHOWA),
        (date(1989, 1, 7), "640107", Era.SHOWA),
        (date(1989, 1, 8), "010108", Era.HEISEI),
        (date(2019, 4, 30), "310430", Era.HEISEI),
        (date(2019, 5, 1), "010501", Era.REIWA),
        (date(2026, 11, 21), "081121", Era.REIWA),
    ],
)
def test_birth_digits(day: date, digits: str, era: Era) -> None:
    """The first day of an era is its year 1; the day before is the last year of the one before."""
    assert era_birth_digits(day) == digits
    assert era_at(day)[0] is era


def test_day_before_the_calendar_is_refused() -> None:
    """Before Meiji 6 days were counted otherwise."""
    with pytest.raises(ValueError, match="1873-01-01"):
        era_birth_digits(date(1872, 12, 31))
