"""The suite's side of the contract, over any binding: typed messages in and out, one class for each role."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from harness.contract import messages
from harness.contract import platform_messages as platform
from harness.contract.binding import Answer, Binding
from harness.contract.faults import AdapterFault, Broken, Unreachable
from harness.contract.http_binding import HttpBinding
from harness.contract.tap_messages import Ran, Run, TapIntroduction
from harness.contract.vocabulary import CONTRACT_VERSION, Verb

TOGETHER_SECONDS = 10.0
"""How long messages that go out together wait for one another."""
SHOWN = 20_000
SHORT_PIN = 4
"""Four digits stand in every other number: such a PIN is hidden in requests and cannot be in answers."""
"""Characters of an answer that a report shows."""
Answered = TypeVar("Answered", bound=messages.Message)
Introduced = TypeVar("Introduced", messages.Introduction, TapIntroduction, platform.PlatformIntroduction)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer as they went over the wire, the terminal's credential masked."""

    verb: Verb
    request: str
    answer: str
    http: int
    seconds: float


class AdapterClient:
    """A product reached through `binding`; its faults are those of `harness.contract.faults`."""

    def __init__(self, binding: Binding) -> None:
        self.exchanges: list[Exchange] = []
        self._secrets: tuple[str, ...] = ()
        self._binding = binding

    @classmethod
    def at(cls, address: str, *, timeout: float = 10.0) -> Self:
        """Return a client of the product at an HTTP address."""
        return cls(HttpBinding(address, timeout=timeout))

    @property
    def where(self) -> str:
        """Return where the product is, as faults name it."""
        return self._binding.where

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def revive(self) -> bool:
        """Return whether the product had ended or hung and was started again; then it has to be configured anew."""
        return self._binding.revive()

    def close(self) -> None:
        """Let the product go."""
        self._binding.close()

    def _introduced(self, answers: type[Introduced]) -> Introduced:
        said = self._ask(Verb.HELLO, messages.Hello(contract=CONTRACT_VERSION), answers)
        if said.contract != CONTRACT_VERSION:
            raise Broken(
                f"hello at {self.where}: expected contract {CONTRACT_VERSION}, actual {said.contract}; "
                "mend the adapter's answer to hello"
            )
        return said

    def _ask(self, verb: Verb, request: messages.Message, answers: type[Answered]) -> Answered:
        self._secrets += _secrets_of(request)
        begun = time.monotonic()
        try:
            answer = self._binding.exchange(verb, msgspec.json.encode(request))
        except AdapterFault as fault:
            raise type(fault)(self._without_secrets(str(fault))) from fault
        seconds = time.monotonic() - begun
        shown = self._without_secrets(answer.body.decode(errors="replace"))[:SHOWN]
        self.exchanges.append(
            Exchange(verb, msgspec.json.encode(_masked(request)).decode(), shown, answer.http, seconds)
        )
        return self._decoded(verb, answer, answers)

    def _without_secrets(self, text: str) -> str:
        """Return what the product said without what it was told in confidence: it goes into reports."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _decoded(self, verb: Verb, answer: Answer, answers: type[Answered]) -> Answered:
        where = f"{verb.value} at {self.where}"
        begins = self._without_secrets(answer.body.decode(errors="replace"))[:300]
        if answer.http != 200:
            raise Broken(f"{where}: expected HTTP 200, actual {answer.http}: {begins!r}")
        try:
            return msgspec.json.decode(answer.body, type=answers)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
            raise Broken(f"{where}: the answer breaks the schema: {fault}; got {begins!r}") from fault


class RelyingPartyClient(AdapterClient):
    """A product in the role relying-party."""

    def hello(self) -> messages.Introduction:
        """Return what the product says of itself; Broken when it speaks another contract or role."""
        return self._introduced(messages.Introduction)

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
            raise Broken(f"set_time at {self.where}: expected the echo of epoch {epoch}, actual {echoed}")

    def begin(self, request: messages.Begin) -> messages.Begun:
        """Return a session with its challenge, or the outcome at once; Broken when it is neither or both."""
        begun = self._ask(Verb.BEGIN, request, messages.Begun)
        session = begun.session is not msgspec.UNSET and begun.challenge is not msgspec.UNSET
        if session == (begun.outcome is not msgspec.UNSET):
            raise Broken(f"begin at {self.where}: expected session and challenge, or outcome; actual neither or both")
        return begun

    def complete(self, request: messages.Complete) -> messages.Outcome:
        """Return what the product decided on a presentation."""
        return self._ask(Verb.COMPLETE, request, messages.Completed).outcome

    def can_complete_at_once(self) -> bool:
        """Return whether the binding carries more than one message at a time."""
        another = self._binding.another()
        if another is not None:
            another.close()
        return another is not None

    def complete_at_once(
        self, request: messages.Complete, count: int, during: Callable[[], None], told: Callable[[], None]
    ) -> list[messages.Outcome]:
        """Return what the product decided on `count` completions that were under way together; the first fault if any.

        `during` runs meanwhile; `told` is called at each answer, from the thread that got it.
        """
        clients = [RelyingPartyClient(way) for _ in range(count) if (way := self._binding.another()) is not None]
        answered: list[messages.Outcome | AdapterFault] = []
        together = threading.Barrier(count)

        def send(client: RelyingPartyClient) -> None:
            try:
                together.wait(TOGETHER_SECONDS)
                answered.append(client.complete(request))
            except AdapterFault as fault:
                answered.append(fault)
            except threading.BrokenBarrierError:
                answered.append(Unreachable(f"complete at {self.where}: the messages did not go out together"))
            told()

        threads = [threading.Thread(target=send, args=(client,), daemon=True) for client in clients]
        for thread in threads:
            thread.start()
        try:
            during()
        finally:
            for thread in threads:
                thread.join()
            for client in clients:
                self.exchanges += client.exchanges
                client.close()
        for outcome in answered:
            if isinstance(outcome, AdapterFault):
                raise outcome
        return [outcome for outcome in answered if not isinstance(outcome, AdapterFault)]

    def account(self, certificate: bytes) -> messages.Account | None:
        """Return what the product stores of the holder of `certificate` (DER), or None."""
        return self._ask(Verb.ACCOUNT, messages.AskAccount(certificate=certificate), messages.AccountStored).account

    def unlink(self, request: messages.Unlink) -> messages.Outcome:
        """Return what came of leaving a service."""
        return self._ask(Verb.UNLINK, request, messages.Unlinked).outcome

    def reconcile(self, request: messages.Reconcile) -> dict[str, messages.Outcome]:
        """Return an outcome for each tap that was taken offline; Broken when one is missing or too many."""
        outcomes = self._ask(Verb.RECONCILE, request, messages.Reconciled).outcomes
        asked = {record.id for record in request.records}
        if outcomes.keys() != asked:
            raise Broken(f"reconcile at {self.where}: expected outcomes of {sorted(asked)}, actual {sorted(outcomes)}")
        return outcomes


class TapClient(AdapterClient):
    """A product in the role tap-client: reader software."""

    def hello(self) -> TapIntroduction:
        """Return what the product says of itself."""
        return self._introduced(TapIntroduction)

    def run(self, request: Run) -> Ran:
        """Return how one function ended."""
        return self._ask(Verb.RUN, request, Ran)


class PlatformClient(AdapterClient):
    """A product in the role platform-client."""

    def hello(self) -> platform.PlatformIntroduction:
        """Return what the product says of itself."""
        return self._introduced(platform.PlatformIntroduction)

    def configure(self, configuration: platform.PlatformConfigure) -> None:
        """Hand over where the platforms are."""
        self._ask(Verb.CONFIGURE, configuration, messages.Empty)

    def begin(self, request: platform.PlatformBegin) -> platform.PlatformBegun:
        """Return a session with the URL to open, or the outcome at once; Broken when it is neither or both."""
        begun = self._ask(Verb.BEGIN, request, platform.PlatformBegun)
        opened = begun.session is not msgspec.UNSET and begun.open is not msgspec.UNSET
        if opened == (begun.outcome is not msgspec.UNSET):
            raise Broken(f"begin at {self.where}: expected session and URL, or outcome; actual neither or both")
        return begun

    def callback(self, request: platform.Callback) -> messages.Outcome:
        """Return what the service decided when the browser came back."""
        return self._ask(Verb.CALLBACK, request, platform.CalledBack).outcome


def _masked(request: messages.Message) -> messages.Message:
    """Return the request with credentials, PINs and client keys hidden: transcripts go into reports."""
    match request:
        case messages.Configure():
            return msgspec.structs.replace(request, terminals=[_hidden(terminal) for terminal in request.terminals])
        case messages.Begin(terminal=messages.TerminalCredential() as terminal) | messages.Reconcile(terminal=terminal):
            return msgspec.structs.replace(request, terminal=_hidden(terminal))
        case Run():
            return msgspec.structs.replace(request, pins=["*" * len(pin) for pin in request.pins])
        case platform.PlatformConfigure():
            return msgspec.structs.replace(request, platforms=[_keyless(access) for access in request.platforms])
    return request


def _secrets_of(request: messages.Message) -> tuple[str, ...]:
    match request:
        case messages.Configure():
            return tuple(terminal.credential for terminal in request.terminals)
        case Run():
            return tuple(pin for pin in request.pins if len(pin) > SHORT_PIN)
        case platform.PlatformConfigure():
            return tuple(each.client_secret for each in request.platforms if isinstance(each.client_secret, str))
    return ()


def _hidden(terminal: messages.TerminalCredential) -> messages.TerminalCredential:
    return msgspec.structs.replace(terminal, credential="***")


def _keyless(access: platform.PlatformAccess) -> platform.PlatformAccess:
    return msgspec.structs.replace(access, client_key=msgspec.UNSET, client_secret=msgspec.UNSET)
