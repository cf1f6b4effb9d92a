"""The revocation lists over HTTP: each by its point, the index of all, and archives (spec/pki.md §2).

GET  /crl/index.json                   distribution point DN → address; ?prefecture=48 and the like narrow it
GET  /crl/{kind}/{medium}/{sha256}.crl
GET  /crl/{kind}/authority/{name}.crl  the authority's own list (ARL) of each generation
GET  /crl/{kind}/{medium}/archive.tar  all lists of a population with a manifest of their hashes
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from harness.contract.vocabulary import Kind
from harness.doors.carrier import CARRIERS, Load
from harness.doors.complaint import complain
from harness.doors.list_messages import IndexQuery
from harness.doors.noting import kind_of, note
from harness.jlis import crl, crl_archive, crl_points
from harness.jlis.crl_points import Partition
from harness.jlis.crl_practice import CrlMode
from harness.jlis.fault_grammar import GRAMMAR, FaultDoor
from harness.jlis.faults import Asked, Faults, Order, Standing
from harness.jlis.populations import Medium, Population
from harness.municipalities import MUNICIPALITIES
from harness.world import World

Make = Callable[[Sequence[Standing]], Awaitable[Response]]
"""Makes the answer, wrong in each way that a fault of content has it, and writes it in the journal."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the journal says of a request whatever it was answered."""

    kind: Kind | None = None
    partition: str | None = None


class ListsDoor:
    """The service object: a world whose lists are asked for, and the faults that stand."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults

    def routes(self) -> list[Route]:
        """Return where it answers."""
        return [
            Route("/crl/index.json", self.index, methods=["GET"]),
            Route("/crl/{kind}/authority/{name}", self.authority_list, methods=["GET"]),
            Route("/crl/{kind}/{medium}/archive.tar", self.archive, methods=["GET"]),
            Route("/crl/{kind}/{medium}/{name}", self.one_list, methods=["GET"]),
        ]

    async def index(self, request: Request) -> Response:
        """List every distribution point with the address of its list, under the name the client called us by."""
        where = f"GET {request.scope['path']}"
        try:
            query = msgspec.convert(dict(request.query_params), IndexQuery, strict=False)
        except msgspec.ValidationError as fault:
            self._note(f"refused: {fault}"[:200], 400)
            return complain(400, "query", where, ", ".join(IndexQuery.__struct_fields__), str(fault))

        async def make(met: Sequence[Standing]) -> Response:
            return await run_in_threadpool(self._index, request, query, met)

        return await self._carried(request, Asked(FaultDoor.CRL, says=False), Place(), make)

    def _index(self, request: Request, query: IndexQuery, met: Sequence[Standing]) -> Response:
        base = str(request.base_url).rstrip("/")
        wanted = msgspec.to_builtins(query)
        url, prefecture = wanted.pop("url", None), wanted.pop("prefecture", "")
        found = [
            {**msgspec.structs.asdict(located), "url": base + located.path}
            for located in crl_archive.index(
                self._listing(self._world.clock.now()), self._world.jlis.list_practice.mode
            )
            if all(getattr(located, name) == value for name, value in wanted.items())
            and (url is None or url == base + located.path)
            and located.municipality.startswith(prefecture)
        ]
        self._note(_under("index", met), 200)
        return Response(msgspec.json.encode({"lists": found}), media_type="application/json")

    async def one_list(self, request: Request) -> Response:
        """Answer with the list that is current, or with 304 to whoever has it.

        The tag names the bytes: number and date are the same in every world, and another world's list is another list.
        If-Modified-Since is therefore not asked for its opinion.
        """
        partition = self._partition(request)

        async def make(met: Sequence[Standing]) -> Response:
            return await run_in_threadpool(self._list, request, partition, met)

        place = Place(partition.population.kind, partition.municipality.code)
        return await self._carried(request, Asked(FaultDoor.CRL), place, make)

    def _partition(self, request: Request) -> Partition:
        """Return what the list at the path is of; the latest generation is looked at first."""
        population, mode = _population(request), self._world.jlis.list_practice.mode
        for generation in self._listing(self._world.clock.now()):
            found = crl_points.partitions(population, generation, mode).get(request.scope["path"])
            if found is not None:
                return found
        raise HTTPException(404)

    def _list(self, request: Request, partition: Partition, met: Sequence[Standing]) -> Response:
        now = self._world.clock.now()
        (kind, medium), generation, place = partition
        window = self._world.jlis.window(kind, place, now, medium=medium, generation=generation)
        der = self._world.jlis.crl(kind, place, now, *_content(met), medium=medium, generation=generation)
        headers = {
            "etag": f'"{hashlib.sha256(der).hexdigest()}"',
            "last-modified": format_datetime(window.this_update, usegmt=True),
        }
        if _has_it(request, headers["etag"]):
            self._note(_under("not modified", met), 304, kind, place.code)
            return Response(status_code=304, headers=headers)
        self._note(_under(f"list {window.number}", met), 200, kind, place.code)
        return Response(der, media_type="application/pkix-crl", headers=headers)

    async def authority_list(self, request: Request) -> Response:
        """Answer with the list of one generation of an authority (ARL); only faults of the carrier meet it."""
        kind, now = kind_of(request), self._world.clock.now()
        for generation in self._world.jlis.generations(now):
            if crl_points.authority_path(kind, generation) == request.scope["path"]:
                break
        else:
            raise HTTPException(404)

        async def make(met: Sequence[Standing]) -> Response:
            der = await run_in_threadpool(self._world.jlis.authority_list, kind, generation, now)
            self._note(_under("authority list", met), 200, kind)
            return Response(der, media_type="application/pkix-crl")

        return await self._carried(request, Asked(FaultDoor.CRL, says=False), Place(kind), make)

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

        async def make(met: Sequence[Standing]) -> Response:
            return await run_in_threadpool(self._archive, request, population, met)

        return await self._carried(request, Asked(FaultDoor.CRL, says=False), Place(population.kind), make)

    def _archive(self, request: Request, population: Population, met: Sequence[Standing]) -> Response:
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
            self._note(_under("archive not modified", met), 304, kind)
            return Response(status_code=304, headers=headers)
        self._note(_under(f"archive {window.number}", met), 200, kind)
        return Response(made, media_type="application/x-tar", headers=headers)

    async def _carried(self, request: Request, asked: Asked, place: Place, make: Make) -> Response:
        """Return the answer, or what the fault that stands leaves of it."""
        met = self._faults.take_all(asked, self._world.clock.now()) if self._faults else []
        if not met or GRAMMAR[met[-1].order.fault].content:
            return await make(met)
        carrier = met[-1]

        def note(http: int) -> None:
            self._note(f"fault {carrier.order.fault}", http, place.kind, place.partition)

        load = Load(request, carrier, self._faults, lambda: make(met), note)
        return await CARRIERS[carrier.order.fault](load)

    def _note(self, said: str, http: int, kind: Kind | None = None, partition: str | None = None) -> None:
        note(self._world, "crl", said, http, kind, partition)


def _content(met: Sequence[Standing]) -> list[Order]:
    """Return the orders for whoever makes the content."""
    return [standing.order for standing in met if GRAMMAR[standing.order.fault].content]


def _under(said: str, met: Sequence[Standing]) -> str:
    """Return what the journal says of an answer, with each fault it was given under."""
    return said + "".join(f", fault {standing.order.fault}" for standing in met)


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
