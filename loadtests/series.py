"""What happened when: one interval for each second of a run, and never more than so many of them."""

import math

from msgspec import Struct, field

from loadtests.histogram import Histogram, merged
from loadtests.truth import Ruling

MOST_INTERVALS = 900
"""A quarter of an hour by the second; a longer run has intervals of two seconds, four, eight … : bounded memory."""
VISIT = "visit"
"""The latency of a whole visit, from the instant it was to begin to its last answer; beside those of the verbs."""


class Interval(Struct):
    """What was counted in one interval, by the instant at which it was over."""

    arrivals: int = 0
    """Visits that were to begin in it."""
    requests: int = 0
    errors: int = 0
    excused: int = 0
    """Errors that an announced fault permits."""
    rulings: dict[Ruling, int] = field(default_factory=dict)
    latencies: dict[str, Histogram] = field(default_factory=dict)

    @property
    def answers(self) -> int:
        """Requests that were answered as the contract has it."""
        return sum(histogram.total for name, histogram in self.latencies.items() if name != VISIT)

    @property
    def outcomes(self) -> int:
        """Answers to what was presented, whatever they decided: each is one verification of the target."""
        return sum(self.rulings.values())

    @property
    def verdicts(self) -> int:
        """Outcomes that decided something."""
        return self.rulings.get(Ruling.RIGHT, 0) + self.rulings.get(Ruling.WRONG, 0)

    def merge(self, other: "Interval") -> None:
        """Count what another counted."""
        self.arrivals += other.arrivals
        self.requests += other.requests
        self.errors += other.errors
        self.excused += other.excused
        for ruling, count in other.rulings.items():
            self.rulings[ruling] = self.rulings.get(ruling, 0) + count
        for name, histogram in other.latencies.items():
            self.latencies.setdefault(name, Histogram()).merge(histogram)


class Series(Struct):
    """The intervals of a run from its beginning; `width` seconds each."""

    width: float = 1.0
    intervals: list[Interval] = field(default_factory=list)

    def at(self, elapsed: float) -> Interval:
        """Return the interval of an instant, in seconds since the load began; the first has what came before."""
        index = int(elapsed / self.width) if elapsed > 0 else 0
        intervals = self.intervals
        while index >= MOST_INTERVALS:
            self._coarsen()
            index = int(elapsed / self.width)
        while index >= len(intervals):
            intervals.append(Interval())
        return intervals[index]

    def merge(self, other: "Series") -> None:
        """Count what another worker's series counted, second by second; the coarser of both widths stays."""
        theirs = Series(other.width, other.intervals)
        while self.width < theirs.width:
            self._coarsen()
        for index, interval in enumerate(theirs.intervals):
            self.at((index + 0.5) * theirs.width).merge(interval)

    def latencies(self, name: str) -> Histogram:
        """Return the latencies of a verb, or of visits, over the whole run."""
        return merged([each.latencies[name] for each in self.intervals if name in each.latencies])

    @property
    def seconds(self) -> float:
        """How long the intervals are together."""
        return self.width * len(self.intervals)

    @property
    def throughput(self) -> float:
        """Verdicts a second; 0 of nothing."""
        return sum(each.verdicts for each in self.intervals) / self.seconds if self.intervals else 0.0

    def between(self, start: float, end: float) -> "Series":
        """Return the intervals that lie wholly between two instants."""
        first, last = math.ceil(start / self.width - 1e-9), math.floor(end / self.width + 1e-9)
        return Series(self.width, self.intervals[max(first, 0) : max(last, 0)])

    def names(self) -> list[str]:
        """Return whose latencies there are."""
        return sorted({name for each in self.intervals for name in each.latencies})

    def _coarsen(self) -> None:
        """Make one interval of every two."""
        intervals = self.intervals
        for index in range(0, len(intervals), 2):
            if index + 1 < len(intervals):
                intervals[index].merge(intervals[index + 1])
        del intervals[1::2]
        self.width *= 2
