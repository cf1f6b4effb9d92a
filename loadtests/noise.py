"""How much a figure of a run varies by itself: what a difference between two runs must exceed to be one. Pure.

Within a run: its seconds are drawn again, 200 times (`resampling`), and the figure is made anew from each round; the
noise is the standard deviation of those over their mean. The first two seconds do not count.

Between runs of the same kind there is more: another start, another neighbour on the machine. Where the history has
several of them, their own spread is taken where it is larger (`history`).
"""

import numpy as np
from msgspec import Struct

from loadtests.histogram import MICROSECONDS, middle_of
from loadtests.knee import Knee, broken, settled
from loadtests.resampling import BLOCK, Draws, drawn, strata_of
from loadtests.series import VISIT, Interval, Series
from loadtests.shapes import Plateau

STARTING = 2
FEWEST = 2 * BLOCK
"""Seconds: of fewer nothing is drawn, and the noise of a run is not known."""
SIGMAS = 3.0
"""What a difference must exceed: of several figures of several runs, one in twenty would always be one."""
Rounds = np.ndarray[tuple[int], np.dtype[np.float64]]


class Figure(Struct, frozen=True):
    """One figure of a run, and which way is up."""

    value: float
    noise: float | None
    """How much it varies within the run, as a share of itself; None: not known."""
    more_is_better: bool


def figures(series: Series, latency: str, course: list[Plateau], seed: int = 0) -> dict[str, Figure]:
    """Return the figures of a run, which took this course, by which it is compared with another."""
    places = range(STARTING, len(series.intervals) - 1)
    drawn_from = [series.intervals[place] for place in places]
    draws = (
        drawn(strata_of(course, [(place + 0.5) * series.width for place in places]), seed)
        if len(drawn_from) >= FEWEST
        else None
    )
    rates = None if draws is None else draws @ np.array([each.verdicts for each in drawn_from], dtype=np.float64)
    found = {"verdicts_per_second": Figure(round(series.throughput, 3), _noise(rates), more_is_better=True)}
    for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99)):
        value = series.latencies(latency).quantile(share) * 1000
        quantiles = None if draws is None else _quantiles(drawn_from, latency, share, draws)
        found[f"{latency}_{name}"] = Figure(round(value, 4), _noise(quantiles), more_is_better=False)
    return found


def knee_figures(knee: Knee, series: Series, course: list[Plateau], seed: int = 0) -> dict[str, Figure]:
    """Return the figures of the knee that was found in a ramp: the stick is broken anew in each round.

    Its noise is not known where a step has one interval only.
    """
    steps = settled(series, course)
    strata = [len(part.intervals) for _, part in steps]
    levels = rates = None
    if min(strata) > 1:
        counted = drawn(strata, seed) * [each.verdicts for _, part in steps for each in part.intervals]
        starts = np.cumsum([0, *strata[:-1]])
        throughputs = np.add.reduceat(counted, starts, axis=1) / [part.seconds for _, part in steps]
        _, levels, slopes, _ = broken(np.array([plateau.level for plateau, _ in steps]), throughputs)
        rates = levels * slopes
    return {
        "knee_level": Figure(knee.level, _noise(levels), more_is_better=True),
        "knee_verdicts_per_second": Figure(knee.throughput, _noise(rates), more_is_better=True),
    }


def latency_of(series: Series) -> str:
    """Return by whose latency a run is compared: whole visits where there are any."""
    names = series.names()
    return VISIT if VISIT in names or not names else names[0]


def _quantiles(intervals: list[Interval], name: str, share: float, draws: Draws) -> Rounds:
    """Return one percentile of each round."""
    histograms = [each.latencies[name].counts if name in each.latencies else {} for each in intervals]
    buckets = sorted({bucket for counts in histograms for bucket in counts})
    if not buckets:
        return np.zeros(len(draws))
    counts = np.array([[each.get(bucket, 0) for bucket in buckets] for each in histograms], dtype=np.float64)
    reached = np.cumsum(draws @ counts, axis=1)
    places = (reached >= share * reached[:, -1:]).argmax(axis=1)
    found: Rounds = np.array([middle_of(bucket) / MICROSECONDS for bucket in buckets])[places]
    return found


def _noise(rounds: Rounds | None) -> float | None:
    """Return the standard deviation over the mean."""
    if rounds is None or not rounds.mean():
        return None
    return round(float(rounds.std(ddof=1) / rounds.mean()), 5)
