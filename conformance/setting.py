"""The world that a certification takes place in: made afresh for each run, its doors on loopback."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.keys import KeyPool
from harness.terminal.hostile import SelfMadeChip
from harness.world import KEYS_PER_CARD, World

START = datetime(2026, 12, 1, 0, 0, tzinfo=timezone(timedelta(hours=9)))
"""The first day of every run: the host's calendar plays no part in a verdict."""
SPARE_CARDS = 4
"""Some cases need a second resident (a spliced card)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A world, a hostile terminal's tools, and where the fake J-LIS answers."""

    world: World
    hostile: SelfMadeChip
    addresses: Mapping[str, str]


@contextmanager
def setting(
    keys: KeyPool, *, seed: int, cases: int, progress: Callable[[int, int], None] | None = None
) -> Iterator[Setting]:
    """Yield a world for `cases` cases; keys that are missing in the pool are made first."""
    keys.prepare(KEYS_PER_CARD * (cases + SPARE_CARDS), progress)
    world = World.create(keys, seed=seed, start=START)
    hostile = SelfMadeChip(*(keys.named(f"hostile-{part}") for part in ("issuer", "municipality", "chip")))
    door = JlisDoor(world)
    with Served(door.app, garbled=door.garbled) as served:
        yield Setting(world, hostile, door.addresses(served.url))
    world.close()
