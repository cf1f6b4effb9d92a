"""One thing that was compared: the atom of every verdict."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing compared; `name` is a key of the report's vocabulary."""

    name: str
    expected: str
    actual: str
    held: bool
