"""The no-op target as a process of its own, ended by its own pid."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from harness.errors import HarnessFault

GRACE = 5.0


@contextmanager
def standing_noop(answers: dict[str, bytes]) -> Iterator[str]:
    """Yield the address of a target that gives these answers by path; it ends with the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "loadtests.ceiling.noop"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            yield f"http://127.0.0.1:{_port(process, answers)}"
        finally:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()


def _port(process: "subprocess.Popen[bytes]", answers: dict[str, bytes]) -> int:
    line = b""
    if process.stdin is not None and process.stdout is not None:
        process.stdin.write(msgspec.json.encode(answers) + b"\n")
        process.stdin.flush()
        line = process.stdout.readline()
    if not line:
        raise HarnessFault("no-op target: expected its port, actual nothing")
    return msgspec.json.decode(line, type=dict[str, int])["port"]
