"""Shapes as a PNG at 300 dpi (Pillow): drawn twice as large and halved, so that edges are smooth."""

import io
from collections.abc import Iterable

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from cardsim.faces.ground import SPECIMEN
from cardsim.faces.lettering import Hand, hand_of, pen_form
from cardsim.faces.shapes import BLACK, HEIGHT, WIDTH, Box, Colour, Ellipse, Glyphs, Modules, Outline, Shape
from cardsim.faces.stroke_glyphs import HEIGHT as GRID_HEIGHT
from cardsim.faces.stroke_glyphs import WIDTH as GRID_WIDTH
from cardsim.faces.stroke_glyphs import Point, strokes_of
from cardsim.faces.typeface import Typeface

DPI = 300
PIXELS_PER_MM = DPI / 25.4
_SMOOTH = 2
"""How many times as large it is drawn before it is reduced."""
PEN = 0.095
"""Width of the pen, in ems."""
CAPITAL, LETTER = 0.74, 0.40
"""Height and width of the pen's letters, in ems."""


def png_of(shapes: Iterable[Shape], typeface: Typeface) -> bytes:
    """The PNG of a face: ID-1 at 300 dpi, 1011 × 638 pixels."""
    image = drawn(shapes, typeface, WIDTH, HEIGHT, PIXELS_PER_MM)
    return encoded(image)


def encoded(image: Image.Image) -> bytes:
    """An image as PNG, with its resolution, and with the words that it is a specimen."""
    words = PngInfo()
    words.add_itxt("Comment", SPECIMEN)
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(DPI, DPI), pnginfo=words, compress_level=6)
    return out.getvalue()


def drawn(  # noqa: PLR0913  (a canvas has two sides, a scale and a kind)
    shapes: Iterable[Shape],
    typeface: Typeface,
    width: float,
    height: float,
    pixels_per_mm: float,
    *,
    mode: str = "RGB",
    smooth: int = _SMOOTH,
) -> Image.Image:
    """The shapes as an image of `width` × `height` mm, drawn `smooth` times as large and reduced."""
    size = round(width * pixels_per_mm) * smooth, round(height * pixels_per_mm) * smooth
    image = Image.new(mode, size, "white")
    brush = _Brush(ImageDraw.Draw(image), pixels_per_mm * smooth, typeface, mode)
    for shape in shapes:
        brush.draw(shape)
    return image.reduce(smooth) if smooth > 1 else image


class _Brush:
    """Draws shapes on one canvas."""

    def __init__(self, canvas: ImageDraw.ImageDraw, scale: float, typeface: Typeface, mode: str) -> None:
        self._canvas = canvas
        self._scale = scale
        self._typeface = typeface
        self._grey = mode == "L"

    def draw(self, shape: Shape) -> None:
        match shape:
            case Glyphs():
                self._glyphs(shape)
            case Box():
                self._box(shape)
            case Outline():
                self._outline(shape)
            case Ellipse():
                self._canvas.ellipse(
                    self._corners(
                        shape.x - shape.half_width, shape.y - shape.half_height,
                        2 * shape.half_width, 2 * shape.half_height,
                    ),
                    fill=self._ink(shape.fill),
                )  # fmt: skip
            case Modules():
                self._modules(shape)

    def _ink(self, colour: Colour | None) -> Colour | int | None:
        return sum(colour) // 3 if colour is not None and self._grey else colour

    def _corners(self, x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        scale = self._scale
        return round(x * scale), round(y * scale), round((x + width) * scale) - 1, round((y + height) * scale) - 1

    def _box(self, box: Box) -> None:
        corners = self._corners(box.x, box.y, box.width, box.height)
        radius, edge = box.radius * self._scale, max(1, round(0.12 * self._scale))
        self._canvas.rounded_rectangle(
            corners, radius, fill=self._ink(box.fill), outline=self._ink(box.edge), width=edge if box.edge else 0
        )

    def _outline(self, outline: Outline) -> None:
        points = [(x * self._scale, y * self._scale) for x, y in outline.points]
        if outline.fill is not None:
            self._canvas.polygon(points, fill=self._ink(outline.fill))
        if outline.edge is not None:
            width = max(1, round(outline.line * self._scale))
            self._canvas.line(points, fill=self._ink(outline.edge), width=width, joint="curve")

    def _modules(self, modules: Modules) -> None:
        for down, row in enumerate(modules.rows):
            for across, dark in enumerate(row):
                if dark:
                    x, y = modules.x + across * modules.module, modules.y + down * modules.module
                    self._canvas.rectangle(self._corners(x, y, modules.module, modules.module), fill=self._ink(BLACK))

    def _glyphs(self, glyphs: Glyphs) -> None:
        x = glyphs.x
        for cluster, width in glyphs.cells:
            middle = x + width * glyphs.size / 2
            match hand_of(cluster, self._typeface, stroked=glyphs.stroked):
                case Hand.PEN:
                    self._strokes(cluster if glyphs.stroked else pen_form(cluster), middle, glyphs)
                case Hand.FONT:
                    font = self._typeface.sized(max(1, round(glyphs.size * self._scale)))
                    at = middle * self._scale, glyphs.y * self._scale
                    self._canvas.text(at, cluster, fill=self._ink(glyphs.colour), font=font, anchor="ms")
                case Hand.BOX:
                    self._substitute(x, width * glyphs.size, glyphs)
                case Hand.NOBODY:
                    pass
            x += width * glyphs.size

    def _strokes(self, character: str, middle: float, glyphs: Glyphs) -> None:
        ink, pen = self._ink(glyphs.colour), max(1, round(PEN * glyphs.size * self._scale))
        left, top = middle - LETTER * glyphs.size / 2, glyphs.y - CAPITAL * glyphs.size
        for stroke in strokes_of(character):
            points = [self._placed(point, left, top, glyphs.size) for point in stroke]
            self._canvas.line(points, fill=ink, width=pen, joint="curve")
            for x, y in (points[0], points[-1]):
                half = (pen - 1) / 2
                self._canvas.ellipse((x - half, y - half, x + half, y + half), fill=ink)

    def _placed(self, point: Point, left: float, top: float, size: float) -> Point:
        x = left + point[0] / GRID_WIDTH * LETTER * size
        y = top + point[1] / GRID_HEIGHT * CAPITAL * size
        return x * self._scale, y * self._scale

    def _substitute(self, x: float, width: float, glyphs: Glyphs) -> None:
        """The box: as wide as the character's cell less a little, from just under the baseline to the em's top."""
        margin = 0.08 * glyphs.size
        corners = self._corners(x + margin, glyphs.y - 0.82 * glyphs.size, width - 2 * margin, 0.9 * glyphs.size)
        line = max(1, round(0.06 * glyphs.size * self._scale))
        self._canvas.rectangle(corners, outline=self._ink(glyphs.colour), width=line)
