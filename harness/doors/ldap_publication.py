"""The directory kept as the world publishes: every list of every point, anew at each publication."""

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from harness.doors.ldap import Directory, running_directory
from harness.doors.ldif import Listed
from harness.jlis import crl, crl_points
from harness.jlis.crl_points import Partition
from harness.jlis.populations import POPULATIONS
from harness.municipalities import MUNICIPALITIES, Municipality
from harness.world import World

LOOK_SECONDS = 1.0
"""How often the world's clock is looked at; a real second is short beside the minutes that a swap takes."""


@contextmanager
def published_directory(
    world: World, places: Collection[Municipality] | None = None, port: int = 0
) -> Iterator["Publication"]:
    """Run a directory with the lists of municipalities that follows the world's publications within the block.

    Without `places` it is all of them: some twenty thousand lists, and seconds at each publication.
    """
    places = MUNICIPALITIES.values() if places is None else places
    number, lists = lists_at_present(world, places)
    with running_directory(lists, port) as directory:
        publication = Publication(world, places, directory, number)
        follower = threading.Thread(target=publication.follow, name="ldap publication", daemon=True)
        follower.start()
        try:
            yield publication
        finally:
            publication.end()
            follower.join()


class Publication:
    """A directory, and the number of the publication that is in it."""

    def __init__(self, world: World, places: Collection[Municipality], directory: Directory, number: int) -> None:
        self._world = world
        self._places = places
        self.directory = directory
        self._number = number
        self._ended = threading.Event()
        self._turn = threading.Lock()
        self.failure: Exception | None = None
        """What kept the last publication out; the lists before it go on answering, as during a swap."""

    def follow(self) -> None:
        """Look at the clock until the end."""
        while not self._ended.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Publish when there is another publication; who has set the clock may look at once."""
        with self._turn:
            try:
                if crl.window_at(self._world.clock.now()).number == self._number:
                    return
                number, lists = lists_at_present(self._world, self._places)
                self.directory.publish(lists)
            except Exception as fault:  # noqa: BLE001  (a door's thread: told to whoever asks, and tried again)
                self.failure = fault
            else:
                self._number, self.failure = number, None

    def end(self) -> None:
        """Stop following."""
        self._ended.set()


def lists_at_present(world: World, places: Collection[Municipality]) -> tuple[int, Sequence[Listed]]:
    """Return the number of the present publication, and its lists of all populations and generations."""
    now = world.clock.now()
    lists = []
    for generation in world.jlis.generations(now):
        for population in POPULATIONS:
            for place in places:
                name = crl_points.name_of(Partition(population, generation, place))
                kind, medium = population
                lists.append(Listed(name, world.jlis.crl(kind, place, now, medium=medium, generation=generation)))
    return crl.window_at(now).number, lists
