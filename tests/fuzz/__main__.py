"""Fuzzes for a time: `python -m tests.fuzz --seconds 300 [--seed N] [--target card|bytes|ocsp]`.

Exit codes: 0 nothing found, 1 something escaped: the session is printed as hex, one command a line.
"""

import argparse
import secrets
import sys
import time

from tests.fuzz.campaign import Target, campaign
from tests.fuzz.ocsp_target import OcspTarget
from tests.fuzz.targets import BytesTarget, CardTarget

TARGETS: dict[str, type[Target]] = {"card": CardTarget, "bytes": BytesTarget, "ocsp": OcspTarget}
SHARE = {"card": 0.6, "bytes": 0.1, "ocsp": 0.3}
"""Of the time."""


def main() -> int:
    """Runs the targets one after the other."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description="coverage-guided fuzzing of the card and of the readers"
    )
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=None, help="drawn and printed unless given")
    parser.add_argument("--target", choices=TARGETS, action="append")
    asked = parser.parse_args()
    seed = secrets.randbelow(1 << 32) if asked.seed is None else asked.seed
    names = asked.target or list(TARGETS)
    whole = sum(SHARE[name] for name in names)
    found = False
    for name in names:
        end = time.monotonic() + asked.seconds * SHARE[name] / whole
        target: Target = TARGETS[name]()
        result = campaign(target, seed=seed, go_on=lambda end=end: time.monotonic() < end)  # type: ignore[misc]
        sys.stdout.write(
            f"{name}: seed {seed}, {result.runs} sessions, {result.corpus} kept, {result.edges} edges, "
            f"{len(result.failures)} failures\n"
        )
        for session, what in result.failures:
            found = True
            sys.stdout.write(f"{what}\n" + "".join(f"  {raw.hex().upper()}\n" for raw in session))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
