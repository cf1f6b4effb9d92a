"""The service as an ASGI application: who asks, what is asked, what is answered; log and numbers beside.

(1) the address names an operation, by its method
(2) the caller may do it                                          `callers`
(3) the message is whole, in time, and what the operation takes   `reading`
(4) the operation is done, in a thread: it waits for disks and responders
(5) one line is logged, the numbers move
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import BinaryIO, Final
from uuid import uuid4

import msgspec
from sqlalchemy.exc import DataError, DBAPIError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from reference_impl.audit.faults import AuditUnusable
from reference_impl.clock import Clock
from reference_impl.messages import Message
from reference_impl.relying_party import RelyingParty
from reference_impl.store.database import StoreUnusable
from reference_impl.verification.place import Environment
from reference_impl.web.callers import Callers, Role
from reference_impl.web.messages import Nothing
from reference_impl.web.metrics import Metrics
from reference_impl.web.openapi import describe
from reference_impl.web.operation import Answer, Asked, AuditQuery, Operation, Running
from reference_impl.web.operations import DESCRIPTION, NOWHERE, OPERATIONS, ROUTES
from reference_impl.web.problems import Problem, ProblemReason
from reference_impl.web.reading import BODY_SECONDS, decode, read_body
from reference_impl.web.requests_log import METHODS, Line, RequestsLog, where_raised

WORKERS: Final = 48
"""Requests served at a time; most of them wait for the responder."""
MOST: Final = 1000
"""Requests of a process that wait or are served; who comes beyond that is told to come again."""
_PART: Final = 1 << 16


def nothing_changed() -> None:
    """A release: nobody sets anything while it runs."""


class _Noted:
    """What the log and the numbers will say of a request."""

    def __init__(self) -> None:
        self.id = uuid4().hex
        self.route, self.caller = NOWHERE, str(Role.ANYBODY)
        self.decision: str | None = None
        self.reason: str | None = None
        self.fault: str | None = None


class Door:
    """The ASGI application. `before` is called before each operation: what a test set is taken over there."""

    def __init__(  # noqa: PLR0913  (what it opens onto)
        self,
        party: RelyingParty,
        callers: Callers,
        *,
        metrics: Metrics | None = None,
        log: RequestsLog | None = None,
        before: Callable[[], None] = nothing_changed,
        body_seconds: float = BODY_SECONDS,
        surroundings: Mapping[str, tuple[Environment, ...]] = {},
        operations: Sequence[Operation] = OPERATIONS,
    ) -> None:
        self._party, self._callers, self._before = party, callers, before
        self._metrics = metrics or Metrics(ROUTES)
        self._running = Running(party, self._metrics, surroundings)
        self._log = log or RequestsLog()
        self._body_seconds = body_seconds
        self._clock = Clock()  # the host's, whatever a test sets: when things were logged
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="web")
        self._under_way = 0
        self._description = msgspec.json.encode(describe(operations))
        routes = [Route(row.path, self._endpoint(row), methods=[row.method]) for row in operations]
        routes.append(Route(DESCRIPTION, self._describe, methods=["GET"]))
        self._app = Starlette(routes=routes, exception_handlers={HTTPException: self._no_such_place})
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, one answer, one line."""
        if scope["type"] != "http":
            raise ValueError(f"expected the ASGI scope http, found {scope['type']}")
        noted, begun, status = _Noted(), time.perf_counter(), 499
        scope["noted"] = noted

        async def sending(event: dict[str, object]) -> None:
            nonlocal status
            if event["type"] == "http.response.start":
                status = int(str(event["status"]))
                headers = event.setdefault("headers", [])
                headers.append((b"x-request-id", noted.id.encode()))  # type: ignore[attr-defined]
            await send(event)

        self._under_way += 1
        self._metrics.begun()
        try:
            await self._app(scope, receive, sending)  # type: ignore[arg-type]
        finally:
            self._under_way -= 1
            seconds = time.perf_counter() - begun
            self._metrics.ended(noted.route, status, seconds)
            self._log.write(self._line(noted, scope, status, seconds))

    def close(self) -> None:
        """Waits for what is under way."""
        self._workers.shutdown()
        self._metrics.close()

    def _endpoint(self, row: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            noted: _Noted = request.scope["noted"]
            noted.route = row.path
            try:
                return _response(await self._serve(row, request, noted))
            except Problem as problem:
                return self._refuse(noted, problem)
            except Exception as error:  # noqa: BLE001 - at the door: it is logged, and answered
                noted.fault = where_raised(error)
                return self._refuse(noted, _problem_of(error))

        return answer

    async def _serve(self, row: Operation, request: Request, noted: _Noted) -> Answer:
        if self._under_way > MOST:
            raise Problem(ProblemReason.OVERLOADED, "", f"at most {MOST} requests at a time", "more")
        loop = asyncio.get_running_loop()
        if (
            row.role is not Role.ANYBODY and self._before is not nothing_changed
        ):  # who asks after our health is told of it, whatever became of the store
            await loop.run_in_executor(self._workers, self._before)
        caller = self._callers.require(row.role, request.headers.getlist("authorization"), self._party.configuration)
        noted.caller = str(caller.role)
        message: Message = Nothing()
        if row.method == "POST":
            message = decode(row.asks, await read_body(request, self._body_seconds, row.longest))
        asked = Asked(caller, request.path_params, message, None if row.query is None else _query(request))
        answer = await loop.run_in_executor(self._workers, row.act, self._running, asked)
        noted.decision, noted.reason = answer.decision, answer.reason
        if answer.purpose is not None:
            for reason in answer.reasons:
                self._metrics.verdict(answer.purpose, reason)
        return answer

    def _refuse(self, noted: _Noted, problem: Problem) -> Response:
        noted.reason = problem.reason
        self._metrics.problem(problem.reason)
        return Response(problem.body(noted.id), problem.status, problem.headers())

    async def _no_such_place(self, request: Request, fault: Exception) -> Response:
        noted: _Noted = request.scope["noted"]
        if isinstance(fault, HTTPException) and fault.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = (fault.headers or {}).get("Allow", "")
            response = self._refuse(noted, Problem(ProblemReason.METHOD_NOT_ALLOWED, "method", allowed, "another"))
            response.headers["allow"] = allowed
            return response
        return self._refuse(noted, Problem(ProblemReason.ADDRESS_UNKNOWN, "path", f"one of {DESCRIPTION}", "another"))

    def _line(self, noted: _Noted, scope: Scope, status: int, seconds: float) -> Line:
        return Line(
            time=self._clock.read().now,
            request_id=noted.id,
            method=scope["method"] if scope["method"] in METHODS else "another",
            route=noted.route,
            status=status,
            milliseconds=round(seconds * 1000, 3),
            caller=noted.caller,
            worker=self._log.worker,
            decision=noted.decision or msgspec.UNSET,
            reason=noted.reason or msgspec.UNSET,
            fault=noted.fault or msgspec.UNSET,
        )

    async def _describe(self, request: Request) -> Response:
        request.scope["noted"].route = DESCRIPTION
        return Response(self._description, media_type="application/json")


def _problem_of(error: Exception) -> Problem:
    """What a caller is told of an error that is not the caller's."""
    if isinstance(error, DataError):  # NUL in a text, which PostgreSQL does not take
        return Problem(ProblemReason.MESSAGE_INVALID, "$", "text that can be kept", "another")
    if isinstance(error, AuditUnusable):
        return Problem(ProblemReason.AUDIT_UNUSABLE)
    if isinstance(error, StoreUnusable | DBAPIError):
        return Problem(ProblemReason.STORE_UNUSABLE)
    return Problem(ProblemReason.INTERNAL)


def _query(request: Request) -> AuditQuery:
    given = request.query_params.multi_items()
    if len(dict(given)) != len(given):
        raise Problem(ProblemReason.QUERY_INVALID, "query", "each name once", "one of them twice")
    try:
        return msgspec.convert(dict(given), AuditQuery)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        known = ", ".join(AuditQuery.__struct_fields__)
        found = "another" if "`" in what and "unknown field" in what else "a value of another kind"
        raise Problem(ProblemReason.QUERY_INVALID, where.strip("`") or "query", f"one of {known}", found) from error


def _response(answer: Answer) -> Response:
    headers = {"cache-control": "no-store", **answer.headers}
    if answer.file is not None:
        return StreamingResponse(_parts(answer.file), headers=headers, media_type=answer.media_type)
    return Response(answer.body(), answer.status, headers, answer.media_type)


def _parts(file: BinaryIO) -> Iterator[bytes]:
    with file:
        yield from iter(partial(file.read, _PART), b"")
