"""Requests that were read in one turn of the event loop: all verified first, then all answered, in their order.

Reading, verifying and writing displace one another from a processor's caches, and each entry into the kernel clears
what it had learnt of branches. Verifications without either in between take a fifth less than with them
(docs/bench.md), and who came first waits for no more than the others' verifications.
"""

from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

import msgspec

MOST_TOGETHER: Final = 32
MOST_OCTETS: Final = 96 << 10
"""A turn of more, by either, is answered in parts: nobody waits for hundreds, nor for many long lists."""


class Answer(Protocol):
    """What a door says to a request."""

    def __call__(self, path: str, body: bytes | None, *, is_binary: bool) -> tuple[int, bytes]:
        """HTTP's number and the octets of the answer."""


class Waits(Protocol):
    """The line that a request came on."""

    def is_closing(self) -> bool:
        """Whether nothing more can be said to it."""

    def say(self, asked: "Asked", code: int, answer: bytes) -> None:
        """Answers the request that has waited longest."""


class Asked(msgspec.Struct, frozen=True, gc=False):
    """A whole request for the door."""

    line: Waits
    path: str
    body: bytes | None
    is_binary: bool
    keeps: bool
    """Whether the client wants the line kept after the answer."""


class Turn:
    """What waits for the end of the present turn of the loop: `answer` is the door's, `call_soon` the loop's."""

    def __init__(self, answer: Answer, call_soon: Callable[[Callable[[], None]], object]) -> None:
        self._answer = answer
        self._call_soon = call_soon
        self._waiting: list[Asked] = []
        self._octets = 0

    def add(self, asked: Asked) -> None:
        """Takes a request; it is answered before the loop waits again."""
        self._waiting.append(asked)
        self._octets += len(asked.body or b"")
        if len(self._waiting) == 1:
            self._call_soon(self.end)
        if len(self._waiting) >= MOST_TOGETHER or self._octets > MOST_OCTETS:
            self.end()

    def end(self) -> None:
        """Verifies what waits, then answers it; each line in its order, and nothing behind a refusal or its end.

        A fault of ours is 500 for whoever met it, and is raised in the loop when everybody has their answer.
        """
        waiting, self._waiting, self._octets = self._waiting, [], 0
        ended: set[Waits] = set()
        said: list[tuple[Asked, int, bytes]] = []
        fault: Exception | None = None
        for asked in waiting:
            if asked.line in ended or asked.line.is_closing():
                continue
            try:
                code, answer = self._answer(asked.path, asked.body, is_binary=asked.is_binary)
            except Exception as raised:  # noqa: BLE001  (others wait beside whoever met it)
                code, answer, fault = 500, b"", raised
            if code != 200 or not asked.keeps:
                ended.add(asked.line)
            said.append((asked, code, answer))
        for asked, code, answer in said:
            asked.line.say(asked, code, answer)
        if fault is not None:
            self._call_soon(partial(_raise, fault))


def _raise(fault: Exception) -> None:
    raise fault
