"""The client tells apart: the product said no, the adapter failed, nobody was there."""

import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from harness.contract import messages
from harness.contract.client import Broken, RelyingPartyClient, TimedOut, Unreachable
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
    with answering(said) as product, RelyingPartyClient(product.url) as client:
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
        ({**INTRODUCTION, "contract": "2.0"}, 200, r"expected contract 1\.0 .* actual contract 2\.0"),
        ({**INTRODUCTION, "role": "responder"}, 200, "actual contract 1.0 and role responder"),
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
        RelyingPartyClient(product.url) as client,
        pytest.raises(Broken, match=says),
    ):
        client.hello()


def test_session_and_outcome_at_once_is_broken() -> None:
    """`begin` answers with a session or with an outcome; both, or neither, is no answer."""
    outcome = {"decision": "reject", "reason": "POLICY", "steps": []}
    for body in ({}, {"session": "s"}, {"session": "s", "challenge": "AAAA", "outcome": outcome}):
        with (
            answering(body) as product,
            RelyingPartyClient(product.url) as client,
            pytest.raises(Broken, match="expected session and challenge, or outcome"),
        ):
            client.begin(BEGIN)


def test_wrong_echo_of_the_epoch_is_broken() -> None:
    """A product that lives in another setting of the clock cannot be judged."""
    with (
        answering({"epoch": 4}) as product,
        RelyingPartyClient(product.url) as client,
        pytest.raises(Broken, match="epoch 5, actual 4"),
    ):
        client.set_time("2026-12-01T00:00:00Z", 5)


def test_silence_ends_at_the_time_out() -> None:
    """A listener that never answers is TimedOut, within its time."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with RelyingPartyClient(address, timeout=0.2) as client, pytest.raises(TimedOut, match=r"within 0\.2 s"):
            client.hello()


def test_nobody_there_is_unreachable() -> None:
    """A closed port is said to be closed, with how to mend it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with RelyingPartyClient(f"http://127.0.0.1:{port}") as client, pytest.raises(Unreachable, match="correct --target"):
        client.hello()


def test_transcript_hides_the_terminal_s_credential() -> None:
    """What goes into reports never shows a credential, though the product receives it."""
    received = []

    async def answer(request: Request) -> Response:
        received.append(await request.body())
        return PlainTextResponse(json.dumps({"session": "s", "challenge": "AAAA"}))

    with serving(answer) as product, RelyingPartyClient(product.url) as client:
        client.begin(BEGIN)
        assert b"very-secret" in received[0]
        assert "very-secret" not in client.exchanges[0].request
        assert '"credential":"***"' in client.exchanges[0].request
