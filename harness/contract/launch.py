"""A product that is started with an HTTP surface: waited for by what it says, and started again when it ended."""

import re
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from harness.contract.binding import Answer
from harness.contract.faults import AdapterFault, TimedOut, Unreachable
from harness.contract.http_binding import HttpBinding
from harness.contract.process import GRACE, OwnProcess
from harness.contract.vocabulary import Verb
from harness.errors import ConfigurationError

LISTENING = re.compile(r"^listening (http://127\.0\.0\.1:\d+)\s*$")
SHOWN_LINES = 20


class LaunchedProduct:
    """A product started by `command`; ready when it prints `listening http://127.0.0.1:PORT` on stdout.

    `heard` is told of every line that it prints, from a thread of ours.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
        patience: float = 20.0,
        heard: Callable[[bytes], None] | None = None,
    ) -> None:
        self._said: deque[str] = deque(maxlen=200)
        self._heard = heard
        self._address: str | None = None
        self._spoke = threading.Event()
        self._process = OwnProcess(command, cwd=cwd, environment=environment, stderr=subprocess.STDOUT)
        # Whatever the product prints is read until it ends: a full pipe would stop it in the middle of a run.
        self._reader = threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True)
        self._reader.start()
        try:
            spoke = self._spoke.wait(patience)
        except BaseException:  # a run that is told to go while it waits: nobody else knows of the process yet
            self.close()
            raise
        if self._address is None:
            self.close()
            when = "before its output ended" if spoke else f"within {patience:.0f} s"
            raise ConfigurationError(
                f"target {self._process}: expected the line `listening http://127.0.0.1:PORT` on stdout "
                f"{when}, actual {self.output_tail(5)!r}; print it when the surface is ready"
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

    def ended(self) -> int | None:
        """Return the exit status of the product, or None while it runs."""
        return self._process.ended()

    def output_tail(self, lines: int = 40) -> str:
        """Return the last lines that the product printed."""
        return "\n".join(list(self._said)[-lines:])

    def close(self) -> None:
        """End the product and what it started."""
        self._process.close()
        self._reader.join(GRACE)

    def _listen(self, pipe: IO[bytes]) -> None:
        with pipe:
            for raw in pipe:
                if self._heard is not None:
                    self._heard(raw)
                line = raw.decode(errors="replace")
                self._said.append(line.rstrip("\n"))
                if self._address is None and (found := LISTENING.match(line)):
                    self._address = found[1]
                    self._spoke.set()
        self._spoke.set()


class LaunchedBinding:
    """The HTTP binding to a product that is started here, and again by `revive` when it ended or hung."""

    carries_anything = True

    def __init__(self, command: Sequence[str], *, timeout: float, heard: Callable[[bytes], None] | None = None) -> None:
        self._command, self._timeout, self._heard = list(command), timeout, heard
        self._hung = False
        self._start()

    def _start(self) -> None:
        self._product = LaunchedProduct(self._command, heard=self._heard)
        self._http = HttpBinding(self._product.address, timeout=self._timeout)

    @property
    def where(self) -> str:
        """Return the address."""
        return self._http.where

    def exchange(self, verb: Verb, body: bytes) -> Answer:
        """Return the answer; a fault also tells that the product ended, and what it printed last."""
        try:
            return self._http.exchange(verb, body)
        except (TimedOut, Unreachable) as fault:
            self._hung |= isinstance(fault, TimedOut)
            raise self._with_last_words(fault) from fault

    def _with_last_words(self, fault: AdapterFault) -> AdapterFault:
        status = self._product.ended()
        state = "still running" if status is None else f"ended with status {status}"
        return type(fault)(
            f"{fault}; the product is {state}; its last words: {self._product.output_tail(SHOWN_LINES)!r}"
        )

    def another(self) -> HttpBinding:
        """Return another connection's binding to the product as it runs now."""
        return self._http.another()

    def revive(self) -> bool:
        """Start the product again if it ended or hung; True when it was, and then it has forgotten everything."""
        if self._product.ended() is None and not self._hung:
            return False
        self.close()
        self._hung = False
        try:
            self._start()
        except ConfigurationError as fault:
            raise Unreachable(f"started again after its end: {fault}") from fault
        return True

    def close(self) -> None:
        """End the product."""
        self._http.close()
        self._product.close()
