"""Asking over HTTP: the answer of a 200, and a clean StatusUnreachable for whatever else, in bounded time."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from reference_impl.status_client import StatusClient
from reference_impl.verification.ocsp_settings import Question, StatusUnreachable

Script = Callable[[socket.socket], None]


@contextmanager
def listening(script: Script) -> Iterator[str]:
    """A server that treats every connection by the script."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/ocsp"
        with ThreadPoolExecutor(32) as pool:

            def accept() -> None:
                while True:
                    try:
                        connection, _ = server.accept()
                    except OSError:
                        return
                    pool.submit(_treat, script, connection)

            thread = threading.Thread(target=accept)
            thread.start()
            yield address
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _treat(script: Script, connection: socket.socket) -> None:
    with connection:
        connection.settimeout(5)
        try:
            while b"\r\n\r\nrequest" not in connection.recv(65536, socket.MSG_PEEK):
                pass
            script(connection)
        except OSError:
            return


def send(answer: bytes) -> Script:
    """Sends these bytes and closes."""
    return lambda connection: connection.sendall(answer)


def trickle(connection: socket.socket) -> None:
    """Sends a header without end, an octet now and then, until the client goes away."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    connection.settimeout(0.05)
    connection.recv(65536)
    while True:
        try:
            if not connection.recv(1):
                return
        except TimeoutError:
            connection.sendall(b"x")


def asking(address: str, timeout: float = 0.5) -> Question:
    """A question by POST."""
    return Question(address, b"request", timeout)


@pytest.fixture
def client() -> Iterator[StatusClient]:
    """A client; each question says how long it waits."""
    made = StatusClient()
    yield made
    made.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"


def test_body_of_a_200_is_the_answer(client: StatusClient) -> None:
    """Up to 64 KiB are taken."""
    for body in (b"answer", b"a" * 65536):
        with listening(send(HEAD % len(body) + body)) as address:
            assert client.ask(asking(address)) == body


@pytest.mark.parametrize(
    "script",
    [
        send(b"HTTP/1.1 503 Busy\r\nContent-Length: 6\r\n\r\nanswer"),
        send(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
        send(HEAD % 7 + b"answer"),
        send(HEAD % 65537 + b"a" * 65537),
        send(b"220 mail ready\r\n"),
        send(b""),
        trickle,
    ],
    ids=["503", "redirect", "truncated", "oversized", "not-http", "closed", "trickled-header"],
)
def test_anything_else_is_unreachable(client: StatusClient, script: Script) -> None:
    """Errors, redirects, truncation, too much, another protocol, nothing, and an answer that never ends."""
    with listening(script) as address:
        begun = time.monotonic()
        with pytest.raises(StatusUnreachable):
            client.ask(asking(address))
        assert time.monotonic() - begun < 2


def test_refused_connection_is_unreachable(client: StatusClient) -> None:
    """No listener, no answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(StatusUnreachable):
        client.ask(asking(f"http://127.0.0.1:{port}/"))


def test_questions_do_not_wait_for_each_other() -> None:
    """Twenty questions are under way at once: each is answered only when all have arrived."""
    together = threading.Barrier(20, timeout=5)

    def meet(connection: socket.socket) -> None:
        together.wait()
        connection.sendall(HEAD % 6 + b"answer")

    patient = StatusClient()
    with listening(meet) as address, ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: patient.ask(asking(address, timeout=5)), range(20)))
    patient.close()
    assert answers == [b"answer"] * 20
