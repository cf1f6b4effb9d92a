"""Connections that are kept between questions: used again while they may be, and nothing heard twice by it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from reference_impl import http_lines
from reference_impl.status_client import StatusClient
from reference_impl.verification.ocsp_settings import Question, Reply, StatusUnreachable

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer"
Turn = Callable[[socket.socket], bool]
"""Answers a question; whether the connection goes on."""


class Server:
    """Treats each question, in the order they come, by its turn; counts connections and questions."""

    def __init__(self, turns: list[Turn]) -> None:
        self.connections = self.questions = 0
        self.closed = threading.Semaphore(0)
        """One more for each connection that the server has closed."""
        self._turns = iter(turns)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                connection.settimeout(10)
                while self._hears(connection) and next(self._turns)(connection):
                    pass
            self.closed.release()

    def _hears(self, connection: socket.socket) -> bool:
        heard = b""
        while not heard.endswith(b"\r\n\r\nrequest"):
            try:
                piece = connection.recv(65536)
            except OSError:
                return False
            if not piece:
                return False
            heard += piece
        self.questions += 1
        return True

    def close(self) -> None:
        """Nobody is let in any more."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


def says(answer: bytes, *, goes_on: bool = True) -> Turn:
    """A turn with this answer."""

    def turn(connection: socket.socket) -> bool:
        connection.sendall(answer)
        return goes_on

    return turn


@contextmanager
def asking(turns: list[Turn]) -> Iterator[tuple[Server, Callable[[], Reply]]]:
    """A server, and a client that asks it."""
    server, client = Server(turns), StatusClient()
    try:
        yield server, lambda: client.ask(Question(server.address, b"request", 5.0))
    finally:
        client.close()
        server.close()


def test_connection_is_used_again() -> None:
    """Five questions, one connection."""
    with asking([says(ANSWER)] * 5) as (server, ask):
        assert [ask() for _ in range(5)] == [Reply(b"answer")] * 5
        assert (server.connections, server.questions) == (1, 5)


def test_connection_that_was_closed_meanwhile_is_not_used() -> None:
    """The server goes away after its answer without a word of it: the next question finds another connection."""
    with asking([says(ANSWER, goes_on=False), says(ANSWER)]) as (server, ask):
        ask()
        assert server.closed.acquire(timeout=5)
        assert ask() == Reply(b"answer")
        assert (server.connections, server.questions) == (2, 2)


def test_question_that_nobody_answered_on_a_kept_connection_is_asked_on_another() -> None:
    """RFC 9112 §9.3.1: the server closed it at the very moment."""
    with asking([says(ANSWER), says(b"", goes_on=False), says(ANSWER)]) as (server, ask):
        ask()
        assert ask() == Reply(b"answer")
        assert server.connections == 2


def test_answer_that_broke_off_is_none() -> None:
    """Somebody has heard the question: it is not asked again."""
    with asking([says(ANSWER), says(ANSWER[:-1], goes_on=False), says(ANSWER)]) as (server, ask):
        ask()
        with pytest.raises(StatusUnreachable, match="an end before the answer's"):
            ask()
        assert (server.connections, server.questions) == (1, 2)


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6\r\n\r\nanswer",
        b"HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nanswer",
        ANSWER + b"more",
        ANSWER + ANSWER,
    ],
    ids=["close", "1.0", "more", "twice"],
)
def test_connection_that_may_not_go_on_is_closed(first: bytes) -> None:
    """The answer counts, and the next question goes over another connection."""
    with asking([says(first), says(ANSWER)]) as (server, ask):
        assert ask() == ask() == Reply(b"answer")
        assert server.connections == 2


def test_connection_that_was_idle_for_long_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its server may be about to close it."""
    with asking([says(ANSWER)] * 2) as (server, ask):
        ask()
        monkeypatch.setattr(http_lines, "IDLE_SECONDS", -1.0)
        ask()
        assert server.connections == 2


def test_answer_of_no_length_ends_with_its_connection() -> None:
    """RFC 9112 §6.3 rule 8."""
    with asking([says(b"HTTP/1.1 200 OK\r\n\r\nanswer", goes_on=False)]) as (_, ask):
        assert ask() == Reply(b"answer")


def test_announcement_is_no_answer() -> None:
    """RFC 9110 §15.2: a status below 200 comes before one."""
    with asking([says(b"HTTP/1.1 103 Early Hints\r\nCache-Control: no-store\r\n\r\n" + ANSWER)]) as (_, ask):
        assert ask() == Reply(b"answer")


def test_refusal_is_not_read_to_its_end() -> None:
    """Whatever body stands behind it, and however slowly it comes."""
    busy = says(b"HTTP/1.1 503 Busy\r\nContent-Length: 99999\r\n\r\nx")
    with asking([busy]) as (_, ask), pytest.raises(StatusUnreachable, match="answered 503"):
        ask()
