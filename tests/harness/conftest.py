"""Worlds for the tests: keys once a session, everything else afresh, and the host's clock plays no part."""

from collections.abc import Callable, Iterator

import pytest

from harness.jlis.practice import STANDARD, Practice
from harness.keys import KeyPool
from harness.store.address import Place
from harness.world import World
from tests.harness.instants import jst

START = "2026-12-01T00:00:00"
MakeWorld = Callable[..., World]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyPool:
    """The keys of one installation."""
    return KeyPool(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def make_world(keys: KeyPool) -> Iterator[MakeWorld]:
    """Make worlds on the session's keys; they are closed with the test."""
    made: list[World] = []

    def make(start: str = START, *, seed: int = 7, store: Place = None, practice: Practice = STANDARD) -> World:
        made.append(World.create(keys, seed=seed, start=jst(start), store=store, practice=practice))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A new world in memory."""
    return make_world()
