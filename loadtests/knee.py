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

import numpy as np
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
Vector = np.ndarray[tuple[int], np.dtype[np.float64]]
Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]


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


def settled(series: Series, course: list[Plateau]) -> list[tuple[Plateau, Series]]:
    """Return what was counted in each plateau of a ramp, without the first second of each; none without an interval."""
    parts = [
        (plateau, series.between(plateau.start + min(SETTLING, (plateau.end - plateau.start) / 2), plateau.end))
        for plateau in course
    ]
    return [(plateau, part) for plateau, part in parts if part.seconds]


def steps_of(series: Series, course: list[Plateau], latency: str) -> list[Step]:
    """Return what was measured in each plateau of a ramp."""
    found = []
    for plateau, part in settled(series, course):
        histogram = part.latencies(latency)
        found.append(
            Step(
                round(plateau.level, 3),
                round(part.throughput, 2),
                round(histogram.quantile(0.5) * 1000, 3),
                round(histogram.quantile(0.99) * 1000, 3),
            )
        )
    return found


def find_knee(steps: list[Step]) -> Knee | None:
    """Return the knee of a ramp; None when the target was not saturated, or too few steps were measured."""
    if len(steps) < FEWEST_STEPS:
        return None
    levels, rates = np.array([step.level for step in steps]), np.array([step.throughput for step in steps])
    error, knee, before, after = (float(each[0]) for each in broken(levels, rates[None]))
    if before <= 0 or after >= GENTLER * before or _f(levels, rates, error) < LEAST_F:
        return None
    bend = next((step.level for step in steps if step.p50 >= TWICE * steps[0].p50), None)
    return Knee(round(knee, 2), round(before * knee, 2), round(before, 4), round(after, 4), bend)


def broken(levels: Vector, rates: Matrix) -> tuple[Vector, Vector, Vector, Vector]:
    """Return the best stick of each row of throughputs: squared error, break, slope before and after."""
    count = (len(levels) - 2) * CANDIDATES_PER_STEP
    breaks = levels[0] + np.arange(count) * (levels[-2] - levels[0]) / count
    fits = [_fit(levels, rates, each) for each in breaks]
    errors, befores, afters = (np.stack(each) for each in zip(*fits, strict=True))
    best, rows = errors.argmin(axis=0), np.arange(len(rates))
    return errors[best, rows], breaks[best], befores[best, rows], afters[best, rows]


def _fit(levels: Vector, rates: Matrix, knee: float) -> tuple[Vector, Vector, Vector]:
    """Return the squared error and both slopes of the best stick that is broken there, row by row."""
    stick = np.stack([np.minimum(levels, knee), np.maximum(levels - knee, 0.0)])
    slopes = rates @ np.linalg.pinv(stick)
    before, after = slopes.T
    return ((rates - slopes @ stick) ** 2).sum(axis=1), before, after


def _f(levels: Vector, rates: Vector, error: float) -> float:
    """Return the F statistic of the stick against a line through the origin without a break."""
    straight = float(((rates - levels * (levels @ rates) / (levels @ levels)) ** 2).sum())
    freedom = max(len(levels) - PARAMETERS, 1)
    least = 1e-12 * float(rates @ rates)
    return ((straight - error) / (PARAMETERS - 1)) / max(error / freedom, least)
