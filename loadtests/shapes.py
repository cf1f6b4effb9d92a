"""How load runs over time: how many users, or how many visits a second, at each instant. Pure.

closed loop   `users` visitors, each of whom comes again as soon as they are done
open loop     visits begin at `rate` a second, whatever became of those before (`arrivals.py`)

constant      one level throughout
soak          the same; judged for growth of the target's memory and descriptors (`growth.py`)
ramp          steps of equal length up to the level; the knee is looked for in them (`knee.py`)
spike         a quarter of the level; the whole level for the middle fifth; a quarter again
"""

from enum import StrEnum

from msgspec import Struct


class Shape(StrEnum):
    """The course of a run."""

    CONSTANT = "constant"
    RAMP = "ramp"
    SPIKE = "spike"
    SOAK = "soak"


FEWEST_STEPS, MOST_STEPS, SECONDS_PER_STEP = 4, 12, 3
QUIET = 0.25
SPIKE_FROM, SPIKE_TO = 0.4, 0.6
"""Of the run's length."""


class Plateau(Struct, frozen=True):
    """A time of one level: users at a time, or visits a second; seconds since the load began."""

    start: float
    end: float
    level: float


def plateaus(shape: Shape, level: float, seconds: float) -> list[Plateau]:
    """Return the course of a run, plateau after plateau."""
    match shape:
        case Shape.CONSTANT | Shape.SOAK:
            return [Plateau(0.0, seconds, level)]
        case Shape.SPIKE:
            first, last = seconds * SPIKE_FROM, seconds * SPIKE_TO
            quiet = level * QUIET
            return [Plateau(0.0, first, quiet), Plateau(first, last, level), Plateau(last, seconds, quiet)]
        case Shape.RAMP:
            steps = min(max(int(seconds // SECONDS_PER_STEP), FEWEST_STEPS), MOST_STEPS)
            width = seconds / steps
            return [Plateau(step * width, (step + 1) * width, level * (step + 1) / steps) for step in range(steps)]


def level_at(course: list[Plateau], elapsed: float) -> float | None:
    """Return the level at an instant; None when the run is over."""
    return next((plateau.level for plateau in course if elapsed < plateau.end), None)


def users_at(course: list[Plateau], elapsed: float) -> int | None:
    """Return how many users there are at an instant of a closed loop: at least one; None when the run is over."""
    level = level_at(course, elapsed)
    return None if level is None else max(1, round(level))
