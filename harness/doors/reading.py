"""Whether a client reads what it asked for: how much lies ready, looked at now and then."""

from harness.doors.bounds import Bounds


class Reading:
    """Of one line."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._unread, self._since = 0, 0.0

    def goes_on(self) -> None:
        """Begin anew: the client took what lay ready, but for a little."""
        self._unread = 0

    def is_in_time(self, unread: int, now: float) -> bool:
        """Whether the client has taken enough of what lies ready since it was last seen to."""
        if not unread or not self._unread or unread <= self._unread - self._bounds.least_read:
            self._unread, self._since = unread, now
        return now - self._since <= self._bounds.reading_seconds

    def since(self, now: float) -> float:
        """Return since when the client has not taken enough."""
        return self._since if self._unread else now
