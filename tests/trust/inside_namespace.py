"""Port 80 by the hosts file, in user, network and mount namespaces of its own: run by `unshare`, not by pytest.

python -m tests.trust.inside_namespace HOSTS START NOW < [[command, argument, …], …]  → [[exit code, what was said], …]

No way leads out of the namespace, so a door of the same world is opened within: the keys of KAZASHI_HOME and the same
instants give the same certificates.
"""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from harness.doors.forward_proxy import ForwardProxy
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.pcsc_lane.inside import mount_over, raise_loopback
from harness.trust.hosts import status_hosts
from tests.trust.worlds import make_world

NO_NAMESPACES = 3


def main(hosts: Path, start: datetime, now: datetime) -> int:
    """Run the commands of stdin where the names of `hosts` lead to a proxy on port 80."""
    try:
        raise_loopback()
        mount_over(hosts, Path("/etc/hosts"))
    except OSError as fault:
        sys.stderr.write(f"{fault}\n")
        return NO_NAMESPACES
    world, _, _ = make_world(start, now)
    jlis = JlisDoor(world)
    with Served(jlis.app) as door:
        addresses = jlis.addresses(door.url)
        with Served(ForwardProxy(status_hosts(), lambda: addresses), port=80):
            said = [_run(command) for command in json.load(sys.stdin)]
    world.close()
    json.dump(said, sys.stdout)
    return 0


def _run(command: list[str]) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *map(datetime.fromisoformat, sys.argv[2:4])))
