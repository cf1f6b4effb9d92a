"""How long the target needs to be itself again after a fault. Pure.

Before is the mean of the verdicts in the intervals that ended before the fault began, without the first two of the run.
It has recovered in the first interval after the end of the fault from which on, for three intervals together, verdicts
come within 10 % of that rate on average (or within twice the standard deviation that the intervals before had, where
that is more, but half of that rate at least) and nothing fails: no error, no wrong verdict, nothing undecided, nothing
excused. The answer is in whole intervals (a second each, in runs of up to a quarter of an hour): it is the end of the
last bad second.
"""

import math
from statistics import fmean, pstdev

from loadtests.series import Interval, Series
from loadtests.truth import Ruling

WITHIN = 0.10
SIGMAS = 2.0
HELD = 3
"""Intervals: one good second between two bad ones is no recovery."""
STARTING = 2
FEWEST_BEFORE = 2


def recovered_after(series: Series, start: float, end: float, *, within: float = WITHIN) -> float | None:
    """Return the seconds from the end of a fault to recovery; None when that is not seen before the run is over.

    None too when the fault began so early that nothing is known of before.
    """
    before = _before(series, start)
    if not before:
        return None
    intervals, width = series.intervals, series.width
    rates = [each.verdicts for each in before]
    # where few come, two standard deviations are all of them: a target that says nothing has not recovered
    enough = max(fmean(rates) - max(within * fmean(rates), SIGMAS * pstdev(rates)), fmean(rates) / 2)
    for index in range(math.floor(end / width), len(intervals) - HELD + 1):
        held = intervals[index : index + HELD]
        if all(map(_is_well, held)) and fmean(each.verdicts for each in held) >= enough:
            return max(0.0, round(index * width - end, 3))
    return None


def rate_before(series: Series, start: float) -> float | None:
    """Return the verdicts a second before a fault; None when there are too few intervals to say."""
    before = _before(series, start)
    return fmean(each.verdicts for each in before) / series.width if before else None


def _before(series: Series, start: float) -> list[Interval]:
    last = math.floor(start / series.width)
    before = series.intervals[min(STARTING, max(last - FEWEST_BEFORE, 0)) : last]
    return before if len(before) >= FEWEST_BEFORE else []


def _is_well(interval: Interval) -> bool:
    failing = sum(count for ruling, count in interval.rulings.items() if ruling is not Ruling.RIGHT)
    return interval.errors == interval.excused == failing == 0
