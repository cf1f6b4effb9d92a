"""Whether a client reads what it asked for: how much lies ready, looked at now and then."""

import asyncio
import fcntl
import sys
import termios
from contextlib import suppress

from harness.doors.bounds import Bounds


def lying_ready(transport: asyncio.WriteTransport) -> int:
    """Return how many octets the client has yet to take of what is written; 0 where the kernel could take them all.

    The kernel's own are among them: it takes the next only when a third of what it holds is gone, a megabyte or so on
    loopback, and whoever takes 64 KiB at a time would for long seem to take nothing (tcp(7), SIOCOUTQ).
    """
    here = transport.get_write_buffer_size()
    with suppress(OSError, ValueError):  # gone, or not of a socket
        if here:
            there = fcntl.ioctl(transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
            here += int.from_bytes(there, sys.byteorder)
    return here


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
