"""Growth of a soak with its confidence, and the time to recovery: on series that were made."""

import random

import pytest

from loadtests.growth import MIB, Growth, descriptor_growth, memory_growth, sen_slope
from loadtests.recovery import rate_before, recovered_after
from loadtests.series import Series
from loadtests.truth import Ruling

TEN_MINUTES = [float(second) for second in range(600)]


def memory(per_minute: float, *, noise: float = 0.5, warming: float = 0.0, seed: int = 1) -> Growth:
    """What is found of a process of 200 MiB that grows by so many MiB a minute."""
    chance = random.Random(seed)  # noqa: S311  (a repeatable draw, no secrets)
    values = [
        200 + per_minute * second / 60 + chance.gauss(0, noise) + (warming * min(second, 100) / 100)
        for second in TEN_MINUTES
    ]
    found = memory_growth(TEN_MINUTES, values)
    assert found is not None
    return found


@pytest.mark.parametrize("per_minute", [1.0, 3.0, 50.0])
def test_leak_is_found_and_its_slope_is_within_its_interval(per_minute: float) -> None:
    """A megabyte a minute in ten minutes is one."""
    found = memory(per_minute)
    assert found.grows
    assert found.lower <= per_minute <= found.upper


@pytest.mark.parametrize("seed", range(5))
def test_steady_process_does_not_grow(seed: int) -> None:
    """Noise alone, however it falls."""
    assert not memory(0.0, noise=3.0, seed=seed).grows


def test_warming_up_is_no_growth() -> None:
    """Thirty megabytes of caches in the first hundred seconds, and then none."""
    assert not memory(0.0, warming=30.0).grows


def test_step_of_an_allocator_is_no_growth() -> None:
    """Three megabytes once are not three megabytes every ten minutes."""
    values = [200.0 if second < 400 else 203.0 for second in TEN_MINUTES]
    found = memory_growth(TEN_MINUTES, values)
    assert found is not None
    assert not found.grows


def test_descriptors_that_are_never_closed_are_found() -> None:
    """One a minute; a number that comes and goes is none."""
    leaking = descriptor_growth(TEN_MINUTES, [40.0 + second // 60 for second in TEN_MINUTES])
    steady = descriptor_growth(TEN_MINUTES, [40.0 + (second * 7 % 11) for second in TEN_MINUTES])
    assert leaking is not None
    assert steady is not None
    assert (leaking.grows, steady.grows) == (True, False)


def test_too_few_samples_say_nothing() -> None:
    """Five of them are no series."""
    assert memory_growth(TEN_MINUTES[:5], [1.0] * 5) is None
    assert memory_growth([], []) is None
    assert MIB == 1_048_576


def test_slope_is_that_of_an_independent_reckoning() -> None:
    """Sen's own way on a small example: slopes 1, 1, 1, 4, 5/2, 2 of four points have the median 3/2."""
    slope, lower, upper = sen_slope([(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 6.0)])
    assert slope == pytest.approx(1.5)
    assert lower <= slope <= upper


def series_of(*verdicts: int, undecided: int = -1, failing: int = -1) -> Series:
    """A second each; in one of them somebody got no verdict, in another an error."""
    series = Series()
    for second, count in enumerate(verdicts):
        interval = series.at(second + 0.5)
        interval.rulings[Ruling.RIGHT] = count
        if second == undecided:
            interval.rulings[Ruling.EXCUSED] = 1
        interval.errors = int(second == failing)
    return series


STEADY = (40, 90, 100, 102, 98, 100)


def test_recovery_is_the_end_of_the_last_bad_second() -> None:
    """The fault is over at 9; seconds 9 and 10 are slow, from 11 on all is well."""
    series = series_of(*STEADY, 0, 0, 0, 20, 60, 99, 101, 100, 100)
    assert rate_before(series, 6.0) == 100.0
    assert recovered_after(series, 6.0, 9.0) == 2.0


def test_recovery_at_once_is_none_to_wait_for() -> None:
    """Nothing was lost after the fault."""
    assert recovered_after(series_of(*STEADY, 0, 0, 100, 100, 100, 100), 6.0, 8.0) == 0.0


@pytest.mark.parametrize("how", ["undecided", "failing"])
def test_verdicts_must_be_right_again_too(how: str) -> None:
    """Throughput alone is no recovery."""
    series = series_of(*STEADY, 0, 0, 100, 100, 100, 100, 100, 100, **{how: 10})
    assert recovered_after(series, 6.0, 8.0) == 3.0


@pytest.mark.parametrize("after", [(70,) * 6, (100, 100), ()])
def test_recovery_that_was_not_seen_is_none(after: tuple[int, ...]) -> None:
    """Thirty per cent less for good; the run ended too early to say."""
    assert recovered_after(series_of(*STEADY, 0, 0, *after), 6.0, 8.0) is None


@pytest.mark.parametrize("before", [(10, 100, 90), (9, 9, 1, 2, 0, 3, 1, 2, 0, 2, 1)])
def test_silence_is_no_recovery_where_verdicts_are_few_or_uneven(before: tuple[int, ...]) -> None:
    """Two standard deviations are more than the mean there; nobody was answered any more."""
    end = float(len(before))
    assert recovered_after(series_of(*before, *[0] * 12), end - 1, end) is None
    assert recovered_after(series_of(*before, 0, *[100] * 6), end, end + 1) is not None


def test_nothing_is_said_without_a_before() -> None:
    """A fault in the first second."""
    assert recovered_after(series_of(*STEADY), 1.0, 2.0) is None
    assert rate_before(series_of(*STEADY), 1.0) is None
