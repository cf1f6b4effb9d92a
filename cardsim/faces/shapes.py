"""The shapes a face is made of, in millimetres from the top left corner; both renderers draw this list in order."""

from collections.abc import Sequence
from dataclasses import dataclass

from cardsim.faces.stroke_glyphs import Point

WIDTH, HEIGHT = 85.60, 53.98
"""ID-1 (ISO/IEC 7810:2019 §5)."""
CORNER = 3.18
"""Radius of its corners (ibid.)."""
Colour = tuple[int, int, int]
BLACK: Colour = (20, 20, 24)
GREY: Colour = (96, 96, 104)
WHITE: Colour = (255, 255, 255)
RED: Colour = (176, 32, 48)


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A run of text at its baseline; each character has a cell of its own, so no metrics of a font are needed."""

    x: float
    y: float
    size: float
    """Of the em."""
    cells: tuple[tuple[str, float], ...]
    """Each character with its marks, and the width of its cell in ems."""
    colour: Colour = BLACK
    stroked: bool = False
    """Whether the strokes of our own font come before those of the typeface: for what machines read."""
    field: str = ""
    """What a reader of the card would call it, such as `birth.year`."""

    @property
    def text(self) -> str:
        """The run as it is read."""
        return "".join(character for character, _ in self.cells)

    @property
    def width(self) -> float:
        """Of the whole run."""
        return self.size * sum(width for _, width in self.cells)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, with round corners where a radius is given."""

    x: float
    y: float
    width: float
    height: float
    fill: Colour | None = None
    edge: Colour | None = None
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Outline:
    """A polygon that is filled, or a line through its points."""

    points: tuple[Point, ...]
    fill: Colour | None = None
    edge: Colour | None = None
    line: float = 0.12


@dataclass(frozen=True, slots=True)
class Ellipse:
    """An ellipse by its centre and half axes."""

    x: float
    y: float
    half_width: float
    half_height: float
    fill: Colour


@dataclass(frozen=True, slots=True)
class Modules:
    """The dark modules of a code symbol, row by row."""

    x: float
    y: float
    module: float
    rows: tuple[bytes, ...]


Shape = Glyphs | Box | Outline | Ellipse | Modules


def field_box(shapes: Sequence[Shape], field: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a field, in millimetres: where a reader that knows the layout looks."""
    for shape in shapes:
        if isinstance(shape, Glyphs) and shape.field == field:
            return shape.x, shape.y - 0.84 * shape.size, shape.x + shape.width, shape.y + 0.1 * shape.size
    raise KeyError(field)
