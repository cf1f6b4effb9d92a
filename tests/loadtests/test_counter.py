"""The target's own count of requests against the generator's: a counter that lies is found."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from harness.errors import ConfigurationError
from loadtests.counter import Counter, CounterCheck, requests_in

TEXT = """# HELP kazashi_requests_total Requests answered, by route and HTTP status.
# TYPE kazashi_requests_total counter
kazashi_requests_total{{route="/kazashi/v1/begin",status="200"}} {begin}
kazashi_requests_total{{route="/kazashi/v1/complete",status="503"}} 7
kazashi_requests_total{{route="/metrics",status="200"}} 99
kazashi_request_seconds_count{{route="/kazashi/v1/begin"}} 12345
"""


@contextmanager
def counting(*begins: int) -> Iterator[str]:
    """A target whose counter says these numbers, one after the other."""
    told = iter(begins)

    class Metrics(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = TEXT.format(begin=next(told)).encode()
            self.send_response(200 if self.headers["authorization"] != "Bearer guessed" else 401)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Metrics) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/metrics"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("counted", "sent", "answered", "agrees"),
    [
        (100, 100, 100, True),
        (99, 100, 100, False),
        (101, 100, 100, False),
        (97, 100, 96, True),
        (95, 100, 96, False),
    ],
)
def test_counter_agrees_between_what_was_answered_and_what_was_sent(
    counted: int, sent: int, answered: int, *, agrees: bool
) -> None:
    """Without errors there is one right number; one more or one less is a lie."""
    with counting(1000, 1000 + counted) as url:
        check = Counter(url, "secret").check(sent, answered)
    assert check == CounterCheck(sent, answered, counted)
    assert check.agrees is agrees


def test_all_routes_count_but_that_of_the_numbers() -> None:
    """Looking is a request, too, and none of the generator's."""
    assert requests_in(TEXT.format(begin=3)) == 10


@pytest.mark.parametrize("text", ["", "<html>", "kazashi_other_total 5"])
def test_text_without_the_counter_is_a_configuration_fault(text: str) -> None:
    """Not zero: nothing was counted there."""
    with pytest.raises(ConfigurationError, match="expected kazashi_requests_total"):
        requests_in(text)


def test_counter_that_may_not_be_read_is_a_configuration_fault() -> None:
    """Before any load is sent."""
    with counting(1) as url, pytest.raises(ConfigurationError, match="expected HTTP 200, actual 401"):
        Counter(url, "guessed")
    with pytest.raises(ConfigurationError, match="expected an answer"):
        Counter("http://127.0.0.1:9/metrics")


def test_counter_that_can_no_longer_be_read_does_not_agree() -> None:
    """What was found is kept, and does not pass."""
    with counting(5) as url:
        counter = Counter(url, "secret")
    assert counter.check(0, 0) == CounterCheck(0, 0, None)
    assert not CounterCheck(0, 0, None).agrees
