"""Many processes take in the same records at once, each in an order of its own, torn into uploads of its own."""

import multiprocessing
import random

from sqlalchemy import select

from reference_impl.services.offline.record import Record
from reference_impl.services.store.reconciliation import Reconciliation
from reference_impl.services.store.tables import records, sums, uses
from tests.reference_impl.services.crowd import Place, opened
from tests.reference_impl.services.offline import POLICIES, chain, judge, rewritten, upload

State = tuple[list[tuple[object, ...]], ...]


def made() -> list[Record]:
    """Rides of two taxis with nine cards, some of which the first taxi tells in two ways."""
    cabs = [chain(name, [(1 + number % 9, number % 30) for number in range(150)]) for name in ("cab-1", "cab-2")]
    return [*cabs[0], *cabs[1], *(rewritten(each, 5) for each in cabs[0][::10])]


def work(place: Place, seed: int) -> None:
    """One process: everything, in uploads of one to nine records."""
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    rides = made()
    chance.shuffle(rides)
    with opened(place) as database:
        reconciliation = Reconciliation(database)
        while rides:
            size = chance.randint(1, 9)
            part, rides = rides[:size], rides[size:]
            for terminal in ("cab-1", "cab-2"):
                of_terminal = [each for each in part if each.terminal == terminal]
                if of_terminal:
                    reconciliation.take_in(POLICIES, upload(of_terminal), judge)


def run_all(place: Place, processes: int) -> None:
    """The processes at once."""
    with opened(place) as database:
        Reconciliation(database)
    context = multiprocessing.get_context("spawn")
    started = [context.Process(target=work, args=(place, seed)) for seed in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0] * processes


def state(place: Place) -> State:
    """What is kept and what it comes to."""
    with opened(place) as database, database.transaction() as connection:
        kept = sorted(tuple(row) for row in connection.execute(select(records)))
        counted = sorted(tuple(row) for row in connection.execute(select(uses)))
        amounts = sorted(tuple(row)[:5] for row in connection.execute(select(sums)) if row.amount)
    return kept, counted, amounts
