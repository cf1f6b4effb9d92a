"""Arrivals at their own instants: who comes while the target stands still waits, and the wait is measured."""

import os
import signal
import threading
from pathlib import Path

import pytest

from harness.contract.targets import running_target
from loadtests import generator
from loadtests.arrivals import arrivals
from loadtests.options import Options
from loadtests.series import VISIT
from loadtests.shapes import Plateau, Shape, plateaus
from tests.loadtests.people import population

STOPPED = 3.0


def test_arrivals_follow_from_the_course_alone() -> None:
    """Evenly spaced at each plateau's rate; a rate that does not divide a plateau loses none between two of them."""
    assert list(arrivals([Plateau(0.0, 2.0, 2.0), Plateau(2.0, 3.0, 4.0)])) == [0.0, 0.5, 1.0, 1.5, 2.0, 2.25, 2.5, 2.75]
    assert len(list(arrivals([Plateau(start, start + 1.0, 2.5) for start in range(4)]))) == 10
    assert len(list(arrivals(plateaus(Shape.RAMP, 100, 12)))) == 100 * 12 * 5 / 8


def test_workers_share_the_arrivals() -> None:
    """Each visit is one worker's, and together they are all visits."""
    course = plateaus(Shape.SPIKE, 40, 5)
    shares = [list(arrivals(course, worker, 3)) for worker in range(3)]
    assert sorted(instant for share in shares for instant in share) == list(arrivals(course))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
