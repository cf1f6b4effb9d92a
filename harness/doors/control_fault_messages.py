"""The messages of the control API about faults of the fake J-LIS."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from harness.contract.messages import Message
from harness.doors.control_messages import AskedSerial, Instant
from harness.jlis.fault_grammar import LONGEST_SHIFT, MOST_ENTRIES, Fault, FaultDoor

Count = Annotated[int, Meta(ge=1, le=2**31 - 1)]
FaultSeconds = Annotated[float, Meta(gt=0, le=LONGEST_SHIFT)]

Chance = Annotated[float, Meta(gt=0, le=1)]
Seed = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class NewFault(Message, frozen=True):
    """A fault to set: without serial it meets every request at its door, without count every answer."""

    fault: Fault
    door: FaultDoor
    serial: AskedSerial | UnsetType = UNSET
    count: Count | UnsetType = UNSET
    seconds: FaultSeconds | UnsetType = UNSET
    """How late (delay), how long past its nextUpdate (stale), how far ahead (future); each has a default."""
    entries: Annotated[int, Meta(ge=1, le=MOST_ENTRIES)] | UnsetType = UNSET
    """How many entries are added (list_huge)."""
    since: Instant | UnsetType = UNSET
    until: Instant | UnsetType = UNSET
    """From when, and before when, by the world's clock."""
    probability: Chance | UnsetType = UNSET
    """How likely it meets each request that it fits; all by default."""
    seed: Seed | UnsetType = UNSET
    """Which of them it meets follows from this and their number; 0 by default."""


class FaultState(Message, frozen=True):
    """A fault that was set, how many answers were given under it, and how many more will be (null: all)."""

    id: str
    fault: Fault
    door: FaultDoor
    serial: AskedSerial | None
    seconds: float | None
    since: Instant | None
    until: Instant | None
    probability: float | None
    seed: int
    given: int
    left: int | None


class FaultList(Message, frozen=True):
    """Faults, in the order they were set."""

    faults: list[FaultState]
