"""The control API as other commands use it: found in the home, asked with its token, faults as one line."""

from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from harness.announcement import find
from harness.contract.messages import Message, Refused
from harness.doors import control_messages as said
from harness.errors import ConfigurationError

PATIENCE_SECONDS = 30.0
"""Handing over a card may first have to make its keys."""
SAID_BY_WORLD = ("event", "resident", "clock", "store")
"""Refusals whose `actual` is a whole sentence of the world's own, with both sides in it."""
Answer = TypeVar("Answer", bound=Message)


class ControlClient:
    """The world that runs in a home; ConfigurationError when none does, or when it refuses."""

    def __init__(self, home: Path) -> None:
        found = find(home)
        self.addresses = found.addresses
        self._http = httpx.Client(
            base_url=found.addresses["control"],
            headers={"authorization": f"Bearer {found.token}"},
            timeout=PATIENCE_SECONDS,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def clock(self) -> said.ClockState:
        """Return the clock."""
        return self._ask("GET", "/v1/clock", said.ClockState)

    def change_clock(self, change: said.SetClock | said.AdvanceClock | str) -> said.ClockState:
        """Set or advance the clock, or `freeze` or `run` it, and return it."""
        match change:
            case said.SetClock():
                return self._ask("PUT", "/v1/clock", said.ClockState, change)
            case said.AdvanceClock():
                return self._ask("POST", "/v1/clock/advance", said.ClockState, change)
        return self._ask("POST", f"/v1/clock/{change}", said.ClockState)

    def residents(self) -> list[said.ResidentState]:
        """Return everybody."""
        return self._ask("GET", "/v1/residents", said.Residents).residents

    def new_resident(self, wanted: said.NewResident) -> said.ResidentState:
        """Register somebody."""
        return self._ask("POST", "/v1/residents", said.ResidentState, wanted)

    def card(self, resident_id: str) -> said.Card:
        """Return a resident's card."""
        return self._ask("GET", f"{_path(resident_id)}/card", said.Card)

    def happen(self, resident_id: str, event: str, message: Message) -> said.ResidentState:
        """Let a resident `lose`, `move` or be `revoke`d, and return them."""
        return self._ask("POST", f"{_path(resident_id)}/{event}", said.ResidentState, message)

    def anchors(self) -> said.Anchors:
        """Return what to trust."""
        return self._ask("GET", "/v1/anchors", said.Anchors)

    def _ask(self, method: str, path: str, answers: type[Answer], message: Message | None = None) -> Answer:
        body = None if message is None else msgspec.json.encode(message)
        try:
            response = self._http.request(method, path, content=body)
        except httpx.HTTPError as fault:
            raise ConfigurationError(
                f"{self._http.base_url}: expected the world's control door, actual {type(fault).__name__}: {fault}; "
                "start it with `kazashi up`"
            ) from fault
        if response.status_code != 200:
            raise ConfigurationError(_refusal(response))
        return msgspec.json.decode(response.content, type=answers)


def _path(resident_id: str) -> str:
    return f"/v1/residents/{quote(resident_id, safe='')}"


def _refusal(response: httpx.Response) -> str:
    """Return a refusal in one line: what it says of itself when it keeps the form."""
    try:
        error = msgspec.json.decode(response.content, type=Refused).error
    except msgspec.MsgspecError:
        return f"control door: expected 200, actual {response.status_code}: {response.text[:200]!r}"
    if error.what in SAID_BY_WORLD:
        return error.actual
    return f"{error.what}: {error.where}: expected {error.expected}, actual {error.actual}"
