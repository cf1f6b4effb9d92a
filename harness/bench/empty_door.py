"""A subject of `verify_server` with nothing behind its doors: what HTTP alone costs on this machine, in the same run.

asgi   an application on uvicorn that takes the whole request and answers at once
bare   an asyncio.Protocol that answers each piece that it reads; each of our logins comes in one
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any, cast

EMPTY = "empty"
"""The word for it in the place of a target."""
_BODY = b'{"decision":"accept","reason":"OK"}'
_WIRE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_BODY))]

Door = Callable[[dict[str, Any], Callable[[], Awaitable[Any]], Callable[[dict[str, Any]], Awaitable[None]]], Any]


class Empty:
    """Doors as a core's subject has them."""

    def door(self) -> Door:
        """Return the ASGI application."""
        return _answer

    async def serve(self, listener: socket.socket) -> None:
        """Answer on the bare protocol until it is cancelled."""
        server = await asyncio.get_running_loop().create_server(_Line, sock=listener)
        async with server:
            await server.serve_forever()


async def _answer(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[dict[str, Any]], Awaitable[None]]
) -> None:
    del scope
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _BODY})


class _Line(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        del data
        self._transport.write(_WIRE)
