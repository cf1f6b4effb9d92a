"""Front and back as PNG: size, specimen words, code symbol, and the same bytes for the same card."""

from dataclasses import replace
from pathlib import Path

import pytest

from cardsim.faces.back import back
from cardsim.faces.drawn import draw_faces
from cardsim.faces.front import front
from cardsim.faces.png import png_of
from cardsim.faces.scan import Scan, scanned
from cardsim.faces.typeface import Typeface
from tests.cardsim.faces.programs import run, run_binary, saved
from tests.cardsim.faces.samples import HARD, PLAIN, cards


def test_face_is_id1_at_300_dpi(japanese: Typeface, tmp_path: Path) -> None:
    """85.60 × 53.98 mm (ISO/IEC 7810) are 1011 × 638 pixels, and the file says 300 dpi (11811 a metre)."""
    faces = draw_faces(PLAIN, japanese)
    for content in (faces.front_png, faces.back_png):
        assert content[16:24] == bytes.fromhex("000003F3 0000027E")
        assert bytes.fromhex("70485973 00002E23 00002E23 01") in content
        raster = run_binary("pngtopnm", saved(content, tmp_path / "face.png"))
        assert raster.startswith(b"P6\n1011 638\n255\n")
        assert len(raster) == len(b"P6\n1011 638\n255\n") + 3 * 1011 * 638


@pytest.mark.parametrize("side", ["front", "back"])
def test_specimen_is_written_on_every_face(no_font: Typeface, tmp_path: Path, side: str) -> None:
    """An OCR program reads it, also where there is no font: no face can be taken for a real card."""
    faces = draw_faces(PLAIN, no_font)
    path = saved(faces.front_png if side == "front" else faces.back_png, tmp_path / "face.png")
    said = run("tesseract", path, "-", "--psm", "11", "-l", "eng")
    assert "SPECIMEN" in said
    assert "KAZASHI" in said


def test_code_symbol_says_the_number(no_font: Typeface, tmp_path: Path) -> None:
    """An independent decoder reads the 個人番号 from the back of twenty cards (spec/card.md §7a)."""
    for card in cards(20, seed=8):
        path = saved(png_of(back(card), no_font), tmp_path / "back.png")
        assert run("zbarimg", "--quiet", "--raw", "--nodbus", path).strip() == card.number


def test_code_symbol_outlasts_a_skewed_scan(no_font: Typeface, tmp_path: Path) -> None:
    """Decoders look for the finder patterns, so a card laid down askew can be read."""
    skewed = scanned(png_of(back(PLAIN), no_font), Scan.SKEW)
    path = saved(skewed, tmp_path / "back.png")
    assert run("zbarimg", "--quiet", "--raw", "--nodbus", path).strip() == PLAIN.number


def test_front_has_no_number(japanese: Typeface, tmp_path: Path) -> None:
    """The 個人番号 stands on the back alone: neither as text nor as a code."""
    faces = draw_faces(PLAIN, japanese)
    assert PLAIN.number.encode() not in faces.front_svg
    assert PLAIN.number[4:8].encode() not in faces.front_svg
    path = saved(faces.front_png, tmp_path / "front.png")
    assert run("tesseract", path, "-", "--psm", "11", "-l", "eng").count("9999") == 0


def test_same_card_same_bytes(japanese: Typeface) -> None:
    """Nothing of the host enters a picture."""
    assert draw_faces(HARD, japanese) == draw_faces(HARD, Typeface(japanese.file))


def test_everything_printed_shows(japanese: Typeface) -> None:
    """Each field changes the face it stands on, and only where it stands does it."""
    plain = draw_faces(PLAIN, japanese)
    on_front: dict[str, object] = {
        "address": "別の住所",
        "sex": "2",
        "security_code": "2286",
        "issuer": "若葉市",
        "changes": HARD.changes,
    }
    on_front |= {"expiry": HARD.expiry, "certificates_until": HARD.expiry, "portrait": "somebody else"}
    for field, value in on_front.items():
        other = draw_faces(replace(PLAIN, **{field: value}), japanese)  # type: ignore[arg-type]
        assert other.front_png != plain.front_png, field
        assert other.back_png == plain.back_png, field
    on_both: dict[str, object] = {"name": "別人", "birth_date": HARD.birth_date, "western_birth": True}
    for field, value in on_both.items():
        other = draw_faces(replace(PLAIN, **{field: value}), japanese)  # type: ignore[arg-type]
        assert other.front_png != plain.front_png, field
        assert other.back_png != plain.back_png, field


def test_longest_texts_stay_inside_their_places(no_font: Typeface) -> None:
    """200 characters of address and 100 of name: every line ends within the card and above the photo."""
    card = replace(PLAIN, name="ABCDEFGHI " * 10, address="一" * 200)
    runs = [shape for shape in front(card) if getattr(shape, "field", "").startswith(("name", "address"))]
    assert sum(len(getattr(shape, "cells", ())) for shape in runs) == 100 + 200
    for shape in runs:
        assert getattr(shape, "x", 0) + getattr(shape, "width", 99) <= 81.5
        assert getattr(shape, "y", 99) <= 20.8
    assert draw_faces(card, no_font).boxed
