"""The world that a certification takes place in: made afresh for each run, its doors on loopback."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.request import urlopen

from conformance.privacy.oracle import Oracle
from conformance.privacy.overheard import heard_app
from harness.clock import host_now
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.jlis.faults import Faults
from harness.jlis.marks import QUARTER_HOURS, MadeMarks
from harness.keys import KeyPool
from harness.municipalities import AOI
from harness.terminal.hostile import SelfMadeChip
from harness.world import KEYS_PER_CARD, World

START = datetime(2026, 1, 5, 0, 0, tzinfo=timezone(timedelta(hours=9)))
"""The first day of every run: the host's calendar plays no part in a verdict.

Early in its year: the next generation of authorities takes office on the first of April of the year after
(`harness.jlis.generations`), and a run of three hundred cases, a day each, ends before that.
"""
OLDER = timedelta(days=1)
"""How much older than the run its authorities are, where the world lives at the host's time."""
PREFECTURE = AOI.code[:2]
"""Whose lists the index names that a product is told of: all residents of a run live there. The country's 1,894
municipalities have a list each and day, for each kind, generation and carrier, and a case has days of its own."""
SPARE_CARDS = 4
"""Some cases need a second resident (a spliced card)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A world, a hostile terminal's tools, and where the fake J-LIS answers."""

    world: World
    hostile: SelfMadeChip
    addresses: Mapping[str, str]
    faults: Faults
    """Those of the fake J-LIS: a case sets them, and they go with it."""
    made_marks: MadeMarks | None = None
    """The marks of OCSP, where the world lives at the host's time."""


def prepare_lists(made: Setting) -> None:
    """Have the fake J-LIS make its names of lists: seconds of work, once a process, that no product has to wait for."""
    with urlopen(made.addresses["crl"]) as index:  # noqa: S310  (our own door on loopback)
        lists = json.load(index)["lists"]
    for each in lists:
        urlopen(each["url"]).close()  # noqa: S310


@contextmanager
def setting(  # noqa: PLR0913  (what a world is made for)
    keys: KeyPool,
    *,
    seed: int,
    cases: int,
    shifted: bool = False,
    first_day: datetime = START,
    progress: Callable[[int, int], None] | None = None,
    oracle: Oracle | None = None,
) -> Iterator[Setting]:
    """Yield a world for `cases` cases from `first_day` on; keys that are missing in the pool are made first.

    The `oracle` hears what the product asks of the fake J-LIS.

    A `shifted` world runs at the host's time and has marks made on demand (`conformance.roles.story_clock`).
    """
    keys.prepare(KEYS_PER_CARD * (cases + SPARE_CARDS), progress)
    start = host_now() - OLDER if shifted else first_day
    made_marks = MadeMarks(start) if shifted else None
    world = World.create(keys, seed=seed, start=start, marks=made_marks or QUARTER_HOURS)
    if shifted:
        world.clock.set(host_now())
        world.clock.run()
    hostile = SelfMadeChip(*(keys.named(f"hostile-{part}") for part in ("issuer", "municipality", "chip")))
    door = JlisDoor(world)
    app = door.app if oracle is None else heard_app(door.app, oracle.heard)
    with Served(app, garbled=door.garbled) as served:
        if oracle is not None:
            oracle.talks(jlis=served.port)
        addresses = door.addresses(served.url)
        addresses["crl"] += f"?medium=card&prefecture={PREFECTURE}"
        yield Setting(world, hostile, addresses, door.faults, made_marks)
    world.close()
