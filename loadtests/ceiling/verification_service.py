"""The same logins over HTTP at the core's own service, by wrk and with truth: `login.http` of PERFORMANCE.md, judged.

Sixteen connections. As the bench does it: the rate is for each second of the server's processor with wrk on the same
core, and the latency with wrk on another. On one core the server finds many requests whenever it has its turn; with
wrk on another it is woken for one or two of them, and each costs it up to twice as much. The share of bad logins is
the run's, and challenges are put back once they were spent: to sign one for each takes longer than the load. What HTTP
alone costs on this machine, at the same door with nothing behind it, is told beside it.
"""

import tempfile
from base64 import b64encode
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.bench.machine import cores, pinned, processor_seconds
from harness.bench.verify_http import empty_door, served
from harness.bench.verify_material import Material
from harness.errors import HarnessFault
from loadtests.ceiling.found import ServerCeiling
from loadtests.ceiling.judged_wrk import Judged, Request, drive
from loadtests.targets.core_material import Asked, read_material
from loadtests.targets.core_rounds import rounds_of
from loadtests.targets.ground import Ground

SERVED = {"reference_impl.verification": "python:reference_impl.measured:Measured"}
"""By the module of a core: what serves it over HTTP, as the bench knows it."""
DOORS = {"asgi": "login over HTTP (uvicorn)", "bare": "login over HTTP (own protocol)"}
SERVICE = "bench"
"""What it was told to serve."""
SECONDS = 2


def measure(ground: Ground) -> list[ServerCeiling]:
    """Return what each door does: right verdicts in a second of the server's processor; none for an unknown core."""
    target = SERVED.get(ground.module)
    if target is None:
        return []
    asked = [each for made in rounds_of(ground) for each in made]
    requests = [Request("/login", _login(each), f'"reason":"{each.right}"') for each in asked]
    found, silent = [], HarnessFault(f"{target}: expected its port, actual nothing")
    with tempfile.TemporaryDirectory(prefix="kazashi-service-") as folder:
        (Path(folder) / "material").write_bytes(msgspec.msgpack.encode(_material(ground, asked)))
        for door, name in DOORS.items():
            with served(Path(folder), target, door, silent=silent) as (process, port):
                place = f"http://127.0.0.1:{port}"
                drive(place, requests, 1, before=pinned(cores()[-1]))  # what is remembered is there
                near, far = (_run(process.pid, place, requests, core) for core in (cores()[0], cores()[-1]))
            empty, unloaded = empty_door(Path(folder), door, [each.body for each in requests], SECONDS)
            beside = f"; with nothing behind that door {empty:.0f}, p99 {unloaded.p99 * 1e3:.1f} ms"
            found.append(_told(name, near, far, beside))
    return found


class _Run(NamedTuple):
    judged: Judged
    spent: float
    """Seconds of the server's processor."""

    @property
    def per_core(self) -> float:
        return self.judged.right / self.spent if self.spent else 0.0


def _run(pid: int, place: str, requests: list[Request], core: int) -> _Run:
    before = processor_seconds(pid)
    judged = drive(place, requests, SECONDS, before=pinned(core))
    return _Run(judged, processor_seconds(pid) - before)


def _told(name: str, near: _Run, far: _Run, beside: str) -> ServerCeiling:
    seen, both = far.judged, (near.judged, far.judged)
    note = (
        f"a second of the server's core, wrk on the same; with wrk on another {far.per_core:.0f}, and "
        f"{seen.rate:.0f}/s by the clock, wrk taking {seen.busy:.0%} of it{beside}"
    )
    wrong, strange, errors = (sum(each) for each in zip(*((a.wrong, a.strange, a.errors) for a in both), strict=True))
    if wrong or strange or errors:
        samples = near.judged.sample or seen.sample
        note += f"; {strange} answers other than HTTP 200, {errors} socket errors; {samples}"
    return ServerCeiling(name, near.per_core, seen.p50 * 1e3, seen.p99 * 1e3, wrong, note, strange)


def _login(asked: Asked) -> bytes:
    octets = {"certificate": asked.certificate, "challenge": asked.challenge, "signature": asked.signature}
    return msgspec.json.encode({name: b64encode(each).decode() for name, each in octets.items()} | {"service": SERVICE})


def _material(ground: Ground, asked: list[Asked]) -> Material:
    """Return what the bench's server is given; what only other rows of the bench need is not in it."""
    given = read_material(Path(ground.material))
    someone = next(each for each in asked if each.right == "OK")
    return Material(
        now=given.now,
        anchors=given.anchors,
        card_issuers=given.card_issuers,
        lists=given.lists,
        logins=[(each.certificate, each.challenge, each.signature, b"") for each in asked],
        birth_record=b"",
        card_certificate=b"",
        point=given.lists[0][1],
        of_one_point=[someone.certificate],
    )
