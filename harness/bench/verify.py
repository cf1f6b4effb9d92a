"""Rows of `kazashi bench verify`: a verification core, every step on, beside OpenSSL and its peers of the same run.

login.returning      certificate and key remembered; challenge, signature, status, policy verified
login.issuer_known   certificate read and its key loaded each time, who issued it remembered
login.first_seen     never seen: read, its purpose, issuer's signature, fresh key, challenge, status
tap.full             certificate and CVC remembered; birth record's and chip's signatures verified; status
status.known         certificate remembered: valid, and not on its list
status.parsed        certificate read each time, issuer remembered
status.batch         ten thousand of one list at once
processes            login.returning in two processes on two cores, against one
cryptography.verify  one call with a key that is held: the part of OpenSSL that Python can have
pyhanko-certvalidator   the path of a certificate alone
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec

from harness.bench import verify_http, verify_material
from harness.bench.machine import cores, pinned
from harness.bench.row import Row
from harness.bench.verify_run import Figures
from harness.errors import ConfigurationError

TARGET = "python:reference_impl.measured:Measured"
SHARES = {"login.returning": 0.75, "login.issuer_known": 0.53, "login.first_seen": 0.32, "tap.full": 0.70}
"""PERFORMANCE.md, "One login": shares of raw verification; a tap is two of them."""
RATES = {"status.known": 1.2e6, "status.parsed": 450e3, "status.batch": 6e6}
VERIFIED = {"tap.full": 2}
"""Signatures that a row verifies beyond one, that count as work and not as overhead."""
TWO_AGAINST_ONE = 1.95


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to measure."""

    rounds: int = 3
    seconds: float = 0.3
    """Of the processor, for each row in each round."""
    attempts: int = verify_material.ATTEMPTS
    target: str = TARGET


def rows(plan: Plan) -> Iterator[Row]:
    """Yield every row."""
    with TemporaryDirectory(prefix="kazashi-verify-") as name:
        folder = Path(name)
        material = verify_material.make(folder, plan.attempts)
        (folder / "material").write_bytes(msgspec.msgpack.encode(material))
        figures = _figures(folder, plan, cores()[0])
        yield from rows_of(figures)
        raw, returning = median(figures.raw), median(figures.rates["login.returning"])
        yield from verify_http.rows(folder, plan.target, max(1.0, 4 * plan.seconds), raw, returning)
        yield processes_row(folder, plan)


def rows_of(figures: Figures) -> Iterator[Row]:
    """Yield the rows of what was measured."""
    raw = median(figures.raw)
    yield Row("openssl speed", raw, "verify/s", note="rsa2048, the system's OpenSSL; one core, the processor's seconds")
    for row, least in SHARES.items():
        signatures = VERIFIED.get(row, 1)
        rates = figures.rates[row]
        share = median(signatures * rate / one for rate, one in zip(rates, figures.raw, strict=True))
        note = f"{1e6 / median(rates):.1f} µs of one core each; the reference is {1e6 * signatures / raw:.1f}"
        yield Row(row, median(rates), "accepted/s", raw / signatures, share, f"≥ {least:.0%}", share >= least, note)
    for row, least in RATES.items():
        rate = median(figures.rates[row])
        note = f"{1e9 / rate:,.0f} ns of one core each; {rate / raw:.1f} for each raw verification"
        yield Row(row, rate, "answers/s", raw, rate / raw, f"≥ {least:,.0f}", rate >= least, note)
    for name, found in figures.peers.items():
        if isinstance(found, str):
            yield Row(name, None, "verify/s", raw, note=found)
        else:
            yield Row(name, found, "verify/s", raw, found / raw, note=f"{1e6 / found:.1f} µs of one core each")


def processes_row(folder: Path, plan: Plan) -> Row:
    """Return what two processes do on two cores at the same time, by what one does alone (seconds of the processor)."""
    target = f"≥ {TWO_AGAINST_ONE:g}×"
    available = cores()
    if len(available) < 2:
        return Row("processes", None, "×", target=target, note="expected two cores, found one")
    one = _alone(folder, plan, available[:1])
    two = _alone(folder, plan, available[:2])
    times = two / one
    return Row("processes", times, "×", target=target, met=times >= TWO_AGAINST_ONE, note="login.returning, two cores")


def _alone(folder: Path, plan: Plan, on: list[int]) -> float:
    """Return the rate of `login.returning`, of as many processes as cores together."""
    running = [
        subprocess.Popen(
            [*pinned(core), sys.executable, "-m", "harness.bench.verify_one", str(folder), plan.target],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for core in on
    ]
    try:
        for process in running:
            _read(process)  # it is ready
        for process in running:
            _tell(process)
        return sum(float(_read(process)) for process in running)
    finally:
        for process in running:
            process.kill()
            process.communicate()


def _read(process: "subprocess.Popen[str]") -> str:
    line = process.stdout.readline() if process.stdout is not None else ""
    if not line:
        raise ConfigurationError("bench: expected a figure of the measured process, actual nothing")
    return line


def _tell(process: "subprocess.Popen[str]") -> None:
    if process.stdin is not None:
        process.stdin.write("begin\n")
        process.stdin.flush()


def _figures(folder: Path, plan: Plan, core: int) -> Figures:
    command = [*pinned(core), sys.executable, "-m", "harness.bench.verify_run", str(folder), plan.target]
    done = subprocess.run([*command, str(plan.rounds), str(plan.seconds)], capture_output=True, check=False)
    if done.returncode:
        raise ConfigurationError(f"bench: expected figures of {plan.target}, actual {done.stderr.decode()[-500:]}")
    return msgspec.json.decode(done.stdout, type=Figures)
