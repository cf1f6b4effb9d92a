"""An ASGI application served on loopback by a thread of this process, over TLS where it is given a context for that.

The HTTP parser is h11, the strict one: it passes over an offer to speak HTTP/2 (`Upgrade: h2c`, which Java's own client
makes with each POST) as RFC 9110 §7.8 lets it, and hands a request's target on as it came.
"""

import asyncio
import socket
import ssl
import threading
from types import TracebackType
from typing import Any, Self

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from harness.doors.bounded_line import BoundedLine, bounded_line
from harness.doors.bounds import STANDARD, Bounded, Bounds, Refused
from harness.errors import ConfigurationError

LOOPBACK = "127.0.0.1"
OPENING_SECONDS = 10
CLOSING_SECONDS = 3
"""How long a request that is being answered, or never ends, may hold the door open once it is told to close."""


LOOKS = 5
"""Of uvicorn's ticks, ten in a second: how often somebody looks whether a line takes too long."""


def nobody_listens(_: str, __: int) -> None:
    """Let what no application sees pass unnoticed but for its answer."""


class Served:
    """`app` at `url` until `stop`; port 0 takes any free one. ConfigurationError when the port is taken.

    `garbled` is told of what no application sees: something other than HTTP, heads and lines out of `bounds`.
    `quick` takes a parser in C, for load: it knows neither bounds nor whom to tell, and faults of the line do not
    reach it.
    """

    def __init__(  # noqa: PLR0913  (what a door is made of)
        self,
        app: Any,
        *,
        port: int = 0,
        garbled: Refused = nobody_listens,
        bounds: Bounds = STANDARD,
        tls: ssl.SSLContext | None = None,
        quick: bool = False,
    ) -> None:
        listener = _listen(port)
        self.port: int = listener.getsockname()[1]
        self.url = f"{'http' if tls is None else 'https'}://{LOOPBACK}:{self.port}"
        config = uvicorn.Config(
            app if quick else Bounded(app, bounds, garbled),
            http=HttpToolsProtocol if quick else bounded_line(bounds, garbled),
            h11_max_incomplete_event_size=bounds.longest_head,
            log_level="warning",
            access_log=False,
            lifespan="off",
            proxy_headers=False,  # nobody stands in front of us whose word for another address would count
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
    """Says when it listens, and looks after its lines. Its thread is not the main one: uvicorn leaves signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def on_tick(self, counter: int) -> bool:
        if counter % LOOKS == 0:
            now = asyncio.get_running_loop().time()
            for line in list(self.server_state.connections):
                if isinstance(line, BoundedLine):
                    line.look_after(now)
        return await super().on_tick(counter)


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
