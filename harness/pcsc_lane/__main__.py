"""Run a program beside one card or two, behind a pcscd of its own: the way of a container that has one inside.

python -m harness.pcsc_lane --card DIR [--card DIR] [--trace FILE] -- pkcs15-tool -D
"""

import sys

from harness.pcsc_lane.lane import running_lane
from harness.pcsc_lane.program import run_beside_card

if __name__ == "__main__":
    sys.exit(run_beside_card(sys.argv[1:], "harness.pcsc_lane", "pcscd, a card or two, and a program", running_lane))
