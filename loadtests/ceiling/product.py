"""The ceilings of a run against a product: of Locust by the same answers from nobody, of the server by wrk.

A login is two requests, and the second presents the first's challenge once. So wrk asks `begin` again and again, and
`complete` once for each of many sessions that were begun and signed beforehand; a part of these is forged or by holders
who were revoked, and each answer is judged.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import msgspec

from harness.bench.machine import processor_seconds
from harness.contract import messages
from harness.contract.http_binding import PATH
from harness.contract.vocabulary import Purpose, Verb
from harness.errors import HarnessFault
from loadtests.ceiling.found import ServerCeiling
from loadtests.ceiling.judged_wrk import Judged, Request, drive
from loadtests.desk import Desk
from loadtests.holders import Holders
from loadtests.mixes import REPEATABLE
from loadtests.population import Population
from loadtests.truth import Deed
from loadtests.turns import Turn, Turns
from loadtests.vocabulary import Standing

SECONDS = 2
PREPARED = 1600
"""Sessions for `complete`: each is one signature (0.2 ms) and one request beforehand."""
EVERY_BAD = 100
"""One in so many is forged, and one in so many by somebody who was revoked."""
WANTS = {"honest": '"reason":"OK"', "forged": '"reason":"BAD_SIGNATURE"', "revoked": '"reason":"REVOKED"'}
BEGIN, COMPLETE = PATH + Verb.BEGIN.value, PATH + Verb.COMPLETE.value


def canned(address: str, population: Population) -> dict[str, bytes]:
    """Return the product's own answers to one honest visit, by path: what a no-op target gives to everybody.

    Whatever somebody else's purpose needs of the answer to `begin` is added to it.
    """
    visitors = Visitors(population)
    turn = visitors.turn("honest", 0)
    with _client(population) as client:
        begun = visitors.begun(_ask(client, address, BEGIN, visitors.begin(turn)))
        completed = _ask(client, address, COMPLETE, visitors.complete(turn, begun))
    for_all = msgspec.structs.replace(
        begun,
        birth_date=turn.holder.birth_date.isoformat() if begun.birth_date is msgspec.UNSET else begun.birth_date,
        document=b"a document" if begun.document is msgspec.UNSET else begun.document,
    )
    return {BEGIN: msgspec.json.encode(for_all), COMPLETE: completed}


def measure(address: str, population: Population, pid: int | None) -> Iterator[ServerCeiling]:
    """Yield what wrk found: `begin`, `complete`, and what both together allow."""
    visitors = Visitors(population)
    begins = [
        Request(BEGIN, visitors.begin(visitors.turn("honest", each)), '"challenge"')
        for each in range(min(population.count(Standing.GOOD), PREPARED))
    ]
    begin = _timed(pid, lambda: drive(address, begins, SECONDS))
    yield _told("begin", *begin)
    sessions = list(_sessions(address, population, visitors))
    complete = _timed(pid, lambda: drive(address, sessions, SECONDS + 1, once=True))
    yield _told("complete", *complete)
    rates = [each[0].rate for each in (begin, complete)]
    if all(rates):
        per_login = sum(1 / rate for rate in rates)
        busy = _per_request(*begin) + _per_request(*complete)
        note = f"{1e6 * busy:.0f} µs of a core each" if busy else ""
        yield ServerCeiling("login", 1 / per_login, 0.0, 0.0, 0, f"begin, then complete; {note}")


def _told(name: str, judged: Judged, busy: float | None) -> ServerCeiling:
    each = _per_request(judged, busy)
    notes = [f"{1e6 * each:.0f} µs of a core each"] if each else []
    notes += [f"{judged.strange} answers other than HTTP 200"] if judged.strange else []
    notes += [f"{judged.errors} socket errors"] if judged.errors else []
    notes += [judged.sample] if judged.wrong else []
    return ServerCeiling(name, judged.rate, judged.p50 * 1e3, judged.p99 * 1e3, judged.wrong, "; ".join(notes))


def _per_request(judged: Judged, busy: float | None) -> float:
    answers = judged.right + judged.wrong
    return busy / answers if busy and answers else 0.0


def _timed(pid: int | None, act: Callable[[], Judged]) -> tuple[Judged, float | None]:
    """Return what came of it, and how long the target kept a core busy meanwhile."""
    if pid is None:
        return act(), None
    before = processor_seconds(pid)
    judged = act()
    return judged, processor_seconds(pid) - before


def _sessions(address: str, population: Population, visitors: "Visitors") -> Iterator[Request]:
    """Yield a presentation of each of many sessions, with what a right answer to it says."""
    has_revoked = population.count(Standing.REVOKED) > 0
    with _client(population) as client:
        for number in range(PREPARED):
            kind = {1: "forged", 2: "revoked"}.get(number % EVERY_BAD, "honest")
            kind = "forged" if kind == "revoked" and not has_revoked else kind
            turn = visitors.turn(kind, number)
            begun = visitors.begun(_ask(client, address, BEGIN, visitors.begin(turn)))
            yield Request(COMPLETE, visitors.complete(turn, begun), visitors.wants(kind))


def _client(population: Population) -> httpx.Client:
    return httpx.Client(trust_env=False, timeout=population.timeout)


def _ask(client: httpx.Client, address: str, path: str, body: bytes) -> bytes:
    answer = client.post(address + path, content=body, headers={"content-type": "application/json"})
    if answer.status_code != 200:
        raise HarnessFault(f"{path}: expected HTTP 200, actual {answer.status_code}")
    return answer.content


class Visitors:
    """People of the population who come for what its mix is mostly about, and can be repeated."""

    def __init__(self, population: Population) -> None:
        holders = Holders(Path(population.folder))
        self._turns, self._desk = Turns(population, holders), Desk(population, holders)
        shares = {each: share for each, share in population.mix.purposes.items() if each in REPEATABLE}
        self._purpose = max(shares, key=shares.__getitem__)

    def turn(self, kind: str, number: int) -> Turn:
        """Return a visit that is honest, forged or of somebody revoked."""
        standing = Standing.REVOKED if kind == "revoked" else Standing.GOOD
        return self._turns.turn(self._purpose, standing, Deed.FORGED if kind == "forged" else Deed.HONEST, number)

    def wants(self, kind: str) -> str:
        """Return what a right answer says."""
        if kind == "forged" and self._purpose is Purpose.TAP:
            return '"reason":"CARD_NOT_GENUINE"'
        return WANTS[kind]

    def begin(self, turn: Turn) -> bytes:
        """Return the message that begins it."""
        return msgspec.json.encode(self._desk.begin(turn))

    def begun(self, answer: bytes) -> messages.Begun:
        """Return what the product answered; HarnessFault when it is no session."""
        begun = msgspec.json.decode(answer, type=messages.Begun)
        if begun.session is msgspec.UNSET or begun.challenge is msgspec.UNSET:
            raise HarnessFault("begin: expected session and challenge, actual neither")
        return begun

    def complete(self, turn: Turn, begun: messages.Begun) -> bytes:
        """Return the message that completes it."""
        presentation = self._desk.present(turn, begun)
        if isinstance(presentation, str) or begun.session is msgspec.UNSET:
            raise HarnessFault(f"begin: {presentation}")
        return msgspec.json.encode(messages.Complete(session=begun.session, presentation=presentation))
