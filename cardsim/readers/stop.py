"""A way to end a door that waits for a socket: from another thread or a signal handler, at once."""

import select
import socket


class Stop:
    """Set once; whoever polls `fileno` wakes."""

    def __init__(self) -> None:
        self._wakes, self._waker = socket.socketpair()
        self._waker.settimeout(0)

    def set(self) -> None:
        """Ends whatever waits; more calls change nothing."""
        try:
            self._waker.send(b"\x00")
        except OSError:  # full, or closed: it was set long ago
            return

    def fileno(self) -> int:
        """Readable once set."""
        return self._wakes.fileno()

    def wait(self, seconds: float) -> bool:
        """Whether it was set within that time; returns as soon as it is."""
        return bool(select.select([self], [], [], seconds)[0])

    def close(self) -> None:
        """Gives the descriptors back; nothing may wait any more."""
        self._wakes.close()
        self._waker.close()
