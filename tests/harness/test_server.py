"""The socket that doors listen on."""

import socket

from harness.doors.server import _listen


def test_the_socket_names_its_protocol_and_is_on_loopback() -> None:
    """asyncio sets TCP_NODELAY only where the protocol is named; without it each request costs 44 ms (DESIGN.md §2)."""
    with _listen(0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
        assert listener.getsockname()[0] == "127.0.0.1"
