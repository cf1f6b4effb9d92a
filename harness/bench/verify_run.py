"""Measures a verification core in a process of its own.

`python -m harness.bench.verify_run FOLDER TARGET ROUNDS SECONDS`, figures out as JSON. TARGET names a class,
`python:module:Class`, found when this runs: the bench shares no code with what it measures. Seconds are the
processor's: one thread, one core. Each round is OpenSSL, then every row in turn, then OpenSSL again, so that a row is
compared with what the machine could do around it.
"""

import gc
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import msgspec

from harness.bench import verify_peer
from harness.bench.machine import cores, raw_verifications
from harness.bench.verify_material import Material
from harness.errors import ConfigurationError

ROWS = (
    "login.returning",
    "login.issuer_known",
    "login.first_seen",
    "tap.full",
    "status.known",
    "status.parsed",
    "status.batch",
)
PREFIX = "python:"


class Figures(msgspec.Struct, frozen=True):
    """Rates by row, round by round, and beside them OpenSSL's and the peers'."""

    raw: list[float]
    rates: dict[str, list[float]]
    peers: dict[str, float | str]
    """A rate, or why there is none."""


def main(folder: Path, target: str, rounds: int, seconds: float) -> Figures:
    """Measure."""
    material = msgspec.msgpack.decode((folder / "material").read_bytes(), type=Material)
    subject = find(target)(material)
    rates: dict[str, list[float]] = {row: [] for row in ROWS}
    raw = []
    core = cores()[0]
    for row in ROWS:
        subject.round(row)()  # what is remembered is there, what is done once is done
    gc.collect()
    gc.freeze()
    before = raw_verifications(1, core)
    for _ in range(rounds):
        for row in ROWS:
            rates[row].append(rate(lambda row=row: subject.round(row), _expected(row, material), seconds))  # type: ignore[misc]
        after = raw_verifications(1, core)
        raw.append((before + after) / 2)
        before = after
    return Figures(raw, rates, verify_peer.rates(material, seconds))


def find(target: str) -> Callable[[Material], Any]:
    """Return the class that a target names."""
    module, _, name = target.removeprefix(PREFIX).partition(":")
    if not target.startswith(PREFIX) or not name:
        raise ConfigurationError(f"bench: target: expected {PREFIX}module:Class, actual {target!r}")
    found: Callable[[Material], Any] = getattr(importlib.import_module(module), name)
    return found


def _expected(row: str, material: Material) -> int:
    return 10_000 if row == "status.batch" else len(material.logins)


def rate(prepare: Callable[[], Callable[[], int]], expected: int, seconds: float) -> float:
    """Return how many are accepted in a second of the processor; what prepares a round is not counted."""
    spent, done = 0.0, 0
    while spent < seconds:
        work = prepare()
        begun = process_time()
        accepted = work()
        spent += process_time() - begun
        if accepted != expected:
            raise ConfigurationError(f"bench: expected {expected} accepted, actual {accepted}")
        done += accepted
    return done / spent


if __name__ == "__main__":
    figures = main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
    sys.stdout.write(msgspec.json.encode(figures).decode())
