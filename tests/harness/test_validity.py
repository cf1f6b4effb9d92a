"""How long certificates and cards are valid: birthdays, by hand (spec/pki.md §1.7)."""

from datetime import UTC, date, datetime

import pytest

from harness.jlis.validity import birthday_in, card_expiry_of, not_after_of
from harness.population import make_resident
from harness.residents import Resident, check_digit
from tests.harness.instants import jst


def born(birth_date: date, card_expiry: date | None = None) -> Resident:
    """Return a resident of whom only the birth date matters."""
    made = make_resident(1, 0)
    fields = {name: getattr(made, name) for name in made.__struct_fields__}
    return Resident(**{**fields, "birth_date": birth_date, "card_expiry": card_expiry})


@pytest.mark.parametrize(
    ("birth_date", "issued", "last_day"),
    [
        pytest.param(date(1990, 4, 1), "2026-12-01T10:00:00", "2031-04-01", id="the fifth birthday after issuance"),
        pytest.param(date(1990, 12, 2), "2026-12-01T10:00:00", "2030-12-02", id="a birthday tomorrow is the first"),
        pytest.param(date(1990, 12, 1), "2026-12-01T10:00:00", "2031-12-01", id="a birthday today is not counted"),
        pytest.param(
            date(1990, 12, 1), "2026-11-30T23:59:59", "2030-12-01", id="the day is Japan's: still the day before"
        ),
        pytest.param(
            date(1990, 12, 1), "2026-12-01T00:00:00", "2031-12-01", id="the day is Japan's: 15:00 UTC of the 30th"
        ),
        pytest.param(date(1980, 2, 29), "2026-12-01T10:00:00", "2031-02-28", id="29 February in a common year"),
        pytest.param(date(1980, 2, 29), "2027-12-01T10:00:00", "2032-02-29", id="29 February in a leap year"),
        pytest.param(
            date(1980, 2, 29), "2027-02-28T10:00:00", "2032-02-29", id="issued on the 28th, which is the birthday"
        ),
        pytest.param(date(2015, 6, 1), "2026-12-01T10:00:00", "2031-06-01", id="a minor: card and certificate alike"),
    ],
)
def test_last_day_of_a_certificate(birth_date: date, issued: str, last_day: str) -> None:
    """23:59:59 in Japan, which is 14:59:59Z, on the fifth birthday after issuance."""
    expected = datetime.fromisoformat(f"{last_day}T14:59:59").replace(tzinfo=UTC)
    assert not_after_of(born(birth_date), jst(issued)) == expected


@pytest.mark.parametrize(
    ("birth_date", "issued", "expected"),
    [
        pytest.param(date(1990, 4, 1), "2026-12-01T10:00:00", date(2036, 4, 1), id="an adult: the tenth birthday"),
        pytest.param(date(2015, 6, 1), "2026-12-01T10:00:00", date(2031, 6, 1), id="a minor: the fifth"),
        pytest.param(date(2008, 12, 1), "2026-12-01T10:00:00", date(2036, 12, 1), id="eighteen today: an adult"),
        pytest.param(date(2008, 12, 2), "2026-12-01T10:00:00", date(2030, 12, 2), id="eighteen tomorrow: a minor"),
        pytest.param(
            date(2008, 2, 29), "2026-02-28T10:00:00", date(2036, 2, 29), id="born on 29 February: grown on the 28th"
        ),
    ],
)
def test_last_day_of_a_card(birth_date: date, issued: str, expected: date) -> None:
    """Ten birthdays for adults, five for minors, counted after the day of issuance."""
    assert card_expiry_of(born(birth_date), jst(issued)) == expected


def test_a_certificate_does_not_outlive_its_card() -> None:
    """Where residence ends earlier the card does, and the certificate with it."""
    resident = born(date(1990, 4, 1), card_expiry=date(2027, 10, 31))
    assert card_expiry_of(resident, jst("2026-12-01T10:00:00")) == date(2027, 10, 31)
    assert not_after_of(resident, jst("2026-12-01T10:00:00")) == datetime(2027, 10, 31, 14, 59, 59, tzinfo=UTC)


def test_a_card_never_outlives_its_birthdays() -> None:
    """A residence that ends later than the tenth birthday does not lengthen the card."""
    resident = born(date(1990, 4, 1), card_expiry=date(2060, 1, 1))
    assert card_expiry_of(resident, jst("2026-12-01T10:00:00")) == date(2036, 4, 1)


def test_a_birthday_of_a_common_day() -> None:
    """Any other day is itself in every year."""
    assert birthday_in(date(1990, 4, 1), 2027) == date(2027, 4, 1)


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        # 1·2+0·3+9·4+8·5+7·6+6·7+5·2+4·3+3·4+2·5+1·6 = 212 = 19·11+3, and 11-3 = 8
        pytest.param("12345678901", "8", id="123456789018, the example everybody uses"),
        # 9·3+9·4+9·5+9·6 = 162 = 14·11+8, and 11-8 = 3
        pytest.param("99990000000", "3", id="999900000003"),
        # one more 1·3 at the sixth digit from the right would be 7; at the first: 162+2 = 164 = 14·11+10, and 11-10 = 1
        pytest.param("99990000001", "1", id="999900000011"),
        # 162+3 = 165 = 15·11+0: a remainder of 0 or 1 gives 0
        pytest.param("99990000010", "0", id="remainder 0"),
        # 162+4 = 166 = 15·11+1
        pytest.param("99990000100", "0", id="remainder 1"),
    ],
)
def test_check_digit_of_a_number(digits: str, expected: str) -> None:
    """平成26年総務省令第85号 第5条: weights 2 to 7, then 2 to 6, from the right; worked by hand."""
    assert check_digit(digits) == expected
