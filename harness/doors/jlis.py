"""The fake J-LIS over HTTP: OCSP for both kinds, revocation lists and their index, the anchors.

POST /ocsp/{auth|sign}            RFC 6960 App. A.1; any content type is read, since what is inside decides
GET  /ocsp/{auth|sign}/{base64}   the same request in the address
GET  /crl/index.json              distribution point DN → address
GET  /crl/{kind}/card/{sha256}.crl
GET  /anchors/{auth|sign}.cer
"""

import base64
import binascii
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from harness.contract.vocabulary import Kind
from harness.doors.body import BodyTooLong, read_body
from harness.jlis import crl, names
from harness.jlis.journal import Entry
from harness.municipalities import MUNICIPALITIES
from harness.world import World

LONGEST_REQUEST = 65_536
OCSP_RESPONSE = "application/ocsp-response"


class JlisDoor:
    """The service object: a world, and what is written in its journal for each request."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lists = {crl.path_of(kind, place): (kind, place) for kind in Kind for place in MUNICIPALITIES.values()}
        self.app = Starlette(
            routes=[
                Route("/ocsp/{kind}", self.ocsp_post, methods=["POST"]),
                Route("/ocsp/{kind}/{request:path}", self.ocsp_get, methods=["GET"]),
                Route("/crl/index.json", self.index, methods=["GET"]),
                Route("/crl/{kind}/card/{name}", self.list, methods=["GET"]),
                Route("/anchors/{kind}.cer", self.anchor, methods=["GET"]),
            ]
        )

    async def ocsp_post(self, request: Request) -> Response:
        """Answer an OCSP request in the body."""
        kind = _kind(request)
        if kind is None:
            return self._unknown(request)
        try:
            body = await read_body(request, LONGEST_REQUEST)
        except BodyTooLong as fault:
            self._note("ocsp", kind, "too long", 413)
            return Response(str(fault), 413)
        return await run_in_threadpool(self._answer, kind, body)

    async def ocsp_get(self, request: Request) -> Response:
        """Answer an OCSP request in the address."""
        kind = _kind(request)
        if kind is None:
            return self._unknown(request)
        try:
            body = base64.b64decode(unquote(request.path_params["request"]), validate=True)
        except (binascii.Error, ValueError):
            body = b""  # what cannot be decoded is a malformed request, and the responder says so
        return await run_in_threadpool(self._answer, kind, body)

    async def index(self, request: Request) -> Response:
        """List every distribution point with the address of its list."""
        base = str(request.base_url).rstrip("/")
        self._note("crl", None, "index", 200)
        return JSONResponse(
            {
                "lists": [
                    {
                        "kind": kind.value,
                        "distribution_point": names.distribution_point(kind, place).rfc4514_string(),
                        "municipality": place.code,
                        "url": base + path,
                    }
                    for path, (kind, place) in self._lists.items()
                ]
            }
        )

    async def list(self, request: Request) -> Response:
        """Answer with the list that is current, or with 304 to whoever has it."""
        found = self._lists.get(request.url.path)
        if found is None:
            return self._unknown(request)
        kind, place = found
        now = self._world.clock.now()
        window = crl.window_at(now)
        headers = {
            "etag": f'"{window.number}"',
            "last-modified": format_datetime(window.this_update, usegmt=True),
        }
        if request.headers.get("if-none-match") == headers["etag"]:
            self._note("crl", kind, "not modified", 304, partition=place.code)
            return Response(status_code=304, headers=headers)
        der = await run_in_threadpool(self._world.crl, kind, place, now)
        self._note("crl", kind, f"list {window.number}", 200, partition=place.code)
        return Response(der, media_type="application/pkix-crl", headers=headers)

    async def anchor(self, request: Request) -> Response:
        """Answer with an authority's certificate (DER)."""
        kind = _kind(request)
        if kind is None:
            return self._unknown(request)
        return Response(self._world.trust().authorities[kind.value], media_type="application/pkix-cert")

    def _answer(self, kind: Kind, body: bytes) -> Response:
        now = self._world.clock.now()
        answer = self._world.ocsp(kind, body, now)
        self._world.journal.write(Entry(now, "ocsp", kind.value, answer.serial, None, answer.said, 200))
        return Response(answer.der, media_type=OCSP_RESPONSE)

    def _unknown(self, request: Request) -> Response:
        self._note("unknown", None, request.url.path[:200], 404)
        return Response(f"no such address: {request.url.path}", 404)

    def _note(self, door: str, kind: Kind | None, said: str, http: int, **more: Any) -> None:
        named = None if kind is None else kind.value
        now = self._world.clock.now()
        self._world.journal.write(Entry(now, door, named, None, more.get("partition"), said, http))

    def addresses(self, url: str) -> dict[str, str]:
        """Return where each service is when the door stands at `url`."""
        ocsp = {f"ocsp-{kind.value}": f"{url}/ocsp/{kind.value}" for kind in Kind}
        return {**ocsp, "crl": f"{url}/crl/index.json"}


def _kind(request: Request) -> Kind | None:
    try:
        return Kind(request.path_params["kind"])
    except ValueError:
        return None
