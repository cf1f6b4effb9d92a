"""A program run beside one card or two, in whichever lane: `python -m harness.pcsc_lane` and its substitute's."""

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

SLOTS = 2
"""A reader of vpcd has so many."""


class Removable(Protocol):
    """A card that is in a reader."""

    def remove(self) -> None:
        """Take it out."""


class Lane(Protocol):
    """What both lanes offer."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What a program needs to find it."""

    def insert(self, folder: Path, *, slot: int = 0, trace: Path | None = None) -> Removable:
        """Put a card into a slot of the reader."""


def run_beside_card(
    arguments: Sequence[str], name: str, description: str, lane: Callable[[], AbstractContextManager[Lane]]
) -> int:
    """Return the program's exit code; 2 and one line when the lane, the card or the program is not to be had."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=description)
    parser.add_argument(
        "--card",
        type=Path,
        required=True,
        action="append",
        help=f"a card's folder; {SLOTS} of them have slots 00 and 01",
    )
    parser.add_argument("--trace", type=Path, help="append the first card's masked trace to this file")
    parser.add_argument("program", nargs="+", help="a PC/SC program and its arguments, after --")
    asked = parser.parse_args(arguments)
    if len(asked.card) > SLOTS:
        sys.stderr.write(
            f"--card: expected {SLOTS} at most, as many as the reader has slots, actual {len(asked.card)}\n"
        )
        return 2
    if shutil.which(asked.program[0]) is None:
        sys.stderr.write(f"{asked.program[0]}: expected a program to run, actual none of this name\n")
        return 2
    try:
        with lane() as running:
            traces = [asked.trace, *[None] * SLOTS]
            cards = [running.insert(card, slot=slot, trace=traces[slot]) for slot, card in enumerate(asked.card)]
            done = subprocess.run(asked.program, env={**os.environ, **running.environment}, check=False)
            for card in cards:
                card.remove()
    except (ConfigurationError, CardFault) as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    return done.returncode
