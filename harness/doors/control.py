"""The control door: what a person or a test may do to a running world, over HTTP with a token.

Routes, messages and /v1/openapi.json come from one table (control_operations.py). Whatever is refused is refused
with {"error": {what, where, expected, actual}}, and then nothing changed.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from cardsim.faults import CardFault, CardNotPowered
from harness.card_apps import AppRefused
from harness.card_options import OptionRefused
from harness.chronicle import EventRefused, UnknownResident
from harness.clock import ClockRefused
from harness.contract.messages import Message
from harness.doors.body import BodyRefused, read_body
from harness.doors.complaint import complain
from harness.doors.control_messages import ClockState
from harness.doors.control_operation import Asked, Operation, Running
from harness.doors.control_operations import OPERATIONS
from harness.doors.control_policy_operations import UnknownResponder
from harness.doors.guard import Guard
from harness.doors.openapi import IN_QUERY, describe
from harness.doors.wakeup import Wakeup
from harness.errors import ConfigurationError
from harness.jlis.faults import FaultRefused, Faults, UnknownFault
from harness.jlis.journal import Entry
from harness.jlis.ocsp_policy import PolicyRefused
from harness.slot import SlotRefused, UnknownSlot
from harness.slots import Slots
from harness.world import World

LONGEST_MESSAGE = 65_536
DESCRIPTION = "/v1/openapi.json"
_PLACE = re.compile(r"^(?P<what>.+) - at `(?P<where>.+)`$")
_NOT_WHOLE = "got `float`"
_MISMATCH = re.compile(r"^Expected (?P<expected>.+), got (?P<actual>.+)$")


def nothing_follows() -> None:
    """What is done after the clock was moved when nobody has to hear of it."""


REFUSED: dict[type[Exception], tuple[int, str, str]] = {
    UnknownResident: (404, "resident", "a resident of this world"),
    UnknownSlot: (404, "slot", "a slot of this world"),
    UnknownFault: (404, "fault", "a fault that stands"),
    UnknownResponder: (404, "kind", "auth or sign"),
    EventRefused: (409, "event", "an event that can happen now"),
    SlotRefused: (409, "slot", "what can be done to a slot now"),
    CardNotPowered: (409, "card", "a card with power"),
    ClockRefused: (400, "clock", "an instant that a world can stand at"),
    FaultRefused: (400, "fault", "a fault whose parts agree"),
    PolicyRefused: (400, "policy", "a policy that a responder can follow"),
    CardFault: (503, "card", "a card and its reader within reach"),
    OptionRefused: (409, "option", "an option of the card, and a value it can have"),
    AppRefused: (409, "app", "what the card takes"),
    ConfigurationError: (503, "store", "a store that can be written"),
}
"""What is answered to each refusal: HTTP's number, what it is about, what was expected; the narrower class first."""


class ControlDoor:
    """The service object: what runs, the token, and who is told when the clock was moved."""

    def __init__(  # noqa: PLR0913  (what it opens onto)
        self,
        world: World,
        token: str,
        *,
        faults: Faults | None = None,
        slots: Slots | None = None,
        clock_moved: Callable[[], None] = nothing_follows,
        operations: Sequence[Operation] = OPERATIONS,
        addresses: Mapping[str, str] | None = None,
    ) -> None:
        """`addresses` may be filled once the doors are open."""
        self._world = world
        self._operations = operations
        self._running = Running(
            world,
            Faults() if faults is None else faults,
            Slots() if slots is None else slots,
            {} if addresses is None else addresses,
        )
        self._clock_moved = clock_moved
        self._routes = [Route(row.path, self._endpoint(row), methods=[row.method]) for row in operations]
        self._routes.append(Route(DESCRIPTION, self.description, methods=["GET"]))
        self.app = Guard(
            Starlette(routes=self._routes, exception_handlers={HTTPException: self.no_such_place}), token, self._note
        )

    async def description(self, request: Request) -> Response:
        """Describe this door as OpenAPI 3.1."""
        return JSONResponse(describe(self._operations, str(request.base_url).rstrip("/"), version("kazashi")))

    async def no_such_place(self, request: Request, fault: Exception) -> Response:
        """Answer whoever asks for what is not here (404), or asks otherwise than one can (405)."""
        code = fault.status_code if isinstance(fault, HTTPException) else 404
        where = _where(request)
        self._note(where, code)
        refusal = complain(code, "address", where, f"an operation of {DESCRIPTION}", "none of that name")
        if code == 405:  # every method of the address: Starlette names those of its first route alone
            refusal.headers["allow"] = ", ".join(sorted(self._methods(request)))
        return refusal

    def _methods(self, request: Request) -> set[str]:
        at_address = (route for route in self._routes if route.matches(request.scope)[0] is not Match.NONE)
        return {method for route in at_address for method in route.methods or ()}

    def garbled(self, what: str, http: int) -> None:
        """Write down what no application sees: something other than HTTP, heads and lines that are too much."""
        self._note(what[:200], http)

    def _note(self, what: str, http: int) -> None:
        """Write down what was refused; what was done stands in the history."""
        self._world.journal.write(Entry(self._world.clock.now_or_last(), "control", None, None, None, what, http))

    def _endpoint(self, row: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            where = _where(request)
            response = await self._read_and_perform(request, row, where)
            if response.status_code != 200:
                self._note(where, response.status_code)
            return response

        return answer

    async def _read_and_perform(self, request: Request, row: Operation, where: str) -> Response:
        try:
            message = await _message(request, row)
        except BodyRefused as fault:
            return complain(fault.http, "message", where, fault.expected, fault.actual)
        except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
            return _broken(str(fault), where, row)
        asked = Asked(next(iter(request.path_params.values()), ""), message)
        await self._held(row, asked)
        return await run_in_threadpool(self._perform, row, asked, where)

    async def _held(self, row: Operation, asked: Asked) -> None:
        """Return when there is something to answer, or when the time that the message would wait is over.

        Nobody's thread waits meanwhile; whoever writes the journal wakes it.
        """
        seconds = getattr(asked.message, "wait", 0.0)
        wakeup = Wakeup()
        with self._world.journal.watching(wakeup.wake):  # first: what is written from here on is not missed
            try:
                async with asyncio.timeout(seconds):
                    while not row.ready(self._running, asked):
                        await wakeup.wait()
            except TimeoutError:
                return

    def _perform(self, row: Operation, asked: Asked, where: str) -> Response:
        try:
            answer = row.act(self._running, asked)
        except tuple(REFUSED) as fault:
            return _refused(fault, where)
        if row.method != "GET" and row.answers is ClockState:
            self._clock_moved()
        return Response(msgspec.json.encode(answer), media_type="application/json")


def _refused(fault: Exception, where: str) -> Response:
    code, what, expected = next(row for refusal, row in REFUSED.items() if isinstance(fault, refusal))
    return complain(code, what, where, expected, str(fault))


async def _message(request: Request, row: Operation) -> msgspec.Struct:
    """Return the message in the body, or of a GET or DELETE in the query."""
    if row.method in IN_QUERY:
        return msgspec.convert(dict(request.query_params), row.asks, strict=False)
    return _decoded(await read_body(request, LONGEST_MESSAGE) or b"{}", row.asks)


def _decoded(body: bytes, asked: type[Message]) -> Message:
    """Return the message; 70.0 is an integer, as JSON Schema has it (2020-12 Core §4.2.3), although msgspec has not."""
    try:
        return msgspec.json.decode(body, type=asked)
    except msgspec.ValidationError as fault:
        if _NOT_WHOLE not in str(fault):
            raise
        try:
            return msgspec.convert(_with_integers(msgspec.json.decode(body)), type=asked)
        except RecursionError:
            raise fault from None


def _with_integers(value: Any) -> Any:
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [_with_integers(each) for each in value]
        case dict():
            return {name: _with_integers(each) for name, each in value.items()}
    return value


def _broken(fault: str, where: str, row: Operation) -> Response:
    """Return the refusal of a message, with the parser's own words for what it found where."""
    placed = _PLACE.match(fault)
    what = placed["what"] if placed else fault
    mismatch = _MISMATCH.match(what)
    expected, actual = (mismatch["expected"], mismatch["actual"]) if mismatch else (row.asks.__name__, what)
    return complain(400, "message", f"{where} {placed['where'] if placed else '$'}", expected, actual)


def _where(request: Request) -> str:
    return f"{request.method} {request.scope['path']}"[:200]
