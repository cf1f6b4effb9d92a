"""A program run beside a card, in whichever lane: the command lines of `harness.pcsc_lane` and its substitute."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from cardsim.faults import CardFault
from harness.errors import ConfigurationError


class Removable(Protocol):
    """A card that is in a reader."""

    def remove(self) -> None:
        """Take it out."""


class Lane(Protocol):
    """What both lanes offer."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What a program needs to find it."""

    def insert(self, folder: Path, *, trace: Path | None = None) -> Removable:
        """Put a card in."""


def run_beside_card(
    arguments: Sequence[str], name: str, description: str, lane: Callable[[], AbstractContextManager[Lane]]
) -> int:
    """Return the program's exit code; 2 and one line when the lane, the card or the program is not to be had."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=description)
    parser.add_argument("--card", type=Path, required=True, help="the card's folder")
    parser.add_argument("--trace", type=Path, help="append the masked trace to this file")
    parser.add_argument("program", nargs="+", help="a PC/SC program and its arguments, after --")
    asked = parser.parse_args(arguments)
    if shutil.which(asked.program[0]) is None:
        sys.stderr.write(f"{asked.program[0]}: expected a program to run, actual none of this name\n")
        return 2
    try:
        with lane() as running:
            card = running.insert(asked.card, trace=asked.trace)
            done = subprocess.run(asked.program, env={**os.environ, **running.environment}, check=False)
            card.remove()
    except (ConfigurationError, CardFault) as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    return done.returncode
