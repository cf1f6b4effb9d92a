"""An ASGI application served on loopback by a thread of this process, over TLS where it is given a context for that.

The HTTP parser is h11, the strict one: it passes over an offer to speak HTTP/2 (`Upgrade: h2c`, which Java's own client
makes with each POST) as RFC 9110 §7.8 lets it, and hands a request's target on as it came.
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from harness.doors import lines
from harness.doors.admission import PEER
from harness.errors import ConfigurationError

LOOPBACK = "127.0.0.1"
OPENING_SECONDS = 10
CLOSING_SECONDS = 3
"""How long a request that is being answered, or never ends, may hold the door open once it is told to close."""


def nobody_listens(_: str) -> None:
    """Let what is no HTTP pass unnoticed but for its 400."""


class Served:
    """`app` at `url` until `stop`; port 0 takes any free one. ConfigurationError when the port is taken.

    `quick` takes a parser in C, for load: it tells nobody what is garbled, and faults of the line do not reach it.
    `garbled` is told of each connection that brought something other than HTTP: no application ever sees those.
    """

    def __init__(
        self,
        app: Any,
        *,
        port: int = 0,
        garbled: Callable[[str], None] = nobody_listens,
        tls: ssl.SSLContext | None = None,
        quick: bool = False,
    ) -> None:
        listener = _listen(port)
        self.port: int = listener.getsockname()[1]
        self.url = f"{'http' if tls is None else 'https'}://{LOOPBACK}:{self.port}"
        config = uvicorn.Config(
            app,
            http=HttpToolsProtocol if quick else _telling(garbled),
            log_level="warning",
            access_log=False,
            lifespan="off",
            proxy_headers=not quick,  # nobody stands before it
            server_header=not quick,
            ws="none",
            timeout_graceful_shutdown=CLOSING_SECONDS,
        )
        config.load()
        config.ssl = tls
        self._server = _ThreadedServer(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._thread.start()
        if not self._server.ready.wait(OPENING_SECONDS):
            raise ConfigurationError(f"{self.url}: expected the door to open within {OPENING_SECONDS} s, actual not")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the door and wait until it is closed."""
        self._server.should_exit = True
        self._thread.join(2 * CLOSING_SECONDS)


class _ThreadedServer(uvicorn.Server):
    """Says when it listens. Its thread is not the main one, so that uvicorn leaves the signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def _telling(garbled: Callable[[str], None]) -> type[H11Protocol]:
    """Return uvicorn's reader of HTTP, which also tells `garbled` what it refused with 400, and who asks over TLS."""

    class TellingProtocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            """Keep the certificate that the client showed, where the application finds it."""
            super().connection_made(transport)
            lines.opened(self.client, transport)
            tls = transport.get_extra_info("ssl_object")
            if tls is not None:
                self.app_state = {**self.app_state, PEER: tls.getpeercert(binary_form=True)}

        def connection_lost(self, exc: Exception | None) -> None:
            lines.closed(self.client)
            super().connection_lost(exc)

        def send_400_response(self, msg: str) -> None:
            garbled(msg)
            super().send_400_response(msg)

        def _unsupported_upgrade_warning(self) -> None:
            """Say nothing: who offers another protocol is answered in this one, and that is no news."""

    return TellingProtocol


def _listen(port: int) -> socket.socket:
    """Return a listening socket; asyncio sets TCP_NODELAY only on one made with its protocol named."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(512)
    except (OSError, OverflowError) as fault:
        listener.close()
        raise ConfigurationError(
            f"port {port} on {LOOPBACK}: expected a free port, actual {fault}; name another, or 0 for any"
        ) from fault
    return listener
