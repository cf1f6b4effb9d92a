"""The core behind HTTP: one or many, JSON or MessagePack, the same verdicts; what is no login is answered with 400."""

import asyncio
from base64 import b64encode
from typing import Any

import httpx
import msgspec
import pytest

from reference_impl.verification import Authentication
from reference_impl.verification_door import LARGEST, VerificationDoor
from tests.reference_impl import pki
from tests.reference_impl.verifying import Bench, bench, login


def send(on: Bench, path: str, body: bytes, kind: str = "application/json", method: str = "POST") -> httpx.Response:
    """One exchange, in process."""

    async def exchange() -> httpx.Response:
        transport = httpx.ASGITransport(VerificationDoor(on.verifier, lambda: pki.NOW))
        async with httpx.AsyncClient(transport=transport, base_url="http://core.test") as client:
            return await client.request(method, path, content=body, headers={"content-type": kind})

    return asyncio.run(exchange())


def as_json(attempt: Authentication) -> dict[str, str]:
    """A login as a client writes it."""
    octets = {name: b64encode(getattr(attempt, name)).decode() for name in ("certificate", "challenge", "signature")}
    return {**octets, "service": attempt.service}


def test_one_login_is_one_verdict() -> None:
    """Accepted with its steps; presented again it is a replay, and says why."""
    on = bench()
    body = msgspec.json.encode(as_json(login(on)))
    first, second = send(on, "/login", body).json(), send(on, "/login", body).json()
    assert (first["decision"], first["reason"], first["steps"][-1]) == ("accept", "OK", "policy")
    assert (second["decision"], second["reason"]) == ("reject", "CHALLENGE_REPLAYED")
    assert second["why"] == "the challenge was used before"


@pytest.mark.parametrize("kind", ["application/json", "application/msgpack"])
def test_many_logins_are_as_many_verdicts(kind: str) -> None:
    """In their order, in the encoding of the question."""
    on = bench()
    attempts = [login(on), login(on, signature=bytes(256)), login(on, certificate=b"none"), login(on)]
    if kind == "application/json":
        answer = send(on, "/logins", msgspec.json.encode([as_json(each) for each in attempts]), kind)
        said = answer.json()
    else:
        answer = send(on, "/logins", msgspec.msgpack.encode([msgspec.structs.asdict(each) for each in attempts]), kind)
        said = msgspec.msgpack.decode(answer.content)
    assert answer.headers["content-type"] == kind
    assert [each["reason"] for each in said] == ["OK", "BAD_SIGNATURE", "MALFORMED", "OK"]


def test_refusals_after_the_same_steps_are_told_apart() -> None:
    """What is accepted is said in the same octets each time, of what is refused each is said as it is."""
    on = bench()
    right, replayed = as_json(login(on)), as_json(login(on))
    unknown = {**right, "challenge": b64encode(bytes(32)).decode()}
    body = msgspec.json.encode([replayed, replayed, unknown, right, right, unknown])
    said = send(on, "/logins", body).json()
    spent, mismatch = "CHALLENGE_REPLAYED", "CHALLENGE_MISMATCH"
    assert [each["reason"] for each in said] == ["OK", spent, mismatch, "OK", spent, mismatch]
    assert said[1]["steps"] == said[2]["steps"]
    assert said[0] == said[3]


@pytest.mark.parametrize(
    ("path", "body", "method", "status"),
    [
        ("/login", b"", "POST", 400),
        ("/login", b"{}", "POST", 400),
        ("/login", b"[]", "POST", 400),
        ("/logins", b"{}", "POST", 400),
        ("/login", b"\xff", "POST", 400),
        ("/login", b"[" * 100_000, "POST", 400),
        ("/login", b'{"certificate": "?", "challenge": "", "signature": "", "service": ""}', "POST", 400),
        ("/login", b" " * (LARGEST + 1), "POST", 413),
        ("/login", b"{}", "GET", 404),
        ("/another", b"{}", "POST", 404),
    ],
)
def test_what_is_no_login_is_refused(path: str, body: bytes, method: str, status: int) -> None:
    """400, 404 or 413 with one line; the next login is accepted."""
    on = bench()
    answer = send(on, path, body, method=method)
    assert (answer.status_code, b"\n" in answer.content) == (status, False)
    assert send(on, "/login", msgspec.json.encode(as_json(login(on)))).json()["reason"] == "OK"


def test_requests_that_come_together_have_each_its_own_answer() -> None:
    """Six at once, some refused: each is told what is right of it; a second loop is served as the first was."""
    on = bench()
    door = VerificationDoor(on.verifier, lambda: pki.NOW)

    async def together() -> list[tuple[int, str]]:
        bodies = [as_json(login(on)), {}, as_json(login(on, signature=bytes(256))), as_json(login(on))]
        client = httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://core.test")
        async with client:
            posts = [client.post("/login", content=msgspec.json.encode(body)) for body in bodies]
            said = await asyncio.gather(*posts, client.get("/login"), client.post("/elsewhere"))
        return [(each.status_code, each.json()["reason"] if each.status_code == 200 else "") for each in said]

    right = [(200, "OK"), (400, ""), (200, "BAD_SIGNATURE"), (200, "OK"), (404, ""), (404, "")]
    assert [asyncio.run(together()) for _ in range(2)] == [right, right]


def test_request_that_was_given_up_is_not_verified() -> None:
    """Its task was cancelled before its turn ended: the challenge is not spent, and the next one is answered."""
    on = bench()
    door = VerificationDoor(on.verifier, lambda: pki.NOW)
    given_up, next_one = as_json(login(on)), as_json(login(on))

    async def receive(body: bytes) -> dict[str, object]:
        return {"type": "http.request", "body": body}

    async def exchange() -> list[dict[str, object]]:
        said: list[dict[str, object]] = []

        async def send(message: Any) -> None:
            said.append(message)

        def asked(body: dict[str, str]) -> "asyncio.Task[None]":
            scope = {"type": "http", "method": "POST", "path": "/login", "headers": []}
            return asyncio.create_task(door(scope, lambda: receive(msgspec.json.encode(body)), send))

        first = asked(given_up)
        await asyncio.sleep(0)
        first.cancel()
        await asked(next_one)
        assert first.cancelled()
        return said

    head, body = asyncio.run(exchange())
    assert head["status"] == 200
    assert b'"OK"' in body["body"]  # type: ignore[operator]
    assert send(on, "/login", msgspec.json.encode(given_up)).json()["reason"] == "OK"
