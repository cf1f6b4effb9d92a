"""`python -m tests.scenarios.exploration.proof [NAME …]`: how soon each thing wrong is found, and how small it gets."""

import sys
from time import perf_counter

from scenarios.exploration.machine import explore
from scenarios.exploration.play import Play
from scenarios.exploration.reduction import reduced
from tests.scenarios.exploration.spoils import SPOILS, Spoil, spoiled

AT_ONCE, SEEDS = 12, 25


def main(names: list[str]) -> None:
    """Print a line for each, with a seed that finds it within a few plays, and the story."""
    for spoil in SPOILS:
        if not names or spoil.name in names:
            print("\n".join(line_of(spoil)), flush=True)


def line_of(spoil: Spoil) -> list[str]:
    """Return what was found, and the story's lines below it."""
    began, plays = perf_counter(), 0

    def watch(_: Play) -> None:
        nonlocal plays
        plays += 1

    with spoiled(spoil) as venue:
        for seed in range(1, SEEDS + 1):
            before = plays
            broken = explore(venue, seeded=seed, plays=AT_ONCE, watch=watch)
            if broken is None:
                continue
            found = f"seed {seed}, play {plays - before}, after {plays} in all ({perf_counter() - began:.0f} s)"
            small = reduced(venue, broken.begins, broken.steps)
            if small is None:
                return [f"{spoil.name}: {found}: does not break again"]
            size = f"{len(broken.steps)} → {len(small.steps)} steps in {small.plays} plays"
            return [
                f"{spoil.name}: {found}: {size}: {small.report.splitlines()[0]}",
                *(f"    {x}" for x in small.lines),
            ]
    return [f"{spoil.name}: not found in {plays} plays ({perf_counter() - began:.0f} s)"]


if __name__ == "__main__":
    main(sys.argv[1:])
