"""Worlds that last for a module: what is asked of them changes nothing."""

from collections.abc import Iterator

import pytest

from harness.keys import KeyPool
from harness.world import World
from tests.harness.life_cycle.scenes import SETTLED, MakeWorld


@pytest.fixture(scope="module")
def lasting_worlds(keys: KeyPool) -> Iterator[MakeWorld]:
    """Make worlds on the session's keys; they are closed with the module."""
    made: list[World] = []

    def make() -> World:
        made.append(World.create(keys, seed=7, start=SETTLED))
        return made[-1]

    yield make
    for world in made:
        world.close()
