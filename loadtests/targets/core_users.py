"""Users who call a verification core in their own process. Importing this patches the process for gevent.

A user makes one round of logins at a turn: what Locust and gevent do between two turns would cost as much as a login.
Each login is timed and judged by itself; Locust's own page shows rounds.
"""

import gc
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any, ClassVar

from locust import User

from loadtests.targets.core_loading import LoadedCore, load_core
from loadtests.targets.core_material import Asked, read_material
from loadtests.targets.core_rounds import rounds_of
from loadtests.targets.ground import Subject
from loadtests.targets.ground_users import GroundLoad, GroundUser
from loadtests.truth import Deed, Ruled, Ruling

NAME = "verify"


class CoreCaller(GroundUser, User):
    """Hands logins to the core, one after the other."""

    core: ClassVar[LoadedCore]
    """One for all users of a process: what it remembers is remembered for all."""
    rounds: "ClassVar[Iterator[_Round]]"

    @classmethod
    def get_ready(cls, load: GroundLoad) -> None:
        """Load the core, and sign the logins."""
        ground = load.population
        cls.core = load_core(ground.module, ground.factory, read_material(Path(ground.material)))
        cls.rounds = cycle([_Round(cls.core, asked) for asked in rounds_of(ground)])
        # what is there stays there: the collector of cycles need not walk it, as in the bench
        gc.collect()
        gc.freeze()

    def ask(self, subject: Subject, deed: Deed) -> None:
        """One round; who comes in it was settled when it was signed."""
        del subject, deed
        made = next(self.rounds)
        self.core.renew(made.challenges)
        durations, wrong = made.run(self.core)
        tally = self.load.tally
        tally.took_all(NAME, durations)
        counts = made.kinds.copy()
        for asked, said in wrong:
            counts[asked.kind, asked.right] -= 1
            tally.judged(asked.kind, asked.holder, "", Ruled(Ruling.WRONG, asked.right, said, asked.right != "OK"))
            self.environment.stats.log_error("VERDICT", "wrong", f"expected {asked.right}, actual {said}")
        for (kind, right), count in counts.items():
            tally.judged_all(kind, _ruled(right), count)
        self.load.driven.update(made.holders)
        self.environment.events.request.fire(
            request_type="python",
            name=f"{NAME} x{len(durations)}",
            response_time=1e3 * sum(durations),
            response_length=0,
            exception=None,
            context={},
        )


class _Round:
    """The logins of a turn, as the core takes them."""

    def __init__(self, core: LoadedCore, asked: list[Asked]) -> None:
        self.challenges = [each.challenge for each in asked]
        self.kinds = Counter((each.kind, each.right) for each in asked)
        self.holders = {each.holder for each in asked}
        self._all: list[tuple[Any, str, Asked]] = [
            (core.prepare(each.certificate, each.challenge, each.signature), each.right, each) for each in asked
        ]

    def run(self, core: LoadedCore) -> tuple[list[float], list[tuple[Asked, str]]]:
        """Return how long each login took, and those that were answered otherwise than is right."""
        verify, clock = core.verify, time.perf_counter
        stamps = [clock()]
        stamp = stamps.append
        wrong: list[tuple[Asked, str]] = []
        for prepared, right, asked in self._all:
            said = verify(prepared)
            if said != right:
                wrong.append((asked, str(said)))
            stamp(clock())
        durations = [after - before for before, after in pairwise(stamps)]
        return durations, wrong


def _ruled(right: str) -> Ruled:
    is_bad = right != "OK"
    told = f"reject {right}" if is_bad else "accept OK"
    return Ruled(Ruling.RIGHT, told, told, is_bad)
