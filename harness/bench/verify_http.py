"""Rows of a verification core over HTTP: logins one in a request and many in a request, one core for the server.

login.http               one JSON login each, sixteen connections, wrk; uvicorn and its ASGI
login.http.p99           what a client sees who has a core of its own
login.http_batch.json    thirty-two in a request, by what the core does in process
login.http_batch.binary  the same in MessagePack
login.bare...            all four at the door that the target serves itself, if it does
"""

import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec

from harness.bench import wrk
from harness.bench.load import Job, Result
from harness.bench.machine import cores, pinned, processor_seconds
from harness.bench.row import Row
from harness.bench.verify_material import Material
from harness.errors import ConfigurationError

IN_ONE = 32
JSON, BINARY = "application/json", "application/msgpack"
LEAST, SHARES, LONGEST = 26_000.0, {"json": 0.85, "binary": 0.90}, 1e-3
"""PERFORMANCE.md, "One login"."""
DOORS = {"asgi": "login.http", "bare": "login.bare"}
Login = dict[str, object]


def rows(folder: Path, target: str, seconds: float, raw: float, in_process: float) -> Iterator[Row]:
    """Yield the rows; `raw` is what OpenSSL does in this run, `in_process` what the core does without HTTP."""
    if shutil.which("wrk") is None:
        yield Row("login.http", None, "accepted/s", raw, note="wrk is not installed: apt-get install wrk")
        return
    material = msgspec.msgpack.decode((folder / "material").read_bytes(), type=Material)
    for door, name in DOORS.items():
        yield from _door(folder, target, door, name, _Load(material, seconds, raw, in_process))


@dataclass(frozen=True, slots=True)
class _Load:
    """What is sent, for how long, and what the answers are compared with."""

    material: Material
    seconds: float
    raw: float
    in_process: float


def _door(folder: Path, target: str, door: str, name: str, load: _Load) -> Iterator[Row]:
    """Yield the four rows of one door."""
    raw, in_process, seconds = load.raw, load.in_process, load.seconds
    single = [msgspec.json.encode(each) for each in _logins(load.material, is_binary=False)]
    silent = ConfigurationError(f"bench: expected a port of {target}, actual nothing")
    with served(folder, target, door, silent=silent) as (process, port):
        _require_right(port, single[0])
        here, there = cores()[0], cores()[-1]
        rate, _ = _loaded(process, Job(port, _hex(single), seconds, "/login"), here)
        note = f"{1e6 / rate:.1f} µs of one core each; {rate / raw:.2f} for each raw verification"
        yield Row(name, rate, "accepted/s", raw, rate / raw, f"≥ {LEAST:,.0f}", rate >= LEAST, note)
        _, seen = _loaded(process, Job(port, _hex(single), seconds, "/login"), there)
        met = seen.p99 < LONGEST
        note = f"p50 {seen.p50 * 1e3:.2f} ms; sixteen connections from the other core"
        yield Row(f"{name}.p99", seen.p99 * 1e3, "ms", target="< 1 ms", met=met, note=note)
        for form, least in SHARES.items():
            many = _batches(load.material, is_binary=form == "binary")
            kind = BINARY if form == "binary" else JSON
            rate, _ = _loaded(process, Job(port, _hex(many), seconds, "/logins"), here, kind)
            rate *= IN_ONE
            share = rate / in_process
            note = f"{IN_ONE} in a request; the reference is login.returning in process"
            target_share = f"≥ {least:.0%}"
            yield Row(f"{name}_batch.{form}", rate, "accepted/s", in_process, share, target_share, share >= least, note)


def _logins(material: Material, *, is_binary: bool) -> list[Login]:
    def octets(data: bytes) -> object:
        return data if is_binary else b64encode(data).decode()

    return [
        {
            "certificate": octets(certificate),
            "challenge": octets(challenge),
            "signature": octets(signature),
            "service": "bench",
        }
        for certificate, challenge, signature, _ in material.logins
    ]


def _batches(material: Material, *, is_binary: bool) -> list[bytes]:
    every = _logins(material, is_binary=is_binary)
    encode = msgspec.msgpack.encode if is_binary else msgspec.json.encode
    return [encode(every[begin : begin + IN_ONE]) for begin in range(0, len(every) - IN_ONE + 1, IN_ONE)]


def _hex(requests: list[bytes]) -> list[str]:
    return [each.hex() for each in requests]


@contextmanager
def served(
    folder: Path, target: str, door: str, *, silent: Exception
) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """Yield the process and port of a core's server over the material in `folder`; it ends when its input does.

    Raises `silent` where no port comes.
    """
    command = [*pinned(cores()[0]), sys.executable, "-m", "harness.bench.verify_server", str(folder), target, door]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            line = b"" if process.stdout is None else process.stdout.readline()
            if not line:
                raise silent
            yield process, msgspec.json.decode(line)["port"]
        finally:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _require_right(port: int, login: bytes) -> None:
    """A right login is accepted and the same with another challenge is not: else there is nothing to measure."""
    forged = msgspec.json.encode({**msgspec.json.decode(login), "signature": b64encode(bytes(256)).decode()})
    with httpx.Client(trust_env=False) as client:
        said = [client.post(f"http://127.0.0.1:{port}/login", content=each).json() for each in (login, forged)]
    reasons = [each["reason"] for each in said]
    if reasons != ["OK", "BAD_SIGNATURE"]:
        raise ConfigurationError(f"bench: expected OK and BAD_SIGNATURE, actual {reasons}")


def _loaded(process: "subprocess.Popen[bytes]", job: Job, core: int, kind: str = JSON) -> tuple[float, Result]:
    """Return answers in a second of the server's processor, and what wrk saw."""
    before = processor_seconds(process.pid)
    result = wrk.run(job, core, kind)
    return result.answers / (processor_seconds(process.pid) - before), result
