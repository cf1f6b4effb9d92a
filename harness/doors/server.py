"""An ASGI application served on loopback by a thread of this process."""

import socket
import threading
from types import TracebackType
from typing import Any, Self

import uvicorn

from harness.errors import ConfigurationError

LOOPBACK = "127.0.0.1"


class Served:
    """`app` at `url` until `stop`; port 0 takes any free one. ConfigurationError when the port is taken."""

    def __init__(self, app: Any, *, port: int = 0) -> None:
        listener = _listen(port)
        self.port: int = listener.getsockname()[1]
        self.url = f"http://{LOOPBACK}:{self.port}"
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", ws="none")
        self._server = _ThreadedServer(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._thread.start()
        if not self._server.ready.wait(10):
            raise ConfigurationError(f"{self.url}: expected the door to open within 10 s, actual it did not")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the door and wait until it is closed."""
        self._server.should_exit = True
        self._thread.join(10)


class _ThreadedServer(uvicorn.Server):
    """Says when it listens; leaves the signals to the process."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    def install_signal_handlers(self) -> None:
        """Signals are the process's affair, not a door's."""


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
