"""照合番号B can be read from a card's front by an OCR program; from bad scans less often, as measured here."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from cardsim.faces.front import front
from cardsim.faces.png import png_of
from cardsim.faces.printed import Printed
from cardsim.faces.scan import Scan, scanned
from cardsim.faces.typeface import Typeface
from tests.cardsim.faces.product import read_all
from tests.cardsim.faces.samples import cards

DEFECTS = [
    (Scan.SKEW, 0.5, 12, 20),  # measured: 16
    (Scan.SKEW, 1.0, 0, 9),  # 3
    (Scan.BLUR, 0.5, 18, 20),  # 20
    (Scan.BLUR, 1.0, 0, 7),  # 2
    (Scan.GLARE, 0.5, 18, 20),  # 20
    (Scan.GLARE, 1.0, 7, 19),  # 15
]
"""Defect, strength, and between how many and how many of twenty cards a simple reader gets right."""


def read_right(wanted: Sequence[Printed], typeface: Typeface, folder: Path, *scan: tuple[Scan, float]) -> int:
    """How many cards were read as they are printed."""
    pictures = []
    for card in wanted:
        layout = front(card)
        picture = png_of(layout, typeface)
        for defect, strength in scan:
            picture = scanned(picture, defect, strength)
        pictures.append((picture, layout))
    return sum(said == _printed(card) for said, card in zip(read_all(pictures, folder), wanted, strict=True))


def _printed(card: Printed) -> str:
    birth = card.birth_date
    return f"{card.birth_year[1]}{birth.month}{birth.day}{card.expiry.year}{card.security_code}"


def test_clean_front_is_read(japanese: Typeface, tmp_path: Path) -> None:
    """Of a hundred cards at least 99."""
    assert read_right(cards(100, seed=5), japanese, tmp_path) >= 99


def test_without_a_font_the_digits_are_read(no_font: Typeface, tmp_path: Path) -> None:
    """Boxes stand for the kanji, and the digits are the same."""
    assert read_right(cards(30, seed=6), no_font, tmp_path) >= 29


@pytest.mark.parametrize(("defect", "strength", "least", "most"), DEFECTS)
def test_bad_scan_is_read_less_often(  # noqa: PLR0917  (pytest gives them by name)
    japanese: Typeface, tmp_path: Path, defect: Scan, strength: float, least: int, most: int
) -> None:
    """Of twenty cards as many as were measured with tesseract 5.3.0, give or take a few."""
    assert least <= read_right(cards(20, seed=7), japanese, tmp_path, (defect, strength)) <= most
