"""The reference relying party in this process, at its ASGI door: where its functions can be changed while it runs."""

import asyncio
from collections.abc import Iterator, MutableMapping
from contextlib import closing, contextmanager
from typing import Any

from harness.contract.binding import Answer, Binding
from harness.contract.vocabulary import Verb
from reference_impl.assembly import assembled
from reference_impl.settings import Settings
from reference_impl.surface import PREFIX, Surface


class AtItsDoor:
    """Carries messages to an ASGI application of this process."""

    carries_anything = True
    where = "the reference, in process"

    def __init__(self, surface: Surface) -> None:
        self._surface = surface

    def exchange(self, verb: Verb, body: bytes) -> Answer:
        """Return what the application answers to one request."""
        return asyncio.run(self._exchange(verb, body))

    async def _exchange(self, verb: Verb, body: bytes) -> Answer:
        said: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            said.append(message)

        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        scope = {"type": "http", "method": "POST", "path": f"{PREFIX}{verb.value}", "headers": headers}
        await self._surface(scope, receive, send)
        return Answer(said[0]["status"], b"".join(message.get("body", b"") for message in said[1:]))

    def revive(self) -> bool:
        """Return False: it does not end."""
        return False

    def close(self) -> None:
        """Nothing is held here."""


@contextmanager
def reference_in_process() -> Iterator[Binding]:
    """Yield the way to a relying party that knows nobody yet."""
    with assembled(Settings(test_surface=True)) as party, closing(Surface(party, test_surface=True)) as surface:
        yield AtItsDoor(surface)
