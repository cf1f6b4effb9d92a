"""Durations counted in buckets whose width grows with the value: bounded memory, and a stated accuracy.

Microseconds below 128 have a bucket each; above, every power of two is cut into 128 buckets (the idea of Gil Tene's
HdrHistogram). A bucket is at most 1/128 of its own value wide and is told by its middle, so a percentile is at most
0.4 % (or half a microsecond) off, and up to an hour takes 3,328 buckets at most. The longest duration is kept exactly.
"""

import math
from collections import Counter

from msgspec import Struct, field

FINE_BITS = 7
FINE = 1 << FINE_BITS
ACCURACY = 1 / (2 * FINE)
"""The greatest relative error of a percentile; below 128 microseconds it is half a microsecond."""
MICROSECONDS = 1_000_000


def bucket_of(microseconds: int) -> int:
    """Return the number of the bucket that a duration falls into."""
    if microseconds < FINE:
        return max(microseconds, 0)
    shift = microseconds.bit_length() - 1 - FINE_BITS
    return (shift << FINE_BITS) + (microseconds >> shift)


def middle_of(bucket: int) -> float:
    """Return the middle of a bucket in microseconds: what its durations are told as."""
    shift = max((bucket >> FINE_BITS) - 1, 0)
    lowest = (bucket - (shift << FINE_BITS)) << shift
    return lowest + ((1 << shift) - 1) / 2


class Histogram(Struct):
    """How many durations fell into which bucket."""

    counts: dict[int, int] = field(default_factory=dict)
    longest: float = 0.0
    """Seconds, exactly."""
    total: int = 0

    def add(self, seconds: float) -> None:
        """Count one duration."""
        bucket = bucket_of(int(seconds * MICROSECONDS + 0.5))
        counts = self.counts
        counts[bucket] = counts.get(bucket, 0) + 1
        self.total += 1
        if seconds > self.longest:  # noqa: PLR1730  (max() costs three times as much, and this is on the way of load)
            self.longest = seconds

    def add_all(self, seconds: list[float]) -> None:
        """Count many durations: those of one microsecond together, for they are often alike."""
        counts = self.counts
        for microseconds, count in Counter([int(each * MICROSECONDS) for each in seconds]).items():
            bucket = bucket_of(microseconds)
            counts[bucket] = counts.get(bucket, 0) + count
        self.total += len(seconds)
        self.longest = max(self.longest, *seconds) if seconds else self.longest

    def merge(self, other: "Histogram") -> None:
        """Count what another counted."""
        for bucket, count in other.counts.items():
            self.counts[bucket] = self.counts.get(bucket, 0) + count
        self.total += other.total
        self.longest = max(self.longest, other.longest)

    def quantile(self, share: float) -> float:
        """Return the seconds that `share` of the durations did not exceed (nearest rank); 0 when there are none."""
        wanted = math.ceil(share * self.total)
        if self.total and wanted >= self.total:
            return self.longest
        for bucket, count in sorted(self.counts.items()):
            wanted -= count
            if wanted <= 0:
                return middle_of(bucket) / MICROSECONDS
        return 0.0

    def mean(self) -> float:
        """Return the mean in seconds; 0 when there are none."""
        if not self.total:
            return 0.0
        return sum(middle_of(bucket) * count for bucket, count in self.counts.items()) / self.total / MICROSECONDS


def merged(histograms: "list[Histogram]") -> Histogram:
    """Return all of them as one."""
    whole = Histogram()
    for each in histograms:
        whole.merge(each)
    return whole
