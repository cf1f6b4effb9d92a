"""A face that nobody has: a few ellipses and lines, chosen by a seed; grey, as the chip's photo is (spec/card.md §2.3).

It is a drawing at first sight, so that it can never be taken for somebody's photo.
"""

import hashlib
from dataclasses import replace
from math import cos, pi, sin

from cardsim.faces.setting import line
from cardsim.faces.shapes import Box, Colour, Ellipse, Outline, Shape
from cardsim.faces.stroke_glyphs import Point

WIDTH, HEIGHT = 22.0, 27.5
"""Of the photo on a card, in mm (a municipal page: 縦2.75cm 横2.20cm)."""
_MIDDLE = WIDTH / 2


class _Chance:
    """Numbers between 0 and 1 that follow from a seed, the same on every machine."""

    def __init__(self, seed: str) -> None:
        self._left = iter(hashlib.shake_256(f"kazashi portrait {seed}".encode()).digest(32))

    def between(self, least: float, most: float) -> float:
        return least + (most - least) * next(self._left) / 255

    def of(self, count: int) -> int:
        return next(self._left) % count


def portrait(seed: str, left: float = 0.0, top: float = 0.0) -> tuple[Shape, ...]:
    """Head, hair and shoulders in a frame of 22.0 × 27.5 mm at a place on the card."""
    return tuple(_moved(shape, left, top) for shape in _drawn(_Chance(seed)))


def _drawn(chance: _Chance) -> list[Shape]:
    half, tall = chance.between(4.7, 5.6), chance.between(6.3, 7.1)
    skin, hair, coat = (_grey(chance.between(*ends)) for ends in ((205, 228), (28, 92), (60, 150)))
    shade = _grey(skin[0] - 26)
    eyes_at = 12.3
    length, parting = chance.of(3), chance.between(-2.6, 2.6)
    shapes: list[Shape] = [Box(0, 0, WIDTH, HEIGHT, fill=_grey(242))]
    if length:  # hair that falls beside the face, to the chin or to the shoulders
        shapes.append(Box(_MIDDLE - half - 1.1, 9.5, 2 * half + 2.2, 6.5 + 4.2 * length, fill=hair, radius=2.6))
    shapes += _bust(coat, shade, _grey(chance.between(225, 250)))
    shapes += [Ellipse(_MIDDLE + side * half, eyes_at + 0.6, 0.9, 1.4, shade) for side in (-1, 1)]
    shapes += [
        Ellipse(_MIDDLE, 10.7, half + 0.75, tall + 0.1, hair),
        Ellipse(_MIDDLE, 12.0, half, tall, skin),
        Outline(_fringe(half, tall, parting), fill=hair),
    ]
    shapes += _features(chance, eyes_at, half, hair, shade)
    shapes.append(line(1.1, HEIGHT - 0.7, 1.5, "SPECIMEN KAZASHI", colour=_grey(255), stroked=True, pitch=0.62))
    shapes.append(Box(0, 0, WIDTH, HEIGHT, edge=_grey(150)))
    return shapes


def _bust(coat: Colour, shade: Colour, shirt: Colour) -> list[Shape]:
    right = ((13.6, 20.6), (18.4, 22.4), (20.6, 24.2), (21.4, HEIGHT))
    left = tuple((WIDTH - x, y) for x, y in reversed(right))
    return [
        Outline((*left, *right), fill=coat),
        Outline(((8.0, 20.4), (14.0, 20.4), (11.0, 26.6)), fill=shirt),
        Box(8.9, 16.5, 4.2, 5.6, fill=shade, radius=1.8),
    ]


def _fringe(half: float, tall: float, parting: float) -> tuple[Point, ...]:
    """Hair over the forehead: the upper arc of the head, and back along two bows that meet at the parting."""
    arc = [(_MIDDLE + (half + 0.5) * cos(a), 11.4 - (tall + 0.2) * sin(a)) for a in _steps(pi * 1.0, 0.0, 24)]
    meet = (_MIDDLE + parting, 12.0 - tall * 0.72)
    right = [_bow((_MIDDLE + half + 0.5, 11.4), (_MIDDLE + half * 0.55, 8.4), meet, t) for t in _steps(0, 1, 8)]
    left = [_bow(meet, (_MIDDLE - half * 0.55, 8.4), (_MIDDLE - half - 0.5, 11.4), t) for t in _steps(0, 1, 8)]
    return (*arc, *right, *left)


def _features(chance: _Chance, y: float, half: float, hair: Colour, shade: Colour) -> list[Shape]:
    apart, open_, dark = half * chance.between(0.40, 0.48), chance.between(0.42, 0.62), _grey(40)
    lift, brow = chance.between(-0.1, 0.35), chance.between(1.4, 1.8)
    glasses, smile, mouth = chance.of(4) == 0, chance.between(0.5, 1.5), chance.between(1.3, 1.9)
    shapes: list[Shape] = []
    for side in (-1, 1):
        x = _MIDDLE + side * apart
        shapes.append(Ellipse(x, y, 0.95, open_, _grey(250)))
        shapes.append(Ellipse(x, y, 0.46, min(0.46, open_), dark))
        ends = ((x - side * 1.1, y - brow - lift), (x, y - brow - 0.35), (x + side * 1.2, y - brow))
        shapes.append(Outline(ends, edge=hair, line=0.42))
        if glasses:
            ring = tuple((x + 1.75 * cos(a), y + 0.1 + 1.35 * sin(a)) for a in _steps(0, 2 * pi, 20))
            shapes.append(Outline(ring, edge=dark, line=0.22))
    if glasses:
        shapes.append(Outline(((_MIDDLE - apart + 1.75, y), (_MIDDLE + apart - 1.75, y)), edge=dark, line=0.22))
    nose = ((_MIDDLE + 0.2, y + 0.9), (_MIDDLE + 0.7, y + 2.5), (_MIDDLE - 0.3, y + 2.7))
    lips = tuple(_bow((_MIDDLE - mouth, y + 4.2), (_MIDDLE, y + 4.2 + smile), (_MIDDLE + mouth, y + 4.2), t)
                 for t in _steps(0, 1, 8))  # fmt: skip
    return [*shapes, Outline(nose, edge=shade, line=0.3), Outline(lips, edge=_grey(110), line=0.4)]


def _steps(start: float, end: float, count: int) -> list[float]:
    return [start + (end - start) * step / count for step in range(count + 1)]


def _bow(start: Point, pull: Point, end: Point, t: float) -> Point:
    """A point of a quadratic Bézier curve."""
    a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
    return a * start[0] + b * pull[0] + c * end[0], a * start[1] + b * pull[1] + c * end[1]


def _grey(level: float) -> Colour:
    value = round(level)
    return value, value, value


def _moved(shape: Shape, x: float, y: float) -> Shape:
    if isinstance(shape, Outline):
        return replace(shape, points=tuple((px + x, py + y) for px, py in shape.points))
    return replace(shape, x=shape.x + x, y=shape.y + y)
