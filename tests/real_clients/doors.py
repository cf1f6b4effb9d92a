"""Card doors that a test starts by itself, where `lane.insert` does not reach, and ends by their own pid."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from select import select

from cardsim.trace import Event
from cardsim.trace_file import read_trace
from harness.pcsc_lane.daemon import end_process
from harness.pcsc_lane.lane import await_door

ROOT = Path(__file__).resolve().parents[2]
TRIES = 400
_STEP = 0.05


@dataclass(frozen=True, slots=True)
class Door:
    """A card's process, and what it said on standard error."""

    process: subprocess.Popen[bytes]
    errors: Path

    def said(self) -> str:
        """What it wrote so far."""
        return self.errors.read_text(encoding="utf-8")


@contextmanager
def open_door(card: Path, address: str, *more: str, before: Sequence[str] = ()) -> Iterator[Door]:
    """The door of a card at a reader's address, ready; ended at the end."""
    errors = card / "door.log"
    with errors.open("wb") as log:
        process = subprocess.Popen(
            [*before, *door_command(card, address, *more)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    try:
        await_door(process)
        yield Door(process, errors)
    finally:
        end_process(process)


def door_command(card: Path, address: str, *more: str) -> list[str]:
    """The command of a card's door."""
    return [sys.executable, "-m", "cardsim.readers.vpcd", f"--card={card}", f"--vpcd={address}", *more]


def await_that(holds: Callable[[], bool], what: str) -> None:
    """Returns once it holds; fails by name when it does not within twenty seconds."""
    for _ in range(TRIES):
        if holds():
            return
        select([], [], [], _STEP)
    raise AssertionError(f"{what}: expected within {TRIES * _STEP:g} s")


def powered(trace: Path) -> bool:
    """Whether a card was given power."""
    return trace.exists() and any(line.event is Event.POWER_ON for line in read_trace(trace))
