"""An HTTP forward proxy that knows only the hosts in our certificates, and leads them to the fake J-LIS.

    http://ocspauthnorm.jpki.test           → {ocsp-auth}            POST
    http://ocspauthnorm.jpki.test/<base64>  → {ocsp-auth}/<base64>   GET (RFC 6960 Appendix A.1)
    http://ocspsignmobile.jpki.test         → {ocsp-sign-mobile}     of phones, likewise

The addresses in certificates have no path (spec/pki.md §1.3), the door tells populations apart by path: so the host
chooses the path before, and the rest of the target is handed on as it came. Every other host, CONNECT and https are
refused with 403: on a machine with other users an open proxy would be theirs too. A request that comes without a proxy
(origin-form, by a hosts line) is led by its Host header, likewise.
"""

import re
import ssl
from collections.abc import AsyncIterator, Callable, Mapping

import httpx
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from harness.doors.complaint import complain
from harness.doors.ocsp import name_of
from harness.errors import ConfigurationError
from harness.jlis.populations import Population

DEFAULT_PORT = 3128
_CONNECT_SECONDS = 5.0
_ABSOLUTE = re.compile(r"(?i)http://(?P<host>[^/?#@:\[\]]+)(?::(?P<port>[0-9]+))?(?P<rest>[/?].*)?")
"""absolute-form, RFC 9112 §3.2.2, without userinfo and address literals: no address of ours has them."""
_HOST = re.compile(r"(?P<host>[^@:\[\]]+)(?::(?P<port>[0-9]+))?")
_HOP_BY_HOP = frozenset(
    (
        "connection",
        "proxy-connection",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "proxy-authorization",
    )
)
"""Of this connection only, RFC 9110 §7.6.1."""
_VIA = (b"via", b"1.1 kazashi")
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: every upstream is plain HTTP, and reading the system's anchors would cost each request 20 ms."""
Addresses = Callable[[], Mapping[str, str]]


class ForwardProxy:
    """The ASGI application: `hosts` names what may be asked for, `addresses` tells where the world's doors are now.

    It needs a server that leaves the request's target as it came, as `harness.doors.server` does.
    """

    def __init__(self, hosts: Mapping[str, Population], addresses: Addresses) -> None:
        self._hosts = dict(hosts)
        self._addresses = addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        target = request.scope["raw_path"].decode("ascii")
        if request.scope["query_string"]:
            target += "?" + request.scope["query_string"].decode("ascii")
        if request.method == "CONNECT":
            return self._refuse(f"CONNECT {target}")
        found = self._led(target, request)
        if found is None:
            return self._refuse(target if not target.startswith("/") else request.headers.get("host", "no Host"))
        population, rest = found
        name = f"ocsp-{name_of(population)}"
        try:
            base = self._addresses().get(name)
        except ConfigurationError as fault:
            return complain(502, "world", target[:200], "a running world", str(fault))
        if base is None:
            actual = "none: its fake J-LIS is another process; ask that one at the address that it announced"
            return complain(502, "world", target[:200], f"an address {name} of the running world", actual)
        return await _fetch(request, base + ("" if rest == "/" else rest))

    def _led(self, target: str, request: Request) -> tuple[Population, str] | None:
        """Return whose status is asked for and the rest of the target; None when the host is not ours."""
        if target.startswith("/"):
            named, own_port = _HOST.fullmatch(request.headers.get("host", "")), str(request.scope["server"][1])
            rest = target
        else:
            named, own_port = _ABSOLUTE.fullmatch(target), "80"
            rest = (named and named["rest"]) or "/"
        if named is None or named["port"] not in {None, "80", own_port}:
            return None
        population = self._hosts.get(named["host"].lower())
        return None if population is None else (population, rest if rest.startswith("/") else "/" + rest)

    def _refuse(self, asked: str) -> Response:
        wanted = " or ".join(f"http://{host}" for host in self._hosts)
        return complain(403, "host", asked[:200], f"{wanted}: this proxy leads nowhere else", "another")


async def _fetch(request: Request, url: str) -> Response:
    """Return what the door answers to the same request, piece by piece; 502 when it does not answer."""
    client = httpx.AsyncClient(verify=_NO_TLS, trust_env=False, timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS))
    headers = [*_end_to_end(request.headers.raw, b"host"), _VIA]
    has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
    try:
        asked = httpx.Request(request.method, url, headers=headers, content=_body(request) if has_body else None)
        answer = await client.send(asked, stream=True)
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        await client.aclose()
        return complain(502, "upstream", url[:200], "an answer of the fake J-LIS", f"{type(fault).__name__}: {fault}")
    except ClientDisconnect:
        await client.aclose()
        return complain(400, "body", url[:200], "as long as announced", "cut off")
    streamed = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(client.aclose))
    streamed.raw_headers = [*_end_to_end(answer.headers.raw), _VIA]
    return streamed


async def _body(request: Request) -> AsyncIterator[bytes]:
    """Yield the body as it comes: its bound is the door's, and so is the note of one that was cut off."""
    async for piece in request.stream():
        yield piece


def _end_to_end(headers: list[tuple[bytes, bytes]], *dropped: bytes) -> list[tuple[bytes, bytes]]:
    """Return the headers that are not of one connection only, nor named in Connection (RFC 9110 §7.6.1)."""
    named = ",".join(value.decode("latin-1") for name, value in headers if name.lower() == b"connection")
    gone = {*_HOP_BY_HOP, *(one.strip().lower() for one in named.split(","))}
    kept = [(name.lower(), value) for name, value in headers if name.lower().decode("latin-1") not in gone]
    return [(name, value) for name, value in kept if name not in dropped]
