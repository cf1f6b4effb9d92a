"""A peer of the product under test that the judge plays: HTTP on the loopback, for as long as a block lasts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cardsim.readers.vpcd_address import LOOPBACK

LONGEST = 65_536
"""Octets of a body that a handler should read; nobody has more to say here."""
ENDING_SECONDS = 5


@contextmanager
def standing(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Yield the address of a server that answers by this handler, a thread each, and end it."""
    server = ThreadingHTTPServer((LOOPBACK, 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(ENDING_SECONDS)


def gone() -> str:
    """Return the address of a server that has ended: nobody answers there."""
    server = ThreadingHTTPServer((LOOPBACK, 0), BaseHTTPRequestHandler)
    server.server_close()
    return f"http://{LOOPBACK}:{server.server_address[1]}"
