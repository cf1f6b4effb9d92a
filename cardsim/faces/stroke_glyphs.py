"""Digits, capitals and a few signs as strokes of a pen: a font of our own, drawn for machines to read.

A glyph is a list of strokes on a grid 4 wide and 6 high, y downward, the baseline at 6. A stroke that begins with `~`
is a curve that its points draw towards themselves; `~o` is closed.
"""

from functools import cache
from typing import Final

WIDTH: Final = 4.0
HEIGHT: Final = 6.0
Point = tuple[float, float]
Stroke = tuple[Point, ...]

GLYPHS: Final = {
    " ": "",
    "0": "~o0,-.2 4,-.2 4,6.2 0,6.2",
    "1": "0.7,1.3 2.2,0 2.2,6",
    "2": "~.1,1.6 .2,0 3.9,-.2 4,2.3 2.4,3.8 0,6; 0,6 4,6",
    "3": "~.2,1 .6,-.1 3.7,-.2 3.9,2.8 1.5,2.8; ~1.5,2.8 4.1,2.7 4.1,6.2 .4,6.2 0,4.8",
    "4": "3,6 3,0 0,4.2 4,4.2",
    "5": "3.9,0 .5,0 .3,2.9; ~.3,2.9 2,2.1 4.2,2.2 4.2,6.3 1,6.1 0,5.5",
    "6": "~3.5,.3 1.6,.4 0,2 0,4.2; ~o0,2.3 4,2.3 4,6.1 0,6.1",
    "7": "0,0 4,0 1.5,6",
    "8": "~o.25,-.1 3.75,-.1 3.75,2.85 .25,2.85; ~o0,2.85 4,2.85 4,6.1 0,6.1",
    "9": "~o0,-.1 4,-.1 4,3.7 0,3.7; ~4,1.8 4,4 2.4,5.6 .5,5.7",
    "A": "0,6 2,0 4,6; .7,4 3.3,4",
    "B": "0,0 0,6; ~0,0 3.8,-.1 3.8,2.9 0,2.8; ~0,2.8 4.2,2.7 4.2,6.1 0,6",
    "C": "~4,1.2 3.2,-.2 0,-.3 0,6.3 3.2,6.2 4,4.8",
    "D": "0,0 0,6; ~0,0 4.2,-.3 4.2,6.3 0,6",
    "E": "4,0 0,0 0,6 4,6; 0,2.9 3.2,2.9",
    "F": "4,0 0,0 0,6; 0,2.9 3.2,2.9",
    "G": "~4,1.2 3.2,-.2 0,-.3 0,6.3 3.8,6.2 4,4.6; 4,4.6 4,3.3 2.4,3.3",
    "H": "0,0 0,6; 4,0 4,6; 0,2.9 4,2.9",
    "I": "2,0 2,6; .8,0 3.2,0; .8,6 3.2,6",
    "J": "3.4,0 3.4,3.8; ~3.4,3.8 3.4,6.3 .2,6.4 .2,4.4",
    "K": "0,0 0,6; 4,0 0,3.8; 1.3,2.6 4,6",
    "L": "0,0 0,6 4,6",
    "M": "0,6 0,0 2,3.6 4,0 4,6",
    "N": "0,6 0,0 4,6 4,0",
    "O": "~o-.2,-.2 4.2,-.2 4.2,6.2 -.2,6.2",
    "P": "0,0 0,6; ~0,0 4.1,-.1 4.1,3.3 0,3.2",
    "Q": "~o-.2,-.2 4.2,-.2 4.2,6.2 -.2,6.2; 2.5,4.4 4.2,6.3",
    "R": "0,0 0,6; ~0,0 4.1,-.1 4.1,3.3 0,3.2; 1.9,3.2 4,6",
    "S": "~3.9,1.3 3.5,-.1 .1,-.3 -.1,2.7 4.1,3.1 4.1,6.2 .4,6.2 0,4.7",
    "T": "0,0 4,0; 2,0 2,6",
    "U": "0,0 0,3.8; ~0,3.8 0,6.3 4,6.3 4,3.8; 4,3.8 4,0",
    "V": "0,0 2,6 4,0",
    "W": "0,0 1,6 2,2 3,6 4,0",
    "X": "0,0 4,6; 4,0 0,6",
    "Y": "0,0 2,2.9 4,0; 2,2.9 2,6",
    "Z": "0,0 4,0 0,6 4,6",
    "-": ".6,3.2 3.4,3.2",
    "–": "-.2,3.2 4.2,3.2",
    ".": "1.9,5.8 2.1,6",
    ",": "2.1,5.6 1.6,6.9",
    ":": "1.9,1.8 2.1,2; 1.9,5 2.1,5.2",
    "/": ".2,6.4 3.8,-.4",
    "+": ".3,3.2 3.7,3.2; 2,1.5 2,4.9",
    "'": "2,0 1.8,1.4",
    "(": "~3,-.6 1.2,1 1.2,5 3,6.8",
    ")": "~1,-.6 2.8,1 2.8,5 1,6.8",
}


@cache
def strokes_of(character: str) -> tuple[Stroke, ...]:
    """The strokes of one character; small letters are drawn as capitals. KeyError when there is no such glyph."""
    drawing = GLYPHS[character.upper()]
    return tuple(_stroke(text.strip()) for text in drawing.split(";") if text.strip())


def has_strokes(character: str) -> bool:
    """Whether this font has the character."""
    return character.upper() in GLYPHS


def _stroke(text: str) -> Stroke:
    curved, closed = text.startswith("~"), text.startswith("~o")
    numbers = [pair.split(",") for pair in text.lstrip("~o").split()]
    points = [(float(x), float(y)) for x, y in numbers]
    for _ in range(3 if curved else 0):
        points = _corners_cut(points, closed=closed)
    return tuple([*points, points[0]] if closed else points)


def _corners_cut(points: list[Point], *, closed: bool) -> list[Point]:
    """One round of Chaikin's corner cutting, which ends in a quadratic B-spline."""
    ends = [*points[1:], points[0]] if closed else points[1:]
    cut = []
    for (x, y), (to_x, to_y) in zip(points, ends, strict=False):
        cut.append((x * 0.75 + to_x * 0.25, y * 0.75 + to_y * 0.25))
        cut.append((x * 0.25 + to_x * 0.75, y * 0.25 + to_y * 0.75))
    return cut if closed else [points[0], *cut[1:-1], points[-1]]
