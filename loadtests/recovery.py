"""How long the target needs to be itself again after a fault. Pure.

Before is the mean of the verdicts in the intervals that ended before the fault began, without the first two of the run.
It has recovered in the first interval after the end of the fault from which on, for three intervals together, verdicts
come at 90 % of that rate and nothing fails: no error, no wrong verdict, nothing undecided, nothing excused. The answer
is in whole intervals (a second each, in runs of up to a quarter of an hour): it is the end of the last bad second.
"""

import math

from loadtests.series import Interval, Series
from loadtests.truth import Ruling

WITHIN = 0.10
HELD = 3
"""Intervals: one good second between two bad ones is no recovery."""
STARTING = 2
FEWEST_BEFORE = 2


def recovered_after(series: Series, start: float, end: float, *, within: float = WITHIN) -> float | None:
    """Return the seconds from the end of a fault to recovery; None when that is not seen before the run is over.

    None too when the fault began so early that nothing is known of before.
    """
    rate = rate_before(series, start)
    if rate is None:
        return None
    intervals, width = series.intervals, series.width
    first = math.floor(end / width)
    enough = (1 - within) * rate * width
    for index in range(first, len(intervals) - HELD):
        if all(_is_well(each, enough) for each in intervals[index : index + HELD]):
            return max(0.0, round(index * width - end, 3))
    return None


def rate_before(series: Series, start: float) -> float | None:
    """Return the verdicts a second before a fault; None when there are too few intervals to say."""
    last = math.floor(start / series.width)
    before = series.intervals[min(STARTING, max(last - FEWEST_BEFORE, 0)) : last]
    if len(before) < FEWEST_BEFORE:
        return None
    return sum(each.verdicts for each in before) / (len(before) * series.width)


def _is_well(interval: Interval, enough: float) -> bool:
    failing = sum(count for ruling, count in interval.rulings.items() if ruling is not Ruling.RIGHT)
    return interval.verdicts >= enough and interval.errors == interval.excused == failing == 0
