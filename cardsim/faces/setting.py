"""Sets text: one cell a character, lines broken where they are full, size reduced until all of it fits."""

import unicodedata
from collections.abc import Iterator

from cardsim.faces.shapes import BLACK, Colour, Glyphs

NARROW, WIDE = 0.58, 1.0
"""Cells in ems: Latin letters and digits, and everything East Asian."""
LEADING = 1.22
_MARKS = {"Mn", "Me"}


def clusters(text: str) -> Iterator[str]:
    """The characters of a text, each with the marks (variation selectors too) that follow it."""
    start = 0
    for position in range(1, len(text) + 1):
        if position == len(text) or unicodedata.category(text[position]) not in _MARKS:
            yield text[start:position]
            start = position


def cells_of(text: str) -> tuple[tuple[str, float], ...]:
    """Each character with the width of its cell (Unicode Standard Annex 11: Wide, Fullwidth and Ambiguous are wide)."""
    return tuple(
        (cluster, WIDE if unicodedata.east_asian_width(cluster[0]) in {"W", "F", "A"} else NARROW)
        for cluster in clusters(text)
    )


def line(  # noqa: PLR0913  (what a line of print is)
    x: float,
    y: float,
    size: float,
    text: str,
    *,
    colour: Colour = BLACK,
    stroked: bool = False,
    field: str = "",
    pitch: float | None = None,
) -> Glyphs:
    """One line at its baseline; `pitch` is the cell of every character where it is not the usual one."""
    cells = cells_of(text) if pitch is None else tuple((cluster, pitch) for cluster in clusters(text))
    return Glyphs(x, y, size, cells, colour, stroked, field)


def row(x: float, y: float, size: float, *parts: str | tuple[str, str]) -> list[Glyphs]:
    """Parts one behind the other; a part `(text, field)` is for machines: drawn with strokes and to be found again."""
    made: list[Glyphs] = []
    for part in parts:
        text, field = part if isinstance(part, tuple) else (part, "")
        made.append(line(x, y, size, text, stroked=bool(field), field=field))
        x += made[-1].width
    return made


def paragraph(
    text: str, place: tuple[float, float, float, float], size: float, *, field: str = "", smallest: float = 0.9
) -> list[Glyphs]:
    """Lines that fill a place (left, top, width, height) from its top, as large as they fit in, at most `size`.

    What does not even fit at `smallest` is cut off with …, as on a card whose holder's name is longer than the panel.
    """
    x, top, width, height = place
    while True:
        lines = _broken(text, width / size)
        room = max(1, int((height + (LEADING - 1) * size) / (LEADING * size)))
        if len(lines) <= room:
            break
        if size <= smallest:
            lines = [*lines[: room - 1], [*lines[room - 1][:-1], ("…", WIDE)]]
            break
        size = max(smallest, size * 0.94)
    return [
        Glyphs(
            x, top + size * (0.9 + LEADING * index), size, tuple(cells), field=f"{field}.{index + 1}" if field else ""
        )
        for index, cells in enumerate(lines)
    ]


def _broken(text: str, ems: float) -> list[list[tuple[str, float]]]:
    lines: list[list[tuple[str, float]]] = []
    for wanted in text.split("\n"):
        lines.append([])
        used = 0.0
        for cell in cells_of(wanted):
            if used + cell[1] > ems and lines[-1]:
                lines.append([])
                used = 0.0
            lines[-1].append(cell)
            used += cell[1]
    return lines
