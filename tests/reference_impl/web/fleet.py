"""The relying party as processes of its own on one store, its responder, and terminals that come over TCP.

Everything is reached by its own pid and ended whatever happens: the supervisor is asked, and killed if it does not go.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx

from tests.reference_impl.conftest import Message, World, configuration
from tests.reference_impl.web.client import basic

PATIENCE = 60.0
"""Seconds on a busy machine."""
PULSE = 0.02


class Fleet:
    """A running service."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process, self.url = process, url
        self._seen: set[int] = set()
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE, headers=basic())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def configure(self, ocsp: str) -> None:
        """The configuration of these tests, with this responder, and a clock that stands."""
        status = [{"kind": "auth", "ocsp": ocsp, "crl": ""}]
        for verb, message in {
            "configure": {**configuration(), "status": status},
            "set_time": {"instant": "2026-11-21T00:20:00Z", "epoch": 1},
        }.items():
            self.http.post(f"/kazashi/v1/{verb}", json=message).raise_for_status()

    def begin(self, purpose: str) -> Message:
        """A session at the library."""
        answer = self.http.post(f"/api/v1/services/library/{purpose}", json={"environment": "attended"})
        assert answer.status_code == 201, answer.text
        begun: Message = answer.json()
        return begun

    def attempt(self, purpose: str) -> Message:
        """The verdict on a whole attempt."""
        begun = self.begin(purpose)
        answer = self.http.post(address(begun, purpose), json=presented(begun, purpose))
        assert answer.status_code == 200, answer.text
        verdict: Message = answer.json()
        return verdict

    def together(self, begun: Message, purpose: str, times: int) -> list[Message]:
        """One presentation, sent so many times at once, each over a connection of its own."""
        message = presented(begun, purpose)

        async def once() -> Message:
            async with httpx.AsyncClient(
                base_url=self.url, trust_env=False, timeout=PATIENCE, headers=basic()
            ) as client:
                answer = await client.post(address(begun, purpose), json=message)
                verdict: Message = answer.json()
                return verdict

        async def all_of_them() -> list[Message]:
            return await asyncio.gather(*(once() for _ in range(times)))

        return asyncio.run(all_of_them())

    def workers(self) -> list[int]:
        """The pids of the workers: the supervisor's children but for multiprocessing's own helper."""
        children = read(Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")).split()
        found = [int(each) for each in children if "spawn_main" in read(Path(f"/proc/{each}/cmdline"))]
        self._seen.update(found)
        return found

    def kill_who_is_left(self) -> None:
        """Workers that outlived their supervisor, which none should; by their own pids."""
        for worker in self._seen:
            if "spawn_main" in read(Path(f"/proc/{worker}/cmdline")):
                os.kill(worker, signal.SIGKILL)

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Looks again and again, for as long as a busy machine may need."""
        pulse = threading.Event()
        for _ in range(int(PATIENCE / PULSE)):
            if holds():
                return
            pulse.wait(PULSE)
        raise AssertionError(f"expected it within {PATIENCE} s")

    def is_ready(self) -> bool:
        """Whether somebody answers that it can serve."""
        try:
            return httpx.get(f"{self.url}/health/ready", trust_env=False, timeout=5).status_code == 200
        except httpx.TransportError:
            return False


class Terminals:
    """So many terminals that log in again and again until they are told to stop."""

    def __init__(self, fleet: Fleet, count: int) -> None:
        self._fleet = fleet
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._go_on) for _ in range(count)]
        self.told: list[str] = []
        """The reasons of verdicts."""
        self.problems: list[str] = []
        """The reasons of Problems."""
        self.broken: list[str] = []
        """Lines that broke."""

    def __enter__(self) -> Self:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for each in self._threads:
            each.join()

    def go_on(self, times: int) -> None:
        """Until so many more verdicts have come."""
        so_far = len(self.told)
        self._fleet.wait_until(lambda: len(self.told) >= so_far + times)

    @property
    def unacknowledged(self) -> int:
        """Attempts of which nobody knows what became."""
        return len(self.problems) + len(self.broken)

    def _go_on(self) -> None:
        while not self._stop.is_set():
            try:
                with Fleet(self._fleet.process, self._fleet.url) as mine:
                    self._attempt(mine)
            except httpx.TransportError as error:
                self.broken.append(type(error).__name__)

    def _attempt(self, mine: Fleet) -> None:
        answer = mine.http.post("/api/v1/services/library/login", json={"environment": "attended"})
        if answer.status_code == 201:
            begun = answer.json()
            answer = mine.http.post(address(begun, "login"), json=presented(begun, "login"))
        (self.told if answer.status_code == 200 else self.problems).append(answer.json()["reason"])


def address(begun: Message, purpose: str) -> str:
    """Where an attempt is ended."""
    return f"/api/v1/services/library/{purpose}/{begun['session']}"


def presented(begun: Message, purpose: str) -> Message:
    """What a right card gives."""
    presentation: Message = World.present(None, begun, purpose)["presentation"]  # type: ignore[arg-type]
    return presentation


def read(path: Path) -> str:
    """What a file of /proc says of a process, nothing if it is gone."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_there(pid: int) -> bool:
    """Whether a process lives; one that was not yet buried does not."""
    state = read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return bool(state) and state[0] not in {"Z", "X"}


@contextmanager
def started(arguments: Sequence[str], **options: Any) -> Iterator[Fleet]:
    """A service started with these words, listening."""
    command = [sys.executable, "-m", "reference_impl.app", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options) as process:
        fleet: Fleet | None = None
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("listening http://127.0.0.1:"), line
            with Fleet(process, line.split()[1]) as fleet:
                fleet.workers()
                yield fleet
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            finally:
                if fleet is not None:
                    fleet.kill_who_is_left()
