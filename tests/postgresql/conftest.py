"""The fixtures of tests/harness over PostgreSQL: the same names, so that the same tests run here."""

import os
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import URL

from harness.jlis.practice import STANDARD, Practice
from harness.keys import KeyPool
from harness.store.address import Place
from harness.world import World
from tests.harness.conftest import START, MakeWorld, keys
from tests.harness.instants import jst
from tests.postgresql.server import Server, programs, running

__all__ = ["keys"]
NewStore = Callable[[], URL]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server of this run; without PostgreSQL there is nothing to test, which CI does not take for a pass."""
    binaries = programs()
    if binaries is None:
        reason = "PostgreSQL is not installed; as root: apt-get install postgresql"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with running(binaries) as server:
        yield server


@pytest.fixture
def new_store(server: Server) -> Iterator[NewStore]:
    """Make databases; they are dropped with the test."""
    made: list[URL] = []

    def make() -> URL:
        made.append(server.new_database())
        return made[-1]

    yield make
    for url in made:
        server.drop(url)


@pytest.fixture
def store(new_store: NewStore) -> URL:
    """A place for a store."""
    return new_store()


@pytest.fixture
def other_store(new_store: NewStore) -> URL:
    """A place for another."""
    return new_store()


@pytest.fixture
def make_world(keys: KeyPool, new_store: NewStore) -> Iterator[MakeWorld]:
    """Make worlds on the session's keys, each in a database of its own; they are closed with the test."""
    made: list[World] = []

    def make(start: str = START, *, seed: int = 7, store: Place = None, practice: Practice = STANDARD) -> World:
        place = store or new_store()
        made.append(World.create(keys, seed=seed, start=jst(start), store=place, practice=practice))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A new world."""
    return make_world()
