"""Charts as inline SVG: lines over time or over load, with bands for faults. Nothing is fetched. Pure."""

import math
from collections.abc import Callable, Sequence
from html import escape

from msgspec import Struct

WIDTH, HEIGHT = 960, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 14, 30
TICKS_ACROSS, TICKS_UP = 10, 5
DECADES = 10.0
HEADROOM = 0.08
"""Of the height: a line that stays at its highest is not to look like the frame, and bands have their names there."""


class Line(Struct, frozen=True):
    """One quantity; None where it was not measured. `style` is a class of the page's sheet."""

    style: str
    values: Sequence[float | None]
    dots: bool = False


class Band(Struct, frozen=True):
    """A time in which something was wrong on purpose."""

    start: float
    end: float
    name: str


class Mark(Struct, frozen=True):
    """A level worth a line of its own."""

    at: float
    name: str


def chart(  # noqa: PLR0913  (what a chart is made of)
    across: Sequence[float],
    lines: Sequence[Line],
    *,
    bands: Sequence[Band] = (),
    marks: Sequence[Mark] = (),
    logarithmic: bool = False,
    from_zero: bool = True,
    describes: str = "",
) -> str:
    """Return a chart of lines over `across`, which grows from left to right."""
    values = [value for line in lines for value in line.values if value is not None]
    if not across or not values:
        return ""
    most_across = max(across[-1], *(band.end for band in bands), *(mark.at for mark in marks), 1e-9)
    right = WIDTH - RIGHT

    def x(value: float) -> float:
        return LEFT + (right - LEFT) * value / most_across

    ticks, y = _vertical(values, logarithmic=logarithmic, from_zero=from_zero)
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(describes)}">']
    parts += [_band(band, x) for band in bands]
    parts += [_tick_up(tick, y(tick)) for tick in ticks]
    parts += [
        f'<text class="tick" x="{x(tick):.1f}" y="{HEIGHT - 10}" text-anchor="middle">{_spell(tick)}</text>'
        for tick in _ticks(0.0, most_across, TICKS_ACROSS)
    ]
    for line in lines:
        parts += _line(line, [x(value) for value in across], y)
    parts += [_mark(mark, x) for mark in marks]
    return "".join([*parts, "</svg>"])


def _vertical(
    values: Sequence[float], *, logarithmic: bool, from_zero: bool
) -> tuple[list[float], Callable[[float], float]]:
    """Return the ticks of the vertical axis, and where on it a value stands."""
    bottom, top = HEIGHT - BOTTOM, TOP
    positive = [value for value in values if value > 0]
    if logarithmic and positive:
        low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive) * 1.0001))
        high = max(high, low + 1)
        scale = (bottom - top) / (high - low)
        return (
            [DECADES**power for power in range(low, high + 1)],
            lambda value: bottom - scale * (math.log10(max(value, DECADES**low)) - low),
        )
    least, most = (0.0 if from_zero else min(values)), max(values)
    if most <= least:
        most = least + (abs(least) * 0.1 or 1.0)
    if not from_zero:
        room = (most - least) * 0.15
        least, most = max(0.0, least - room), most + room
    else:
        most += (most - least) * HEADROOM
    ticks = _ticks(least, most, TICKS_UP)
    return ticks, lambda value: bottom - (bottom - top) * (value - least) / (most - least)


def _line(line: Line, across: Sequence[float], y: Callable[[float], float]) -> list[str]:
    """Return the strokes of a line; where nothing was measured it is broken."""
    strokes: list[list[str]] = [[]]
    for place, value in zip(across, line.values, strict=True):
        if value is None:
            strokes.append([])
        else:
            strokes[-1].append(f"{place:.1f},{y(value):.1f}")
    parts = [f'<polyline class="{line.style}" points="{" ".join(points)}"/>' for points in strokes if len(points) > 1]
    alone = [points[0] for points in strokes if len(points) == 1]
    dots = [point for points in strokes for point in points] if line.dots else alone
    for point in dots:
        left, _, up = point.partition(",")
        parts.append(f'<circle class="{line.style}" cx="{left}" cy="{up}" r="3.5"/>')
    return parts


def _band(band: Band, x: Callable[[float], float]) -> str:
    width = max(x(band.end) - x(band.start), 2.0)
    return (
        f'<rect class="band" x="{x(band.start):.1f}" y="{TOP}" width="{width:.1f}" height="{HEIGHT - TOP - BOTTOM}"/>'
        f'<text class="band" x="{x(band.start) + 3:.1f}" y="{TOP + 11}">{escape(band.name)}</text>'
    )


def _mark(mark: Mark, x: Callable[[float], float]) -> str:
    at = x(mark.at)
    side, anchor = (-5, "end") if at > WIDTH / 2 else (5, "start")
    return (
        f'<line class="mark" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        f'<text class="mark" x="{at + side:.1f}" y="{HEIGHT - BOTTOM - 8}" text-anchor="{anchor}">'
        f"{escape(mark.name)}</text>"
    )


def _tick_up(value: float, y: float) -> str:
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_spell(value)}</text>'
    )


def _ticks(least: float, most: float, about: int) -> list[float]:
    """Return round numbers from `least` on, the last at or just below `most`."""
    raw = (most - least) / about
    power = DECADES ** math.floor(math.log10(raw))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= raw)
    first = math.ceil(least / step - 1e-9)
    return [round(number * step, 10) for number in range(first, math.floor(most / step + 1e-9) + 1)]


def _spell(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:g}"
