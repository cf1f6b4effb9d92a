"""When visits begin in an open loop: at instants that follow from the course alone, never from the target. Pure.

A closed loop waits for the target: while that stands still nobody asks, and the worst seconds are measured once for
each user instead of once for everybody who would have come (coordinated omission). Here each visit has its instant, and
latency is measured from that instant even where the visit could not begin until later.
"""

import math
from collections.abc import Iterator

from loadtests.shapes import Plateau


def arrivals(course: list[Plateau], worker: int = 0, workers: int = 1) -> Iterator[float]:
    """Yield the instants, in seconds since the load began, at which one of several workers' visits are to begin.

    Evenly spaced at each plateau's rate. The k-th visit of the run is worker k modulo `workers`' own.
    """
    before = 0.0
    for plateau in course:
        after = before + plateau.level * (plateau.end - plateau.start)
        for number in range(math.ceil(before), math.ceil(after)):
            if number % workers == worker:
                yield plateau.start + (number - before) / plateau.level
        before = after
