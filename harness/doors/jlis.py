"""The fake J-LIS over HTTP: OCSP for both kinds, revocation lists and their index, the anchors.

POST /ocsp/{auth|sign}            RFC 6960 App. A.1; any content type is read, since what is inside decides
GET  /ocsp/{auth|sign}/{base64}   the same request in the address
GET  /crl/index.json              distribution point DN → address
GET  /crl/{kind}/card/{sha256}.crl
GET  /anchors/{auth|sign}.cer

Every request is written in the journal with its answer, those that nobody can understand too. An answer given under a
fault names it there.
"""

import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import format_datetime
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from harness.contract.vocabulary import Kind
from harness.doors.body import BodyTooLong, read_body
from harness.doors.carrier import CARRIERS, Load
from harness.errors import ConfigurationError
from harness.jlis import crl, names
from harness.jlis.faults import GRAMMAR, Asked, FaultDoor, Faults, Order, Standing
from harness.jlis.journal import Entry
from harness.jlis.ocsp_request import RefusedRequest, read_request
from harness.jlis.populations import POPULATIONS, Medium
from harness.municipalities import MUNICIPALITIES, Municipality
from harness.world import World

LONGEST_REQUEST = 65_536
OCSP_RESPONSE = "application/ocsp-response"


class _Scope(NamedTuple):
    """What one list covers."""

    kind: Kind
    medium: Medium
    generation: int
    municipality: Municipality


Make = Callable[[Standing | None], Awaitable[Response]]
"""Makes the answer, wrong in its content where the fault is one of content, and writes it in the journal."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the journal says of a request whatever it was answered."""

    door: str
    kind: Kind | None = None
    partition: str | None = None
    serial: int | None = None


class JlisDoor:
    """The service object: a world, what is written in its journal for each request, and the faults that stand."""

    def __init__(self, world: World, faults: Faults | None = None) -> None:
        self._world = world
        self.faults = Faults() if faults is None else faults
        self._lists: dict[int, dict[str, _Scope]] = {}
        self.app = Starlette(
            routes=[
                Route("/ocsp/{kind}", self.ocsp_post, methods=["POST"]),
                Route("/ocsp/{kind}/{request:path}", self.ocsp_get, methods=["GET"]),
                Route("/crl/index.json", self.index, methods=["GET"]),
                Route("/crl/{kind}/{medium}/{name}", self.list, methods=["GET"]),
                Route("/anchors/{kind}.cer", self.anchor, methods=["GET"]),
            ],
            exception_handlers={HTTPException: self.no_such_place, ConfigurationError: self.store_fails},
        )

    async def ocsp_post(self, request: Request) -> Response:
        """Answer an OCSP request in the body."""
        kind = _kind(request)
        try:
            body = await read_body(request, LONGEST_REQUEST)
        except BodyTooLong as fault:
            self._note("ocsp", "too long", 413, kind)
            return Response(str(fault), 413)
        except ClientDisconnect:
            self._note("ocsp", "cut off", 400, kind)
            return Response("body: expected as long as announced, actual cut off", 400)
        return await self._ocsp(request, kind, body)

    async def ocsp_get(self, request: Request) -> Response:
        """Answer an OCSP request in the address; the server has already undone its percent-encoding."""
        kind = _kind(request)
        try:
            body = base64.b64decode(request.path_params["request"], validate=True)
        except (binascii.Error, ValueError):
            body = b""  # what cannot be decoded is a malformed request, and the responder says so
        return await self._ocsp(request, kind, body)

    async def index(self, request: Request) -> Response:
        """List every distribution point with the address of its list, under the name the client called us by."""

        async def make(standing: Standing | None) -> Response:
            return self._index(request, standing)

        return await self._carried(request, Asked(FaultDoor.CRL, says=False), Place("crl"), make)

    def _index(self, request: Request, standing: Standing | None) -> Response:
        base = str(request.base_url).rstrip("/")
        self._note("crl", _under("index", standing), 200)
        return JSONResponse(
            {
                "lists": [
                    {
                        "kind": kind.value,
                        "medium": medium.value,
                        "generation": generation,
                        "distribution_point": names.distribution_point(
                            kind, place, medium, generation
                        ).rfc4514_string(),
                        "municipality": place.code,
                        "url": base + path,
                    }
                    for path, (kind, medium, generation, place) in self._published().items()
                ]
            }
        )

    async def list(self, request: Request) -> Response:
        """Answer with the list that is current, or with 304 to whoever has it.

        The tag names the bytes: number and date are the same in every world, and another world's list is another list.
        If-Modified-Since is therefore not asked for its opinion.
        """
        scope = self._published().get(request.scope["path"])
        if scope is None:
            raise HTTPException(404)

        async def make(standing: Standing | None) -> Response:
            return await run_in_threadpool(self._list, request, scope, standing)

        place = Place("crl", scope.kind, scope.municipality.code)
        return await self._carried(request, Asked(FaultDoor.CRL), place, make)

    def _published(self) -> dict[str, _Scope]:
        """Return the scope of every list by its path, those of all generations that were founded by now."""
        for generation in self._world.generations(self._world.clock.now()):
            if generation not in self._lists:
                self._lists[generation] = {
                    crl.path_of(kind, place, medium, generation): _Scope(kind, medium, generation, place)
                    for kind, medium in POPULATIONS
                    for place in MUNICIPALITIES.values()
                }
        return {path: scope for lists in self._lists.values() for path, scope in lists.items()}

    def _list(self, request: Request, scope: _Scope, standing: Standing | None) -> Response:
        now = self._world.clock.now()
        window = crl.window_at(now)
        kind, medium, generation, place = scope
        der = self._world.crl(kind, place, now, _content(standing), medium=medium, generation=generation)
        headers = {
            "etag": f'"{hashlib.sha256(der).hexdigest()}"',
            "last-modified": format_datetime(window.this_update, usegmt=True),
        }
        if _has_it(request, headers["etag"]):
            self._note("crl", _under("not modified", standing), 304, kind, place.code)
            return Response(status_code=304, headers=headers)
        self._note("crl", _under(f"list {window.number}", standing), 200, kind, place.code)
        return Response(der, media_type="application/pkix-crl", headers=headers)

    async def anchor(self, request: Request) -> Response:
        """Answer with an authority's certificate (DER)."""
        kind = _kind(request)
        self._note("anchors", "certificate", 200, kind)
        return Response(self._world.trust().authorities[kind.value], media_type="application/pkix-cert")

    async def no_such_place(self, request: Request, fault: Exception) -> Response:
        """Answer whoever asks for what is not here (404), or asks otherwise than one can (405)."""
        code = fault.status_code if isinstance(fault, HTTPException) else 404
        asked = f"{request.method} {request.scope['path']}"[:200]
        self._note("unknown", asked, code)
        headers = fault.headers if isinstance(fault, HTTPException) else None
        return Response(f"{asked}: expected POST /ocsp/auth and the like, actual no such door", code, headers)

    async def store_fails(self, request: Request, fault: Exception) -> Response:
        """Answer 503 while the store fails: a view that cannot be remembered as published does not leave."""
        kind = None if "kind" not in request.path_params else _kind(request)
        self._note(request.scope["path"].split("/")[1], "store fails", 503, kind)
        return Response(str(fault), 503)

    def garbled(self, what: str) -> None:
        """Write down that something other than HTTP came."""
        self._note("unknown", what, 400)

    def turned_away(self, what: str, http: int) -> None:
        """Write down who was not let in."""
        self._note("unknown", what, http)

    def addresses(self, url: str) -> dict[str, str]:
        """Return where each service is when the door stands at `url`."""
        ocsp = {f"ocsp-{kind.value}": f"{url}/ocsp/{kind.value}" for kind in Kind}
        return {**ocsp, "crl": f"{url}/crl/index.json"}

    async def _ocsp(self, request: Request, kind: Kind, body: bytes) -> Response:
        async def make(standing: Standing | None) -> Response:
            return await run_in_threadpool(self._answer, kind, body, standing)

        asked = _asked(kind, body) if self.faults else Asked(FaultDoor.ocsp(kind))
        return await self._carried(request, asked, Place("ocsp", kind, serial=asked.serial), make)

    async def _carried(self, request: Request, asked: Asked, place: Place, make: Make) -> Response:
        """Return the answer, or what the fault that stands leaves of it."""
        standing = self.faults.take(asked, self._world.clock.now()) if self.faults else None
        if standing is None or GRAMMAR[standing.order.fault].content:
            return await make(standing)

        def note(http: int) -> None:
            self._note(place.door, f"fault {standing.order.fault}", http, place.kind, place.partition, place.serial)

        load = Load(request, standing, self.faults, lambda: make(standing), note)
        return await CARRIERS[standing.order.fault](load)

    def _answer(self, kind: Kind, body: bytes, standing: Standing | None) -> Response:
        now = self._world.clock.now()
        answer = self._world.ocsp(kind, body, now, _content(standing))
        said = _under(answer.said, standing)
        self._world.journal.write(Entry(now, "ocsp", kind.value, answer.serial, None, said, 200))
        return Response(answer.der, media_type=OCSP_RESPONSE)

    def _note(  # noqa: PLR0913, PLR0917  (the columns of the journal)
        self,
        door: str,
        said: str,
        http: int,
        kind: Kind | None = None,
        partition: str | None = None,
        serial: int | None = None,
    ) -> None:
        named = None if kind is None else kind.value
        self._world.journal.write(Entry(self._world.clock.now_or_last(), door, named, serial, partition, said, http))


def _asked(kind: Kind, body: bytes) -> Asked:
    """Return what faults look at in an OCSP request; what is no question has neither serial nor nonce."""
    door = FaultDoor.ocsp(kind)
    try:
        question = read_request(body)
    except RefusedRequest:
        return Asked(door, says=False)
    return Asked(door, question.serial, nonce=question.nonce is not None)


def _content(standing: Standing | None) -> Order | None:
    """Return the order when it is one for whoever makes the content."""
    return standing.order if standing is not None and GRAMMAR[standing.order.fault].content else None


def _under(said: str, standing: Standing | None) -> str:
    """Return what the journal says of an answer, with the fault it was given under."""
    return said if standing is None else f"{said}, fault {standing.order.fault}"


def _kind(request: Request) -> Kind:
    try:
        return Kind(request.path_params["kind"])
    except ValueError as fault:
        raise HTTPException(404) from fault


def _has_it(request: Request, etag: str) -> bool:
    """Whether If-None-Match names the list; the comparison is the weak one (RFC 9110 §13.1.2)."""
    tags = [tag.strip().removeprefix("W/") for tag in ",".join(request.headers.getlist("if-none-match")).split(",")]
    return etag in tags or tags == ["*"]
