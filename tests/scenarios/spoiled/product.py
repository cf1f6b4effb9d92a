"""The reference relying party in this process, where its functions can be changed while it runs.

Most stories reach it at its ASGI door. Those that set it up otherwise reach it over HTTP, as they reach a process.
"""

import asyncio
import io
from collections.abc import Iterator, MutableMapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from typing import Any

from harness.contract.binding import Answer, Binding
from harness.contract.vocabulary import Verb
from harness.doors.server import Served
from reference_impl.assembly import assembled
from reference_impl.options import read_arguments, read_settings
from reference_impl.serving import Application
from reference_impl.settings import Settings
from reference_impl.shared import Shared
from reference_impl.surface import PREFIX, Surface
from reference_impl.web.callers import Callers
from reference_impl.web.door import Door
from reference_impl.web.metrics import Metrics
from reference_impl.web.operations import ROUTES
from reference_impl.web.requests_log import RequestsLog
from scenarios.stage import Theatre


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

    def another(self) -> None:
        """Return None: one message after the other."""

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


@contextmanager
def reference_served(options: tuple[str, ...]) -> Iterator[str]:
    """Yield the address of one that was started with these options."""
    settings = read_settings(read_arguments(["--test-surface", *options]))
    with ExitStack() as held:
        party = held.enter_context(assembled(settings))
        surface = held.enter_context(closing(Surface(party, test_surface=True)))
        shared = surface.shared
        assert isinstance(shared, Shared), "a test surface shares its clock with the door"
        log, metrics = RequestsLog(io.StringIO()), Metrics(ROUTES)
        door = held.enter_context(closing(Door(party, Callers({}), metrics=metrics, log=log, before=shared.refresh)))
        yield held.enter_context(Served(Application(door, surface, metrics))).url


class TheatreOfThisProcess(Theatre):
    """A theatre whose products all live in this process."""

    def _started(self, options: tuple[str, ...]) -> AbstractContextManager[str]:
        return reference_served(options)
