"""The knee of a ramp: the level beyond which more load no longer brings more answers. Pure.

The rule is ours and it is this. Throughput over level is fitted, by least squares, with a stick that is broken once: a
line through the origin up to the knee, another line from there on (segmented regression with one unknown break; the
origin belongs to it, for without load there are no answers), with two steps at least beyond the break. The break is a
knee if the second line rises less than half as steeply as the first, and if the stick fits so much better than a line
without a break that noise alone would hardly do it (F of the two further parameters at least 8: one in a hundred, with
twelve steps). If no break is one, the target was not saturated, and the ramp should go further.

Latency is told beside it as an independent sign: the first level at which the median is twice that of the first step.
Where the target is saturated in a closed loop it must rise (Little's law), and in an open loop it has no bound.
"""

from msgspec import Struct

from loadtests.series import Series
from loadtests.shapes import Plateau

GENTLER = 0.5
"""Of the slope before the knee: what the slope after it must be below."""
LEAST_F = 8.0
PARAMETERS = 3
"""Of the stick: both slopes and the break."""
CANDIDATES_PER_STEP = 20
FEWEST_STEPS = 4
TWICE = 2.0
SETTLING = 1.0
"""Seconds at the beginning of a step that count for none: users come and go once a second."""


class Step(Struct, frozen=True):
    """One plateau of a ramp as it was measured; latencies in milliseconds."""

    level: float
    throughput: float
    p50: float
    p99: float


class Knee(Struct, frozen=True):
    """Where a ramp bends."""

    level: float
    throughput: float
    """What is reached there, by the fitted line."""
    slope_before: float
    slope_after: float
    latency_bend: float | None
    """The first level whose median latency is twice the first's; None when none is."""


def steps_of(series: Series, course: list[Plateau], latency: str) -> list[Step]:
    """Return what was measured in each plateau of a ramp, without the first second of each."""
    found = []
    for plateau in course:
        settled = plateau.start + min(SETTLING, (plateau.end - plateau.start) / 2)
        part = series.between(settled, plateau.end)
        if part.seconds:
            histogram = part.latencies(latency)
            found.append(
                Step(
                    round(plateau.level, 3),
                    round(sum(each.verdicts for each in part.intervals) / part.seconds, 2),
                    round(histogram.quantile(0.5) * 1000, 3),
                    round(histogram.quantile(0.99) * 1000, 3),
                )
            )
    return found


def find_knee(steps: list[Step]) -> Knee | None:
    """Return the knee of a ramp; None when the target was not saturated, or too few steps were measured."""
    if len(steps) < FEWEST_STEPS:
        return None
    levels, rates = [step.level for step in steps], [step.throughput for step in steps]
    fits = [_fit(levels, rates, candidate) for candidate in _candidates(levels)]
    error, knee, before, after = min(fits)
    if before <= 0 or after >= GENTLER * before or _f(levels, rates, error) < LEAST_F:
        return None
    bend = next((step.level for step in steps if step.p50 >= TWICE * steps[0].p50), None)
    return Knee(round(knee, 2), round(before * knee, 2), round(before, 4), round(after, 4), bend)


def _candidates(levels: list[float]) -> list[float]:
    """Return where the break may be: from the first level to just before the last but one."""
    count = (len(levels) - 2) * CANDIDATES_PER_STEP
    width = (levels[-2] - levels[0]) / count
    return [levels[0] + index * width for index in range(count)]


def _f(levels: list[float], rates: list[float], error: float) -> float:
    """Return the F statistic of the stick against a line through the origin without a break."""
    slope = _dot(levels, rates) / _dot(levels, levels)
    straight = sum((rate - slope * level) ** 2 for level, rate in zip(levels, rates, strict=True))
    freedom = max(len(levels) - PARAMETERS, 1)
    least = 1e-12 * _dot(rates, rates)
    return ((straight - error) / (PARAMETERS - 1)) / max(error / freedom, least)


def _fit(levels: list[float], rates: list[float], knee: float) -> tuple[float, float, float, float]:
    """Return the squared error, the knee, and both slopes of the best stick that is broken there."""
    first, second = [min(level, knee) for level in levels], [max(0.0, level - knee) for level in levels]
    aa, ab, bb = _dot(first, first), _dot(first, second), _dot(second, second)
    ay, by = _dot(first, rates), _dot(second, rates)
    determinant = aa * bb - ab * ab
    before, after = (ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant
    error = sum((rate - before * x - after * z) ** 2 for rate, x, z in zip(rates, first, second, strict=True))
    return error, knee, before, after


def _dot(left: list[float], right: list[float]) -> float:
    return sum(x * y for x, y in zip(left, right, strict=True))
