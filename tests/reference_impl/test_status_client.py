"""Asking over HTTP: the answer of a 200, a clean StatusUnreachable for whatever else, in bounded time and memory."""

import re
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest

from reference_impl.status_client import StatusClient
from reference_impl.verification.ocsp_settings import Question, Reply, StatusUnreachable

Script = Callable[[socket.socket], None]
PATIENCE = 20.0
"""Seconds for an answer that does come: how fast a busy machine is, no test asks."""
BRIEF = 0.5
"""Seconds for one that does not."""


@contextmanager
def listening(script: Script, heard: list[bytes] | None = None) -> Iterator[str]:
    """A server that treats every connection by the script, and keeps what it heard."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/ocsp"
        with ThreadPoolExecutor(32) as pool:

            def accept() -> None:
                while True:
                    try:
                        connection, _ = server.accept()
                    except OSError:
                        return
                    pool.submit(_treat, script, connection, heard)

            thread = threading.Thread(target=accept)
            thread.start()
            try:
                yield address
            finally:
                server.shutdown(socket.SHUT_RDWR)
                thread.join()


def _treat(script: Script, connection: socket.socket, heard: list[bytes] | None) -> None:
    with connection:
        connection.settimeout(PATIENCE)
        try:
            asked = b""
            while not re.search(rb"^GET.*\r\n\r\n$|\r\n\r\nrequest$", asked, re.DOTALL):
                asked += connection.recv(65536)
            if heard is not None:
                heard.append(asked)
            script(connection)
        except OSError:
            return


def send(answer: bytes) -> Script:
    """Sends these bytes and closes."""
    return lambda connection: connection.sendall(answer)


def trickle(head: bytes) -> Script:
    """Sends a head, then an octet now and then, until the client goes away."""

    def script(connection: socket.socket) -> None:
        connection.sendall(head)
        connection.settimeout(0.05)
        while True:
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                connection.sendall(b"x")

    return script


def say_nothing(connection: socket.socket) -> None:
    """Keeps silent until the client goes away."""
    connection.recv(65536)


def flood(connection: socket.socket) -> None:
    """An answer without end, as fast as it is taken."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(bytes(65536))


def asking(address: str, timeout: float = PATIENCE) -> Question:
    """A question by POST."""
    return Question(address, b"request", timeout)


@pytest.fixture
def client() -> Iterator[StatusClient]:
    """A client; each question says how long it waits."""
    made = StatusClient()
    yield made
    made.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
TYPED = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: 6\r\n\r\nanswer"


@pytest.mark.parametrize("body", [b"answer", b"a" * 65536], ids=["short", "64-KiB"])
def test_body_of_a_200_is_the_answer(client: StatusClient, body: bytes) -> None:
    """Up to 64 KiB are taken."""
    with listening(send(HEAD % len(body) + body)) as address:
        assert client.ask(asking(address)) == Reply(body)


@pytest.mark.parametrize(
    "kind",
    [b"application/ocsp-response", b"Application/OCSP-Response", b"application/ocsp-response; charset=binary"],
)
def test_type_of_an_answer_is_read_as_http_has_it(client: StatusClient, kind: bytes) -> None:
    """Neither case nor parameters tell types apart (RFC 9110 §8.3.1)."""
    with listening(send(TYPED % kind)) as address:
        assert client.ask(asking(address)) == Reply(b"answer")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (b"Cache-Control: max-age=900, public, no-transform, must-revalidate", 900),
        (b'cache-control: public\r\nCache-Control: MAX-AGE="60"\r\nAge: 20', 40),
        (b"Cache-Control: max-age=60\r\nAge: 61", 0),
        (b"Cache-Control: max-age=60, max-age=30", 30),
        (b"Cache-Control: max-age=900, no-store", 0),
        (b"Cache-Control: no-cache", 0),
        (b"Cache-Control: max-age=-1", 0),
        (b"Cache-Control: max-age=soon", 0),
        (b"Cache-Control: max-age=" + b"9" * 200, 10**9),
        (b"Cache-Control: s-maxage=5, private", None),
        (b"Age: 5", None),
    ],
)
def test_how_long_an_answer_is_fresh(client: StatusClient, headers: bytes, seconds: int | None) -> None:
    """RFC 9111: max-age less the age, no time at all for what may not be kept, nothing where nothing is said."""
    with listening(send(HEAD.replace(b"OK\r\n", b"OK\r\n" + headers + b"\r\n") % 6 + b"answer")) as address:
        said = None if seconds is None else timedelta(seconds=seconds)
        assert client.ask(asking(address)) == Reply(b"answer", said)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (send(b"HTTP/1.1 503 Busy\r\nContent-Length: 6\r\n\r\nanswer"), "answered 503"),
        (send(b"HTTP/1.1 404 No\r\nContent-Length: 6\r\n\r\nanswer"), "answered 404"),
        (send(b"HTTP/1.1 304 Not Modified\r\n\r\n"), "answered 304"),
        (send(b"HTTP/1.1 204 Nothing\r\n\r\n"), "answered 204"),
        (send(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"), "answered 302"),
        (send(TYPED % b"text/html"), "found 'text/html'"),
        (send(TYPED % b"application/ocsp-request"), "found 'application/ocsp-request'"),
        (send(HEAD % 7 + b"answer"), "an HTTP answer"),
        (send(HEAD % 65537 + b"a" * 65537), "at most 65536 octets"),
        (flood, "at most 65536 octets"),
        (send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nans"), "an HTTP answer"),
        (send(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000), "an HTTP answer"),
        (send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 7\r\n\r\nanswer"), "an HTTP answer"),
        (send(b"220 mail ready\r\n"), "an HTTP answer"),
        (send(b""), "an HTTP answer"),
    ],
    ids=[
        "503", "404", "304", "204", "redirect", "html", "other-type", "truncated", "oversized", "endless",
        "truncated-chunk", "endless-header", "two-lengths", "not-http", "closed",
    ],
)  # fmt: skip
def test_anything_else_is_unreachable(client: StatusClient, script: Script, said: str) -> None:
    """Errors, redirects, other types, truncation, too much, another protocol, nothing: said before the time is over."""
    with listening(script) as address, pytest.raises(StatusUnreachable, match=said):
        client.ask(asking(address))


@pytest.mark.parametrize(
    "script",
    [trickle(b"HTTP/1.1 200 OK\r\nX: "), trickle(HEAD % 60_000), say_nothing],
    ids=["trickled-header", "trickled-body", "silent"],
)
def test_answer_that_never_ends_is_given_up(client: StatusClient, script: Script) -> None:
    """After the time that the question has, whatever comes meanwhile."""
    with listening(script) as address:
        begun = time.monotonic()
        with pytest.raises(StatusUnreachable, match=f"within {BRIEF} s"):
            client.ask(asking(address, BRIEF))
        assert BRIEF <= time.monotonic() - begun < PATIENCE


def test_refused_connection_is_unreachable(client: StatusClient) -> None:
    """No listener, no answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(StatusUnreachable, match="a connection, found ConnectionRefusedError"):
        client.ask(asking(f"http://127.0.0.1:{port}/"))


@pytest.mark.parametrize(
    "address",
    [
        "http://", "ocsp.test", "ftp://127.0.0.1/", "http://127.0.0.1:99999/", "http://127.0.0.1:-1/",
        "http://127.0.0.1:0/", f"http://{'a' * 64}.test/", "http://[::1/", "http://\0/", "http://127.0.0.1/\ud800",
    ],
)  # fmt: skip
def test_address_that_is_none_is_unreachable(client: StatusClient, address: str) -> None:
    """Whatever the configuration let through."""
    with pytest.raises(StatusUnreachable):
        client.ask(asking(address))


def test_each_question_has_its_own_time_out(client: StatusClient) -> None:
    """A patient and an impatient one at the same silent responder."""
    with listening(say_nothing) as address, ThreadPoolExecutor(2) as pool:

        def ask(timeout: float) -> float:
            begun = time.monotonic()
            with pytest.raises(StatusUnreachable, match=f"within {timeout} s"):
                client.ask(asking(address, timeout))
            return time.monotonic() - begun

        patient, impatient = pool.map(ask, (3.0, 0.2))
    assert 0.2 <= impatient < 3.0 <= patient < PATIENCE


def test_request_by_post_and_by_get(client: StatusClient) -> None:
    """RFC 6960 A.1: POST with its type and nothing else; GET of the address as it is, without a body."""
    heard: list[bytes] = []
    with listening(send(HEAD % 6 + b"answer"), heard) as address:
        client.ask(asking(address))
        client.ask(Question(f"{address}/MDo%2B%2F%3D", None, PATIENCE))
    post, get = heard
    assert post.startswith(b"POST /ocsp HTTP/1.1\r\n")
    assert b"Content-Type: application/ocsp-request\r\n" in post
    assert post.endswith(b"\r\n\r\nrequest")
    assert get.startswith(b"GET /ocsp/MDo%2B%2F%3D HTTP/1.1\r\n")
    assert b"Content-Type" not in get
    assert b"Accept-Encoding: identity\r\n" in get


def test_endless_answer_takes_bounded_memory(client: StatusClient) -> None:
    """However fast it comes, no more than the bound and what is under way is held."""
    with listening(flood) as address:
        tracemalloc.start()
        try:
            with pytest.raises(StatusUnreachable, match="at most 65536 octets"):
                client.ask(asking(address))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 4 * 1024 * 1024, peak


def test_questions_do_not_wait_for_each_other() -> None:
    """Twenty questions are under way at once: each is answered only when all have arrived."""
    together = threading.Barrier(20, timeout=PATIENCE)

    def meet(connection: socket.socket) -> None:
        together.wait()
        connection.sendall(HEAD % 6 + b"answer")

    patient = StatusClient()
    with listening(meet) as address, ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: patient.ask(asking(address)), range(20)))
    patient.close()
    assert answers == [Reply(b"answer")] * 20
