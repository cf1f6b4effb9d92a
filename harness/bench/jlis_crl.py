"""Rows of `kazashi bench jlis`: a list of five million entries built and signed, and certificates issued.

crl.build.cold   in a process of its own, what it imports for it counted in
crl.build.warm   the median of three more in that process
issue            certificates of both kinds a second over all cores, beside `openssl speed` over all cores
"""

import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from harness.bench.machine import cores, pinned, raw_signatures
from harness.bench.mass import FULL, SMALL
from harness.bench.row import Row, at_least
from harness.errors import ConfigurationError

COLD_SECONDS, WARM_SECONDS, ISSUE_SHARE = 1.5, 1.2, 0.90
_WARM_RUNS = 3
_ISSUE_ROUNDS = {True: 9, False: 3}


def rows(full: bool) -> Iterator[Row]:  # noqa: FBT001  (the command's own switch)
    """Yield the rows; not `full`, with a list of 200,000 entries and three rounds of certificates."""
    yield from build_rows(FULL if full else SMALL)
    yield issue_row(_ISSUE_ROUNDS[full])


def build_rows(count: int) -> Iterator[Row]:
    """Yield how long a list of `count` entries takes; the reference is hashing its octets once, which signing needs.

    The target is that of five million entries: fewer show that it runs, and what it takes to begin weighs more there.
    """
    said = _run("harness.bench.crl_build", count, 1 + _WARM_RUNS).split()
    hashing, cold, *warm = map(float, said)
    for name, seconds, of_full in (("cold", cold, COLD_SECONDS), ("warm", median(warm), WARM_SECONDS)):
        met = seconds <= of_full if count >= FULL else None
        note = f"{count:,} entries; the target is that of {FULL:,}"
        yield Row(f"crl.build.{name}", seconds, "s", hashing, seconds / hashing, f"≤ {of_full} s", met, note)


def issue_row(rounds: int) -> Row:
    """Return how many certificates are issued over all cores, beside the raw sign rate of OpenSSL over all cores.

    The two in turn, each per second that it kept its cores busy: other work on the machine takes nothing from either.
    """
    pairs = [(raw_signatures("rsa2048", 1, cores()), _issued(seed)) for seed in range(rounds)]
    share = median(issued / raw for raw, issued in pairs)
    rate, reference = median(issued for _, issued in pairs), median(raw for raw, _ in pairs)
    return at_least("issue", rate, "certificates/s", (reference, share), ISSUE_SHARE, f"{len(cores())} processes")


def _issued(seed: int) -> float:
    """Return the certificates a second of one process on each core."""
    workers = [_started("harness.bench.issue", 1, seed + number, on=core) for number, core in enumerate(cores())]
    return sum(float(_said("harness.bench.issue", worker)) for worker in workers)


def _run(module: str, *arguments: int) -> str:
    return _said(module, _started(module, *arguments))


def _started(module: str, *arguments: int, on: int | None = None) -> subprocess.Popen[str]:
    command = [*([] if on is None else pinned(on)), sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _said(module: str, worker: subprocess.Popen[str]) -> str:
    out, wrong = worker.communicate()
    if worker.returncode:
        raise ConfigurationError(f"bench: expected a figure from {module}, actual {wrong[-500:]}")
    return out
