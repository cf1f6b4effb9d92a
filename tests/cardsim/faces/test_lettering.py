"""Who draws a character: the font, our strokes, or the box that stands for what nobody has."""

from pathlib import Path

import pytest

from cardsim.faces import system_font
from cardsim.faces.drawn import draw_faces
from cardsim.faces.lettering import Hand, hand_of
from cardsim.faces.stroke_glyphs import GLYPHS, strokes_of
from cardsim.faces.typeface import FontFile, Typeface
from tests.cardsim.faces.programs import leave_out
from tests.cardsim.faces.samples import EXTERNAL_CHARACTER, HARD, NO_SUCH_VARIANT, PLAIN


def test_caller_is_told_which_characters_are_boxes(japanese: Typeface) -> None:
    """The external character and the variant that no font has, and no other; a plain card has none."""
    assert draw_faces(HARD, japanese).boxed == (NO_SUCH_VARIANT, EXTERNAL_CHARACTER)
    assert draw_faces(PLAIN, japanese).boxed == ()


@pytest.mark.parametrize(
    ("cluster", "stroked", "hand"),
    [
        ("2", True, Hand.PEN),
        ("2", False, Hand.FONT),
        ("県", True, Hand.FONT),
        ("　", False, Hand.NOBODY),
        (EXTERNAL_CHARACTER, False, Hand.BOX),
        (NO_SUCH_VARIANT, False, Hand.BOX),
        ("か\u3099", False, Hand.FONT),  # composes to が
        ("\x07", False, Hand.BOX),
    ],
)
def test_hand_with_a_font(japanese: Typeface, cluster: str, stroked: bool, hand: Hand) -> None:  # noqa: FBT001
    """What machines read is drawn with strokes, the rest with the font."""
    assert hand_of(cluster, japanese, stroked=stroked) is hand


@pytest.mark.parametrize(
    ("cluster", "hand"), [("2", Hand.PEN), ("２", Hand.PEN), ("k", Hand.PEN), ("–", Hand.PEN), ("県", Hand.BOX)]
)
def test_hand_without_a_font(no_font: Typeface, cluster: str, hand: Hand) -> None:
    """Digits and Latin letters of both widths need no font, kanji do."""
    assert hand_of(cluster, no_font, stroked=False) is hand


def test_variant_is_drawn_as_the_variant(japanese: Typeface) -> None:
    """葛 with the selector of its other form (Adobe-Japan1) is the font's, and looks different from 葛."""
    variant = "葛\U000e0100"
    if not japanese.has(variant):
        leave_out("a font with ideographic variation sequences: expected, actual none; install Debian's fonts-noto-cjk")
    assert hand_of(variant, japanese, stroked=False) is Hand.FONT
    font = japanese.sized(64)
    assert bytes(font.getmask(variant)) != bytes(font.getmask("葛"))


def test_no_font_on_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither fontconfig nor a well-known place has one: a typeface without a file, and advice with a package."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(system_font, "WELL_KNOWN", (FontFile(tmp_path / "absent.ttf"),))
    assert system_font.find_typeface().file is None
    assert "fonts-ipafont-gothic" in system_font.ADVICE


def test_font_without_kanji_is_not_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A font that draws every kanji as its .notdef is no Japanese font."""
    latin = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    if not latin.exists():
        leave_out("DejaVuSans.ttf: expected, actual none; install Debian's fonts-dejavu-core")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(system_font, "WELL_KNOWN", (FontFile(latin),))
    assert system_font.find_typeface().file is None


def test_strokes_stay_in_their_cell() -> None:
    """No stroke leaves the grid by more than the overshoot of round letters."""
    for character in GLYPHS:
        for stroke in strokes_of(character):
            for x, y in stroke:
                assert -0.4 <= x <= 4.4, character
                assert -1.0 <= y <= 7.0, character
