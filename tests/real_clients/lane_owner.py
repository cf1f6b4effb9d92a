"""A process that owns a lane of its own: it puts a card in, says which processes there are, and waits or fails.

python -m tests.real_clients.lane_owner FOLDER wait|leave|fail
"""

import sys
from pathlib import Path

from harness.pcsc_lane import LaneUnavailable, running_lane


def main() -> int:
    """Exit code 2 with the reason when there is no lane. `wait` ends with its standard input."""
    folder, manner = sys.argv[1:]
    try:
        with running_lane() as lane:
            card = lane.insert(Path(folder))
            sys.stdout.write(f"{lane.daemon.folder} {lane.daemon.isolated} {lane.daemon.process.pid} {card.pid}\n")
            sys.stdout.flush()
            if manner == "wait":
                sys.stdin.read()
            if manner == "fail":
                raise KeyError("something went wrong in the middle")
    except LaneUnavailable as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
