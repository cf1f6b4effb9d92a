"""Both faces of a card, drawn: the one function that most callers need."""

from dataclasses import dataclass

from cardsim.faces.back import back
from cardsim.faces.front import front
from cardsim.faces.lettering import boxed
from cardsim.faces.png import png_of
from cardsim.faces.printed import Printed
from cardsim.faces.svg import svg_of
from cardsim.faces.typeface import Typeface


@dataclass(frozen=True, slots=True)
class Faces:
    """The pictures of one card."""

    front_png: bytes
    back_png: bytes
    front_svg: bytes
    back_svg: bytes
    boxed: tuple[str, ...]
    """The characters that only a box stands for: 外字 and variants that the font lacks."""


def draw_faces(printed: Printed, typeface: Typeface) -> Faces:
    """Front and back of a card as PNG and SVG; the same input and libraries give the same bytes."""
    sides = front(printed), back(printed)
    (front_png, back_png), (front_svg, back_svg) = (
        [draw(side, typeface) for side in sides] for draw in (png_of, svg_of)
    )
    return Faces(front_png, back_png, front_svg, back_svg, boxed([*sides[0], *sides[1]], typeface))
