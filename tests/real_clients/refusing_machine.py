"""Plays a machine that refuses namespaces, from inside one: a lane, OpenSC on it, and a second lane beside it.

unshare -Urnm python -m tests.real_clients.refusing_machine FOLDER      with a refusing `unshare` first in PATH
"""

import subprocess
import sys
from pathlib import Path

from harness.pcsc_lane import running_lane
from harness.pcsc_lane.inside import mount_over, raise_loopback


def main() -> None:
    """Write three lines: whether the lane is isolated, what OpenSC saw, how the second lane ended."""
    folder = Path(sys.argv[1])
    raise_loopback()
    mount_over(folder / "run", Path("/run"))
    with running_lane() as lane:
        lane.insert(folder / "card")
        shown = subprocess.run(["pkcs15-tool", "-D"], capture_output=True, text=True, check=False)
        owner = [sys.executable, "-m", "tests.real_clients.lane_owner", str(folder / "card"), "leave"]
        second = subprocess.run(owner, capture_output=True, text=True, check=False)
        sys.stdout.write(f"isolated {lane.daemon.isolated}\n")
        sys.stdout.write(f"pkcs15-tool {(shown.stdout or shown.stderr).splitlines()[0]}\n")
        sys.stdout.write(f"second {second.returncode} {second.stderr.strip()}\n")


if __name__ == "__main__":
    main()
