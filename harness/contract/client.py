"""The suite's side of the contract over HTTP.

AdapterFault        the product's test surface did not keep the contract: not a verdict on the product
├── Unreachable     nothing answered at the address
├── TimedOut        it answered too late
└── Broken          it answered something the contract does not know
"""

import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

import httpx
import msgspec

from harness.contract import messages
from harness.contract.vocabulary import CONTRACT_VERSION, Verb

PATH = "/kazashi/v1/"
LONGEST_ANSWER = 1 << 20
Answer = TypeVar("Answer", bound=messages.Message)


class AdapterFault(Exception):
    """The product's test surface failed; `str()` says what, where, expected and actual."""


class Unreachable(AdapterFault):
    """Nothing answered at the address."""


class TimedOut(AdapterFault):
    """No answer within the time-out."""


class Broken(AdapterFault):
    """An answer that contract 1.0 does not know."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer as they went over the wire, the terminal's credential masked."""

    verb: Verb
    request: str
    answer: str
    http: int
    seconds: float


class RelyingPartyClient:
    """A product in the role relying-party, reached at `address` (`http://host:port`)."""

    def __init__(self, address: str, *, timeout: float = 10.0) -> None:
        self.address = address.rstrip("/")
        self.exchanges: list[Exchange] = []
        # Proxies of the environment are not asked: the product under test is named by its own address.
        self._http = httpx.Client(timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go."""
        self._http.close()

    def hello(self) -> messages.Introduction:
        """Return what the product says of itself; Broken when it speaks another contract or role."""
        said = self._ask(Verb.HELLO, messages.Hello(contract=CONTRACT_VERSION), messages.Introduction)
        if said.contract != CONTRACT_VERSION or said.role != "relying-party":
            raise Broken(
                f"hello at {self.address}: expected contract {CONTRACT_VERSION} and role relying-party, "
                f"actual contract {said.contract} and role {said.role}; mend the adapter's answer to hello"
            )
        return said

    def configure(self, configuration: messages.Configure) -> None:
        """Hand over anchors, addresses, terminals and services."""
        self._ask(Verb.CONFIGURE, configuration, messages.Empty)

    def reset(self) -> None:
        """Make the product forget accounts, sessions and caches."""
        self._ask(Verb.RESET, messages.Empty(), messages.Empty)

    def set_time(self, instant: str, epoch: int) -> None:
        """Set the product's clock; Broken when it echoes another epoch."""
        echoed = self._ask(Verb.SET_TIME, messages.SetTime(instant=instant, epoch=epoch), messages.Epoch).epoch
        if echoed != epoch:
            raise Broken(f"set_time at {self.address}: expected the echo of epoch {epoch}, actual {echoed}")

    def begin(self, request: messages.Begin) -> messages.Begun:
        """Return a session with its challenge, or the outcome at once; Broken when it is neither or both."""
        begun = self._ask(Verb.BEGIN, request, messages.Begun)
        session = begun.session is not msgspec.UNSET and begun.challenge is not msgspec.UNSET
        if session == (begun.outcome is not msgspec.UNSET):
            raise Broken(f"begin at {self.address}: expected session and challenge, or outcome; actual neither or both")
        return begun

    def complete(self, request: messages.Complete) -> messages.Outcome:
        """Return what the product decided on a presentation."""
        return self._ask(Verb.COMPLETE, request, messages.Completed).outcome

    def account(self, certificate: bytes) -> messages.Account | None:
        """Return what the product stores of the holder of `certificate` (DER), or None."""
        return self._ask(Verb.ACCOUNT, messages.AskAccount(certificate=certificate), messages.AccountStored).account

    def _ask(self, verb: Verb, request: messages.Message, answers: type[Answer]) -> Answer:
        body = msgspec.json.encode(request)
        begun = time.monotonic()
        try:
            response = self._http.post(
                self.address + PATH + verb.value, content=body, headers={"content-type": "application/json"}
            )
        except httpx.TimeoutException as late:
            raise TimedOut(f"{verb.value} at {self.address}: no answer within {self._http.timeout.read} s") from late
        except httpx.HTTPError as fault:
            raise Unreachable(
                f"{verb.value} at {self.address}: expected an HTTP answer, actual {type(fault).__name__}: {fault}; "
                "start the product's test surface or correct --target"
            ) from fault
        seconds = time.monotonic() - begun
        self.exchanges.append(_exchange(verb, request, response, seconds))
        return self._decoded(verb, response, answers)

    def _decoded(self, verb: Verb, response: httpx.Response, answers: type[Answer]) -> Answer:
        where = f"{verb.value} at {self.address}"
        if response.status_code != 200:
            raise Broken(f"{where}: expected HTTP 200, actual {response.status_code}: {response.text[:300]!r}")
        if len(response.content) > LONGEST_ANSWER:
            raise Broken(f"{where}: expected at most {LONGEST_ANSWER} bytes, actual {len(response.content)}")
        try:
            return msgspec.json.decode(response.content, type=answers)
        except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
            raise Broken(f"{where}: the answer breaks the schema: {fault}; got {response.text[:300]!r}") from fault


def _exchange(verb: Verb, request: messages.Message, response: httpx.Response, seconds: float) -> Exchange:
    return Exchange(
        verb=verb,
        request=msgspec.json.encode(_masked(request)).decode(),
        answer=response.text[:20_000],
        http=response.status_code,
        seconds=seconds,
    )


def _masked(request: messages.Message) -> messages.Message:
    """Return the request with terminal credentials hidden: transcripts go into reports."""
    if isinstance(request, messages.Configure):
        return msgspec.structs.replace(request, terminals=[_hidden(terminal) for terminal in request.terminals])
    if isinstance(request, messages.Begin) and request.terminal is not msgspec.UNSET:
        return msgspec.structs.replace(request, terminal=_hidden(request.terminal))
    return request


def _hidden(terminal: messages.TerminalCredential) -> messages.TerminalCredential:
    return msgspec.structs.replace(terminal, credential="***")
