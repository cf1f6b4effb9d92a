"""Fuzzes for a time: `python -m tests.fuzz --seconds 300 [--seed N] [--target card|bytes|certificate|…]`.

Without `--target` it is the card's turn, most of the time for commands, some for its parsers; each reader of the
verification core is a target of its own.

Exit codes: 0 nothing found, 1 something escaped: the session is printed as hex, one command a line.
"""

import argparse
import secrets
import sys
import time
from collections.abc import Callable
from functools import partial

from tests.fuzz.campaign import Target, campaign
from tests.fuzz.documents import DOCUMENTS
from tests.fuzz.ocsp_target import OcspTarget
from tests.fuzz.targets import BytesTarget, CardTarget

TARGETS: dict[str, Callable[[], Target]] = {
    "card": CardTarget,
    "bytes": BytesTarget,
    "ocsp": OcspTarget,
    **{name: partial(DOCUMENTS.__getitem__, name) for name in DOCUMENTS},
}
CARD = ("card", "bytes")
SHARE = {"card": 4.0}
"""Of the time, where it is not 1."""


def main() -> int:
    """Runs the targets one after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="coverage-guided fuzzing")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=None, help="drawn and printed unless given")
    parser.add_argument("--target", choices=TARGETS, action="append")
    asked = parser.parse_args()
    seed = secrets.randbelow(1 << 32) if asked.seed is None else asked.seed
    names = asked.target or list(CARD)
    whole = sum(SHARE.get(name, 1.0) for name in names)
    found = False
    for name in names:
        end = time.monotonic() + asked.seconds * SHARE.get(name, 1.0) / whole
        result = campaign(TARGETS[name](), seed=seed, go_on=lambda end=end: time.monotonic() < end)  # type: ignore[misc]
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
