"""What both faces have under their print: the card's edge, fine waves, and words that say it is none."""

from math import pi, sin

from cardsim.faces.setting import line
from cardsim.faces.shapes import CORNER, HEIGHT, RED, WIDTH, Box, Colour, Glyphs, Outline, Shape

SPECIMEN = "見本 SPECIMEN – KAZASHI"
"""On every face, so that none can ever be taken for a real card."""


def ground(paper: Colour, waves: Colour) -> list[Shape]:
    """The paper and its waves, pale enough to be read over."""
    shapes: list[Shape] = [Box(0, 0, WIDTH, HEIGHT, fill=paper, edge=(150, 150, 155), radius=CORNER)]
    for index in range(24):
        y = 2.2 + index * 2.15
        points = tuple(
            (x, y + 0.75 * sin(2 * pi * (x / 21.4 + index / 11)) + 0.35 * sin(2 * pi * x / 7.1))
            for x in (1.4 + step * (WIDTH - 2.8) / 90 for step in range(91))
        )
        shapes.append(Outline(points, edge=waves, line=0.09))
    return shapes


def specimen(x: float, y: float, size: float = 1.9) -> list[Glyphs]:
    """The words, in small letters."""
    kanji, latin = SPECIMEN.split(" ", 1)
    first = line(x, y, size, kanji, colour=RED)
    return [first, line(x + first.width + 0.5 * size, y, size, latin, colour=RED, stroked=True, pitch=0.62)]
