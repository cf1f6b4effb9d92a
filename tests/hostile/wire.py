"""Octets on a line, and what comes back: the client that no library would be."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PATIENCE = 20.0
"""Seconds until a test gives up on a door; the bounds that are tested are far shorter."""


@contextmanager
def line_to(port: int, *, receive: int | None = None) -> Iterator[socket.socket]:
    """Connect; with `receive`, a client whose kernel takes in no more than so much."""
    with socket.socket() as line:
        line.settimeout(PATIENCE)
        if receive is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        line.connect(("127.0.0.1", port))
        yield line


def until_closed(line: socket.socket) -> bytes:
    """Return what comes until the door closes the line, by FIN or by RST; TimeoutError when it does not."""
    pieces = []
    with suppress(ConnectionResetError, BrokenPipeError):
        while piece := line.recv(2**20):
            pieces.append(piece)
    return b"".join(pieces)


def sent(port: int, octets: bytes) -> bytes:
    """Return what comes back until the door closes the line."""
    with line_to(port) as line:
        with suppress(ConnectionResetError, BrokenPipeError):
            line.sendall(octets)
        return until_closed(line)


def dripped(line: socket.socket, octets: Iterator[bytes], pause: float) -> bytes:
    """Send piece after piece, listening between them, until the door answers; then read until it closes the line."""
    line.settimeout(pause)
    came, end = b"", time.monotonic() + PATIENCE
    for piece in octets:
        assert time.monotonic() < end, "the door takes it all, however slowly it comes"
        try:
            line.sendall(piece)
            came = line.recv(2**16)
            break
        except TimeoutError:
            continue
        except (ConnectionResetError, BrokenPipeError):
            break
    line.settimeout(PATIENCE)
    return came + until_closed(line)


def codes(octets: bytes) -> list[int]:
    """Return the status codes of the answers in what came."""
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3})", octets)]


def head(method: str, path: str, *fields: str, body: bytes = b"", version: str = "1.1") -> bytes:
    """Return a request with a Host and these further fields."""
    lines = [f"{method} {path} HTTP/{version}", "host: 127.0.0.1", *fields]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
