"""The noise of a run's figures, against what many runs of the same target really differ by."""

from functools import cache

import numpy as np
import pytest

from loadtests.report.compare import Finding
from loadtests.resampling import drawn, strata_of
from loadtests.shapes import Plateau, Shape
from tests.loadtests.made_results import made_result
from tests.loadtests.test_report import finding_of

RUNS = 24
LIKE = (0.6, 1.7)
"""The estimate of a run over what is so: a standard deviation of so few runs is itself known to a seventh."""


@cache
def spreads(shape: Shape, seconds: int) -> dict[str, tuple[float, float]]:
    """What each figure of such runs really varies by, and what a run says of that in the middle; shares of itself."""
    runs = [made_result(shape=shape, seconds=seconds, wobble=0.08, seed=seed).course.figures for seed in range(RUNS)]
    found = {}
    for name in runs[-1]:
        values = np.array([run[name].value for run in runs if name in run])
        told = [run[name].noise for run in runs if name in run]
        found[name] = (
            float(values.std(ddof=1) / values.mean()),
            float(np.median([each for each in told if each is not None])),
        )
    return found


@pytest.mark.parametrize(("shape", "seconds"), [(Shape.CONSTANT, 40), (Shape.SPIKE, 40), (Shape.RAMP, 60)])
def test_noise_is_what_runs_really_differ_by(shape: Shape, seconds: int) -> None:
    """Throughput and latency of every shape: that load rises along a ramp is none of it."""
    for name, (actual, told) in spreads(shape, seconds).items():
        if not name.startswith("knee"):
            assert LIKE[0] < told / actual < LIKE[1], (name, actual, told)


def test_noise_of_a_knee_is_what_knees_really_differ_by() -> None:
    """Level and throughput, of steps of four settled seconds."""
    found = spreads(Shape.RAMP, 60)
    for name in ("knee_level", "knee_verdicts_per_second"):
        actual, told = found[name]
        assert 0.4 < told / actual < 2.0, (name, actual, told)


def test_ramp_of_a_target_that_bends_earlier_is_worse() -> None:
    """Half the users saturate it: both figures of the knee say so, and the way back is better."""
    before = made_result(shape=Shape.RAMP, seconds=60, wobble=0.02)
    earlier = made_result(shape=Shape.RAMP, seconds=60, wobble=0.02, holds=0.3, throughput=25.0, seed=2)
    for first, second, finding in ((before, earlier, Finding.WORSE), (earlier, before, Finding.BETTER)):
        found = finding_of(first, second)
        assert {found["knee_level"], found["knee_verdicts_per_second"]} == {finding}


def test_ramp_too_short_knows_no_noise_of_its_knee() -> None:
    """Steps of one settled second: nothing can be drawn from one."""
    figures = made_result(shape=Shape.RAMP, seconds=8, wobble=0.0).course.figures
    assert figures["knee_level"].noise is None
    assert figures["knee_level"].value > 0


@pytest.mark.parametrize("strata", [[1, 1], [2, 3], [0, 9, 1], [40]])
def test_each_stratum_counts_for_what_it_has(strata: list[int]) -> None:
    """In every round the intervals of a stratum count for as many as there are; none for less than nothing."""
    draws = drawn(strata)
    assert draws.shape[1] == sum(strata)
    assert draws.min() >= 0
    for stratum in np.split(draws, np.cumsum([each for each in strata if each])[:-1], axis=1):
        assert stratum.sum(axis=1) == pytest.approx(stratum.shape[1])


@pytest.mark.parametrize("count", [2, 3, 9, 30])
def test_mean_of_few_seconds_varies_as_it_should(count: int) -> None:
    """Of independent seconds the variance of their mean is theirs over their number, however few they are."""
    chance = np.random.default_rng(7)
    ratios = []
    for seed in range(200):
        values = chance.normal(100, 10, count)
        ratios.append((drawn([count], seed) @ values / count).var(ddof=1) / (100 / count))
    assert np.mean(ratios) == pytest.approx(1, abs=0.25)


def test_instants_lie_in_their_plateaus() -> None:
    """By the plateau's end, which is no part of it; what is later lies in the last."""
    course = [Plateau(0, 3, 1), Plateau(3, 4, 2), Plateau(4, 6, 3)]
    assert strata_of(course, [2.5, 3.0, 3.5, 4.5, 5.5, 6.5]) == [1, 2, 3]
    assert strata_of(course, [0.5, 5.5]) == [1, 0, 1]
