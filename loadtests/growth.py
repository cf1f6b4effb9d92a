"""Whether memory or descriptors of the target grow while a soak lasts. Pure.

The slope is Theil and Sen's: the median of the slopes between all pairs, which an allocator's steps do not shift.
Its confidence interval (95 %) is Sen's (1968), from the variance of Kendall's S. Neighbouring samples are not
independent, so they are first put together to at most 40 medians; the first fifth of the run, in which caches and pools
fill, does not count.

It grows if even the lower end of the interval, held for the length of the run, is more than is allowed. So a run too
short or too noisy to show a leak finds none, and says how large one it would have found (`upper`).
"""

from collections.abc import Callable
from itertools import combinations
from math import sqrt
from statistics import median

from msgspec import Struct

WARMING = 0.2
MOST_POINTS = 40
FEWEST_POINTS = 8
NORMAL_975 = 1.96
MIB = 1024 * 1024
MEMORY_SHARE, MEMORY_LEAST = 0.02, 4.0
"""Allowed over the run: a fiftieth of what it has, at least 4 MiB."""
DESCRIPTORS_ALLOWED = 2.0


class Growth(Struct, frozen=True):
    """How one quantity of the target went; slopes a minute, with their confidence interval."""

    what: str
    typical: float
    slope: float
    lower: float
    upper: float
    minutes: float
    allowed: float
    """Over the run."""

    @property
    def grows(self) -> bool:
        """Whether it surely grew by more than is allowed."""
        return self.lower * self.minutes > self.allowed


def memory_growth(seconds: list[float], mebibytes: list[float]) -> Growth | None:
    """Return how memory went; None when there are too few samples to say."""
    return _growth("memory_mib", seconds, mebibytes, lambda typical: max(MEMORY_SHARE * typical, MEMORY_LEAST))


def descriptor_growth(seconds: list[float], descriptors: list[float]) -> Growth | None:
    """Return how the number of descriptors went; None when there are too few samples to say."""
    return _growth("descriptors", seconds, descriptors, lambda _: DESCRIPTORS_ALLOWED)


def _growth(what: str, seconds: list[float], values: list[float], allowance: Callable[[float], float]) -> Growth | None:
    points = _points(seconds, values)
    if len(points) < FEWEST_POINTS:
        return None
    slope, lower, upper = sen_slope(points)
    minutes = (points[-1][0] - points[0][0]) / 60
    typical = median(value for _, value in points)
    return Growth(
        what, round(typical, 2), round(slope * 60, 4), round(lower * 60, 4), round(upper * 60, 4), round(minutes, 3),
        round(allowance(typical), 2),
    )  # fmt: skip


def _points(seconds: list[float], values: list[float]) -> list[tuple[float, float]]:
    """Return at most 40 medians of what came after the warming up."""
    if not seconds:
        return []
    beginning = seconds[0] + WARMING * (seconds[-1] - seconds[0])
    kept = [(at, value) for at, value in zip(seconds, values, strict=True) if at >= beginning]
    size = -(-len(kept) // MOST_POINTS)
    parts = [kept[start : start + size] for start in range(0, len(kept), size)] if kept else []
    return [(median(at for at, _ in part), median(value for _, value in part)) for part in parts]


def sen_slope(points: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Return Theil and Sen's slope and its confidence interval of 95 %."""
    slopes = sorted((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2))
    count = len(points)
    half = NORMAL_975 * sqrt(count * (count - 1) * (2 * count + 5) / 18)
    low, high = int((len(slopes) - half) / 2), int((len(slopes) + half) / 2) + 1
    return median(slopes), slopes[max(low, 0)], slopes[min(high, len(slopes) - 1)]
