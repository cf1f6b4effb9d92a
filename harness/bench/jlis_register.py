"""Rows of `kazashi bench jlis`: a register of a million people, beside one of a thousand.

register.make      from nothing to the first answer it could give, people of all ages; certificates are signed later
register.open      the same from its store, in the same process
register.answers   an OCSP answer about a certificate drawn at random, p50, as a share of the rate of a thousand's
register.p99       the same of p99
"""

import subprocess
import sys
from collections.abc import Iterator
from statistics import median
from tempfile import TemporaryDirectory

import msgspec

from harness.bench.register import Figures
from harness.bench.row import Row, at_least
from harness.errors import ConfigurationError

PEOPLE = {True: 1_000_000, False: 50_000}
MILLION, SECONDS = 1_000_000, 60.0
SHARE = 0.95
"""As fast as: what differs between two runs of the same register is more."""


def rows(full: bool, rounds: int) -> Iterator[Row]:  # noqa: FBT001  (the command's own switch)
    """Yield the rows; not `full`, of 50,000 people, and the target of a million in proportion."""
    people = PEOPLE[full]
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "harness.bench.register", folder, str(people), str(rounds)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ConfigurationError(f"bench: expected a figure from harness.bench.register, actual {done.stderr[-500:]}")
    yield from rows_of(msgspec.json.decode(done.stdout, type=Figures), people)


def rows_of(found: Figures, people: int) -> Iterator[Row]:
    """Return the rows of what was measured."""
    limit = SECONDS * people / MILLION
    note = f"{people:,} people of all ages; {found.megabytes:,.0f} MB at most"
    yield Row("register.make", found.make, "s", target=f"≤ {limit:g} s", met=found.make <= limit, note=note)
    yield Row("register.open", found.open, "s", target=f"≤ {limit:g} s", met=found.open <= limit)
    pairs = list(zip(found.few, found.many, strict=True))
    for which, name in enumerate(("answers", "p99")):
        share = median(few[which] / many[which] for few, many in pairs)
        rate, reference = (median(1 / each[which] for each in side) for side in (found.many, found.few))
        yield at_least(f"register.{name}", rate, "answers/s", (reference, share), SHARE, f"1 / {('p50', 'p99')[which]}")
