"""Who may use the control door: nobody without the token, also on loopback, and no page of a browser.

A page of another site can make a browser send requests to loopback. Such a request carries the page's Origin; one
whose site's name was bound to 127.0.0.1 meanwhile (DNS rebinding) carries that name in Host. Both are refused.
"""

import hmac
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from harness.doors.complaint import complain

NAMES = ("127.0.0.1", "localhost")


class Guard:
    """An ASGI application in front of another: it refuses, or lets the request through unchanged."""

    def __init__(self, app: ASGIApp, token: str, note: Callable[[str, int], None]) -> None:
        self._app = app
        self._note = note
        self._token = token.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the refusal, or hand the request on."""
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            self._note(f"{scope['method']} {scope['path']}"[:200], refusal.status_code)
            await refusal(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        hosts = [f"{name}:{scope['server'][1]}".encode("ascii") for name in NAMES]
        said = _values(scope, b"host")
        if len(said) != 1 or said[0].lower() not in hosts:
            return complain(421, "Host", "header Host", " or ".join(_texts(hosts)), ", ".join(_texts(said)) or "none")
        origins = [b"http://" + host for host in hosts]
        strange = [origin for origin in _values(scope, b"origin") if origin.lower() not in origins]
        if strange:
            return complain(403, "Origin", "header Origin", "none, or this door's own", ", ".join(_texts(strange)))
        proofs = _values(scope, b"authorization")
        if len(proofs) != 1 or not self._is_proof(proofs[0]):
            actual = "none" if not proofs else "another"
            refusal = complain(401, "token", "header Authorization", "Bearer and the token of this world", actual)
            refusal.headers["www-authenticate"] = "Bearer"
            return refusal
        return None

    def _is_proof(self, value: bytes) -> bool:
        """Whether it is `Bearer` in any case (RFC 9110 §11.1) with the token, compared in the same time for all."""
        scheme, _, token = value.partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(token, self._token)


def _values(scope: Scope, wanted: bytes) -> list[bytes]:
    return [value for name, value in scope["headers"] if name == wanted]


def _texts(values: list[bytes]) -> list[str]:
    return [value.decode("latin-1")[:200] for value in values]
