"""One line of a bench: what was measured, beside what it is measured by."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """A figure; absolute ones do not travel, so there is a ratio wherever there is a reference."""

    name: str
    value: float | None
    """None where it could not be measured; the note says why."""
    unit: str
    reference: float | None = None
    """What the machine does at most, or what a peer does, in the same unit and run."""
    ratio: float | None = None
    """The value by the reference: the median of pairs that were measured one after the other."""
    target: str = ""
    met: bool | None = None
    """None where there is no target."""
    note: str = ""
    """What limited it, and what was measured beside it."""

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def at_least(name: str, value: float, unit: str, pairs: tuple[float, float], least: float, note: str = "") -> Row:  # noqa: PLR0913, PLR0917  (the columns)
    """Return the row of a share of a reference that should be `least` or more; `pairs` are reference and ratio."""
    reference, ratio = pairs
    return Row(name, value, unit, reference, ratio, f"≥ {least:.0%}", ratio >= least, note)
