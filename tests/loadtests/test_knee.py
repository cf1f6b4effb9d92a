"""Courses and the knee of a ramp, on curves whose knee is known."""

import random
from collections.abc import Callable

import pytest

from loadtests.knee import Step, find_knee, steps_of
from loadtests.series import VISIT, Series
from loadtests.shapes import Shape, level_at, plateaus, users_at
from loadtests.tally import Tally
from loadtests.truth import Ruled, Ruling

Curve = Callable[[float], float]
RIGHT = Ruled(Ruling.RIGHT, "accept OK", "accept OK", bad=False)


def ramp(curve: Curve, *, highest: float = 100.0, count: int = 12, noise: float = 0.0, seed: int = 1) -> list[Step]:
    """Steps as a ramp would measure them on a curve of throughput over level, with latency by Little's law."""
    chance = random.Random(seed)  # noqa: S311  (a repeatable draw, no secrets)
    levels = [highest * (step + 1) / count for step in range(count)]
    rates = [curve(level) * (1 + chance.gauss(0, noise)) for level in levels]
    return [Step(x, y, 1000 * x / y, 2000 * x / y) for x, y in zip(levels, rates, strict=True)]


def saturating(knee: float, *, slope: float = 10.0, after: float = 0.0) -> Curve:
    """Rises by `slope` up to the knee and by `after` from there on."""
    return lambda level: slope * min(level, knee) + after * max(0.0, level - knee)


@pytest.mark.parametrize("knee", [20.0, 37.0, 50.0, 80.0])
@pytest.mark.parametrize("after", [0.0, -1.0, 2.0])
def test_known_knee_is_found(knee: float, after: float) -> None:
    """Flat, falling or rising gently afterwards: within a twentieth of a step."""
    found = find_knee(ramp(saturating(knee, after=after)))
    assert found is not None
    assert found.level == pytest.approx(knee, abs=0.5)
    assert found.throughput == pytest.approx(10 * knee, rel=0.02)
    assert found.latency_bend is None or found.latency_bend > knee


@pytest.mark.parametrize("seed", range(5))
def test_knee_is_found_in_noise(seed: int) -> None:
    """Five per cent of noise move it by less than a step."""
    found = find_knee(ramp(saturating(50.0), noise=0.05, seed=seed))
    assert found is not None
    assert found.level == pytest.approx(50.0, abs=100 / 12)


def test_knee_of_a_curve_without_a_corner_lies_below_its_peak() -> None:
    """Gunther's universal scalability law: X = 10 N / (1 + 0.05 (N-1) + 0.0005 N (N-1)); its peak is at N = 43.6."""
    found = find_knee(ramp(lambda n: 10 * n / (1 + 0.05 * (n - 1) + 0.0005 * n * (n - 1))))
    assert found is not None
    assert 8 < found.level < 43.6
    assert found.slope_after < 0.5 * found.slope_before


@pytest.mark.parametrize(("noise", "seed"), [(0.0, 1), *((0.05, seed) for seed in range(20))])
def test_target_that_is_not_saturated_has_no_knee(noise: float, seed: int) -> None:
    """Throughput rises with load to the end: the ramp did not go far enough, and says so."""
    assert find_knee(ramp(lambda level: 10 * level, noise=noise, seed=seed)) is None


def test_target_that_was_saturated_from_the_first_step_has_its_knee_there() -> None:
    """Nothing is known of below it."""
    found = find_knee(ramp(lambda _: 300.0))
    assert found is not None
    assert found.level <= 100 / 12 + 0.01


def test_too_few_steps_have_no_knee() -> None:
    """Two lines go through three points anyhow."""
    assert find_knee(ramp(saturating(50.0), count=3)) is None


def test_latency_bend_is_the_first_doubling() -> None:
    """Flat to the knee, then by Little's law."""
    found = find_knee(ramp(saturating(50.0), count=10))
    assert found is not None
    assert found.latency_bend == 100.0


def test_steps_are_measured_without_their_beginnings() -> None:
    """Users come and go once a second: the first second of each step counts for none."""
    tally = Tally()
    course = plateaus(Shape.RAMP, 8, 12)
    for second in range(12):
        tally.series.at(second + 0.5).rulings[Ruling.RIGHT] = 1000 if second % 3 == 0 else 10 * (second // 3 + 1)
    assert [(step.level, step.throughput) for step in steps_of(tally.series, course, VISIT)] == [
        (2.0, 10.0), (4.0, 20.0), (6.0, 30.0), (8.0, 40.0),
    ]  # fmt: skip
    assert steps_of(Series(), course, VISIT) == []


def test_courses_are_what_they_are_called() -> None:
    """Constant and soak one level; a spike's quiet, whole and quiet again; a ramp's steps end at the level."""
    assert plateaus(Shape.CONSTANT, 20, 10) == plateaus(Shape.SOAK, 20, 10)
    spike = plateaus(Shape.SPIKE, 20, 10)
    assert [level_at(spike, instant) for instant in (0, 3.9, 4.1, 5.9, 6.1, 9.9, 10)] == [5, 5, 20, 20, 5, 5, None]
    steps = plateaus(Shape.RAMP, 24, 36)
    assert [step.level for step in steps] == [2 * number for number in range(1, 13)]
    assert (steps[0].start, steps[-1].end) == (0.0, 36.0)
    assert [users_at(plateaus(Shape.SPIKE, 2, 10), instant) for instant in (0, 5, 9, 10)] == [1, 2, 1, None]
