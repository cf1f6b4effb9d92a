"""The ceilings of a run against a product: of Locust by the same answers from nobody, of the server by wrk.

A login is two requests, and the second presents the first's challenge once. So wrk asks `begin` again and again, and
`complete` once for each of many sessions that were begun and signed beforehand; a part of these is forged or by holders
who were revoked, and each answer is judged.
"""

from collections.abc import Callable, Iterator

import httpx
import msgspec

from harness.bench.machine import processor_seconds
from harness.contract import messages
from harness.contract.http_binding import PATH
from harness.contract.vocabulary import Environment, Purpose, Verb
from harness.errors import HarnessFault
from loadtests.ceiling.found import ServerCeiling
from loadtests.ceiling.judged_wrk import Judged, Request, drive
from loadtests.population import LoadHolder, Population
from loadtests.signing import Signer
from loadtests.vocabulary import Standing

SECONDS = 2
PREPARED = 1600
"""Sessions for `complete`: each is one signature (0.2 ms) and one request beforehand."""
EVERY_BAD = 100
"""One in so many is forged, and one in so many by somebody who was revoked."""
WANTS = {"honest": '"reason":"OK"', "forged": '"reason":"BAD_SIGNATURE"', "revoked": '"reason":"REVOKED"'}
BEGIN, COMPLETE = PATH + Verb.BEGIN.value, PATH + Verb.COMPLETE.value


def canned(address: str, population: Population) -> dict[str, bytes]:
    """Return the product's own answers to one honest login, by path: what a no-op target gives to everybody."""
    holder = _those(population, Standing.GOOD)[0]
    with _client(population) as client:
        begun = _ask(client, address, BEGIN, _begin(population, holder))
        presented = _complete(population, holder, msgspec.json.decode(begun, type=messages.Begun), Signer())
        return {BEGIN: begun, COMPLETE: _ask(client, address, COMPLETE, presented)}


def measure(address: str, population: Population, pid: int | None) -> Iterator[ServerCeiling]:
    """Yield what wrk found: `begin`, `complete`, and what both together allow."""
    good = _those(population, Standing.GOOD)
    begins = [Request(BEGIN, _begin(population, each), '"challenge"') for each in good]
    begin = _timed(pid, lambda: drive(address, begins, SECONDS))
    yield _told("begin", *begin)
    sessions = list(_sessions(address, population))
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


def _sessions(address: str, population: Population) -> Iterator[Request]:
    """Yield a presentation of each of many sessions, with what a right answer to it says."""
    good, revoked = _those(population, Standing.GOOD), _those(population, Standing.REVOKED)
    signer = Signer()
    with _client(population) as client:
        for number in range(PREPARED):
            kind = {1: "forged", 2: "revoked"}.get(number % EVERY_BAD, "honest")
            among = revoked if kind == "revoked" else good
            holder = among[number % len(among)]
            begun = msgspec.json.decode(_ask(client, address, BEGIN, _begin(population, holder)), type=messages.Begun)
            body = _complete(population, holder, begun, signer, is_forged=kind == "forged")
            yield Request(COMPLETE, body, WANTS[kind])


def _client(population: Population) -> httpx.Client:
    return httpx.Client(trust_env=False, timeout=population.timeout)


def _those(population: Population, standing: Standing) -> list[LoadHolder]:
    found = [each for each in population.holders if each.standing is standing]
    if not found:
        raise HarnessFault(f"population: expected somebody {standing.value}, actual nobody")
    return found


def _ask(client: httpx.Client, address: str, path: str, body: bytes) -> bytes:
    answer = client.post(address + path, content=body, headers={"content-type": "application/json"})
    if answer.status_code != 200:
        raise HarnessFault(f"{path}: expected HTTP 200, actual {answer.status_code}")
    return answer.content


def _begin(population: Population, holder: LoadHolder) -> bytes:
    return msgspec.json.encode(
        messages.Begin(
            purpose=Purpose.LOGIN,
            service=population.service,
            environment=Environment.ONLINE,
            terminal=population.terminal,
            holder=messages.HolderHint(certificate=holder.certificate),
        )
    )


def _complete(
    population: Population, holder: LoadHolder, begun: messages.Begun, signer: Signer, *, is_forged: bool = False
) -> bytes:
    if begun.session is msgspec.UNSET or begun.challenge is msgspec.UNSET:
        raise HarnessFault("begin: expected session and challenge, actual neither")
    key = population.forger_key if is_forged else holder.key
    presentation = messages.Presentation(
        challenge=begun.challenge, certificate=holder.certificate, signature=signer.sign(key, begun.challenge)
    )
    return msgspec.json.encode(messages.Complete(session=begun.session, presentation=presentation))
