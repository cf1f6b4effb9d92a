"""A relying party with a test PKI, reached through its ASGI surface in process."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from reference_impl.clock import Clock
from reference_impl.relying_party import RelyingParty
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database
from reference_impl.surface import Surface
from tests.reference_impl import pki
from tests.reference_impl.responder import Responder

Message = dict[str, Any]
AUTH_OCSP, SIGN_OCSP = "http://ocsp.test/auth", "http://ocsp.test/sign"


def b64(data: bytes) -> str:
    """Standard base64 with padding."""
    return b64encode(data).decode()


def configuration() -> Message:
    """What the operator of these tests decides."""
    return {
        "authorities": [
            {"kind": "auth", "certificate": b64(pki.der(pki.authority("auth", "auth-ca")))},
            {"kind": "auth", "certificate": b64(pki.der(pki.authority("auth", "auth-ca-2")))},
            {"kind": "sign", "certificate": b64(pki.der(pki.authority("sign", "sign-ca")))},
        ],
        "card_issuers": [{"key_id": b64(pki.KEY_ID_ISSUER), "key": b64(pki.spki("card-issuer"))}],
        "status": [
            {"kind": "auth", "ocsp": AUTH_OCSP, "crl": "http://crl.test/index.json"},
            {"kind": "sign", "ocsp": SIGN_OCSP, "crl": "http://crl.test/index.json"},
        ],
        "terminals": [{"id": "counter-1", "credential": "secret-1"}],
        "services": [
            {"id": "library", "purposes": ["enrol", "login", "tap", "sign"]},
            {"id": "archive", "purposes": ["enrol", "login"]},
        ],
    }


@dataclass(slots=True)
class World:
    """The relying party, its responder, and the moves a terminal makes."""

    surface: Surface
    party: RelyingParty
    responder: Responder
    database: Database | None = None

    @classmethod
    def over(cls, path: Path | None = None) -> "World":
        """A configured relying party over a store, whose clock stands at 2026-11-21 00:20:00 UTC."""
        database = Database(path)
        responder = Responder()
        party = RelyingParty(database, Clock(), StatusSources(responder))
        made = cls(Surface(party, test_surface=True), party, responder, database)
        made.post("configure", configuration())
        made.set_time("2026-11-21T00:20:00Z")
        return made

    def close(self) -> None:
        """Ends its threads and gives the store back."""
        self.surface.close()
        if self.database is not None:
            self.database.close()

    def send(self, verb: str, body: bytes, method: str = "POST") -> httpx.Response:
        """One HTTP exchange, in process."""

        async def exchange() -> httpx.Response:
            transport = httpx.ASGITransport(self.surface)
            async with httpx.AsyncClient(transport=transport, base_url="http://rp.test") as client:
                return await client.request(method, f"/kazashi/v1/{verb}", content=body)

        return asyncio.run(exchange())

    def post(self, verb: str, message: Message) -> Message:
        """The answer to a message, which must be taken."""
        response = self.send(verb, httpx.Request("POST", "http://rp.test", json=message).content)
        assert response.status_code == 200, response.text
        answer: Message = response.json()
        return answer

    def set_time(self, instant: str, epoch: int = 1) -> None:
        """Sets the clock."""
        self.post("set_time", {"instant": instant, "epoch": epoch})

    def begin(self, purpose: str, **changes: object) -> Message:
        """Begins an attempt at the counter of the library."""
        message: Message = {"purpose": purpose, "service": "library", "environment": "attended"}
        message["terminal"] = {"id": "counter-1", "credential": "secret-1"}
        return self.post("begin", {**message, **changes})

    def present(self, begun: Message, purpose: str, **changes: bytes | None) -> Message:
        """A right presentation for what was begun, with parts of it changed or (None) left out."""
        challenge = b64decode(begun["challenge"])
        parts: dict[str, bytes | None] = {"challenge": challenge}
        parts["certificate"] = pki.leaf("sign" if purpose == "sign" else "auth")
        if purpose in {"enrol", "login"}:
            parts["signature"] = pki.sign("holder", challenge)
        if purpose == "sign":
            parts["document_signature"] = pki.sign("holder", b64decode(begun["document"]))
        chip: dict[str, bytes | None] = {}
        if purpose in {"enrol", "tap"}:
            chip = {"birth_record": pki.birth_record(), "cvc": pki.cvc(), "signature": pki.sign("chip", challenge)}
        for name, value in changes.items():
            if name.startswith("chip_"):
                chip[name.removeprefix("chip_")] = value
            else:
                parts[name] = value
        message: Message = {name: b64(value) for name, value in parts.items() if value is not None}
        if chip and None not in chip.values():
            message["chip"] = {name: b64(value) for name, value in chip.items() if value is not None}
        return {"session": begun["session"], "presentation": message}

    def attempt(self, purpose: str, **changes: bytes | None) -> Message:
        """The outcome of a whole attempt."""
        begun = self.begin(purpose)
        outcome: Message = self.post("complete", self.present(begun, purpose, **changes))["outcome"]
        return outcome


@pytest.fixture
def world() -> Iterator[World]:
    """A relying party with its store in memory."""
    made = World.over()
    yield made
    made.close()


@pytest.fixture
def enrolled(world: World) -> World:
    """The same, with the holder enrolled at the library."""
    assert world.attempt("enrol")["reason"] == "OK"
    world.responder.asked.clear()
    return world
