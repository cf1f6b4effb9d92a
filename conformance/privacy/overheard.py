"""What is said aloud: the product's answers over any binding, its requests to the fake J-LIS, what it prints.

Each is kept until the case is over and then looked through (`oracle`). Nothing is held up or changed.
"""

import io
import logging
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO

from conformance.privacy.follow import Grown, said
from conformance.privacy.place import Place
from conformance.privacy.scan import OVERLAP, Octets
from harness.contract.binding import Answer, Binding
from harness.contract.vocabulary import Verb

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Heard:
    """What was said since the last look, safe for threads."""

    def __init__(self) -> None:
        self._said: list[Grown] = []
        self._output = bytearray()
        self._printed, self._before = 0, b""
        self._lock = threading.Lock()
        self.octets: dict[Place, int] = {}
        self.captures_output = False
        """Whether the product's output can be heard at all: of one that runs already it cannot."""

    def note(self, place: Place, where: str, octets: bytes, part: str = "") -> None:
        """Keep what was said."""
        with self._lock:
            self._said.append(said(place, where, octets, part))
            self.octets[place] = self.octets.get(place, 0) + len(octets)

    def print(self, octets: bytes) -> None:
        """Keep what the product printed: one text, for a line may come in parts."""
        with self._lock:
            self._output += octets
            self.octets[Place.OUTPUT] = self.octets.get(Place.OUTPUT, 0) + len(octets)

    def look(self) -> Iterator[Grown]:
        """Yield what was said, and forget it."""
        with self._lock:
            grown, self._said = self._said, []
            printed, self._output = bytes(self._output), bytearray()
        yield from grown
        if printed:
            text = self._before + printed  # a line may have come in two parts
            self._printed += len(printed)
            yield Grown(
                Place.OUTPUT,
                "stdout and stderr",
                Octets(text),
                len(self._before),
                len(text),
                base=self._printed - len(text),
            )
            self._before = text[-OVERLAP:]


class HeardBinding:
    """A way to the product whose answers are kept, as they came."""

    def __init__(self, binding: Binding, heard: Heard) -> None:
        self._binding, self._heard = binding, heard
        self.carries_anything = binding.carries_anything

    @property
    def where(self) -> str:
        """Return how messages name the product."""
        return self._binding.where

    def exchange(self, verb: Verb, body: bytes) -> Answer:
        """Return the product's answer."""
        answer = self._binding.exchange(verb, body)
        self._heard.note(Place.ANSWERS, f"{verb.value}: HTTP {answer.http}", answer.head + answer.body, verb.value)
        return answer

    def another(self) -> "HeardBinding | None":
        """Return a second way to the same product, heard like the first."""
        other = self._binding.another()
        return None if other is None else HeardBinding(other, self._heard)

    def revive(self) -> bool:
        """Return whether the product was started again."""
        return self._binding.revive()

    def close(self) -> None:
        """Let the product go."""
        self._binding.close()


def heard_app(app: App, heard: Heard) -> App:
    """Return a door of the fake J-LIS whose every request is kept: its head, and its body."""

    async def listening(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        target = scope.get("raw_path", scope["path"].encode()) + b"?" + scope.get("query_string", b"")
        heads = b"".join(name + b": " + value + b"\r\n" for name, value in scope["headers"])
        where = f"{scope['method']} /{scope['path'].split('/')[1]}/…"
        heard.note(
            Place.QUESTIONS, f"{where}, head", scope["method"].encode() + b" " + target + b"\r\n" + heads, "head"
        )
        body = bytearray()

        async def receiving() -> MutableMapping[str, Any]:
            message = await receive()
            body.extend(message.get("body", b""))
            return message

        try:
            await app(scope, receiving, send)
        finally:
            heard.note(Place.QUESTIONS, f"{where}, body", bytes(body), "body")

    return listening


class _Tee(io.TextIOBase):
    """Text that is kept, and goes on where it went unless that is nowhere."""

    def __init__(self, onward: TextIO | None, heard: Heard) -> None:
        self._onward, self._heard = onward, heard

    def write(self, text: str) -> int:
        self._heard.print(text.encode(errors="surrogatepass"))
        return len(text) if self._onward is None else self._onward.write(text)

    def flush(self) -> None:
        if self._onward is not None:
            self._onward.flush()

    def isatty(self) -> bool:
        return self._onward is not None and self._onward.isatty()


class _Handler(logging.Handler):
    """What is logged by this process."""

    def __init__(self, heard: Heard) -> None:
        super().__init__(logging.DEBUG)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.print(f"{self.format(record)}\n".encode(errors="surrogatepass"))


@contextmanager
def printing(heard: Heard, *, aloud: bool = True) -> Iterator[None]:
    """Keep what this process prints and logs within the block: the product is an object in it.

    Not `aloud`, what is printed goes nowhere else.
    """
    handler, root = _Handler(heard), logging.getLogger()
    root.addHandler(handler)
    try:
        out, complaints = (sys.stdout, sys.stderr) if aloud else (None, None)
        with redirect_stdout(_Tee(out, heard)), redirect_stderr(_Tee(complaints, heard)):
            yield
    finally:
        root.removeHandler(handler)
