"""Load on an OCSP responder from a process of its own: `python -m harness.bench.load`, a Job in, a Result out (JSON).

Sixteen connections ask one after the other, each when it has its answer; a responder that closes after each answer is
asked on new ones. Every answer is taken whole, by its Content-Length, and has to be HTTP 200.
"""

import asyncio
import itertools
import os
import sys
from collections.abc import Iterator
from time import perf_counter
from typing import cast

import msgspec
import uvicorn

LONGEST_ANSWER = 1 << 20


class Job(msgspec.Struct, frozen=True):
    """Whom to ask what, for how long."""

    port: int
    requests: list[str]
    """DER, in hexadecimal."""
    seconds: float
    path: str = "/ocsp/auth"
    connections: int = 16
    keeps: bool = True
    """Whether a connection is used again."""


class Result(msgspec.Struct, frozen=True):
    """What came of it."""

    answers: int
    seconds: float
    p50: float
    p99: float
    busy: float
    """Which part of the time this process kept its core busy."""
    samples: list[str]
    """Some bodies, in hexadecimal, with the requests before them: for whoever verifies signatures."""
    responder: float = 0.0
    """How many seconds the responder kept a core busy, where that was measured."""


class Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, requests: Iterator[bytes], load: "Load") -> None:
        self._requests = requests
        self._load = load
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._wanted = 0
        self._asked = b""
        self._at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        if self._transport is not None:
            self._asked = next(self._requests)
            self._at = perf_counter()
            self._transport.write(self._asked)

    def data_received(self, data: bytes) -> None:
        """Take an answer, or a part of one, and ask again."""
        received = self._received + data if self._received else data
        if not self._wanted:
            end = received.find(b"\r\n\r\n")
            if end < 0:
                self._received = received
                return
            self._wanted = end + 4 + _content_length(received[:end])
        if len(received) < self._wanted:
            self._received = received
            return
        self._load.take(self._asked, received, perf_counter() - self._at)
        self._received, self._wanted = b"", 0
        if self._load.is_over:
            self._close()
        elif self._load.keeps:
            self._ask()
        else:
            self._close()

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that the line is gone."""
        del exc
        self._load.lost(self)


def _content_length(head: bytes) -> int:
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")):
        raise ValueError(f"expected HTTP 200, actual {head[:40]!r}")
    at = head.lower().index(b"content-length:") + 15
    return int(head[at : (head.find(b"\r\n", at) + 1 or len(head) + 1) - 1])


class Load:
    """All connections of one job."""

    def __init__(self, job: Job) -> None:
        bodies = [bytes.fromhex(each) for each in job.requests]
        head = f"POST {job.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/ocsp-request\r\nContent-Length: "
        self._wire = itertools.cycle([f"{head}{len(body)}\r\n\r\n".encode("ascii") + body for body in bodies])
        self._job = job
        self.keeps = job.keeps
        self.is_over = False
        self.fault: Exception | None = None
        self.times: list[float] = []
        self.samples: list[str] = []
        self._open = 0
        self._done = asyncio.Event()

    def take(self, asked: bytes, received: bytes, seconds: float) -> None:
        """Count an answer."""
        self.times.append(seconds)
        if len(self.times) % 1000 == 1 and len(self.samples) < 16:
            self.samples += [each.partition(b"\r\n\r\n")[2].hex() for each in (asked, received)]

    def lost(self, _: Line) -> None:
        """Open another connection while there is time and each is used once."""
        self._open -= 1
        if not self.keeps and not self.is_over:
            self._begin()
        if not self._open:
            self._done.set()

    def _begin(self) -> None:
        self._open += 1
        task = asyncio.ensure_future(self._connect())
        task.add_done_callback(self._connected)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: Line(self._wire, self), "127.0.0.1", self._job.port)

    def _connected(self, task: "asyncio.Future[None]") -> None:
        if task.exception() is not None:  # refused: the backlog of one that answers one at a time is full
            self.lost(Line(self._wire, self))

    async def run(self) -> Result:
        """Return what came of it."""
        began, busy = perf_counter(), os.times()
        for _ in range(self._job.connections):
            self._begin()
        await asyncio.sleep(self._job.seconds)
        self.is_over = True
        lasted, after = perf_counter() - began, os.times()
        answers = len(self.times)
        times = sorted(self.times) or [0.0]
        try:
            async with asyncio.timeout(5):
                await self._done.wait()
        except TimeoutError:
            pass  # a connection whose answer never came is none of those that were counted
        share = (after.user + after.system - busy.user - busy.system) / lasted
        return Result(answers, lasted, times[len(times) // 2], times[len(times) * 99 // 100], share, self.samples)


def main() -> None:
    """Read a job, do it, and write the result."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.write(msgspec.json.encode(run(job)).decode())


def run(job: Job) -> Result:
    """Return what came of a job."""

    async def loaded() -> Result:
        return await Load(job).run()

    config = uvicorn.Config(loaded, loop="auto")  # uvloop where there is one
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        return runner.run(loaded())


if __name__ == "__main__":
    main()
