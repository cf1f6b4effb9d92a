"""Shapes as SVG 1.1 of the size of a card: text stays text, set in whatever gothic font the viewer has."""

import math
from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.etree import ElementTree as ET

from cardsim.faces.ground import SPECIMEN
from cardsim.faces.lettering import Hand, hand_of
from cardsim.faces.shapes import BLACK, HEIGHT, WIDTH, Box, Colour, Ellipse, Glyphs, Modules, Outline, Shape
from cardsim.faces.typeface import Typeface

GOTHIC = "'Noto Sans CJK JP', IPAGothic, IPAexGothic, 'Yu Gothic', 'Hiragino Sans', sans-serif"
FIXED = "'DejaVu Sans Mono', 'Liberation Mono', monospace"
"""For the digits that machines read; the PNG draws them with strokes of our own."""
_NAMESPACE = "http://www.w3.org/2000/svg"


def svg_of(shapes: Iterable[Shape], typeface: Typeface) -> bytes:
    """The SVG of a face, UTF-8; a character that no font here has is the substitute box, and its title says which."""
    root = ET.Element(
        "svg",
        {
            "xmlns": _NAMESPACE,
            "width": f"{WIDTH:.2f}mm",
            "height": f"{HEIGHT:.2f}mm",
            "viewBox": f"0 0 {WIDTH:.2f} {HEIGHT:.2f}",
        },
    )
    ET.SubElement(root, "title").text = SPECIMEN
    for shape in shapes:
        root.extend(_elements(shape, typeface))
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _elements(shape: Shape, typeface: Typeface) -> Iterator[ET.Element]:
    match shape:
        case Glyphs():
            yield from _text(shape, typeface)
        case Box():
            yield ET.Element(
                "rect",
                {
                    **_place(x=shape.x, y=shape.y, width=shape.width, height=shape.height, rx=shape.radius),
                    **_paint(shape.fill, shape.edge, 0.12),
                },
            )
        case Outline():
            points = " ".join(f"{x:.2f},{y:.2f}" for x, y in shape.points)
            paint = _paint(shape.fill, shape.edge, shape.line)
            yield ET.Element("polygon" if shape.fill else "polyline", {"points": points, **paint})
        case Ellipse():
            place = _place(cx=shape.x, cy=shape.y, rx=shape.half_width, ry=shape.half_height)
            yield ET.Element("ellipse", {**place, **_paint(shape.fill, None, 0)})
        case Modules():
            yield ET.Element("path", {"d": _squares(shape), "fill": _hex(BLACK), "shape-rendering": "crispEdges"})


def _text(glyphs: Glyphs, typeface: Typeface) -> Iterator[ET.Element]:
    """The run as text, cut only where a box stands for a character; the digits of a field are one text."""
    x = glyphs.x

    def in_box(cell: tuple[str, float]) -> bool:
        return hand_of(cell[0], typeface, stroked=glyphs.stroked) is Hand.BOX

    for boxed, group in groupby(glyphs.cells, in_box):
        cells = list(group)
        width = glyphs.size * sum(each for _, each in cells)
        if boxed and typeface.file is not None:
            yield from _boxes(cells, x, glyphs)
        elif text := "".join(character for character, _ in cells):
            yield _run(text, x, width, glyphs)
        x += width


def _run(text: str, x: float, width: float, glyphs: Glyphs) -> ET.Element:
    element = ET.Element(
        "text",
        {
            **_place(x=x, y=glyphs.y, textLength=width),
            "font-size": f"{glyphs.size:.2f}",
            "font-family": FIXED if glyphs.stroked else GOTHIC,
            "fill": _hex(glyphs.colour),
            "xml:space": "preserve",
        },
    )
    if glyphs.field:
        element.set("class", glyphs.field)
    element.text = text
    return element


def _boxes(cells: list[tuple[str, float]], x: float, glyphs: Glyphs) -> Iterator[ET.Element]:
    size = glyphs.size
    for cluster, width in cells:
        place = _place(x=x + 0.08 * size, y=glyphs.y - 0.82 * size, width=(width - 0.16) * size, height=0.9 * size)
        box = ET.Element("rect", {**place, **_paint(None, glyphs.colour, 0.06 * size)})
        ET.SubElement(box, "title").text = " ".join(f"U+{ord(character):04X}" for character in cluster)
        yield box
        x += width * size


def _squares(modules: Modules) -> str:
    side = modules.module
    return " ".join(
        f"M{modules.x + across * side:.3f} {modules.y + down * side:.3f}h{side:.3f}v{side:.3f}h-{side:.3f}z"
        for down, row in enumerate(modules.rows)
        for across, dark in enumerate(row)
        if dark
    )


def _place(**numbers: float) -> dict[str, str]:
    if not all(math.isfinite(number) for number in numbers.values()):
        raise ValueError(f"a place on a card is a number, got {numbers}")
    return {name: f"{number:.2f}" for name, number in numbers.items()}


def _paint(fill: Colour | None, edge: Colour | None, width: float) -> dict[str, str]:
    stroke = {} if edge is None else {"stroke": _hex(edge), "stroke-width": f"{width:.2f}", "stroke-linejoin": "round"}
    return {"fill": "none" if fill is None else _hex(fill), **stroke}


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
