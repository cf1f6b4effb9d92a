"""pcscd killed and begun again, as a crash or an update of the driver would have it."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from harness.pcsc_lane.daemon import Daemon, await_daemon, start_daemon

_KINDS = ("user", "net", "mnt")


@contextmanager
def daemon_down(daemon: Daemon, how: signal.Signals = signal.SIGKILL) -> Iterator[None]:
    """Hold a block without pcscd: ended by a signal before it, begun again and ready after it, whatever happens.

    The new one has the namespaces of the old one, so whoever was in its network still reaches it; descriptors of
    /proc/PID/ns hold them while no process does (namespaces(7)). It reads its reader.conf as it then is.
    """
    with ExitStack() as stack:
        before: list[str] = []
        held: list[int] = []
        if daemon.isolated:
            for kind in _KINDS:
                held.append(os.open(f"/proc/{daemon.process.pid}/ns/{kind}", os.O_RDONLY))
                stack.callback(os.close, held[-1])
            places = [f"--{option}=/proc/self/fd/{number}" for option, number in zip(_OPTIONS, held, strict=True)]
            before = ["nsenter", *places, "--preserve-credentials"]
        daemon.process.send_signal(how)
        daemon.process.wait()
        try:
            yield
        finally:
            daemon.process = start_daemon(daemon.folder, "again" if daemon.isolated else "plain", before, held)
            await_daemon(daemon.process, daemon.socket, daemon.folder)


_OPTIONS = ("user", "net", "mount")
"""nsenter(1) names the kinds otherwise than /proc does."""
