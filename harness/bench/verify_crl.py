"""Rows of `kazashi bench verify` on revocation lists, by the target that is named: loading, asking, memory.

crl.load.cold, .warm      signature, strict reading of every entry, index; beside cryptography's own list
crl.lookup.hit, .miss     one serial number
crl.lookup_batch          one of ten thousand asked together
crl.detail                reason and date of a hit
crl.memory                the index; lists and index lie in files that processes share
crl.partitions            as many entries in 1,900 partitions of 4 kinds, by the time of the one list
crl.odd.*                 the same for lists of which a share of the entries is odd
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from harness.bench import crl_made
from harness.bench.crl_load import Figures
from harness.bench.mass import FULL, SMALL
from harness.bench.row import Row
from harness.errors import ConfigurationError

TARGET = "reference_impl.lists.measured:Measured"
COLD_SECONDS, WARM_SECONDS, ONE, BATCH, DETAIL, MEGABYTES, PARTS, ODD = 1.5, 0.55, 330.0, 110.0, 5.0, 45.0, 1.5, 2.0
SHARES = (0.001, 0.01, 0.05)
_PARTITIONS = {FULL: 7600}
_ROUNDS = {True: 5, False: 3}


def rows(full: bool, target: str = TARGET) -> Iterator[Row]:  # noqa: FBT001  (the command's own switch)
    """Yield the rows; not `full`, with a list of 200,000 entries."""
    with TemporaryDirectory(prefix="kazashi-lists-") as folder:
        yield from rows_of(measured(Path(folder), FULL if full else SMALL, target, _ROUNDS[full]))


def measured(folder: Path, count: int, target: str, rounds: int) -> Figures:
    """Make the lists in a folder and measure the target in a process of its own."""
    crl_made.make(folder, count, _PARTITIONS.get(count, max(1, count // 700)), SHARES)
    command = [sys.executable, "-m", "harness.bench.crl_load", str(folder), target, str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ConfigurationError(f"bench: expected figures of {target}, actual {done.stderr[-500:]}")
    return msgspec.json.decode(done.stdout, type=Figures)


def rows_of(figures: Figures) -> Iterator[Row]:
    """Yield the rows of what was measured; a target is that of five million entries."""
    counts = figures.entries >= FULL
    note = f"{figures.entries:,} entries"

    def row(name: str, value: float, unit: str, most: float, reference: float | None = None, more: str = "") -> Row:  # noqa: PLR0913, PLR0917  (the columns)
        ratio = None if reference is None else value / reference
        met = value <= most if counts else None
        said = f"{note}; {more}" if more else note
        return Row(name, value, unit, reference, ratio, f"≤ {most:g} {unit}", met, said)

    hashing = f"hashing alone takes {figures.hashing:.3f} s"
    yield row("crl.load.cold", figures.cold, "s", COLD_SECONDS, figures.peer_load, "imports counted in")
    yield row("crl.load.warm", figures.warm, "s", WARM_SECONDS, figures.peer_load, hashing)
    yield row("crl.lookup.hit", figures.hit * 1e9, "ns", ONE, figures.peer_hit * 1e9)
    yield row("crl.lookup.miss", figures.miss * 1e9, "ns", ONE, figures.peer_miss * 1e9)
    yield row("crl.lookup_batch", figures.batch * 1e9, "ns", BATCH, more="of 10,000, 2 % listed")
    yield row("crl.detail", figures.detail * 1e6, "µs", DETAIL)
    yield row("crl.memory", figures.index / 1e6, "MB", MEGABYTES, more="shared by processes where it is mapped")
    yield row("crl.partitions", figures.parts, "×", PARTS, more="by crl.load.warm, in turn")
    for share, times in figures.odd.items():
        yield row(f"crl.odd.{share}", times, "×", ODD, more="by crl.load.warm, in turn")
