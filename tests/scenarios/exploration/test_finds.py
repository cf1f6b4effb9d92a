"""What is wrong is found and made small; all of the list by hand: `python -m tests.scenarios.exploration.proof`."""

import pytest

from scenarios.exploration.machine import explore
from scenarios.exploration.reduction import reduced
from scenarios.exploration.writing import story_of_play
from tests.scenarios.exploration.spoils import SPOILS, Spoil, spoiled

PLAYS, SEEDS = 12, 8
"""Within so many plays of its seed each is found; beside other tests, of a later one (test_reference.py says why)."""
IN_CI = [spoil for spoil in SPOILS if spoil.in_ci]


@pytest.mark.parametrize("spoil", IN_CI, ids=[spoil.name for spoil in IN_CI])
def test_what_is_wrong_is_found_and_made_small(spoil: Spoil) -> None:
    """A few plays find it; a story of a few steps is left that breaks with the same complaint; and it is a story."""
    with spoiled(spoil) as venue:
        played = (
            explore(venue, seeded=spoil.seed + later, plays=PLAYS, watch=lambda _: None) for later in range(SEEDS)
        )
        broken = next(filter(None, played), None)
        assert broken is not None, f"{spoil.name} was not found by {SEEDS} seeds of {PLAYS} plays"
        small = reduced(venue, broken.begins, broken.steps)
    assert small is not None, "it breaks again when it is played again"
    assert len(small.steps) <= spoil.steps, "\n".join(small.lines)
    name, text = story_of_play(small, spoil.seed)
    compile(text, name, "exec")
    assert small.lines[-1].strip() in text


def test_at_least_a_dozen_are_found() -> None:
    """The list is long enough, and CI plays some of each: products and cards."""
    assert len(SPOILS) >= 12
    assert len({spoil.name for spoil in SPOILS}) == len(SPOILS)
    assert len(IN_CI) >= 3
