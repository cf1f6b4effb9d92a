"""The client tells apart: the product said no, the adapter failed, nobody was there."""

import itertools
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.faults import Broken, TimedOut, Unreachable
from harness.contract.vocabulary import Environment, Purpose, Reason
from harness.doors.server import Served

INTRODUCTION = {
    "contract": "1.0",
    "role": "relying-party",
    "product": "p",
    "version": "1",
    "capabilities": ["login"],
    "tolerances": {"clock_seconds": 0, "status_seconds": 0, "challenge_seconds": 300},
}
TERMINAL = messages.TerminalCredential(id="counter-1", credential="very-secret")
BEGIN = messages.Begin(purpose=Purpose.LOGIN, service="library", environment=Environment.ONLINE, terminal=TERMINAL)


def answering(body: Any, status: int = 200) -> Served:
    """A product that gives one answer to everything; text is sent as it is."""
    text = body if isinstance(body, str) else json.dumps(body)

    async def answer(_: Request) -> Response:
        return PlainTextResponse(text, status)

    return serving(answer)


def serving(answer: Callable[[Request], Awaitable[Response]]) -> Served:
    """A product whose every address is `answer`."""
    return Served(Starlette(routes=[Route("/{rest:path}", answer, methods=["POST"])]))


def test_refusal_is_an_answer_not_a_fault() -> None:
    """The product said no: an outcome comes back, nothing is raised."""
    said = {"outcome": {"decision": "reject", "reason": "EXPIRED", "steps": []}}
    with answering(said) as product, RelyingPartyClient.at(product.url) as client:
        presentation = messages.Presentation(challenge=b"c", certificate=b"d")
        outcome = client.complete(messages.Complete(session="s", presentation=presentation))
    assert outcome.reason is Reason.EXPIRED


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ("not json", 200, "breaks the schema"),
        ({**INTRODUCTION, "capabilities": ["fly"]}, 200, r"'fly' - at `\$\.capabilities"),
        ({**INTRODUCTION, "mood": "good"}, 200, "unknown field `mood`"),
        ({**INTRODUCTION, "tolerances": {}}, 200, r"clock_seconds` - at `\$\.tolerances`"),
        ({**INTRODUCTION, "contract": "2.0"}, 200, r"expected contract 1\.0, actual 2\.0"),
        ({**INTRODUCTION, "role": "responder"}, 200, r"Invalid value 'responder' - at `\$\.role`"),
        (INTRODUCTION, 500, "expected HTTP 200, actual 500"),
        (INTRODUCTION, 404, "expected HTTP 200, actual 404"),
        ("[" * 5000, 200, "breaks the schema"),
        ("x" * 2_000_000, 200, "expected at most 1048576 bytes"),
    ],
)
def test_broken_answer_names_what_is_broken(body: Any, status: int, says: str) -> None:
    """An answer outside the contract is the adapter's fault, and the message leads to it."""
    with (
        answering(body, status) as product,
        RelyingPartyClient.at(product.url) as client,
        pytest.raises(Broken, match=says),
    ):
        client.hello()


def test_session_and_outcome_at_once_is_broken() -> None:
    """`begin` answers with a session or with an outcome; both, or neither, is no answer."""
    outcome = {"decision": "reject", "reason": "POLICY", "steps": []}
    for body in ({}, {"session": "s"}, {"session": "s", "challenge": "AAAA", "outcome": outcome}):
        with (
            answering(body) as product,
            RelyingPartyClient.at(product.url) as client,
            pytest.raises(Broken, match="expected session and challenge, or outcome"),
        ):
            client.begin(BEGIN)


def test_wrong_echo_of_the_epoch_is_broken() -> None:
    """A product that lives in another setting of the clock cannot be judged."""
    with (
        answering({"epoch": 4}) as product,
        RelyingPartyClient.at(product.url) as client,
        pytest.raises(Broken, match="epoch 5, actual 4"),
    ):
        client.set_time("2026-12-01T00:00:00Z", 5)


def test_silence_ends_at_the_time_out() -> None:
    """A listener that never answers is TimedOut, within its time."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with RelyingPartyClient.at(address, timeout=0.2) as client, pytest.raises(TimedOut, match=r"within 0\.2 s"):
            client.hello()


@contextmanager
def speaking(parts: Iterable[bytes], *, pause: float = 0.0) -> Iterator[tuple[str, list[int]]]:
    """A product that sends `parts` to whoever connects, and how many bytes of each it could send."""
    sent: list[int] = []
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def speak() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                for part in parts:
                    connection.sendall(part)
                    sent.append(len(part))
                    if over.wait(pause):
                        return

        thread = threading.Thread(target=speak)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", sent
        over.set()
        thread.join()


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 60\r\n\r\n"])
def test_answer_that_drips_ends_at_the_time_out(head: bytes) -> None:
    """The time-out is for the whole exchange: a byte now and then, in the head or the body, is still late."""
    drip = (bytes([byte]) for byte in b"HTTP/1.1 200 OK" + b" " * 45)
    begun = time.monotonic()
    with (
        speaking(itertools.chain([head], drip), pause=0.1) as (address, _),
        RelyingPartyClient.at(address, timeout=0.5) as client,
        pytest.raises(TimedOut, match=r"within 0\.5 s"),
    ):
        client.hello()
    assert time.monotonic() - begun < 5, "each read had a time-out of its own"  # it drips for six seconds


def test_flood_is_cut_while_it_comes() -> None:
    """An answer that never ends is refused at the limit, not when memory is full."""
    flood = itertools.repeat(b"x" * (1 << 16), 1 << 10)
    with (
        speaking(itertools.chain([b"HTTP/1.1 200 OK\r\n\r\n"], flood)) as (address, sent),
        RelyingPartyClient.at(address) as client,
    ):
        with pytest.raises(Broken, match="expected at most 1048576 bytes"):
            client.hello()
        client.close()
    assert sum(sent) < 32 << 20


def test_nobody_there_is_unreachable() -> None:
    """A closed port is said to be closed, with how to mend it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with RelyingPartyClient.at(address) as client, pytest.raises(Unreachable, match="correct --target"):
        client.hello()


def test_transcript_hides_the_terminal_s_credential() -> None:
    """What goes into reports never shows a credential, though the product receives it."""
    received = []

    async def answer(request: Request) -> Response:
        received.append(await request.body())
        return PlainTextResponse(json.dumps({"session": "s", "challenge": "AAAA"}))

    with serving(answer) as product, RelyingPartyClient.at(product.url) as client:
        client.begin(BEGIN)
        assert b"very-secret" in received[0]
        assert "very-secret" not in client.exchanges[0].request
        assert '"credential":"***"' in client.exchanges[0].request


def test_what_the_product_repeats_of_a_credential_is_hidden_too() -> None:
    """In its answers and in the fault that quotes one: both go into reports."""
    told = messages.Configure(authorities=[], card_issuers=[], status=[], terminals=[TERMINAL], services=[])
    with answering({"mood": "very-secret"}) as product, RelyingPartyClient.at(product.url) as client:
        with pytest.raises(Broken, match=r"\*\*\*") as fault:
            client.configure(told)
        assert "very-secret" not in str(fault.value)
        assert "very-secret" not in client.exchanges[0].answer


def test_product_may_close_the_connection_after_each_answer() -> None:
    """RFC 9112 §9.3: without a word, and the next request simply opens another."""
    answer = b'HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{"epoch":1}'
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _ in range(3):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        with RelyingPartyClient.at(f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
            for _ in range(3):
                client.set_time("2026-12-01T00:00:00Z", 1)
        thread.join()
