"""Arrivals at their own instants: who comes while the target stands still waits, and the wait is measured."""

import os
import signal
import sys
import threading
from pathlib import Path

from harness.contract.launch import LaunchedProduct
from loadtests import generator
from loadtests.arrivals import arrivals
from loadtests.histogram import Histogram, middle_of
from loadtests.options import Options
from loadtests.series import VISIT
from loadtests.shapes import Plateau, Shape, plateaus
from tests.loadtests.people import of_folder
from tests.loadtests.test_run import BROKEN

STOPPED = 3.0
MARGIN = 0.05
"""Two arrivals' worth: somebody comes after the stop and before three seconds are left of it."""


def test_arrivals_follow_from_the_course_alone() -> None:
    """Evenly spaced at each plateau's rate; a rate that does not divide a plateau loses none between two of them."""
    assert list(arrivals([Plateau(0.0, 2.0, 2.0), Plateau(2.0, 3.0, 4.0)])) == [
        0.0,
        0.5,
        1.0,
        1.5,
        2.0,
        2.25,
        2.5,
        2.75,
    ]
    assert len(list(arrivals([Plateau(start, start + 1.0, 2.5) for start in range(4)]))) == 10
    assert len(list(arrivals(plateaus(Shape.RAMP, 100, 12)))) == 100 * 12 * 5 / 8


def test_workers_share_the_arrivals() -> None:
    """Each visit is one worker's, and together they are all visits."""
    course = plateaus(Shape.SPIKE, 40, 5)
    shares = [list(arrivals(course, worker, 3)) for worker in range(3)]
    assert sorted(instant for share in shares for instant in share) == list(arrivals(course))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def visits_of_a_stopped_target(out: Path, holders: Path, *, rate: float, users: int) -> Histogram:
    """How long the visits took at a product that stands still for three seconds as soon as load begins."""
    options = Options(target="", users=users, seconds=5, rate=rate, seed=1, timeout=20.0)
    over = threading.Event()
    with LaunchedProduct([sys.executable, str(BROKEN), "refusing"]) as product:

        def go_on() -> None:
            os.kill(product.pid, signal.SIGCONT)
            over.set()

        def stop(_: float, __: int) -> None:
            os.kill(product.pid, signal.SIGSTOP)
            threading.Timer(STOPPED + MARGIN, go_on).start()

        try:
            tally = generator.generate(of_folder(holders), product.address, out, options, begun=stop)
        finally:
            os.kill(product.pid, signal.SIGCONT)
        assert over.wait(60)
    assert not tally.errors
    assert sum(each.arrivals for each in tally.series.intervals) == tally.series.latencies(VISIT).total
    return tally.series.latencies(VISIT)


def slower_than(seconds: float, visits: Histogram) -> int:
    """How many took longer."""
    return sum(count for bucket, count in visits.counts.items() if middle_of(bucket) / 1e6 > seconds)


def test_target_that_stands_still_shows_in_an_open_loop(tmp_path: Path, folder: Path) -> None:
    """Stopped for three seconds: the longest visit took at least three, and everybody who came meanwhile waited."""
    visits = visits_of_a_stopped_target(tmp_path, folder, rate=40.0, users=10)
    assert visits.longest >= STOPPED
    assert slower_than(1.0, visits) >= 40 * (STOPPED - 1.0) - 1


def test_closed_loop_measures_the_same_stop_once_for_each_user(tmp_path: Path, folder: Path) -> None:
    """The same target and the same stop: only whoever was there waited. It is why the open loop is there."""
    visits = visits_of_a_stopped_target(tmp_path, folder, rate=0.0, users=3)
    assert 0 < slower_than(1.0, visits) <= 3
