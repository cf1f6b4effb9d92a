"""The TCP connections behind the requests, for faults that HTTP has no word for: octets by hand, and RST.

An ASGI application never sees its connection. The server notes each under its client's address, which stands in the
request's scope; one that came otherwise (a test client without a socket) has no line here.
"""

import asyncio
import os
import socket
import struct

_LINES: dict[tuple[str, int], asyncio.Transport] = {}
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: closing sends RST (POSIX leaves nothing to send behind)."""


def opened(client: tuple[str, int] | None, line: asyncio.Transport) -> None:
    """Note a connection."""
    if client is not None:
        _LINES[client[0], client[1]] = line


def closed(client: tuple[str, int] | None) -> None:
    """Forget a connection."""
    if client is not None:
        _LINES.pop((client[0], client[1]), None)


def line_of(client: tuple[str, int] | None) -> asyncio.Transport | None:
    """Return the connection of a request by the address in its scope."""
    return None if client is None else _LINES.get((client[0], client[1]))


def reset(line: asyncio.Transport) -> None:
    """Close a connection by RST."""
    with socket.socket(fileno=os.dup(line.get_extra_info("socket").fileno())) as twin:
        twin.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    line.abort()
