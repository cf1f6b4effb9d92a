"""OCSP over HTTP: POST and GET of RFC 6960 App. A.1, for the four populations.

POST /ocsp/{auth|sign}[-mobile]            any content type is read, since what is inside decides
GET  /ocsp/{auth|sign}[-mobile]/{base64}   the same request in the address

Where no fault stands a POST takes the short way (`quick`): no routing, no thread, no request object; the octets of an
answer are the same on both. What is out of the ordinary, a long body or a line that is gone, is left to the long way.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.contract.vocabulary import Kind
from harness.doors import lines
from harness.doors.body import BodyRefused, read_body
from harness.doors.carrier import CARRIERS, Ended, Load
from harness.doors.complaint import TEXT
from harness.errors import ConfigurationError
from harness.jlis.fault_grammar import GRAMMAR, FaultDoor
from harness.jlis.faults import Asked, Faults, Standing
from harness.jlis.journal import Entry
from harness.jlis.ocsp_nonce import nonce_value
from harness.jlis.ocsp_policy import Closed
from harness.jlis.ocsp_request import RefusedRequest, read_request
from harness.jlis.ocsp_service import OcspService
from harness.jlis.populations import POPULATIONS, Medium, Population
from harness.world import World

LONGEST_REQUEST = 65_536
OCSP_RESPONSE = "application/ocsp-response"
_DIGITS = len(str(LONGEST_REQUEST))
_HEADER = (b"content-type", OCSP_RESPONSE.encode("ascii"))


def name_of(population: Population) -> str:
    """Return the last part of a population's address: auth, sign-mobile."""
    return population.kind.value + ("" if population.medium is Medium.CARD else "-mobile")


PLACES = {name_of(population): population for population in POPULATIONS}
PATHS = {f"/ocsp/{name}": population for name, population in PLACES.items()}


class _Told(NamedTuple):
    """Who the journal says was asked."""

    kind: Kind
    serial: int | None = None


class OcspDoor:
    """The service object: the world's responder, the faults that stand, and the journal."""

    def __init__(self, world: World, responder: OcspService, faults: Faults) -> None:
        self._world = world
        self._now = world.clock.now
        self._write = world.journal.write
        self.responder = responder
        self._faults = faults

    async def post(self, request: Request) -> Response:
        """Answer an OCSP request in the body."""
        population = _population(request)
        try:
            body = await read_body(request, LONGEST_REQUEST)
        except BodyRefused as fault:
            self._note(_Told(population.kind), "too long" if fault.http == 413 else fault.actual, fault.http)
            return Response(str(fault), fault.http, media_type=TEXT)
        return await self._respond(request, population, body)

    async def get(self, request: Request) -> Response:
        """Answer an OCSP request in the address; the server has already undone its percent-encoding."""
        population = _population(request)
        try:
            body = base64.b64decode(request.path_params["request"], validate=True)
        except (binascii.Error, ValueError):
            body = b""  # what cannot be decoded is a malformed request, and the responder says so
        return await self._respond(request, population, body)

    def may_be_quick(self) -> bool:
        """Return whether no fault stands."""
        return not self._faults

    def quick_answer(self, population: Population, body: bytes) -> bytes | None:
        """Return an answer that no fault meets, journalled; None where the long way has to say why there is none."""
        kind, medium = population
        if self.responder.policy(kind).maintenance:
            return None
        try:
            now = self._now()
            answer = self.responder.answer(kind, body, now, (), medium)
        except ConfigurationError:  # the store fails
            return None
        self._write(Entry(now, "ocsp", kind.value, answer.serial, None, answer.said, 200, nonce_value(body)))
        return answer.der

    def refused(self, why: str, http: int) -> None:
        """Write down that something came which is no request to this door."""
        now = self._world.clock.now_or_last()
        self._write(Entry(now, "unknown", None, None, None, why, http))

    async def _respond(self, request: Request, population: Population, body: bytes) -> Response:
        """Return the answer, wrong in each way of content that was ordered, or what the carrier leaves of it."""
        closed = await run_in_threadpool(self._closed, population)
        if closed is not None:
            return closed
        asked = _asked(population, body) if self._faults else None
        met = [] if asked is None else self._faults.take_all(asked, self._now())

        async def make() -> Response:
            return await run_in_threadpool(self._answer, population, body, met)

        if not met or GRAMMAR[met[-1].order.fault].content:
            return await make()
        told = _Told(population.kind, None if asked is None else asked.serial)

        def note(http: int) -> None:
            self._note(told, f"fault {met[-1].order.fault}", http)

        return await CARRIERS[met[-1].order.fault](Load(request, met[-1], self._faults, make, note))

    def _answer(self, population: Population, body: bytes, met: Sequence[Standing]) -> Response:
        now = self._now()
        orders = [standing.order for standing in met if GRAMMAR[standing.order.fault].content]
        answer = self.responder.answer(population.kind, body, now, orders, population.medium)
        said = answer.said + "".join(f", fault {standing.order.fault}" for standing in met)
        self._write(Entry(now, "ocsp", population.kind.value, answer.serial, None, said, 200, nonce_value(body)))
        return Response(answer.der, media_type=OCSP_RESPONSE)

    def _closed(self, population: Population) -> Response | None:
        """Return what whoever comes meets while the responder is closed at its door."""
        policy = self.responder.policy(population.kind)
        closed = policy.closed_at(self._now()) if policy.maintenance else None
        if closed is None or closed is Closed.TRY_LATER:
            return None
        is_refused = closed is Closed.REFUSED
        self._note(_Told(population.kind), "closed", 0 if is_refused else 503)
        if is_refused:
            return Ended(lines.reset)
        return Response(f"ocsp {name_of(population)}: closed for maintenance", 503, media_type=TEXT)

    def _note(self, told: _Told, said: str, http: int) -> None:
        now = self._world.clock.now_or_last()
        self._write(Entry(now, "ocsp", told.kind.value, told.serial, None, said, http))


class QuickApp:
    """An ASGI application before another: POSTs of OCSP go the short way."""

    def __init__(self, door: OcspDoor, app: ASGIApp) -> None:
        self._door = door
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a POST where nothing is out of the ordinary, or let the other application answer."""
        population = PATHS.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if population is None or not self._door.may_be_quick() or _announces_much(scope):
            await self._app(scope, receive, send)
            return
        message = await receive()
        body = message.get("body", b"")
        is_whole = message["type"] == "http.request" and not message.get("more_body") and len(body) <= LONGEST_REQUEST
        # faults are looked at once more: one may have come with the body
        der = self._door.quick_answer(population, body) if is_whole and self._door.may_be_quick() else None
        if der is None:
            await self._app(scope, _once_more(message, receive), send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": [_HEADER, _length(len(der))]})
        await send({"type": "http.response.body", "body": der})


@lru_cache(maxsize=1024)
def _length(octets: int) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % octets


def _announces_much(scope: Scope) -> bool:
    """Whether a body is to come that is too long: to receive it would tell a client that asks first to go on."""
    return any(name == b"content-length" and len(value) > _DIGITS for name, value in scope["headers"])


def _once_more(message: Message, receive: Receive) -> Callable[[], Awaitable[Message]]:
    """Return a `receive` that begins with a message which was already taken."""
    held: list[Message] = [message]

    async def again() -> Message:
        return held.pop() if held else await receive()

    return again


def _asked(population: Population, body: bytes) -> Asked:
    """Return what faults look at in an OCSP request; what is no question has neither serial nor nonce.

    In a batch the first serial number counts.
    """
    door = FaultDoor.ocsp(*population)
    try:
        asked = read_request(body)
    except RefusedRequest:
        return Asked(door, says=False)
    return Asked(door, asked.questions[0].serial, nonce=asked.nonce is not None and len(asked.nonce) in range(16, 33))


def _population(request: Request) -> Population:
    try:
        return PLACES[request.path_params["kind"]]
    except KeyError as fault:
        raise HTTPException(404) from fault
