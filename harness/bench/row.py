"""One figure of a bench."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, beside what it is measured against."""

    name: str
    value: float
    unit: str
    reference: float | None
    """The same unit, measured in the same run; None where nothing compares."""
    ratio: float | None
    target: str
    met: bool
