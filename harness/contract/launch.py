"""A product under test as a process of its own: started, waited for by what it says, ended with all it started.

The command is often a wrapper (`sh`, `mvn`, `dotnet run`) whose child is the product. So it becomes the leader of
a process group, and the group is what is ended.
"""

import os
import re
import shlex
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from harness.errors import ConfigurationError

GRACE = 5.0
"""Seconds between SIGTERM and SIGKILL."""
LISTENING = re.compile(r"^listening (http://127\.0\.0\.1:\d+)\s*$")


class LaunchedProduct:
    """A product started by `command`; ready when it prints `listening http://127.0.0.1:PORT` on stdout."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
        patience: float = 20.0,
    ) -> None:
        self.command = list(command)
        self._said: deque[str] = deque(maxlen=200)
        self._address: str | None = None
        self._spoke = threading.Event()
        try:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                cwd=cwd,
                env=None if environment is None else {**os.environ, **environment},
                start_new_session=True,
            )
        except OSError as fault:
            raise ConfigurationError(
                f"target {shlex.join(self.command)}: expected a program that starts, actual {fault.strerror}; "
                "correct the command after `command:`"
            ) from fault
        # Whatever the product prints is read until it ends: a full pipe would stop it in the middle of a run.
        self._reader = threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True)
        self._reader.start()
        try:
            self._spoke.wait(patience)
        except BaseException:  # a run that is told to go while it waits: nobody else knows of the process yet
            self.close()
            raise
        if self._address is None:
            self.close()
            raise ConfigurationError(
                f"target {shlex.join(self.command)}: expected the line `listening http://127.0.0.1:PORT` on stdout "
                f"within {patience:.0f} s, actual {self.output_tail(5)!r}; print it when the surface is ready"
            )
        self.address: str = self._address

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process id of the product."""
        return self._process.pid

    def output_tail(self, lines: int = 40) -> str:
        """Return the last lines that the product printed."""
        return "\n".join(list(self._said)[-lines:])

    def close(self) -> None:
        """End the process and what it started: SIGTERM, and SIGKILL for what is left after five seconds."""
        self._signal(signal.SIGTERM)
        patience = time.monotonic() + GRACE
        while self._is_somebody_left() and time.monotonic() < patience:
            time.sleep(0.01)
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._reader.join(GRACE)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _is_somebody_left(self) -> bool:
        """Whether a process of the group exists; the leader is reaped on the way, else it would count for ever."""
        self._process.poll()
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _listen(self, pipe: IO[str]) -> None:
        with pipe:
            for line in pipe:
                self._said.append(line.rstrip("\n"))
                if self._address is None and (found := LISTENING.match(line)):
                    self._address = found[1]
                    self._spoke.set()
        self._spoke.set()
