"""The trace in a file: one JSON line a command, masked like every trace, on its way before the answer is.

python -m cardsim.trace_file FILE [--lang ja|en]      reads it out
"""

import argparse
import os
import sys
from collections.abc import Sequence
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
        try:
            os.write(self._descriptor, msgspec.json.encode(line) + b"\n")
        except OSError as fault:
            raise CardUnreadable(f"cannot write the trace {self._path}: {fault.strerror}") from fault

    def close(self) -> None:
        """Ends the file."""
        os.close(self._descriptor)


def read_trace(path: Path) -> list[TraceLine]:
    """The lines of a trace file."""
    try:
        return _DECODER.decode_lines(path.read_bytes())
    except OSError as fault:
        raise CardUnreadable(f"cannot read the trace {path}: {fault.strerror}") from fault
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise CardUnreadable(f"{path} is not a trace: {fault}") from fault


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
