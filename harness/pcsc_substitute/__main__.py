"""Run a program beside a card, with the test substitute of PC/SC in place of pcscd.

python -m harness.pcsc_substitute --card DIR [--trace FILE] -- pkcs15-tool -D
"""

import sys

from harness.pcsc_lane.program import run_beside_card
from harness.pcsc_substitute.lane import running_substitute_lane
from harness.pcsc_substitute.words import LABEL

if __name__ == "__main__":
    sys.exit(run_beside_card(sys.argv[1:], "harness.pcsc_substitute", LABEL, running_substitute_lane))
