"""What is printed: 照合番号B, dates of both calendars, and what is refused."""

from dataclasses import replace
from datetime import date

import pytest

from cardsim.faces.front import front
from cardsim.faces.scan import Scan, scanned
from cardsim.faces.shapes import Glyphs
from tests.cardsim.faces.samples import PLAIN


def fields(field: str, card: object = PLAIN) -> list[str]:
    """The texts of a field on the front."""
    return [shape.text for shape in front(card) if isinstance(shape, Glyphs) and shape.field == field]  # type: ignore[arg-type]


def test_code_b_is_the_example_of_the_specification() -> None:
    """1980-02-17, 2035, 2285 → 55021720352285 (spec/card.md §3)."""
    assert PLAIN.code_b == "55021720352285"


@pytest.mark.parametrize(
    ("birth", "western", "year"),
    [
        (date(2019, 4, 30), False, "31"),
        (date(2019, 5, 1), False, " 1"),
        (date(1989, 1, 7), False, "64"),
        (date(1989, 1, 7), True, "1989"),
    ],
)
def test_birth_year_is_of_the_era_or_western(birth: date, western: bool, year: str) -> None:  # noqa: FBT001
    """The last day of an era is still of it; foreign residents have the Western year."""
    assert fields("birth.year", replace(PLAIN, birth_date=birth, western_birth=western)) == [year]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("number", "123456789018", "begins with 9999"),
        ("number", "99990000001", "12 digits"),
        ("number", "９９９９０００００００１", "12 digits"),
        ("security_code", "22855", "4 digits"),
        ("sex", "3", "one of 1, 2, 0, 9"),
    ],
)
def test_what_cannot_be_printed_is_refused(field: str, value: str, said: str) -> None:
    """Above all a number that somebody could have; the value itself is not repeated."""
    with pytest.raises(ValueError, match=said):
        replace(PLAIN, **{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("strength", [-0.1, 4.1, float("nan")])
def test_scan_of_impossible_strength_is_refused(strength: float) -> None:
    """0 to 4."""
    with pytest.raises(ValueError, match="0 to 4"):
        scanned(b"", Scan.BLUR, strength)
