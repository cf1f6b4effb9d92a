"""A terminal's, an operator's and an auditor's way to the service, in process or over TCP."""

import asyncio
import io
import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import httpx

from reference_impl.web.callers import Callers, Role
from reference_impl.web.door import Door
from reference_impl.web.requests_log import RequestsLog
from tests.reference_impl.conftest import Message, World

OPERATOR, AUDITOR = "operator-token-of-32-characters-a", "auditor-token-of-32-characters-bb"
TOKENS = {Role.OPERATOR: {"op-1": OPERATOR}, Role.AUDITOR: {"audit-1": AUDITOR}}


def basic(name: str = "counter-1", credential: str = "secret-1") -> dict[str, str]:
    """The header of a terminal."""
    return {"authorization": "Basic " + b64encode(f"{name}:{credential}".encode()).decode()}


def bearer(token: str) -> dict[str, str]:
    """The header of who has a token."""
    return {"authorization": f"Bearer {token}"}


class Site:
    """The service over a relying party, in process."""

    def __init__(self, world: World, **options: Any) -> None:
        self.world = world
        self.logged = io.StringIO()
        self.door = Door(world.party, Callers(TOKENS), log=RequestsLog(self.logged), **options)

    def ask(self, method: str, address: str, headers: Mapping[str, str], body: bytes | None = None) -> httpx.Response:
        """One exchange."""

        async def exchange() -> httpx.Response:
            transport = httpx.ASGITransport(self.door)
            async with httpx.AsyncClient(transport=transport, base_url="http://rp.test") as client:
                return await client.request(method, address, headers=dict(headers), content=body)

        return asyncio.run(exchange())

    def post(self, address: str, message: object, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """One message of a terminal, unless the headers say whose."""
        kind = {"content-type": "application/json"}
        return self.ask("POST", address, {**kind, **(basic() if headers is None else headers)}, octets(message))

    def begin(self, purpose: str, service: str = "library", **changes: object) -> Message:
        """A session."""
        answer = self.post(f"/api/v1/services/{service}/{purpose}", {"environment": "attended", **changes})
        assert answer.status_code == 201, answer.text
        begun: Message = answer.json()
        return begun

    def presented(self, begun: Message, purpose: str) -> Message:
        """What a right card gives."""
        presentation: Message = self.world.present(begun, purpose)["presentation"]
        return presentation

    def complete(self, begun: Message, purpose: str, service: str = "library") -> httpx.Response:
        """A session ended with what a right card gives."""
        address = f"/api/v1/services/{service}/{purpose}/{begun['session']}"
        return self.post(address, self.presented(begun, purpose))

    def attempt(self, purpose: str) -> Message:
        """The verdict on a whole attempt."""
        answer = self.complete(self.begin(purpose), purpose)
        assert answer.status_code == 200, answer.text
        verdict: Message = answer.json()
        return verdict

    def lines(self) -> list[Message]:
        """What was logged."""
        return [json.loads(line) for line in self.logged.getvalue().splitlines()]

    def close(self) -> None:
        """Ends its threads."""
        self.door.close()


def octets(message: object) -> bytes:
    """A message as JSON; octets as they are."""
    return message if isinstance(message, bytes) else json.dumps(message).encode()
