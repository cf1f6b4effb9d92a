"""How much a door takes of whoever comes: octets, header fields, connections, and time.

What is within a head is judged here, before any application sees it; what is about the line itself (slow, silent, not
reading, too many) in `bounded_line.py`; how long a body may be is the application's to say (`body.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.doors.complaint import complain

BROKEN = "kazashi.broken"
"""Where a request's scope says, by HTTP's number for it, that the rest of its body will not be read any more."""
Refused = Callable[[str, int], None]
"""Is told of what no application sees: what it was, and HTTP's number for the answer, 0 where there was none."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a door takes; the numbers are for a machine on which people and load runs share a fake J-LIS."""

    longest_target: int = 8192
    """RFC 9110 §4.1 recommends to take at least 8000 octets."""
    longest_head: int = 16_384
    most_fields: int = 100
    longest_wire: int = 2**19
    """Of one request with its framing, also what is read only to be thrown away behind a 413."""
    request_seconds: float = 20.0
    """From the first octet of a request to its last; a line on which nothing ever comes ends after this, too."""
    idle_seconds: float = 60.0
    """Between two requests, at the bare door; uvicorn's lines wait five seconds."""
    reading_seconds: float = 30.0
    least_read: int = 65_536
    """A client whose answer lies ready has to take so much of it in each `reading_seconds`, or the rest."""
    most_unread: int = 256 * 2**20
    """Octets of answers that lie ready, of all lines together; then those that lay longest are let go."""
    most_lines: int = 500
    """Debian gives a process 1,024 files, and each door of `kazashi up` is in the same one."""


STANDARD = Bounds()


class Bounded:
    """An ASGI application in front of another: it refuses a head that is too much or ambiguous, with the line."""

    def __init__(self, app: ASGIApp, bounds: Bounds, refused: Refused) -> None:
        self._app, self._bounds, self._refused = app, bounds, refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the refusal, or hand the request on; a body that is broken off ends as if the client had gone."""
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return

        async def receive_what_is_whole() -> Message:
            message = await receive()
            return {"type": "http.disconnect"} if BROKEN in scope else message

        await self._app(scope, receive_what_is_whole, send)

    def _refusal(self, scope: Scope) -> Response | None:
        bounds, headers = self._bounds, scope["headers"]
        target = len(scope["raw_path"]) + len(scope["query_string"])
        if target > bounds.longest_target:
            return self._refuse(scope, 414, "target", f"at most {bounds.longest_target} octets", str(target))
        if len(headers) > bounds.most_fields:
            return self._refuse(scope, 431, "head", f"at most {bounds.most_fields} fields", str(len(headers)))
        head = sum(len(name) + len(value) for name, value in headers)
        if head > bounds.longest_head:
            return self._refuse(scope, 431, "head", f"at most {bounds.longest_head} octets", str(head))
        if scope["http_version"][:2] != "1.":  # HTTP/2's preface is one, and what follows it is no HTTP/1.1
            return self._refuse(scope, 505, "version", "HTTP/1.1", f"HTTP/{scope['http_version']}")
        names = {name for name, _ in headers}
        if b"transfer-encoding" in names and (b"content-length" in names or scope["http_version"] == "1.0"):
            # RFC 9112 §6.1: whoever sends both may be smuggling a request; so may one of HTTP/1.0 that frames as 1.1
            return self._refuse(scope, 400, "framing", "one length of the body", "transfer-encoding and another")
        return None

    def _refuse(self, scope: Scope, code: int, what: str, expected: str, actual: str) -> Response:
        self._refused(f"{what}: expected {expected}, actual {actual}", code)
        refusal = complain(code, what, f"{scope['method']} {scope['path']}"[:200], expected, actual)
        refusal.headers["connection"] = "close"
        return refusal
