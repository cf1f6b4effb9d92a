"""The ceilings of a run against a product: of Locust by the same answers from nobody, of the server by wrk.

A visit is two requests, and the second presents the first's challenge once. So wrk asks `begin` again and again, and
`complete` once for each of many sessions that were begun and signed beforehand; the bad ones of the mix are among
them, and each answer is judged.
"""

import itertools
from collections.abc import Callable, Iterator

from harness.errors import HarnessFault
from loadtests.ceiling.found import ServerCeiling
from loadtests.ceiling.judged_wrk import Judged, Request, drive
from loadtests.population import Population
from loadtests.processes import busy_seconds
from loadtests.truth import Deed
from loadtests.visits import BEGIN, COMPLETE, Visits

SECONDS = 2
BEGINS = 64
PREPARED = 1500
"""Sessions for `complete`: each is one signature (0.2 ms) and one request beforehand, for so many seconds at most."""
PATIENCE = 6.0


def canned(address: str, population: Population) -> dict[str, bytes]:
    """Return the product's own answers to one honest visit, by path: what a no-op target gives to everybody."""
    visits = Visits(address, population)
    try:
        for turn in itertools.islice(visits.turns(), BEGINS):
            begun = visits.ask(BEGIN, visits.begin(turn))
            presented = visits.complete(turn, begun) if turn.deed is Deed.HONEST else None
            if presented is not None:
                return {BEGIN: begun, COMPLETE: visits.ask(COMPLETE, presented)}
    finally:
        visits.close()
    raise HarnessFault(f"mix {population.mix.name}: expected a visit that can be made again, actual none")


def measure(address: str, population: Population, pid: int | None, clock: Callable[[], float]) -> list[ServerCeiling]:
    """Return what wrk found: `begin`, `complete`, and what both together allow."""
    visits = Visits(address, population)
    try:
        turns = list(itertools.islice(visits.turns(), BEGINS))
        begins = [Request(BEGIN, visits.begin(each), '"challenge"') for each in turns if each.deed is Deed.HONEST]
        begins = [each for each in begins if b'"challenge"' in visits.ask(BEGIN, each.body)]
        begin = _timed(pid, lambda: drive(address, begins, SECONDS))
        sessions = list(_sessions(visits, clock))
        complete = _timed(pid, lambda: drive(address, sessions, SECONDS + 1, once=True))
    finally:
        visits.close()
    found = [_told("begin", *begin), _told("complete", *complete)]
    rates = [each[0].rate for each in (begin, complete)]
    if all(rates):
        busy = _per_request(*begin) + _per_request(*complete)
        note = "begin, then complete" + (f"; {1e6 * busy:.0f} µs of a core each" if busy else "")
        found.append(ServerCeiling("visit", 1 / sum(1 / rate for rate in rates), 0.0, 0.0, 0, note))
    return found


def _sessions(visits: Visits, clock: Callable[[], float]) -> Iterator[Request]:
    """Yield a presentation for each of many sessions, with what a right answer to it says."""
    until = clock() + PATIENCE
    for turn in itertools.islice(visits.turns(), PREPARED):
        presented = visits.complete(turn, visits.ask(BEGIN, visits.begin(turn)))
        if presented is not None:
            yield Request(COMPLETE, presented, visits.want(turn))
        if clock() > until:
            return


def _told(name: str, judged: Judged, busy: float | None) -> ServerCeiling:
    each = _per_request(judged, busy)
    notes = [f"{1e6 * each:.0f} µs of a core each"] if each else []
    notes += [f"{judged.strange} answers other than HTTP 200"] if judged.strange else []
    notes += [f"{judged.errors} socket errors"] if judged.errors else []
    notes += [judged.sample] if judged.wrong else []
    latencies = (judged.p50 * 1e3, judged.p99 * 1e3)
    return ServerCeiling(name, judged.rate, *latencies, judged.wrong, "; ".join(notes), judged.strange)


def _per_request(judged: Judged, busy: float | None) -> float:
    answers = judged.right + judged.wrong
    return busy / answers if busy and answers else 0.0


def _timed(pid: int | None, act: Callable[[], Judged]) -> tuple[Judged, float | None]:
    """Return what came of it, and how long the target kept a core busy meanwhile."""
    if pid is None:
        return act(), None
    before = busy_seconds(pid)
    judged = act()
    return judged, busy_seconds(pid) - before
