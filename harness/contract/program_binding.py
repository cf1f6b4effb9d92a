"""The program binding: a product that reads requests from stdin and writes answers to stdout, one JSON object a line.

    > {"id": 1, "verb": "hello", "message": {"contract": "1.0"}}
    < {"id": 1, "answer": {…}}        or        {"id": 1, "error": {"what", "where", "expected", "actual"}}

stdout belongs to the contract; what the program has to say to people goes to stderr, and its end is shown with a fault.
"""

import queue
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import IO, Any

import msgspec

from harness.contract.binding import LONGEST_ANSWER, Answer
from harness.contract.faults import Broken, TimedOut, Unreachable
from harness.contract.process import GRACE, OwnProcess
from harness.contract.vocabulary import Verb
from harness.errors import ConfigurationError

SHOWN_LINES = 20
MOST_LINES = 64
"""Lines that may wait to be read: a program that is not asked has nothing to say."""
_PARTING = 0.5
"""Seconds between a program's last octet and its end: only then is its exit status known."""
_ENDED = None


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer of the program."""

    id: int
    answer: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class ProgramBinding:
    """A program started by `command`, and again by `revive` when it ended or hung.

    `heard` is told of every line on its stderr, from a thread of ours.
    """

    carries_anything = False

    def __init__(self, command: Sequence[str], *, timeout: float, heard: Callable[[bytes], None] | None = None) -> None:
        self._command, self._timeout, self._heard = list(command), timeout, heard
        self._start()

    def _start(self) -> None:
        self._number = 0
        self._hung = False
        self._lines: queue.Queue[bytes | None] = queue.Queue(MOST_LINES)
        self._complaints: deque[bytes] = deque(maxlen=SHOWN_LINES)
        self._process = OwnProcess(self._command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        self._readers = [
            threading.Thread(target=_read_lines, args=(self._process.stdout, self._lines.put), daemon=True),
            threading.Thread(target=_read_lines, args=(self._process.stderr, self._complain), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _complain(self, line: bytes | None) -> None:
        if line is not None:
            self._complaints.append(line)
            if self._heard is not None:
                self._heard(line)

    @property
    def where(self) -> str:
        """Return the command."""
        return str(self._process)

    def exchange(self, verb: Verb, body: bytes) -> Answer:
        """Return the answer of the program; the faults are those of `Binding`."""
        self._number += 1
        deadline = time.monotonic() + self._timeout
        self._send(verb, b'{"id":%d,"verb":"%s","message":%s}\n' % (self._number, verb.value.encode(), body), deadline)
        line = self._decoded(verb, self._next_line(verb, deadline))
        if line.id != self._number:
            self._hung = True  # whatever it answers from now on may be the answer to something else
            raise Broken(f"{verb.value} at {self.where}: expected the answer to {self._number}, actual to {line.id}")
        if isinstance(line.error, msgspec.Raw):
            return Answer(400, b'{"error":' + bytes(line.error) + b"}")
        return Answer(200, bytes(line.answer) if isinstance(line.answer, msgspec.Raw) else b"")

    def _send(self, verb: Verb, line: bytes, deadline: float) -> None:
        """Write the request; a program that does not read must not hold the run up, so another thread writes."""
        fault: list[OSError] = []

        def write(pipe: IO[bytes]) -> None:
            try:
                pipe.write(line)
                pipe.flush()
            except OSError as broken:
                fault.append(broken)

        writer = threading.Thread(target=write, args=(self._process.stdin,), daemon=True)
        writer.start()
        writer.join(max(0.0, deadline - time.monotonic()))
        if writer.is_alive():
            raise self._late(verb)
        if fault:
            raise self._gone(verb)

    def _next_line(self, verb: Verb, deadline: float) -> bytes:
        try:
            line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise self._late(verb) from None
        if line is _ENDED:
            self._lines.put(_ENDED)
            raise self._gone(verb)
        return line

    def _decoded(self, verb: Verb, line: bytes) -> _Line:
        try:
            return _read(line)
        except ValueError as fault:
            self._hung = True  # its real answer may still come, and would be taken for that to the next request
            raise Broken(f"{verb.value} at {self.where}: {fault}") from fault

    def _late(self, verb: Verb) -> TimedOut:
        self._hung = True
        return TimedOut(f"{verb.value} at {self.where}: no whole answer within {self._timeout} s; {self._last_words()}")

    def _gone(self, verb: Verb) -> Unreachable:
        self._hung = True
        said = self._last_words(_PARTING)
        return Unreachable(f"{verb.value} at {self.where}: expected an answer, actual its end; {said}")

    def _last_words(self, parting: float = 0.0) -> str:
        status = self._process.ended(parting)
        if status is not None:
            self._readers[-1].join(_PARTING)  # what it said last may still be on its way, and a child may hold the pipe
        state = "still running" if status is None else f"ended with status {status}"
        said = b"".join(self._complaints).decode(errors="replace")
        return f"the program is {state}; its last words on stderr: {said!r}"

    def another(self) -> None:
        """Return None: one message after the other."""

    def revive(self) -> bool:
        """Start the program again if it ended or hung; True when it was, and then it has forgotten everything."""
        if self._process.ended() is None and not self._hung:
            return False
        self.close()
        try:
            self._start()
        except ConfigurationError as fault:
            raise Unreachable(f"started again after its end: {fault}") from fault
        return True

    def close(self) -> None:
        """End the program."""
        self._process.close()
        for reader in self._readers:
            reader.join(GRACE)


def _read(line: bytes) -> _Line:
    """Return what a line says; ValueError with what was expected and came."""
    if len(line) > LONGEST_ANSWER:
        raise ValueError(f"expected at most {LONGEST_ANSWER} bytes a line, actual more")
    try:
        decoded: _Line = msgspec.json.decode(line, type=_Line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        shown = line[:300].decode(errors="replace")
        raise ValueError(
            f"expected one JSON object a line on stdout, actual {shown!r}: {fault}; write logs to stderr"
        ) from fault
    if isinstance(decoded.answer, msgspec.Raw) == isinstance(decoded.error, msgspec.Raw):
        raise ValueError("expected either `answer` or `error`, actual neither or both")
    return decoded


def _read_lines(pipe: IO[bytes], take: Any) -> None:
    """Hand each line over, and None at the end; a line without end is cut where it is certainly too long."""
    with pipe:
        while line := pipe.readline(LONGEST_ANSWER + 2):
            take(line)
    take(_ENDED)
