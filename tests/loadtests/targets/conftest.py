"""A register with its people, and our J-LIS in front of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.keys import KeyPool
from harness.world import World
from loadtests.options import Options
from loadtests.targets.ground import Subject
from loadtests.targets.register import Known, known_of, register
from loadtests.vocabulary import Standing

OPTIONS = Options(target="", users=1, seconds=1, seed=1, timeout=5.0)


class Registered(NamedTuple):
    """What a test needs."""

    world: World
    known: Known
    addresses: dict[str, str]

    def somebody(self, standing: Standing) -> Subject:
        """One who stands so."""
        return next(each for each in self.known.subjects if each.standing is standing)


@pytest.fixture(scope="session")
def registered(installation: Path) -> Iterator[Registered]:
    """The register of a load, at its instant, behind a door on loopback."""
    keys = KeyPool(installation / "keys")
    with register(OPTIONS, keys, None) as world:
        door = JlisDoor(world)
        with Served(door.app) as served:
            yield Registered(world, known_of(world, keys), door.addresses(served.url))
