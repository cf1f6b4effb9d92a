"""The seconds of a run drawn again with replacement: how often each counts, round by round. Pure.

Moving block bootstrap (Künsch 1989): neighbouring seconds resemble each other, so blocks of five are drawn. Each
plateau of a ramp or a spike is drawn by itself (a stratified bootstrap), for that load rises from one to the next is no
noise. A short plateau has shorter blocks. One block fewer is drawn than there are, each counting for so much more (Rao
and Wu 1988): of three seconds three drawn ones would vary by a third too little.
"""

import numpy as np

from loadtests.shapes import Plateau

BLOCK = 5
ROUNDS = 200
Draws = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""What each interval counts for, round by round."""


def drawn(strata: list[int], seed: int = 0) -> Draws:
    """Return the rounds over intervals that lie in so many to a stratum, one stratum after the other.

    Of a stratum of one interval nothing can be drawn: it counts for one in every round.
    """
    chance = np.random.default_rng(seed)
    return np.hstack([_of_stratum(count, chance) for count in strata if count])


def _of_stratum(count: int, chance: np.random.Generator) -> Draws:
    block = min(BLOCK, max(count // 2, 1))
    blocks = max(round(count / block) - 1, 1)
    starts = chance.integers(0, count - block + 1, size=(ROUNDS, blocks))
    taken = (starts[:, :, None] + np.arange(block)).reshape(ROUNDS, -1)
    often = np.stack([np.bincount(each, minlength=count) for each in taken])
    return often.astype(np.float64) * (count / (blocks * block))


def strata_of(course: list[Plateau], instants: list[float]) -> list[int]:
    """Return how many of these instants, which rise, lie in each plateau; what lies behind the last belongs to it."""
    ends = [plateau.end for plateau in course[:-1]]
    places = np.searchsorted(ends, instants, side="right")
    return [int(count) for count in np.bincount(places, minlength=len(course))]
