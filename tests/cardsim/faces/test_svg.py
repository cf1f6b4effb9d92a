"""The faces as SVG: well-formed, text as text, and drawn by another program."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

from cardsim.faces.drawn import draw_faces
from cardsim.faces.typeface import Typeface
from tests.cardsim.faces.programs import run, saved
from tests.cardsim.faces.samples import EXTERNAL_CHARACTER, HARD, PLAIN

SVG = "{http://www.w3.org/2000/svg}"


def texts_of(content: bytes) -> list[str]:
    """The texts of a picture, in order."""
    return [element.text or "" for element in ET.fromstring(content).iter(f"{SVG}text")]  # noqa: S314  (our own)


def test_svg_is_well_formed_xml_of_the_size_of_a_card(japanese: Typeface, tmp_path: Path) -> None:
    """xmllint says so, for hard texts too; width and height are ISO/IEC 7810's."""
    for card in (PLAIN, HARD):
        faces = draw_faces(card, japanese)
        for content in (faces.front_svg, faces.back_svg):
            assert run("xmllint", "--noout", saved(content, tmp_path / "face.svg")) == ""
            assert ET.fromstring(content).get("width") == "85.60mm"  # noqa: S314  (our own)


def test_text_is_text(japanese: Typeface) -> None:
    """Name, address, dates and number are found as they are read; the specimen words are there."""
    faces = draw_faces(PLAIN, japanese)
    said = texts_of(faces.front_svg)
    assert PLAIN.name in said
    assert "".join(said).find("昭和55年 2月17日生") >= 0
    assert "".join(said).find("2035年 2月17日まで有効") >= 0
    assert PLAIN.security_code in said
    assert "9999 0000 0011" not in "".join(said)
    assert "9999 0000 0011" not in faces.front_svg.decode()
    back = texts_of(faces.back_svg)
    assert f"{PLAIN.number[:4]} {PLAIN.number[4:8]} {PLAIN.number[8:]}" in back
    for texts in (said, back):
        assert "SPECIMEN – KAZASHI" in texts
        assert "見本" in texts


def test_special_characters_are_escaped(japanese: Typeface, tmp_path: Path) -> None:
    """A name is data: markup in it stays text."""
    hostile = "<script>&\"'"
    faces = draw_faces(replace(PLAIN, name=hostile), japanese)
    run("xmllint", "--noout", saved(faces.front_svg, tmp_path / "face.svg"))
    assert hostile in texts_of(faces.front_svg)


def test_character_that_the_font_lacks_is_a_named_box(japanese: Typeface) -> None:
    """The box's title says which character it stands for; the text around it is still there."""
    root = ET.fromstring(draw_faces(HARD, japanese).front_svg)  # noqa: S314  (our own)
    titles = [title.text for box in root.iter(f"{SVG}rect") for title in box.iter(f"{SVG}title")]
    assert titles == ["U+592A U+E01EF", f"U+{ord(EXTERNAL_CHARACTER):04X}"]


def test_another_program_draws_a_code_that_can_be_read(no_font: Typeface, tmp_path: Path) -> None:
    """librsvg draws the back, zbar reads the number from it."""
    drawn = tmp_path / "back.png"
    run("rsvg-convert", "-w", "1011", saved(draw_faces(PLAIN, no_font).back_svg, tmp_path / "b.svg"), "-o", str(drawn))
    assert run("zbarimg", "--quiet", "--raw", "--nodbus", str(drawn)).strip() == PLAIN.number
