"""Outcomes, one JSON line each, appended as they come: a run that is interrupted goes on where it was."""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tests.mutation.source import Key


class Outcome(msgspec.Struct, frozen=True):
    """What became of one mutant."""

    key: Key
    line: int
    seal: str
    """The hash of the function that was changed: another source is another trial."""
    noticed: bool
    complete: bool
    """Whether every test that goes over the line was asked, or one noticed before."""
    tests: int
    """How many tests were asked; none where no test goes over the line."""
    by: str = ""
    """The test that noticed."""
    how: str = ""
    """`failed`, or the signal that ended the process: SIGPROF for too much work, SIGALRM for too long a wait."""


@dataclass
class Ledger:
    """The outcome of each mutant, in a file or, without one, in memory."""

    path: Path | None = None
    outcomes: dict[Key, Outcome] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Reads what is there; a last line that was cut off is left out."""
        if self.path is not None and self.path.exists():
            for line in self.path.read_bytes().splitlines():
                try:
                    found = msgspec.json.decode(line, type=Outcome)
                except msgspec.DecodeError:
                    continue
                self._keep(found)

    def add(self, outcome: Outcome) -> None:
        """Keeps one."""
        self._keep(outcome)
        if self.path is not None:
            with self.path.open("ab") as file:
                file.write(msgspec.json.encode(outcome) + b"\n")

    def _keep(self, outcome: Outcome) -> None:
        """What was noticed once is noticed, whatever other tests say of it: until the function is changed."""
        before = self.outcomes.get(outcome.key)
        if before is None or not before.noticed or before.seal != outcome.seal or outcome.noticed:
            self.outcomes[outcome.key] = outcome

    def known(self, key: Key, seal: str) -> Outcome | None:
        """The outcome of this mutant of this source."""
        found = self.outcomes.get(key)
        return found if found is not None and found.seal == seal else None
