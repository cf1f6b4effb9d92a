"""When a run was and what its clock was set to: facts that stand in the report and in what is signed."""

from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

INSTANT = "%Y-%m-%dT%H:%M:%SZ"

ClockMode = Literal["controlled", "shifted", "host"]
"""The product was set to each instant; product and world lived at the host's time; nothing was set at all."""


class Sitting(Struct, frozen=True, forbid_unknown_fields=True):
    """One stretch of a run without a break: when it began (the host's clock), and how many cases it judged."""

    begun: str
    cases: int


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The instants that the product was set to in one case, in their order."""

    case: str
    instants: tuple[str, ...]


class ClockScript(Struct, frozen=True, forbid_unknown_fields=True):
    """Every instant that the product was set to, case by case, in the order in which they were played."""

    mode: ClockMode = "host"
    script: tuple[Settings, ...] = ()


class Circumstances(Struct, frozen=True, forbid_unknown_fields=True):
    """When a run was (the host's clock), in how many sittings, and its clock script."""

    begun: str | None = None
    ended: str | None = None
    sittings: tuple[Sitting, ...] = ()
    clock: ClockScript = ClockScript()

    @property
    def resumed(self) -> tuple[str, ...]:
        """When the run was taken up again after an interruption."""
        return tuple(sitting.begun for sitting in self.sittings[1:])


UNTOLD = Circumstances()
"""Nobody wrote down when the run was."""


def instant_text(instant: datetime) -> str:
    """Return an instant as reports write it, to the second."""
    return instant.astimezone(UTC).strftime(INSTANT)
