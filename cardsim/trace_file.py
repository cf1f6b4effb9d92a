"""The trace in a file: one JSON line a command, masked like every trace, on its way before the answer is.

python -m cardsim.trace_file FILE [--lang ja|en]      reads it out
"""

import argparse
import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from cardsim.faults import CardFault, CardUnreadable
from cardsim.trace import TraceLine, decode

_DECODER = msgspec.json.Decoder(TraceLine)
_PRIVATE = 0o600


class TraceFile:
    """A sink that appends to a file. Certificates in it are personal data, so only its owner may read it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _PRIVATE)
        except OSError as fault:
            raise CardUnreadable(f"cannot write the trace {path}: {fault.strerror}") from fault

    def __call__(self, line: TraceLine) -> None:
        octets = msgspec.json.encode(line) + b"\n"
        try:
            with _turn(self._descriptor, fcntl.LOCK_EX):
                written = os.write(self._descriptor, octets)
        except OSError as fault:
            raise CardUnreadable(f"cannot write the trace {self._path}: {fault.strerror}") from fault
        if written < len(octets):
            room = f"expected room for {len(octets)} octets, found room for {written}"
            raise CardUnreadable(f"cannot write the trace {self._path}: {room}")

    def close(self) -> None:
        """Ends the file."""
        os.close(self._descriptor)


def read_trace(path: Path) -> list[TraceLine]:
    """The lines of a trace file, whole ones only: whoever writes to it meanwhile is waited for."""
    try:
        with path.open("rb") as file, _turn(file.fileno(), fcntl.LOCK_SH):
            written = file.read()
        return _DECODER.decode_lines(written)
    except OSError as fault:
        raise CardUnreadable(f"cannot read the trace {path}: {fault.strerror}") from fault
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise CardUnreadable(f"{path} is not a trace: {fault}") from fault


@contextmanager
def _turn(descriptor: int, kind: int) -> Iterator[None]:
    """The file is written or read, not both at once: towards a reader write(2) is not atomic, and a line that goes over
    the end of a page can be seen without its rest."""
    fcntl.flock(descriptor, kind)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads a trace file out for people. Exit codes: 0 read, 2 not a trace."""
    parser = argparse.ArgumentParser(prog="python -m cardsim.trace_file", description="reads a trace out")
    parser.add_argument("file", type=Path)
    parser.add_argument("--lang", choices=("ja", "en"), default="en")
    asked = parser.parse_args(arguments)
    try:
        lines = read_trace(asked.file)
    except CardFault as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    for line in lines:
        sys.stdout.write(decode(line, asked.lang) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
