"""A product as a process of its own, ended with all it started.

The command is often a wrapper (`sh`, `mvn`, `dotnet run`) whose child is the product. So it becomes the leader of
a process group, and the group is what is ended.
"""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from harness.errors import ConfigurationError

GRACE = 5.0
"""Seconds between SIGTERM and SIGKILL."""


class OwnProcess:
    """A started command; ConfigurationError when it does not start."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        stdin: int = subprocess.DEVNULL,
        stderr: int = subprocess.STDOUT,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.command = list(command)
        try:
            self._process = subprocess.Popen(
                self.command,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=cwd,
                env=None if environment is None else {**os.environ, **environment},
                start_new_session=True,
            )
        except OSError as fault:
            raise ConfigurationError(
                f"target {self}: expected a program that starts, actual {fault.strerror}; correct --target"
            ) from fault

    def __str__(self) -> str:
        return shlex.join(self.command)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def stdin(self) -> IO[bytes] | None:
        """What the process reads."""
        return self._process.stdin

    @property
    def stdout(self) -> IO[bytes] | None:
        """What the process prints."""
        return self._process.stdout

    @property
    def stderr(self) -> IO[bytes] | None:
        """What the process complains of, unless that goes to stdout."""
        return self._process.stderr

    def ended(self, within: float = 0.0) -> int | None:
        """Return the exit status of the command (minus the signal's number), or None if it runs on so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(within)
        return None

    def close(self) -> None:
        """End the process and what it started: SIGTERM, and SIGKILL for what is left after five seconds."""
        self._signal(signal.SIGTERM)
        patience = time.monotonic() + GRACE
        while self._is_somebody_left() and time.monotonic() < patience:
            time.sleep(0.01)
        self._signal(signal.SIGKILL)
        self._process.wait()
        if self._process.stdin is not None:
            # After its end, so that whoever still writes is told of it and does not hold the pipe.
            with suppress(OSError):
                self._process.stdin.close()

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
