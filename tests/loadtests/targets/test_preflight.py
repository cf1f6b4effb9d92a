"""A product that is down, slow, HTML or no test surface is one line, before any load is sent to it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from harness.errors import ConfigurationError
from loadtests.targets.preflight import await_listening, require_test_surface


@contextmanager
def answering(*answers: tuple[int, bytes]) -> Iterator[tuple[str, list[str]]]:
    """A server that gives these answers in turn, the last one for ever; yields its address and what it was asked."""
    asked: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = answers[min(len(asked), len(answers) - 1)]
            asked.append(self.path)
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (404, b"", "expected a test surface, actual HTTP 404: a release, or production"),
        (401, b"", "expected a test surface, actual HTTP 401"),
        (200, b" <!doctype html><p>login</p>", "expected JSON of contract 1.0, actual HTML or XML"),
        (500, b"<html>", "expected JSON of contract 1.0, actual HTML or XML"),
    ],
)
def test_what_is_no_test_surface_is_told_at_once(status: int, body: bytes, says: str) -> None:
    """One line, after one question."""
    with answering((status, body)) as (address, asked), pytest.raises(ConfigurationError, match=says) as fault:
        require_test_surface(address, timeout=2, patience=30)
    assert asked == ["/kazashi/v1/hello"]
    assert str(fault.value).startswith("before any load was sent: hello at http://127.0.0.1:")
    assert "\n" not in str(fault.value)


def test_product_that_is_still_starting_is_asked_again() -> None:
    """A gateway says 503 twice, then the product is there."""
    with answering((503, b"<html>"), (502, b""), (200, b"{}")) as (address, asked):
        require_test_surface(address, timeout=2, patience=30)
    assert len(asked) == 3


def test_product_that_never_starts_is_given_up() -> None:
    """Within its patience."""
    with answering((503, b"")) as (address, asked), pytest.raises(ConfigurationError, match="actual 503"):
        require_test_surface(address, timeout=2, patience=0.3)
    assert len(asked) >= 2


def test_nobody_there() -> None:
    """The patience is the bound, and the line says how to change it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(ConfigurationError, match=r"expected somebody to listen within 0\.3 s.*--patience"):
        await_listening(address, 0.3)


def test_who_comes_late_is_waited_for() -> None:
    """It listens from the second look on."""
    with socket.socket() as late:
        late.bind(("127.0.0.1", 0))
        opener = threading.Timer(0.2, late.listen)
        opener.start()
        await_listening(f"http://127.0.0.1:{late.getsockname()[1]}", 30)
        opener.join()
