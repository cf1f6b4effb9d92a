"""`GET /metrics` of the generator, on loopback, while it runs. Only Locust's own process may import this."""

from collections.abc import Callable, Iterable
from typing import Any

from gevent.pywsgi import WSGIServer

from harness.errors import ConfigurationError
from loadtests.exposition import CONTENT_TYPE, exposition
from loadtests.tally import Tally

LOOPBACK = "127.0.0.1"
PATH = "/metrics"


def serve_metrics(port: int, tally: Callable[[], Tally]) -> Any:
    """Serve the numbers of what `tally` returns at each request, and return the server; it ends with the process."""

    def answer(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH:
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [f"expected {PATH}\n".encode()]
        start("200 OK", [("Content-Type", CONTENT_TYPE)])
        return [exposition(tally()).encode()]

    server = WSGIServer((LOOPBACK, port), answer, log=None)
    try:
        server.start()
    except OSError as fault:
        raise ConfigurationError(f"--metrics-port {port}: expected a free port, actual {fault.strerror}") from fault
    return server
