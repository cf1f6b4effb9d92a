"""A card on the bench, and the programs of other people that are run against it."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from cardsim.trace import Event, TraceLine
from cardsim.trace_file import read_trace
from harness.pcsc_lane import CardProcess, PcscLane

FOREIGN_READER = "Acme CardStation"
_SECONDS = 60.0
VERIFY = 0x20


@dataclass(slots=True)
class Bench:
    """A card in a reader of the lane; what it was asked can be read in its trace."""

    lane: PcscLane
    folder: Path
    trace: Path
    _card: CardProcess | None = field(default=None, init=False)

    @property
    def card(self) -> CardProcess:
        """The process that serves the card."""
        if self._card is None:
            raise AssertionError("no card was inserted")
        return self._card

    def insert(self, reader: str) -> None:
        """Put the card into a reader."""
        self._card = self.lane.insert(self.folder, reader, trace=self.trace)

    def remove(self) -> None:
        """Take the card out."""
        self.card.remove()

    def commands(self) -> list[TraceLine]:
        """Return what the card was asked so far."""
        return [line for line in read_trace(self.trace) if line.event is Event.COMMAND]

    def run(self, *command: str, driver: str | None = "jpki") -> subprocess.CompletedProcess[str]:
        """Run a PC/SC program; OpenSC with one driver only, or probing all of them when `driver` is None."""
        environment = {**os.environ, **self.lane.environment, "LC_ALL": "C"}
        environment.pop("OPENSC_DRIVER", None)
        if driver is not None:
            environment["OPENSC_DRIVER"] = driver
        return subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
