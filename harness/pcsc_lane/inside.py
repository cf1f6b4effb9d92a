"""What becomes pcscd: it arranges the namespaces it was started in, then gives its process to the daemon.

python -m harness.pcsc_lane.inside try      FOLDER PARENT     exit code 0 when the namespaces do what they should
python -m harness.pcsc_lane.inside isolated FOLDER PARENT     FOLDER over /run, then pcscd
python -m harness.pcsc_lane.inside again    FOLDER PARENT     pcscd once more, where another one had FOLDER over /run
python -m harness.pcsc_lane.inside plain    FOLDER PARENT     pcscd as it is, where there are no namespaces
"""

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.pcsc_lane.daemon import RUN
from harness.pcsc_lane.faults import LaneUnavailable

_REFUSED = 2
_PR_SET_PDEATHSIG = 1
_MS_BIND = 4096
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_INTERFACE_REQUEST = "16sh22x"
"""netdevice(7), struct ifreq: name and flags."""


def main(arguments: Sequence[str]) -> int:
    """Become pcscd, or only try; exit code 2 and one line when something is refused."""
    mode, folder, parent = arguments
    try:
        if mode in {"try", "isolated"}:
            raise_loopback()
            mount_over(Path(folder), RUN)
        if mode == "try":
            return 0
        _die_with(int(parent))
        _become_daemon(Path(folder) if mode == "plain" else RUN)
    except (OSError, LaneUnavailable) as fault:
        sys.stderr.write(f"{fault}\n")
    return _REFUSED


def raise_loopback() -> None:
    """Bring the loopback up: a new network namespace has it down. iproute2 may be missing, the ioctl is not."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        answer = fcntl.ioctl(control, _SIOCGIFFLAGS, struct.pack(_INTERFACE_REQUEST, b"lo", 0))
        flags = struct.unpack(_INTERFACE_REQUEST, answer)[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack(_INTERFACE_REQUEST, b"lo", flags | _IFF_UP))


def mount_over(folder: Path, place: Path) -> None:
    """Make a folder appear at another place in this mount namespace: mount(2), MS_BIND."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.mount(os.fsencode(folder), os.fsencode(place), None, _MS_BIND, None) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"mount {folder} over {place}: {os.strerror(number)}")


def _die_with(parent: int) -> None:
    """Ask for SIGTERM at the parent's death: prctl(2); kept by execve. A parent gone before that is noticed here."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise LaneUnavailable(f"process {parent}, which wanted this lane, is gone")


def _become_daemon(folder: Path) -> None:
    # A user's PATH on Debian leaves out /usr/sbin, where pcscd is.
    daemon = shutil.which("pcscd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if daemon is None:
        raise LaneUnavailable("no program pcscd; install the Debian package pcscd")
    os.execv(daemon, [daemon, "--foreground", "--config", str(folder / "config")])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
