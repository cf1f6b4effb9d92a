"""The socket that doors listen on."""

import socket

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from harness.doors.server import Served, _listen


def test_the_socket_names_its_protocol_and_is_on_loopback() -> None:
    """asyncio sets TCP_NODELAY only where the protocol is named; without it each request costs 44 ms (DESIGN.md §2)."""
    with _listen(0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
        assert listener.getsockname()[0] == "127.0.0.1"


def test_an_offer_to_speak_http_2_is_passed_over(capfd: pytest.CaptureFixture[str]) -> None:
    """Java's own client makes it with each POST: the body is read, the answer comes, nothing is complained of."""
    lengths = []

    async def answer(request: Request) -> Response:
        lengths.append(len(await request.body()))
        return PlainTextResponse("taken")

    head = (
        b"POST /ocsp HTTP/1.1\r\nHost: j-lis\r\nConnection: Upgrade, HTTP2-Settings\r\nContent-Length: 5\r\n"
        b"HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nUpgrade: h2c\r\n\r\n"
    )
    garbled: list[tuple[str, int]] = []
    application = Starlette(routes=[Route("/ocsp", answer, methods=["POST"])])
    with (
        Served(application, garbled=lambda *what: garbled.append(what)) as served,
        socket.create_connection(("127.0.0.1", served.port)) as line,
    ):
        line.sendall(head + b"hello")
        assert line.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert (lengths, garbled) == ([5], [])
    assert "WARNING" not in "".join(capfd.readouterr())
