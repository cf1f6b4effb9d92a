"""Who may ask at a door with TLS: whoever's certificate is on the access list now; anybody else is told so with 403."""

import hashlib
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from harness.tls.clients import AccessList

PEER = "client_certificate"
"""Where a door that is served over TLS finds its client's certificate (DER) in a request's state."""


class Admission:
    """An ASGI application in front of another: it refuses, or lets the request through unchanged."""

    def __init__(self, app: ASGIApp, clients: AccessList, note: Callable[[str, int], None]) -> None:
        self._app, self._clients, self._note = app, clients, note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the refusal, or hand the request on."""
        der = scope["state"].get(PEER)
        if der is not None and self._clients.admits(der):
            await self._app(scope, receive, send)
            return
        shown = "none" if der is None else hashlib.sha256(der).hexdigest()
        self._note(f"client certificate {shown}"[:200], 403)
        said = f"client certificate: expected one on the access list, actual {shown}; kazashi trust client list\n"
        await Response(said, 403, media_type="text/plain")(scope, receive, send)
