"""Rows of `kazashi bench jlis`: a list of five million entries built and signed, and certificates issued.

crl.build.cold   in a process of its own, what it imports for it counted in
crl.build.warm   the median of three more in that process
issue            certificates of both kinds a second over all cores, beside `openssl speed` over all cores
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from harness.bench.mass import FULL, SMALL
from harness.bench.row import Row
from harness.errors import ConfigurationError

COLD_SECONDS, WARM_SECONDS, ISSUE_SHARE = 1.5, 1.2, 0.90
_WARM_RUNS = 3
_ISSUE_SECONDS = {True: 5, False: 1}


def rows(full: bool) -> Iterator[Row]:  # noqa: FBT001  (the command's own switch)
    """Yield the rows; not `full`, with a list of 200,000 entries and certificates for a second."""
    yield from build_rows(FULL if full else SMALL)
    yield issue_row(_ISSUE_SECONDS[full])


def build_rows(count: int) -> Iterator[Row]:
    """Yield how long a list of `count` entries takes; the reference is hashing its octets once, which signing needs.

    The target is that of five million entries, in proportion.
    """
    said = _run("harness.bench.crl_build", count, 1 + _WARM_RUNS).split()
    hashing, cold, *warm = map(float, said)
    for name, seconds, of_full in (("cold", cold, COLD_SECONDS), ("warm", median(warm), WARM_SECONDS)):
        limit = of_full * count / FULL
        target = f"≤ {limit:g} s for {count:,} entries"
        yield Row(f"crl.build.{name}", seconds, "s", hashing, seconds / hashing, target, seconds <= limit)


def issue_row(seconds: int) -> Row:
    """Return how many certificates are issued over all cores, beside the raw sign rate of OpenSSL over all cores.

    OpenSSL is asked before and after, and its better word counts: a machine that others use changes in between.
    """
    cores = len(os.sched_getaffinity(0))
    before = _raw_signs(cores, seconds)
    workers = [_started("harness.bench.issue", seconds, seed) for seed in range(cores)]
    issued = sum(float(_said("harness.bench.issue", worker)) for worker in workers)
    raw = max(before, _raw_signs(cores, seconds))
    share = issued / raw
    return Row(
        "issue",
        issued,
        "certificates/s",
        raw,
        share,
        f"≥ {ISSUE_SHARE:.0%}",
        share >= ISSUE_SHARE,
    )


def _raw_signs(cores: int, seconds: int) -> float:
    """Return RSA-2048 signatures a second as `openssl speed` counts them over so many processes."""
    command = ["openssl", "speed", "-seconds", str(seconds), "-multi", str(cores), "rsa2048"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"^rsa +2048 bits +\S+s +\S+s +([\d.]+)", done.stdout, re.MULTILINE)
    if found is None:
        raise ConfigurationError(f"openssl speed: expected a line for rsa 2048 bits, actual {done.stderr[-200:]!r}")
    return float(found[1])


def _run(module: str, *arguments: int) -> str:
    return _said(module, _started(module, *arguments))


def _started(module: str, *arguments: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _said(module: str, worker: subprocess.Popen[str]) -> str:
    out, wrong = worker.communicate()
    if worker.returncode:
        raise ConfigurationError(f"bench: expected a figure from {module}, actual {wrong[-500:]}")
    return out
