"""`certify`, killed by SIGKILL while it writes the line of its n-th finished case: half of the line is on the disk.

python -m tests.conformance.evidence.killed_run N ARGUMENTS OF KAZASHI
"""

import os
import signal
import sys
from unittest.mock import patch

import msgspec

from conformance.evidence.run_journal import Finished, Line, RunJournal
from harness.cli import main


def main_until_killed(case: int) -> None:
    """Run the command line until so many cases ended, and die in the middle of a line."""
    written, seen = RunJournal._write, [0]

    def torn(journal: RunJournal, line: Line) -> None:
        seen[0] += isinstance(line, Finished)
        if seen[0] == case:
            text = msgspec.json.encode(line)
            os.write(journal._descriptor, text[: len(text) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        written(journal, line)

    with patch.object(RunJournal, "_write", torn):
        main()


if __name__ == "__main__":
    number, sys.argv = int(sys.argv[1]), [sys.argv[0], *sys.argv[2:]]
    main_until_killed(number)
