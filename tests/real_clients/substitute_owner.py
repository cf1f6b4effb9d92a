"""A process that owns a substitute lane and uses it in itself: pyscard here gets the substitute, and pcscd is refused.

python -m tests.real_clients.substitute_owner FOLDER      then waits for the end of its standard input
"""

import sys
from pathlib import Path

from harness.pcsc_lane import LaneUnavailable, running_lane
from harness.pcsc_lane.readers import loaded_libraries
from harness.pcsc_substitute import running_substitute_lane


def main() -> None:
    """Write the reader, the library, the refusal, and the processes there are."""
    with running_substitute_lane() as lane:
        card = lane.insert(Path(sys.argv[1]))
        with lane.connected() as connection:
            sys.stdout.write(f"{connection.getReader()}\n{' '.join(loaded_libraries())}\n")
        try:
            with running_lane():
                sys.stdout.write("pcscd was not refused\n")
        except LaneUnavailable as fault:
            sys.stdout.write(f"{fault}\n")
        sys.stdout.write(f"{card.pid} {lane.broker} {lane.environment['KAZASHI_PCSC_SOCKET']}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
