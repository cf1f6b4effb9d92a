"""One row of the control API: how it is asked for, what it answers, and what it does to what runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.contract.messages import Message
from harness.jlis.faults import Faults
from harness.slots import Slots
from harness.world import World


@dataclass(frozen=True, slots=True)
class Running:
    """What runs behind the control door: the world, the faults of its fake J-LIS, the slots of its reader."""

    world: World
    faults: Faults
    slots: Slots
    addresses: Mapping[str, str]
    """Where the world's doors are, as far as this process opened them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: whom or what its address names, if it does, and its message."""

    name: str
    message: Any


def at_once(_: Running, asked: Asked) -> bool:
    """Whether the answer can be given now: of most operations, always."""
    del asked
    return True


@dataclass(frozen=True, slots=True)
class Operation:
    """One row."""

    method: str
    path: str
    asks: type[Message]
    answers: type[Message]
    act: Callable[[Running, Asked], Message]
    ready: Callable[[Running, Asked], bool] = at_once
    """Whether there is anything to answer: a message with `wait` is held until there is, or until that time is over."""
    among: type[StrEnum] | None = None
    """The closed set that the name in its address is one of, where there is such a set."""

    @property
    def name(self) -> str:
        """The name that generated clients call it by: the function's, in their manner."""
        first, *others = self.act.__name__.split("_")
        return first + "".join(word.title() for word in others)

    @property
    def summary(self) -> str:
        """What it does, in the function's own words."""
        return (self.act.__doc__ or self.name).splitlines()[0]
