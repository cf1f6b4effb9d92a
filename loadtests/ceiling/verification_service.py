"""The same logins over HTTP at the core's own service, by wrk and with truth: `login.http` of PERFORMANCE.md, judged.

Sixteen connections; server and wrk are kept on a core each where there are two. The share of bad logins is the run's,
and the challenges are put back once they were spent, for signing one for each request takes longer than the load.
"""

import tempfile
from base64 import b64encode
from pathlib import Path

import msgspec

from harness.bench.machine import cores, pinned, processor_seconds
from harness.bench.verify_http import served
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
                drive(
                    f"http://127.0.0.1:{port}", requests, 1, before=pinned(cores()[-1])
                )  # what is remembered is there
                before = processor_seconds(process.pid)
                judged = drive(f"http://127.0.0.1:{port}", requests, SECONDS, before=pinned(cores()[-1]))
                spent = processor_seconds(process.pid) - before
            found.append(_told(name, judged, spent))
    return found


def _told(name: str, judged: Judged, spent: float) -> ServerCeiling:
    per_core = judged.right / spent if spent else 0.0
    note = f"a second of the server's core; {judged.rate:.0f}/s by the clock, wrk took {judged.busy:.0%} of a core"
    if judged.wrong or judged.strange or judged.errors:
        note += f"; {judged.strange} answers other than HTTP 200, {judged.errors} socket errors; {judged.sample}"
    return ServerCeiling(name, per_core, judged.p50 * 1e3, judged.p99 * 1e3, judged.wrong, note)


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
