"""One process that serves on a listening socket until it is told to end; what is under way then is brought to an end.

SIGTERM closes the door: nobody new is let in, whoever is being served is served, for GRACE_SECONDS at most.
"""

import asyncio
import gc
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Final, NoReturn, TextIO

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reference_impl.assembly import assembled
from reference_impl.relying_party import RelyingParty
from reference_impl.settings import CannotBegin, Settings
from reference_impl.surface import PREFIX, SURFACE_ROUTES, Surface
from reference_impl.web.callers import Callers, Role
from reference_impl.web.door import Door, nothing_changed
from reference_impl.web.head_deadline import HeadDeadline
from reference_impl.web.metrics import Metrics
from reference_impl.web.operations import NOWHERE, ROUTES
from reference_impl.web.requests_log import RequestsLog, log_as_json

GRACE_SECONDS: Final = 15
"""Longer than a question to a responder and a wait for the store together."""
BACKLOG: Final = 1024
COLLECTED_AFTER: Final = 20_000
"""Objects more than before."""
GIVEN_UP: Final = 499
"""The status under which a request is counted that nobody waited for any more."""

Ready = Callable[[], None]


class Application:
    """The service, and beside it, if this is a test, the contract's surface; a release has no such paths."""

    def __init__(self, door: Door, surface: Surface | None, metrics: Metrics) -> None:
        self._door, self._surface, self._metrics = door, surface, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands the request to whom its path belongs to."""
        if self._surface is not None and scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self._count(self._surface, scope, receive, send)
        else:
            await self._door(scope, receive, send)

    async def _count(self, surface: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """What the service's door does for itself: a request counts when it was answered, or given up."""
        begun, status = time.perf_counter(), GIVEN_UP

        async def sending(event: Message) -> None:
            nonlocal status
            if event["type"] == "http.response.start":
                status = int(event["status"])
            await send(event)

        self._metrics.begun()
        try:
            await surface(scope, receive, sending)
        finally:
            route = scope["path"] if scope["path"] in SURFACE_ROUTES else NOWHERE
            self._metrics.ended(route, status, time.perf_counter() - begun)


class _Server(uvicorn.Server):
    """Tells when it serves."""

    def __init__(self, config: uvicorn.Config, ready: Ready) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def routes_of(settings: Settings) -> tuple[str, ...]:
    """The routes that are counted: those of the service and, in a test, of the contract's surface."""
    return (*ROUTES, *SURFACE_ROUTES) if settings.test_surface else ROUTES


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. `proto` is named because asyncio sets TCP_NODELAY only then; else a request costs 44 ms."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def address_of(listener: socket.socket) -> str:
    """What a client is told."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(  # noqa: PLR0913  (what a worker is given)
    settings: Settings,
    listener: socket.socket,
    ready: Ready,
    *,
    worker: int = 0,
    workers: int = 1,
    counters: Path | None = None,
) -> None:
    """Serves until SIGTERM or SIGINT; CannotBegin says why it cannot."""
    signal.signal(signal.SIGTERM, _end)  # uvicorn shuts down first, then hands the signal on to this
    signal.signal(signal.SIGINT, _end)
    with ExitStack() as stack:
        party = stack.enter_context(assembled(settings))
        out = None if settings.log is None else stack.enter_context(_log(settings.log))
        log_as_json(out)
        surface = stack.enter_context(closing(Surface(party, test_surface=True))) if settings.test_surface else None
        metrics = Metrics(routes_of(settings), worker, workers, counters)
        door = stack.enter_context(closing(_door(party, settings, metrics, RequestsLog(out, worker), surface)))
        _settle_down()
        _run(Application(door, surface, metrics), listener, ready)


def _settle_down() -> None:
    """What is here by now stays: the collector looks for rings among what requests leave behind, and not so often.

    A visit makes a few thousand objects and no ring; looked at each 700 of them it spent a twentieth of its time so.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, 20, 50)


@contextmanager
def _log(path: Path) -> Iterator[TextIO]:
    out = _open_log(path)
    try:
        yield out
    finally:
        with suppress(OSError):  # what a full disk did not take went to stderr
            out.close()


def _open_log(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8")
    except OSError as error:
        why = f"--log {path}: 書き込めません / expected a file that can be written, found: {error.strerror}"
        raise CannotBegin(why) from error


def _door(party: RelyingParty, settings: Settings, metrics: Metrics, log: RequestsLog, surface: Surface | None) -> Door:
    callers = Callers({Role.OPERATOR: settings.operators, Role.AUDITOR: settings.auditors})
    before = nothing_changed if surface is None or surface.shared is None else surface.shared.refresh
    return Door(party, callers, metrics=metrics, log=log, before=before, surroundings=settings.surroundings)


def _run(app: Any, listener: socket.socket, ready: Ready) -> None:
    configuration = uvicorn.Config(
        app,
        http=HeadDeadline,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        proxy_headers=False,  # nobody's word for another address counts
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    with listener, asyncio.Runner(loop_factory=configuration.get_loop_factory()) as runner:
        runner.run(_Server(configuration, ready).serve(sockets=[listener]))


def end_with_parent(left_behind: Path) -> None:
    """From here on this process ends, as by SIGTERM, when the one that started it is gone; what that one could not
    take away any more, this one does."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        shutil.rmtree(left_behind, ignore_errors=True)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _end(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(0)
