"""The fake J-LIS over HTTP: OCSP for both kinds, revocation lists and their index, the anchors.

POST, GET /ocsp/…                 harness/doors/ocsp.py
GET  /crl/…                       harness/doors/lists.py
GET  /anchors/{auth|sign}.cer
POST /services/…                  links, record checks, the four attributes, fees: jlis_services.py
GET  /openapi.json                all of these, described: jlis_description.py

Every request is written in the journal with its answer, those that nobody can understand too. An answer given under a
fault names it there.
"""

from collections.abc import Collection
from enum import StrEnum
from importlib.metadata import version

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from harness.contract.vocabulary import Kind
from harness.doors.complaint import TEXT
from harness.doors.jlis_description import describe_jlis
from harness.doors.jlis_services import service_routes
from harness.doors.lists import ListsDoor
from harness.doors.noting import kind_of, note
from harness.doors.ocsp import LONGEST_REQUEST, OCSP_RESPONSE, PLACES, OcspDoor, QuickApp
from harness.errors import ConfigurationError
from harness.jlis.faults import Faults
from harness.world import World

__all__ = ["LONGEST_REQUEST", "OCSP_RESPONSE", "JlisDoor"]


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
            Part.CRL: ListsDoor(world, self.faults).routes(),
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
        note(self._world, "description", "description", 200)
        described = describe_jlis(str(request.base_url).rstrip("/"), version("kazashi"))
        left_out = tuple(part.prefix for part in Part if part not in self._parts)
        described["paths"] = {path: row for path, row in described["paths"].items() if not path.startswith(left_out)}
        return JSONResponse(described)

    async def anchor(self, request: Request) -> Response:
        """Answer with an authority's certificate (DER)."""
        kind = kind_of(request)
        note(self._world, "anchors", "certificate", 200, kind)
        return Response(self._world.trust().authorities[kind.value], media_type="application/pkix-cert")

    async def no_such_place(self, request: Request, fault: Exception) -> Response:
        """Answer whoever asks for what is not here (404), or asks otherwise than one can (405)."""
        code = fault.status_code if isinstance(fault, HTTPException) else 404
        asked = f"{request.method} {request.scope['path']}"[:200]
        note(self._world, "unknown", asked, code)
        headers = fault.headers if isinstance(fault, HTTPException) else None
        return Response(f"{asked}: expected POST /ocsp/auth and the like, actual no such door", code, headers, TEXT)

    async def store_fails(self, request: Request, fault: Exception) -> Response:
        """Answer 503 while the store fails: a view that cannot be remembered as published does not leave."""
        named = request.path_params.get("kind", "").partition("-")[0]
        kind = Kind(named) if named in set(Kind) else None
        note(self._world, request.scope["path"].split("/")[1], "store fails", 503, kind)
        return Response(str(fault), 503, media_type=TEXT)

    def garbled(self, what: str, http: int) -> None:
        """Write down what no application sees: something other than HTTP, heads and lines that are too much."""
        note(self._world, "unknown", what[:200], http)

    def turned_away(self, what: str, http: int) -> None:
        """Write down who was not let in."""
        note(self._world, "unknown", what, http)

    def addresses(self, url: str) -> dict[str, str]:
        """Return where each service is when the door stands at `url`."""
        where = {
            Part.OCSP: {f"ocsp-{name}": f"{url}/ocsp/{name}" for name in PLACES},
            Part.CRL: {"crl": f"{url}/crl/index.json"},
            Part.SERVICES: {"services": f"{url}/services"},
        }
        return {name: address for part in Part if part in self._parts for name, address in where[part].items()}
