"""How long certificates and cards are valid: birthdays, by hand (spec/pki.md §1.7)."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from cardsim.personal_number import check_digit
from harness.births import BirthUnknown
from harness.jlis.validity import (
    LeapBirthday,
    age_at,
    birthday_in,
    card_expiry_of,
    is_early_renewal,
    may_have_signature,
    not_after_of,
    renewal_opens,
)
from harness.population import make_resident
from harness.residents import Resident
from tests.harness.instants import jst

MARCH_1 = LeapBirthday.MARCH_1


def born(birth_date: date, card_expiry: date | None = None, **special: Any) -> Resident:
    """Return a resident of whom only the birth date matters."""
    return msgspec.structs.replace(make_resident(1, 0), birth_date=birth_date, card_expiry=card_expiry, **special)


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
    ("birth_date", "issued", "last_day"),
    [
        pytest.param(date(1980, 2, 29), "2026-12-01T10:00:00", "2031-03-01", id="a common year"),
        pytest.param(date(1980, 2, 29), "2027-12-01T10:00:00", "2032-02-29", id="a leap year"),
        pytest.param(date(1980, 2, 29), "2027-02-28T10:00:00", "2031-03-01", id="issued on the 28th: the day before"),
        pytest.param(date(1980, 2, 29), "2027-03-01T10:00:00", "2032-02-29", id="issued on 1 March, the birthday"),
        pytest.param(date(1990, 4, 1), "2026-12-01T10:00:00", "2031-04-01", id="any other day as ever"),
    ],
)
def test_the_other_leap_birthday(birth_date: date, issued: str, last_day: str) -> None:
    """With 1 March as the birthday of a common year."""
    expected = datetime.fromisoformat(f"{last_day}T14:59:59").replace(tzinfo=UTC)
    assert not_after_of(born(birth_date), jst(issued), leap=MARCH_1) == expected


@pytest.mark.parametrize(
    ("issued", "early", "last_day"),
    [
        pytest.param("2026-01-02T09:00:00", True, "2031-04-01", id="three months early: five years from the old end"),
        pytest.param("2026-01-02T09:00:00", False, "2030-04-01", id="the same day without a certificate to renew"),
        pytest.param("2026-03-31T09:00:00", True, "2031-04-01", id="the day before the birthday"),
        pytest.param("2026-04-01T09:00:00", True, "2032-04-01", id="on the birthday, which is not after itself"),
        pytest.param("2026-04-02T09:00:00", False, "2031-04-01", id="a day late: the fifth again"),
    ],
)
def test_early_renewal_runs_to_the_sixth_birthday(issued: str, *, early: bool, last_day: str) -> None:
    """§1.7: renewal inside the last three months runs to the sixth birthday after issuance."""
    expected = datetime.fromisoformat(f"{last_day}T14:59:59").replace(tzinfo=UTC)
    assert not_after_of(born(date(1990, 4, 1)), jst(issued), early_renewal=early) == expected


def test_a_certificate_ends_with_the_older_card_it_is_written_on() -> None:
    """A minor's card of 2026 ends in 2031; a certificate of 2028, when they are grown, does not outlive it."""
    resident = born(date(2009, 6, 1))
    card = card_expiry_of(resident, jst("2026-12-01T10:00:00"))
    assert card == date(2031, 6, 1)
    again = jst("2028-01-10T10:00:00")
    assert not_after_of(resident, again, no_later_than=card) == datetime(2031, 6, 1, 14, 59, 59, tzinfo=UTC)
    assert not_after_of(resident, again) == datetime(2032, 6, 1, 14, 59, 59, tzinfo=UTC)


def test_early_renewal_does_not_outlive_the_card_either() -> None:
    """Renewed on the birthday that ends the first five years of a card: the card's ten are the limit."""
    resident = born(date(1990, 4, 1))
    card = card_expiry_of(resident, jst("2021-03-01T10:00:00"))
    assert card == date(2030, 4, 1)
    last = not_after_of(resident, jst("2025-04-01T10:00:00"), early_renewal=True, no_later_than=card)
    assert last == datetime(2030, 4, 1, 14, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("issued", "leap", "expected"),
    [
        pytest.param("2026-02-28T10:00:00", MARCH_1, date(2030, 3, 1), id="not yet eighteen on the 28th: a minor"),
        pytest.param("2026-03-01T10:00:00", MARCH_1, date(2036, 2, 29), id="eighteen on 1 March: an adult"),
        pytest.param("2026-02-27T10:00:00", LeapBirthday.FEBRUARY_28, date(2030, 2, 28), id="a minor on the 27th"),
    ],
)
def test_majority_of_a_leap_day_birth(issued: str, leap: LeapBirthday, expected: date) -> None:
    """Majority comes with the birthday, whichever day that is."""
    assert card_expiry_of(born(date(2008, 2, 29)), jst(issued), leap=leap) == expected


def test_residence_ends_card_and_certificate() -> None:
    """§1.7: residence-limited for many foreign residents; eleven months here, and none for a permanent resident."""
    issued = jst("2026-12-01T10:00:00")
    limited = born(date(1990, 4, 1), nationality="VNM", residence_until=date(2027, 10, 31))
    assert card_expiry_of(limited, issued) == date(2027, 10, 31)
    assert not_after_of(limited, issued) == datetime(2027, 10, 31, 14, 59, 59, tzinfo=UTC)
    permanent = born(date(1990, 4, 1), nationality="VNM")
    assert card_expiry_of(permanent, issued) == date(2036, 4, 1)


@pytest.mark.parametrize(
    ("last_day", "opens"),
    [
        pytest.param(date(2023, 7, 7), date(2023, 4, 8), id="Nerima's first example"),
        pytest.param(date(2023, 5, 28), date(2023, 3, 1), id="Nerima's second: February has 28 days"),
        pytest.param(date(2024, 5, 28), date(2024, 2, 29), id="February has 29"),
        pytest.param(date(2024, 5, 31), date(2024, 3, 1), id="no 31 February"),
        pytest.param(date(2026, 3, 31), date(2026, 1, 1), id="the turn of the year"),
        pytest.param(date(2026, 2, 28), date(2025, 11, 29), id="the year before"),
        pytest.param(date(2026, 1, 31), date(2025, 11, 1), id="31 October is there: the day after"),
    ],
)
def test_first_day_of_renewal(last_day: date, opens: date) -> None:
    """Less than three months: from the day after the same day three months before."""
    assert renewal_opens(last_day) == opens


@pytest.mark.parametrize(
    ("issued", "early"),
    [
        ("2031-01-01T23:59:59", False),
        ("2031-01-02T00:00:00", True),
        ("2031-04-01T23:59:59", True),
        ("2031-04-02T00:00:00", False),
    ],
)
def test_early_renewal_to_the_second(issued: str, *, early: bool) -> None:
    """From the first second of the first day to the certificate's last."""
    assert is_early_renewal(datetime(2031, 4, 1, 14, 59, 59, tzinfo=UTC), jst(issued)) is early


@pytest.mark.parametrize(
    ("birth_date", "day", "may"),
    [
        pytest.param(date(2011, 12, 1), date(2026, 11, 30), False, id="fifteen tomorrow"),
        pytest.param(date(2011, 12, 1), date(2026, 12, 1), True, id="fifteen today"),
        pytest.param(date(2026, 11, 30), date(2026, 12, 1), False, id="born yesterday"),
        pytest.param(date(1921, 12, 1), date(2026, 12, 1), True, id="a hundred and five"),
        pytest.param(date(2012, 2, 29), date(2027, 2, 27), False, id="a leap-day birth on the 27th"),
        pytest.param(date(2012, 2, 29), date(2027, 2, 28), True, id="a leap-day birth on the 28th"),
    ],
)
def test_who_gets_a_signature_certificate(birth_date: date, day: date, *, may: bool) -> None:
    """§1.7: not under 15, and not under guardianship at any age."""
    assert may_have_signature(born(birth_date), day) is may
    assert not may_have_signature(born(birth_date, under_guardianship=True), day)


def test_fifteen_on_the_first_of_march() -> None:
    """The other leap birthday comes a day later."""
    resident = born(date(2012, 2, 29))
    assert not may_have_signature(resident, date(2027, 2, 28), leap=MARCH_1)
    assert may_have_signature(resident, date(2027, 3, 1), leap=MARCH_1)


def test_age_in_years() -> None:
    """One more with each birthday."""
    resident = born(date(1990, 4, 1))
    assert [age_at(resident, date(2026, 3, 31)), age_at(resident, date(2026, 4, 1))] == [35, 36]
    assert age_at(resident, date(1990, 4, 1)) == 0


def test_a_partly_unknown_birth_is_reckoned_with_the_registers_day() -> None:
    """Certificate and card end on birthdays of the day that the register computes with."""
    resident = born(date(1950, 6, 30), birth_unknown=BirthUnknown.DAY)
    assert not_after_of(resident, jst("2026-12-01T10:00:00")) == datetime(2031, 6, 30, 14, 59, 59, tzinfo=UTC)


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
