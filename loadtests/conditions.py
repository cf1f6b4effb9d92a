"""What goes wrong around the product while load is sent, when, and what it may therefore say. Pure, but for the file.

Whoever makes a fault announces it before it begins and again when it is over, in one small file beside the population.
The judge reads the file only for an answer that was not right otherwise: what was announced before the answer came is
in it, so no answer to a fault is ever judged as if there had been none. Instants are seconds of the monotonic clock,
which the processes of one machine share.
"""

import os
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct, field

from harness.contract.vocabulary import Decision, Reason
from harness.errors import HarnessFault

Verdict = tuple[Decision, Reason]
_UNAVAILABLE: Verdict = (Decision.RETRY, Reason.STATUS_UNAVAILABLE)
_STALE: Verdict = (Decision.REJECT, Reason.STATUS_STALE)
_UNTRUSTED: Verdict = (Decision.REJECT, Reason.STATUS_UNTRUSTED)


class Condition(StrEnum):
    """One thing that is not as it should be."""

    STATUS_SLOW = "status-slow"
    """The fake J-LIS answers late."""
    STATUS_GONE = "status-gone"
    """It does not answer at all."""
    STATUS_LYING = "status-lying"
    """Its answers are wrongly signed, too old, or about something else."""
    PRODUCT_HURT = "product-hurt"
    """The product lost a worker, or its database is away: an answer may fail to come, no verdict may be wrong."""


PERMITS: dict[Condition, frozenset[Verdict]] = {
    Condition.STATUS_SLOW: frozenset({_UNAVAILABLE}),
    Condition.STATUS_GONE: frozenset({_UNAVAILABLE, _STALE}),
    Condition.STATUS_LYING: frozenset({_UNAVAILABLE, _STALE, _UNTRUSTED}),
    Condition.PRODUCT_HURT: frozenset(),
}
"""What may be said instead of a verdict on the holder. Never an acceptance: a fault makes nobody good."""
NORMAL: frozenset[Condition] = frozenset()
LATE = frozenset({Condition.STATUS_SLOW, Condition.STATUS_GONE})
"""Who waits for J-LIS longer than we do for an answer gives none."""


def excuses(conditions: frozenset[Condition], *, is_silent: bool) -> bool:
    """Return whether an answer may be missing or wrong in form: where the product itself was hurt.

    Where J-LIS is late or away, the answer may be late, too; nothing makes an HTTP 500 of it.
    """
    return Condition.PRODUCT_HURT in conditions or (is_silent and bool(LATE & conditions))


class Window(Struct, frozen=True):
    """From when to when a condition held; without an end, it still does."""

    condition: Condition
    since: float
    until: float | None = None

    def touches(self, begun: float, ended: float) -> bool:
        """Return whether it held at any time between the question and its answer."""
        return self.since <= ended and (self.until is None or begun <= self.until)


class Moved(Struct, frozen=True):
    """The clocks were set: from when on they may be so (monotonic), to which instant, the number of that setting."""

    since: float
    instant: datetime
    epoch: int
    told: float | None = None
    """When the product had said that it knows; until then it may answer by the setting before."""


class Announced(Struct, frozen=True):
    """Everything that was announced so far."""

    windows: list[Window] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)

    def moved_between(self, begun: float, ended: float) -> tuple[list[Moved], bool]:
        """Return the settings of the clock in force between a question and its answer, and whether the first one is.

        The first setting is that at which load began; it stands in nobody's announcement.
        """
        known = (each.since for each in self.moved if each.told is not None and each.told <= begun)
        last = max(known, default=None)
        return [
            each for each in self.moved if each.since <= ended and (last is None or each.since >= last)
        ], last is None

    def between(self, begun: float, ended: float) -> frozenset[Condition]:
        """Return what held at any time between a question and its answer."""
        return frozenset(window.condition for window in self.windows if window.touches(begun, ended))


class Announcements:
    """The file of one run: written by whoever makes faults, read by whoever judges."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._windows: list[Window] = []
        self._moved: list[Moved] = []

    def begin(self, condition: Condition, now: float) -> None:
        """Announce a condition, before it is brought about."""
        self._windows.append(Window(condition, now))
        self._write()

    def end(self, condition: Condition, now: float) -> None:
        """Announce that it is over, after it was lifted and whatever time the product may take to notice."""
        self._windows = [
            msgspec.structs.replace(window, until=now)
            if window.condition is condition and window.until is None
            else window
            for window in self._windows
        ]
        self._write()

    def move(self, moved: Moved) -> None:
        """Announce another setting of the clock, before the product is told of it."""
        self._moved.append(moved)
        self._write()

    def told(self, now: float) -> None:
        """Announce that the product knows of the last setting: whoever asks from now on is answered by it."""
        self._moved[-1] = msgspec.structs.replace(self._moved[-1], told=now)
        self._write()

    def _write(self) -> None:
        """Put the whole file in place at once: whoever reads sees the old one or the new one."""
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        beside.write_bytes(msgspec.json.encode(Announced(self._windows, self._moved)))
        beside.replace(self._path)


def read_announced(path: Path | None) -> Announced:
    """Return what was announced; nothing where there is no file."""
    if path is None or not path.exists():
        return Announced()
    try:
        return msgspec.json.decode(path.read_bytes(), type=Announced)
    except (OSError, msgspec.MsgspecError) as fault:
        raise HarnessFault(f"{path}: expected the faults that were announced, actual {fault}") from fault
