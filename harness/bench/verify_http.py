"""Rows of a verification core over HTTP: logins one in a request and many in a request, one core for the server.

login.http.empty         the same requests at an application that does nothing: what uvicorn takes on this machine
login.http               one JSON login each, sixteen connections, wrk; uvicorn and its ASGI
login.http.p99           what a client sees who has a core of its own
login.http_batch.json    thirty-two in a request, by what the core does in process
login.http_batch.binary  the same in MessagePack
login.bare...            all five at the door that the target serves itself, if it does

Absolute figures do not travel. So the reference of a rate is what an empty door and one raw verification would do
together, both of this run, and its target the share that PERFORMANCE.md asks for on the machine it was written on.
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
from harness.bench.empty_door import EMPTY
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
CEILINGS = {"asgi": 31_000.0, "bare": 45_000.0}
"""What `together` gives there: PERFORMANCE.md says 31 k of uvicorn, 93-116 k of an empty Protocol, 79 k of OpenSSL."""
Login = dict[str, object]


def rows(folder: Path, target: str, seconds: float, raw: float, in_process: float) -> Iterator[Row]:
    """Yield the rows; `raw` is what OpenSSL does in this run, `in_process` what the core does without HTTP."""
    if shutil.which("wrk") is None:
        yield Row("login.http", None, "accepted/s", raw, note="wrk is not installed: apt-get install wrk")
        return
    material = msgspec.msgpack.decode((folder / "material").read_bytes(), type=Material)
    for door in DOORS:
        yield from _door(folder, target, door, _Load(material, seconds, raw, in_process))


def together(first: float, second: float) -> float:
    """Return the rate of doing both, each of which alone would have a rate."""
    return 1 / (1 / first + 1 / second)


def share_row(door: str, rate: float, raw: float, empty: float) -> Row:
    """Return the row of logins at a door, which OpenSSL and the door with nothing behind it would bound together."""
    ceiling, least = together(raw, empty), LEAST / CEILINGS[door]
    note = (
        f"{1e6 / rate:.1f} µs of one core each; {rate / raw:.2f} for each raw verification; {LEAST:,.0f} where the "
        f"reference is {CEILINGS[door]:,.0f}"
    )
    share = rate / ceiling
    return Row(DOORS[door], rate, "accepted/s", ceiling, share, f"≥ {least:.0%}", share >= least, note)


@dataclass(frozen=True, slots=True)
class _Load:
    """What is sent, for how long, and what the answers are compared with."""

    material: Material
    seconds: float
    raw: float
    in_process: float


def _door(folder: Path, target: str, door: str, load: _Load) -> Iterator[Row]:
    """Yield the five rows of one door."""
    name, raw, in_process, seconds = DOORS[door], load.raw, load.in_process, load.seconds
    single = [msgspec.json.encode(each) for each in _logins(load.material, is_binary=False)]
    silent = ConfigurationError(f"bench: expected a port of {target}, actual nothing")
    here, there = cores()[0], cores()[-1]
    empty, unloaded = empty_door(folder, door, single, seconds)
    note = f"p99 {unloaded.p99 * 1e3:.2f} ms from the other core; nothing behind the door"
    yield Row(f"{name}.empty", empty, "answers/s", note=note)
    with served(folder, target, door, silent=silent) as (process, port):
        _require_right(port, single[0])
        rate, _ = _loaded(process, Job(port, _hex(single), seconds, "/login"), here)
        yield share_row(door, rate, raw, empty)
        _, seen = _loaded(process, Job(port, _hex(single), seconds, "/login"), there)
        met = seen.p99 < LONGEST
        note = f"p50 {seen.p50 * 1e3:.2f} ms; sixteen connections from the other core; the reference is the empty door"
        shares = unloaded.p99 * 1e3, seen.p99 / unloaded.p99
        yield Row(f"{name}.p99", seen.p99 * 1e3, "ms", *shares, target="< 1 ms", met=met, note=note)
        for form, least in SHARES.items():
            many = _batches(load.material, is_binary=form == "binary")
            kind = BINARY if form == "binary" else JSON
            rate, _ = _loaded(process, Job(port, _hex(many), seconds, "/logins"), here, kind)
            rate *= IN_ONE
            share = rate / in_process
            note = f"{IN_ONE} in a request; the reference is login.returning in process"
            target_share = f"≥ {least:.0%}"
            yield Row(f"{name}_batch.{form}", rate, "accepted/s", in_process, share, target_share, share >= least, note)


def empty_door(folder: Path, door: str, requests: list[bytes], seconds: float) -> tuple[float, Result]:
    """Return a door's answers a second of its core with nothing behind it, and what wrk saw from the other core."""
    silent = ConfigurationError("bench: expected a port of the empty door, actual nothing")
    with served(folder, EMPTY, door, silent=silent) as (process, port):
        job = Job(port, _hex(requests), seconds, "/login")
        rate, _ = _loaded(process, job, cores()[0])
        return rate, _loaded(process, job, cores()[-1])[1]


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
