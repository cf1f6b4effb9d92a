"""The product's clock: the host's until it is set, and from then on the instant that was set last."""

from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock


@dataclass(frozen=True, slots=True)
class Reading:
    """An instant and the epoch it was set by (None on the host's clock). They belong together."""

    instant: datetime
    epoch: int | None


class Clock:
    """Read it once for each attempt: an attempt is judged at one instant."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._set: Reading | None = None

    def set(self, instant: datetime, epoch: int) -> int:
        """Stop at this instant, and return the epoch that is read from now on."""
        with self._lock:
            self._set = Reading(instant, epoch)
        return epoch

    def read(self) -> Reading:
        """Return what time it is, and by which setting."""
        with self._lock:
            return self._set or Reading(datetime.now(UTC), None)
