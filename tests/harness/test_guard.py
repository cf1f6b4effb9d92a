"""The guard of the control door: the token as RFC 9110 and RFC 6750 write it, and nothing near it."""

import asyncio

import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from harness.doors.guard import Guard

HOST = (b"host", b"127.0.0.1:8080")


async def behind(scope: Scope, receive: Receive, send: Send) -> None:
    """The application behind the guard: whoever gets here was let in."""
    await Response(status_code=204)(scope, receive, send)


def status(*headers: tuple[bytes, bytes]) -> tuple[int, list[tuple[str, int]]]:
    """Return the status of a request with these headers, and what the guard noted."""
    noted: list[tuple[str, int]] = []
    sent: list[Message] = []
    guard = Guard(behind, "abc-DEF", lambda what, http: noted.append((what, http)))

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": "/v1/clock",
        "server": ("127.0.0.1", 8080),
        "headers": [HOST, *headers],
    }
    asyncio.run(guard(scope, receive, send))
    return sent[0]["status"], noted


@pytest.mark.parametrize("proof", [b"Bearer abc-DEF", b"bearer abc-DEF", b"BEARER abc-DEF"])
def test_the_scheme_is_written_in_any_case(proof: bytes) -> None:
    """RFC 9110 §11.1: the name of the scheme is case-insensitive; whoever is let in is not noted here."""
    assert status((b"authorization", proof)) == (204, [])


@pytest.mark.parametrize(
    "proofs",
    [
        pytest.param([], id="none"),
        pytest.param([b""], id="empty"),
        pytest.param([b"Bearer"], id="no token"),
        pytest.param([b"Bearer "], id="an empty token"),
        pytest.param([b"Bearer abc-def"], id="the token in another case"),
        pytest.param([b"Bearer abc-DE"], id="one letter short"),
        pytest.param([b"Bearer abc-DEFG"], id="one letter long"),
        pytest.param([b"Bearer  abc-DEF"], id="two spaces"),
        pytest.param([b"Bearer\tabc-DEF"], id="a tab"),
        pytest.param([b"Basic abc-DEF"], id="another scheme"),
        pytest.param([b"abc-DEF"], id="no scheme"),
        pytest.param([b"Bearer \xff\xfe"], id="no ASCII"),
        pytest.param([b"Bearer abc-DEF", b"Bearer abc-DEF"], id="twice"),
    ],
)
def test_nothing_near_the_token_will_do(proofs: list[bytes]) -> None:
    """401, noted with what was asked for."""
    assert status(*((b"authorization", proof) for proof in proofs)) == (401, [("GET /v1/clock", 401)])
