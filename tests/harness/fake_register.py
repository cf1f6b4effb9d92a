"""A register of given entries, for lists that need no world."""

from collections.abc import Sequence
from datetime import datetime

from harness.jlis.entries import Entry
from harness.jlis.populations import Population


class FakeRegister:
    """What is revoked, as it is handed in."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries

    def revoked_at(self, population: Population, generation: int, municipality: str, instant: datetime) -> list[Entry]:
        """Return the entries of one partition that were revoked as of `instant`, by serial."""
        found = [
            entry
            for entry in self._entries
            if (entry.population, entry.generation, entry.resident.municipality)
            == (population, generation, municipality)
            and entry.is_revoked_at(instant)
        ]
        return sorted(found, key=lambda entry: entry.serial)
