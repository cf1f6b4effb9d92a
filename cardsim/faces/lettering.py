"""How each character is drawn: with strokes of our own, with the font, or as the substitute box."""

import unicodedata
from collections.abc import Iterable
from enum import Enum

from cardsim.faces.shapes import Glyphs, Shape
from cardsim.faces.stroke_glyphs import has_strokes
from cardsim.faces.typeface import Typeface


class Hand(Enum):
    """Who draws a character."""

    NOBODY = "nobody"
    """A space."""
    PEN = "pen"
    """The strokes of our own font."""
    FONT = "font"
    BOX = "box"
    """Nobody has it: 外字, a variant, kanji where there is no font. A box with the same metrics stands there."""


def hand_of(cluster: str, typeface: Typeface, *, stroked: bool) -> Hand:
    """Who draws this character: the pen first where machines read, else the font, and the pen for what it lacks."""
    if cluster.isspace():
        return Hand.NOBODY
    if unicodedata.category(cluster[0]) in {"Cc", "Cs"}:
        return Hand.BOX
    if stroked and has_strokes(cluster):
        return Hand.PEN
    if typeface.has(cluster):
        return Hand.FONT
    return Hand.PEN if has_strokes(pen_form(cluster)) else Hand.BOX


def pen_form(cluster: str) -> str:
    """The character that the pen draws instead: full-width digits and letters are the ordinary ones (NFKC)."""
    return unicodedata.normalize("NFKC", cluster)


def boxed(shapes: Iterable[Shape], typeface: Typeface) -> tuple[str, ...]:
    """Every character of the shapes that only a box stands for, once, in the order they come."""
    found = {
        cluster: None
        for shape in shapes
        if isinstance(shape, Glyphs)
        for cluster, _ in shape.cells
        if hand_of(cluster, typeface, stroked=shape.stroked) is Hand.BOX
    }
    return tuple(found)
