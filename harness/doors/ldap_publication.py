"""The directory kept as the world publishes: every list of every point, anew at each publication.

    a publication      all lists as they are over HTTP at that instant; where swapping in takes time, yesterday's
    a swap             each point's new list when its own delay is over (`crl_practice.Swap`)
    the clock set back everything anew

Where several lists bear one name (`CrlMode.SHARED_NAMES`) they are several values of one entry's attribute.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from harness.contract.vocabulary import Kind
from harness.doors.ldap import Directory, running_directory
from harness.doors.ldif import Listed
from harness.jlis import crl, crl_points, names
from harness.jlis.crl_points import Partition
from harness.jlis.crl_practice import CrlMode
from harness.jlis.populations import POPULATIONS
from harness.municipalities import MUNICIPALITIES, Municipality
from harness.world import World

LOOK_SECONDS = 1.0
"""How often the world's clock is looked at; a real second is short beside the minutes that a swap takes."""


def tell_nobody(_: str) -> None:
    """Let a publication that failed be known by `failure` alone."""


@contextmanager
def published_directory(
    world: World,
    places: Collection[Municipality] | None = None,
    port: int = 0,
    tell: Callable[[str], None] = tell_nobody,
) -> Iterator["Publication"]:
    """Run a directory with the lists of municipalities that follows the world's publications within the block.

    Without `places` it is all of them: some twenty thousand lists, and ten seconds at each publication. `tell` hears
    of a publication that fails.
    """
    places = MUNICIPALITIES.values() if places is None else places
    published, lists = lists_at_present(world, places)
    with running_directory(lists, port) as directory:
        publication = Publication(world, places, directory, published, tell)
        follower = threading.Thread(target=publication.follow, name="ldap publication", daemon=True)
        follower.start()
        try:
            yield publication
        finally:
            publication.end()
            follower.join()


@dataclass(frozen=True, slots=True)
class Published:
    """What is in a directory: as of which instant, and which points have their new list still to come."""

    at: datetime
    number: int
    since: datetime
    """When that number was published."""
    pending: Sequence[tuple[timedelta, Partition]] = field(default=())
    """How long after that, the soonest first."""


class Publication:
    """A directory, and what was published in it."""

    def __init__(
        self,
        world: World,
        places: Collection[Municipality],
        directory: Directory,
        published: Published,
        tell: Callable[[str], None] = tell_nobody,
    ) -> None:
        self._world = world
        self._places = places
        self.directory = directory
        self._published = published
        self._tell = tell
        self._ended = threading.Event()
        self._turn = threading.Lock()
        self.failure: Exception | None = None
        """What kept the last publication out; the lists before it go on answering, as during a swap."""

    def follow(self) -> None:
        """Look at the clock until the end."""
        while not self._ended.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Publish what is new; who has set the clock may look at once."""
        with self._turn:
            try:
                self._published = self._caught_up(self._published)
            except Exception as fault:  # noqa: BLE001  (a door's thread: told to whoever asks, and tried again)
                if self.failure is None and not self._ended.is_set():
                    self._tell(f"the directory keeps the lists that it has: {fault}")
                self.failure = fault
            else:
                self.failure = None

    def _caught_up(self, before: Published) -> Published:
        """Return what is published once the directory has it."""
        now = self._world.clock.now()
        if now < before.at or crl.window_at(now, self._world.jlis.list_practice).number != before.number:
            published, lists = lists_at_present(self._world, self._places)
            self.directory.publish(lists)
            return published
        due = [partition for delay, partition in before.pending if before.since + delay <= now]
        if due:
            self.directory.publish(_lists(self._world, due, now))
        return Published(now, before.number, before.since, before.pending[len(due) :])

    def end(self) -> None:
        """Stop following."""
        self._ended.set()


def lists_at_present(world: World, places: Collection[Municipality]) -> tuple[Published, Sequence[Listed]]:
    """Return what is published now, and its lists: of all populations, of each generation that signs lists.

    The authorities' own lists are among them.
    """
    now, practice = world.clock.now(), world.jlis.list_practice
    generations = world.jlis.generations(now)
    if practice.mode is CrlMode.NEW_KEY:
        generations = generations[-1:]
    partitions = [
        Partition(population, generation, place)
        for place in places
        for population in POPULATIONS
        for generation in generations
    ]
    window = crl.window_at(now, practice)
    pending: list[tuple[timedelta, Partition]] = []
    if practice.swap is not None and now < window.this_update + practice.swap.longest:
        for partition in partitions:
            point = crl_points.name_of(partition, practice.mode).public_bytes()
            delay = practice.swap.delay(point, window.number)
            if now < window.this_update + delay:
                pending.append((delay, partition))
    pending.sort(key=lambda each: each[0])
    return Published(now, window.number, window.this_update, pending), _lists(world, partitions, now)


def _lists(world: World, partitions: Sequence[Partition], now: datetime) -> list[Listed]:
    """Return the lists of points as they are at `now`, and the authorities' own."""
    found: dict[bytes, Listed] = {}
    mode = world.jlis.list_practice.mode
    for kind in Kind:
        ders = [world.jlis.authority_list(kind, generation, now) for generation in world.jlis.generations(now)]
        found[names.authority_name(kind).public_bytes()] = Listed(
            names.authority_name(kind), ders[-1], of_authority=True, more=tuple(ders[:-1])
        )
    for partition in partitions:
        (kind, medium), generation, place = partition
        der = world.jlis.crl(kind, place, now, medium=medium, generation=generation)
        name = crl_points.name_of(partition, mode)
        key = name.public_bytes()
        other = found.get(key)
        found[key] = Listed(name, der) if other is None else other.and_also(der)
    return list(found.values())
