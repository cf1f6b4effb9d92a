"""A server of ours as a process of its own: `kazashi serve`, ready when it has written where it answers."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.errors import ConfigurationError

GRACE, POLL = 5.0, 0.05


@dataclass(frozen=True, slots=True)
class OwnServer:
    """Where it answers, by service, and its process."""

    addresses: dict[str, str]
    pid: int


@contextmanager
def own_server(
    words: Sequence[str], folder: Path, patience: float, variables: Mapping[str, str] | None = None
) -> Iterator[OwnServer]:
    """Yield the server that `kazashi WORDS --json FILE` becomes; it is ended by its own pid."""
    written, said = folder / "addresses.json", folder / "server.log"
    command = [sys.executable, "-m", "harness.cli", *words, "--json", str(written)]
    with (
        said.open("wb") as log,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(variables or {})},
        ) as process,
    ):
        try:
            yield OwnServer(_await_addresses(process, written, said, patience), process.pid)
        finally:
            process.terminate()
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()


def _await_addresses(process: "subprocess.Popen[bytes]", written: Path, said: Path, patience: float) -> dict[str, str]:
    deadline, tick = time.monotonic() + patience, threading.Event()
    while time.monotonic() < deadline and process.poll() is None:
        if written.exists():
            try:
                return msgspec.json.decode(written.read_bytes(), type=dict[str, str])
            except msgspec.DecodeError:
                pass  # half of it is there
        tick.wait(POLL)
    tail = " | ".join(said.read_text(encoding="utf-8", errors="replace").splitlines()[-3:])
    raise ConfigurationError(f"our server: expected its addresses within {patience:g} s, actual {tail!r}")
