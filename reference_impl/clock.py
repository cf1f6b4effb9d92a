"""The relying party's own clock: the host's, or an instant set for a test. The one place that reads the host."""

import threading
from datetime import UTC, datetime

import msgspec


class Reading(msgspec.Struct, frozen=True):
    """The instant an attempt is judged at, and the epoch it was set by (None on the host's clock)."""

    now: datetime
    epoch: int | None


class Clock:
    """Host time until `set_time`; from then on exactly the instant that was set last."""

    def __init__(self) -> None:
        self._set: Reading | None = None
        self._lock = threading.Lock()

    def read(self) -> Reading:
        """Instant and epoch, which belong together. Read once for a message."""
        with self._lock:
            return self._set or Reading(datetime.now(UTC), None)  # noqa: TID251 - the relying party's clock

    def set_time(self, instant: datetime, epoch: int) -> None:
        """Stops the clock at this instant."""
        with self._lock:
            self._set = Reading(instant.astimezone(UTC), epoch)
