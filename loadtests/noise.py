"""How much a figure of a run varies by itself: what a difference between two runs must exceed to be one. Pure.

Within a run: the seconds of the run are drawn again with replacement, in blocks of five that follow each other (moving
block bootstrap, Künsch 1989: neighbouring seconds resemble each other), and the figure is made anew from them, 200
times; the noise is the standard deviation of those over their mean. The first two seconds do not count.

Between runs of the same kind there is more: another start, another neighbour on the machine. Where the history has
several of them, their own spread is taken where it is larger (`history`).
"""

import random
from collections.abc import Callable
from statistics import fmean, stdev

from msgspec import Struct

from loadtests.histogram import merged
from loadtests.series import VISIT, Interval, Series

BLOCK = 5
ROUNDS = 200
STARTING = 2
FEWEST = 2 * BLOCK
"""Seconds: of fewer nothing is drawn, and the noise of a run is not known."""
SIGMAS = 2.0
"""About 95 %."""


class Figure(Struct, frozen=True):
    """One figure of a run, and which way is up."""

    value: float
    noise: float | None
    """How much it varies within the run, as a share of itself; None: not known."""
    more_is_better: bool


def figures(series: Series, latency: str, seed: int = 0) -> dict[str, Figure]:
    """Return the figures of a run by which it is compared with another."""
    found = {"verdicts_per_second": Figure(*_figure(series, _throughput(series.width), seed), more_is_better=True)}
    for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99)):
        found[f"{latency}_{name}"] = Figure(*_figure(series, _quantile(latency, share), seed), more_is_better=False)
    return found


def latency_of(series: Series) -> str:
    """Return by whose latency a run is compared: whole visits where there are any."""
    names = series.names()
    return VISIT if VISIT in names or not names else names[0]


def _figure(series: Series, measure: Callable[[list[Interval]], float], seed: int) -> tuple[float, float | None]:
    intervals = series.intervals[STARTING:-1]
    value = round(measure(series.intervals), 3)
    if len(intervals) < FEWEST:
        return value, None
    chance = random.Random(seed)  # noqa: S311  (a repeatable draw, no secrets)
    drawn = [measure(_resample(intervals, chance)) for _ in range(ROUNDS)]
    middle = fmean(drawn)
    return value, round(stdev(drawn) / middle, 5) if middle else None


def _resample(intervals: list[Interval], chance: random.Random) -> list[Interval]:
    """Return as many intervals, in blocks that begin anywhere."""
    drawn: list[Interval] = []
    while len(drawn) < len(intervals):
        start = chance.randrange(len(intervals) - BLOCK + 1)
        drawn += intervals[start : start + BLOCK]
    return drawn[: len(intervals)]


def _throughput(width: float) -> Callable[[list[Interval]], float]:
    return lambda intervals: sum(each.verdicts for each in intervals) / (len(intervals) * width) if intervals else 0.0


def _quantile(name: str, share: float) -> Callable[[list[Interval]], float]:
    def measure(intervals: list[Interval]) -> float:
        found = merged([each.latencies[name] for each in intervals if name in each.latencies])
        return found.quantile(share) * 1000

    return measure
