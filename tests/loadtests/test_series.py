"""Durations in buckets, and intervals of a run: the accuracy that is stated, and bounded memory."""

import random

import pytest

from loadtests.histogram import ACCURACY, FINE, Histogram, bucket_of, merged, middle_of
from loadtests.series import MOST_INTERVALS, Series
from loadtests.truth import Ruling

HOUR = 3_600_000_000


@pytest.mark.parametrize("microseconds", [0, 1, 127, 128, 129, 255, 256, 257, 1000, 65_535, 65_536, 3_000_000, HOUR])
def test_bucket_is_told_within_the_stated_accuracy(microseconds: int) -> None:
    """Half a microsecond, or 0.4 % of the value."""
    told = middle_of(bucket_of(microseconds))
    assert abs(told - microseconds) <= max(0.5, ACCURACY * microseconds)


def test_buckets_follow_each_other() -> None:
    """No value is in a lower bucket than a smaller one, and an hour takes as many buckets as is said."""
    values = sorted({*range(5000), *(round(1.01**power) for power in range(2200))})
    buckets = [bucket_of(value) for value in values if value <= HOUR]
    assert buckets == sorted(buckets)
    assert bucket_of(HOUR) < 3328
    assert bucket_of(FINE) == bucket_of(FINE - 1) + 1


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.99, 0.999])
def test_percentiles_are_those_of_the_values_themselves(share: float) -> None:
    """Against the sorted list, of durations over four orders of magnitude."""
    chance = random.Random(3)  # noqa: S311  (a repeatable draw, no secrets)
    values = sorted(10 ** chance.uniform(-4, 0) for _ in range(20_000))
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    exact = values[-(-int(share * 1e9) * len(values) // 1_000_000_000) - 1]
    assert histogram.quantile(share) == pytest.approx(exact, rel=ACCURACY, abs=0.6e-6)
    assert histogram.quantile(1.0) == histogram.longest == values[-1]
    assert histogram.mean() == pytest.approx(sum(values) / len(values), rel=ACCURACY)


def test_histograms_of_parts_are_that_of_the_whole() -> None:
    """What two workers measured is what one would have."""
    parts, whole = [Histogram(), Histogram()], Histogram()
    for number in range(1000):
        parts[number % 2].add(number / 1000)
        whole.add(number / 1000)
    assert merged(parts) == whole


def test_long_run_keeps_a_bounded_number_of_intervals() -> None:
    """A day has no more of them than a quarter of an hour, and loses nothing."""
    series = Series()
    for second in range(24 * 3600):
        interval = series.at(second + 0.5)
        interval.requests += 1
        interval.rulings[Ruling.RIGHT] = interval.rulings.get(Ruling.RIGHT, 0) + 1
    assert len(series.intervals) <= MOST_INTERVALS
    assert series.width == 128.0
    assert sum(each.requests for each in series.intervals) == sum(each.verdicts for each in series.intervals) == 86_400


def test_series_of_different_widths_add_up_in_their_places() -> None:
    """One worker ran longer; the coarser of both widths stays, and each second is where it was."""
    long, short = Series(), Series()
    for second in range(2 * MOST_INTERVALS):
        long.at(second + 0.5).requests += 1
    for second in range(4):
        short.at(second + 0.5).requests += 10
    short.merge(long)
    assert short.width == long.width == 2.0
    assert [each.requests for each in short.intervals[:3]] == [22, 22, 2]


def test_part_between_two_instants_has_whole_intervals_only() -> None:
    """A plateau's first and last second are cut off where they are not wholly in it."""
    series = Series()
    for second in range(10):
        series.at(second + 0.5).requests = second
    assert [each.requests for each in series.between(2.5, 6.0).intervals] == [3, 4, 5]
    assert series.between(0, 10).seconds == 10.0
