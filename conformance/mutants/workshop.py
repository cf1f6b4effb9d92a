"""A process that has catalogue, mutants, harness and reference loaded, and forks one of its own for each mutant.

    python -m conformance.mutants.workshop    reads jobs on standard input, a line each, and answers in lines

A mutant costs what its cases cost: neither a start nor an import. `Workshop` is the other end of the line.
"""

import importlib
import os
import subprocess
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec
from msgspec import Struct

from conformance.catalogue_loader import Catalogue, load_catalogue
from conformance.mutants.mutant import ROOT, Mutant, load_mutants
from conformance.mutants.played import PRODUCT, Seen, play
from harness.errors import HarnessFault
from harness.keys import KeyPool

ROLE = "relying-party"
SEED = 7


class Job(Struct, frozen=True):
    """Which mutant, none for the control, against which cases and their twins, and the seed."""

    mutant: str | None
    cases: list[str]
    seed: int


class Answered(Struct, frozen=True):
    """What came of a job, or why nothing did."""

    seen: dict[str, Seen] | None = None
    fault: str = ""


class Workshop:
    """The workshop as whoever has jobs for it sees it: one job at a time; end it."""

    def __init__(self, keys: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(keys)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.terminate()
        self._process.wait()

    def play(self, mutant: str | None, cases: Iterable[str], *, seed: int = SEED) -> dict[str, Seen]:
        """Return what came of these cases, and of their twins beside them; HarnessFault when nothing did."""
        _write(_open(self._process.stdin), Job(mutant, list(cases), seed))
        line = _open(self._process.stdout).readline()
        if not line:
            raise HarnessFault(f"mutant {mutant}: the workshop ended with status {self._process.wait()}")
        answered = msgspec.json.decode(line, type=Answered)
        if answered.seen is None:
            raise HarnessFault(f"mutant {mutant}: {answered.fault}")
        return answered.seen


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise HarnessFault("workshop: expected a pipe, actual none")
    return pipe


def _write(pipe: IO[bytes], message: Struct) -> None:
    pipe.write(msgspec.json.encode(message) + b"\n")
    pipe.flush()


def main() -> None:
    """Do each job in a process forked for it."""
    catalogue = load_catalogue(ROLE)
    mutants = {mutant.id: mutant for mutant in load_mutants()}
    importlib.import_module(PRODUCT)
    keys = KeyPool(Path(sys.argv[1]))
    for number, _ in enumerate(keys.folder.glob("card-*.der")):
        keys.numbered(number)  # loaded once for all who are forked
    for line in sys.stdin.buffer:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            with os.fdopen(writing, "wb") as answers:
                _write(answers, _done(msgspec.json.decode(line, type=Job), catalogue, mutants, keys))
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as answers:
            answer = answers.read()
        _, status = os.waitpid(child, 0)
        sys.stdout.buffer.write(answer or msgspec.json.encode(Answered(fault=f"ended with status {status}")) + b"\n")
        sys.stdout.buffer.flush()


def _done(job: Job, catalogue: Catalogue, mutants: dict[str, Mutant], keys: KeyPool) -> Answered:
    try:
        mutant = None if job.mutant is None else mutants[job.mutant]
        return Answered(play(mutant, catalogue.with_twins(job.cases), keys, job.seed))
    except Exception:  # noqa: BLE001  (the door: whoever gave the job is told)
        return Answered(fault=traceback.format_exc())


if __name__ == "__main__":
    main()
