"""The fake J-LIS over HTTP: OCSP for both kinds, revocation lists and their index, the anchors.

POST, GET /ocsp/…                 harness/doors/ocsp.py
GET  /crl/index.json              distribution point DN → address; ?municipality=48201 and the like narrow it
GET  /crl/{kind}/{medium}/{sha256}.crl
GET  /crl/{kind}/authority/{name}.crl   the authority's own list (ARL) of each generation
GET  /crl/{kind}/{medium}/archive.tar  all lists of a population with a manifest of their hashes
GET  /anchors/{auth|sign}.cer
POST /services/…                  links, record checks, the four attributes, fees: jlis_services.py
GET  /openapi.json                all of these, described: jlis_description.py

Every request is written in the journal with its answer, those that nobody can understand too. An answer given under a
fault names it there.
"""

import hashlib
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from importlib.metadata import version

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from harness.contract.vocabulary import Kind
from harness.doors.carrier import CARRIERS, Load
from harness.doors.complaint import TEXT, complain
from harness.doors.jlis_description import describe_jlis
from harness.doors.jlis_services import service_routes
from harness.doors.list_messages import IndexQuery
from harness.doors.ocsp import LONGEST_REQUEST, OCSP_RESPONSE, PLACES, OcspDoor, QuickApp
from harness.errors import ConfigurationError
from harness.jlis import crl, crl_archive, crl_points
from harness.jlis.crl_points import Partition
from harness.jlis.crl_practice import CrlMode
from harness.jlis.fault_grammar import GRAMMAR, FaultDoor
from harness.jlis.faults import Asked, Faults, Order, Standing
from harness.jlis.journal import Entry
from harness.jlis.populations import Medium, Population
from harness.municipalities import MUNICIPALITIES
from harness.world import World

__all__ = ["LONGEST_REQUEST", "OCSP_RESPONSE", "JlisDoor"]


Make = Callable[[Standing | None], Awaitable[Response]]
"""Makes the answer, wrong in its content where the fault is one of content, and writes it in the journal."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the journal says of a request whatever it was answered."""

    door: str
    kind: Kind | None = None
    partition: str | None = None
    serial: int | None = None


class Part(StrEnum):
    """What a door of the fake J-LIS serves; the anchors and its description are at each."""

    OCSP = "ocsp"
    CRL = "crl"
    SERVICES = "services"

    @property
    def prefix(self) -> str:
        """How the paths begin."""
        return f"/{self.value}/"


class JlisDoor:
    """The service object: a world, what is written in its journal for each request, and the faults that stand."""

    def __init__(self, world: World, faults: Faults | None = None, parts: Collection[Part] = tuple(Part)) -> None:
        """Serve all, or some `parts`: each may be a process of its own."""
        self._parts = frozenset(parts)
        self._world = world
        self.faults = Faults() if faults is None else faults
        self.ocsp = OcspDoor(world, world.jlis.responder, self.faults)
        routes = {
            Part.OCSP: [
                Route("/ocsp/{kind}", self.ocsp.post, methods=["POST"]),
                Route("/ocsp/{kind}/{request:path}", self.ocsp.get, methods=["GET"]),
            ],
            Part.CRL: [
                Route("/crl/index.json", self.index, methods=["GET"]),
                Route("/crl/{kind}/authority/{name}", self.authority_list, methods=["GET"]),
                Route("/crl/{kind}/{medium}/archive.tar", self.archive, methods=["GET"]),
                Route("/crl/{kind}/{medium}/{name}", self.one_list, methods=["GET"]),
            ],
            Part.SERVICES: service_routes(world),
        }
        app = Starlette(
            routes=[
                *(route for part in Part if part in self._parts for route in routes[part]),
                Route("/anchors/{kind}.cer", self.anchor, methods=["GET"]),
                Route("/openapi.json", self.description, methods=["GET"]),
            ],
            exception_handlers={HTTPException: self.no_such_place, ConfigurationError: self.store_fails},
        )
        self.app: ASGIApp = QuickApp(self.ocsp, app) if Part.OCSP in self._parts else app

    async def description(self, request: Request) -> Response:
        """Describe this door as OpenAPI 3.1."""
        self._note("description", "description", 200)
        described = describe_jlis(str(request.base_url).rstrip("/"), version("kazashi"))
        left_out = tuple(part.prefix for part in Part if part not in self._parts)
        described["paths"] = {path: row for path, row in described["paths"].items() if not path.startswith(left_out)}
        return JSONResponse(described)

    async def index(self, request: Request) -> Response:
        """List every distribution point with the address of its list, under the name the client called us by."""
        where = f"GET {request.scope['path']}"
        try:
            query = msgspec.convert(dict(request.query_params), IndexQuery, strict=False)
        except msgspec.ValidationError as fault:
            self._note("crl", f"refused: {fault}"[:200], 400)
            return complain(400, "query", where, ", ".join(IndexQuery.__struct_fields__), str(fault))

        async def make(standing: Standing | None) -> Response:
            return await run_in_threadpool(self._index, request, query, standing)

        return await self._carried(request, Asked(FaultDoor.CRL, says=False), Place("crl"), make)

    def _index(self, request: Request, query: IndexQuery, standing: Standing | None) -> Response:
        base = str(request.base_url).rstrip("/")
        wanted = msgspec.to_builtins(query)
        url = wanted.pop("url", None)
        found = [
            {**msgspec.structs.asdict(located), "url": base + located.path}
            for located in crl_archive.index(
                self._listing(self._world.clock.now()), self._world.jlis.list_practice.mode
            )
            if all(getattr(located, name) == value for name, value in wanted.items())
            and (url is None or url == base + located.path)
        ]
        self._note("crl", _under("index", standing), 200)
        return Response(msgspec.json.encode({"lists": found}), media_type="application/json")

    async def one_list(self, request: Request) -> Response:
        """Answer with the list that is current, or with 304 to whoever has it.

        The tag names the bytes: number and date are the same in every world, and another world's list is another list.
        If-Modified-Since is therefore not asked for its opinion.
        """
        partition = self._partition(request)

        async def make(standing: Standing | None) -> Response:
            return await run_in_threadpool(self._list, request, partition, standing)

        place = Place("crl", partition.population.kind, partition.municipality.code)
        return await self._carried(request, Asked(FaultDoor.CRL), place, make)

    def _partition(self, request: Request) -> Partition:
        """Return what the list at the path is of; the latest generation is looked at first."""
        population, mode = _population(request), self._world.jlis.list_practice.mode
        for generation in self._listing(self._world.clock.now()):
            found = crl_points.partitions(population, generation, mode).get(request.scope["path"])
            if found is not None:
                return found
        raise HTTPException(404)

    def _list(self, request: Request, partition: Partition, standing: Standing | None) -> Response:
        now = self._world.clock.now()
        (kind, medium), generation, place = partition
        window = self._world.jlis.window(kind, place, now, medium=medium, generation=generation)
        der = self._world.jlis.crl(kind, place, now, _content(standing), medium=medium, generation=generation)
        headers = {
            "etag": f'"{hashlib.sha256(der).hexdigest()}"',
            "last-modified": format_datetime(window.this_update, usegmt=True),
        }
        if _has_it(request, headers["etag"]):
            self._note("crl", _under("not modified", standing), 304, kind, place.code)
            return Response(status_code=304, headers=headers)
        self._note("crl", _under(f"list {window.number}", standing), 200, kind, place.code)
        return Response(der, media_type="application/pkix-crl", headers=headers)

    async def authority_list(self, request: Request) -> Response:
        """Answer with the list of one generation of an authority (ARL)."""
        kind, now = _kind(request), self._world.clock.now()
        for generation in self._world.jlis.generations(now):
            if crl_points.authority_path(kind, generation) == request.scope["path"]:
                der = await run_in_threadpool(self._world.jlis.authority_list, kind, generation, now)
                self._note("crl", "authority list", 200, kind)
                return Response(der, media_type="application/pkix-crl")
        raise HTTPException(404)

    def _listing(self, now: datetime) -> list[int]:
        """Return the generations that sign lists at `now`, the latest first.

        Where the new key signs all it is one alone: whoever was in office at the last publication.
        """
        practice = self._world.jlis.list_practice
        if practice.mode is CrlMode.NEW_KEY:
            return [max(self._world.jlis.generations(crl.window_at(now, practice).this_update))]
        return list(reversed(self._world.jlis.generations(now)))

    async def archive(self, request: Request) -> Response:
        """Answer with all current lists of a population at once, or with 304 to whoever has them.

        Only faults of the carrier meet it: what is in it is as it should be.
        """
        population = _population(request)

        async def make(standing: Standing | None) -> Response:
            return await run_in_threadpool(self._archive, request, population, standing)

        return await self._carried(request, Asked(FaultDoor.CRL, says=False), Place("crl", population.kind), make)

    def _archive(self, request: Request, population: Population, standing: Standing | None) -> Response:
        now = self._world.clock.now()
        window, (kind, medium) = crl.window_at(now, self._world.jlis.list_practice), population
        lists = [
            (
                located,
                self._world.jlis.crl(
                    kind, MUNICIPALITIES[located.municipality], now, medium=medium, generation=located.generation
                ),
            )
            for generation in reversed(self._listing(now))
            for located in crl_archive.lists_of(population, generation, self._world.jlis.list_practice.mode)
        ]
        windows = {
            located.path: self._world.jlis.window(
                kind, MUNICIPALITIES[located.municipality], now, medium=medium, generation=located.generation
            )
            for located, _ in lists
        }
        made = crl_archive.archive(population, window.number, window.this_update, lists, windows)
        headers = {"etag": f'"{hashlib.sha256(made).hexdigest()}"'}
        if _has_it(request, headers["etag"]):
            self._note("crl", _under("archive not modified", standing), 304, kind)
            return Response(status_code=304, headers=headers)
        self._note("crl", _under(f"archive {window.number}", standing), 200, kind)
        return Response(made, media_type="application/x-tar", headers=headers)

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
        return Response(f"{asked}: expected POST /ocsp/auth and the like, actual no such door", code, headers, TEXT)

    async def store_fails(self, request: Request, fault: Exception) -> Response:
        """Answer 503 while the store fails: a view that cannot be remembered as published does not leave."""
        named = request.path_params.get("kind", "").partition("-")[0]
        kind = Kind(named) if named in set(Kind) else None
        self._note(request.scope["path"].split("/")[1], "store fails", 503, kind)
        return Response(str(fault), 503, media_type=TEXT)

    def garbled(self, what: str, http: int) -> None:
        """Write down what no application sees: something other than HTTP, heads and lines that are too much."""
        self._note("unknown", what[:200], http)

    def turned_away(self, what: str, http: int) -> None:
        """Write down who was not let in."""
        self._note("unknown", what, http)

    def addresses(self, url: str) -> dict[str, str]:
        """Return where each service is when the door stands at `url`."""
        where = {
            Part.OCSP: {f"ocsp-{name}": f"{url}/ocsp/{name}" for name in PLACES},
            Part.CRL: {"crl": f"{url}/crl/index.json"},
            Part.SERVICES: {"services": f"{url}/services"},
        }
        return {name: address for part in Part if part in self._parts for name, address in where[part].items()}

    async def _carried(self, request: Request, asked: Asked, place: Place, make: Make) -> Response:
        """Return the answer, or what the fault that stands leaves of it."""
        standing = self.faults.take(asked, self._world.clock.now()) if self.faults else None
        if standing is None or GRAMMAR[standing.order.fault].content:
            return await make(standing)

        def note(http: int) -> None:
            self._note(place.door, f"fault {standing.order.fault}", http, place.kind, place.partition, place.serial)

        load = Load(request, standing, self.faults, lambda: make(standing), note)
        return await CARRIERS[standing.order.fault](load)

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


def _population(request: Request) -> Population:
    """Return the population that a path names."""
    try:
        return Population(Kind(request.path_params["kind"]), Medium(request.path_params["medium"]))
    except ValueError as fault:
        raise HTTPException(404) from fault


def _has_it(request: Request, etag: str) -> bool:
    """Whether If-None-Match names the list; the comparison is the weak one (RFC 9110 §13.1.2)."""
    tags = [tag.strip().removeprefix("W/") for tag in ",".join(request.headers.getlist("if-none-match")).split(",")]
    return etag in tags or tags == ["*"]
