"""`kazashi serve`: two doors of the fake J-LIS and the control door, three processes over one store."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography.x509 import ocsp
from sqlalchemy import URL

from harness.contract.vocabulary import Kind
from harness.keys import KeyPool
from harness.municipalities import AOI
from harness.world import World
from tests.harness.asking import list_address, request
from tests.harness.instants import jst

PROGRAM = """
import sys
import typer
from harness.cli import main
from harness.commands.serve import serve
from harness.commands import world
import harness.cli
program = typer.Typer()
program.command("serve")(serve)
program.add_typer(world.app, name="world")
harness.cli.build = lambda *_: program
main()
"""
LAST_LINE = "Ctrl-C ends it"


class Process:
    """One door, until the block ends."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            env={**os.environ, "KAZASHI_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        self.said: list[str] = []
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith(LAST_LINE):
                break
        self.addresses = dict(line.split(maxsplit=1) for line in self.said if "://" in line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        assert code == 0


@pytest.fixture
def home(keys: KeyPool, tmp_path: Path) -> Path:
    """A home on the session's keys."""
    (tmp_path / "keys").symlink_to(keys._folder)
    return tmp_path


class Doors:
    """Two doors of the fake J-LIS, the control door, and the doors where the two are told of themselves."""

    def __init__(self, jlis: list[httpx.Client], control: httpx.Client, own: list[httpx.Client]) -> None:
        self.jlis, self.control, self.own = jlis, control, own

    def set_clock(self, text: str) -> None:
        """Set the world's clock, written in Japan's time."""
        self.control.put("/v1/clock", json={"instant": jst(text).isoformat()}).raise_for_status()


@pytest.fixture
def doors(home: Path, store: URL) -> Iterator[Doors]:
    """The three processes over a world of two residents, frozen at 09:07."""
    named = ["--store", store.render_as_string(hide_password=False)]
    Process(home, "world", "new", *named, "--residents", "2", "--at", "2026-12-02T09:07", "--frozen").__exit__()
    with ExitStack() as running:
        jlis = [running.enter_context(Process(home, "serve", "jlis", *named)) for _ in range(2)]
        control = running.enter_context(Process(home, "serve", "control", *named))
        proof = {"authorization": f"Bearer {(home / 'control-token').read_text()}"}
        clients = [
            running.enter_context(
                httpx.Client(base_url=one.addresses["crl"].split("/crl")[0], trust_env=False, timeout=30)
            )
            for one in jlis
        ]
        address = control.addresses["control"].strip()
        own = [running.enter_context(own_door(one.addresses)) for one in jlis]
        yield Doors(
            clients,
            running.enter_context(httpx.Client(base_url=address, headers=proof, trust_env=False, timeout=30)),
            own,
        )


def own_door(addresses: dict[str, str]) -> httpx.Client:
    """Return a client of the door where a process is told of itself, with its token."""
    token = Path(urlsplit(addresses["token"].strip()).path).read_text(encoding="ascii")
    proof = {"authorization": f"Bearer {token}"}
    return httpx.Client(base_url=addresses["control"].strip(), headers=proof, trust_env=False, timeout=30)


def status(client: httpx.Client, asked: bytes) -> str:
    """Return what a door says of the certificate."""
    answer = client.post("/ocsp/auth", content=asked).raise_for_status()
    return ocsp.load_der_ocsp_response(answer.content).certificate_status.name


def test_three_processes_are_one_world(doors: Doors, keys: KeyPool, store: URL) -> None:
    """An event of the control door is at both others at the next mark; what one of them said binds the control door."""
    holder: dict[str, Any] = doors.control.get("/v1/residents").json()["residents"][0]
    serial = int(next(row["serial"] for row in holder["certificates"] if row["kind"] == "auth"), 16)
    with_world = World.open(keys, store)
    asked = request(with_world, Kind.AUTH, serial)
    with_world.close()
    assert [status(client, asked) for client in doors.jlis] == ["GOOD", "GOOD"]
    lost = doors.control.post(f"/v1/residents/{holder['resident']['id']}/lose")
    assert lost.status_code == 200
    assert [status(client, asked) for client in doors.jlis] == ["GOOD", "GOOD"]
    doors.set_clock("2026-12-02T09:15:00")
    assert status(doors.jlis[0], asked) == "REVOKED"
    back = doors.control.post("/v1/residents", json={})
    assert back.status_code == 409
    assert "2026-12-02T00:15:00+00:00 was already published" in back.json()["error"]["actual"]
    doors.set_clock("2026-12-02T09:15:01")
    assert doors.control.post("/v1/residents", json={}).status_code == 200
    assert status(doors.jlis[1], asked) == "REVOKED"
    doors.set_clock("2026-12-03T03:00:00")
    lists = [client.get(httpx.URL(list_address(client, "auth", AOI.code)).path).content for client in doors.jlis]
    assert lists[0] == lists[1]


def test_the_control_door_alone_promises_nothing_that_others_have_in_memory(doors: Doors) -> None:
    """A fault that no door would give, and a journal of nothing, are operations that are not there."""
    assert doors.control.get("/v1/journal").status_code == 404
    assert doors.control.post("/v1/jlis/faults", json={"fault": "unavailable"}).status_code == 404
    described = json.loads(doors.control.get("/v1/openapi.json").content)["paths"]
    assert "/v1/clock" in described
    assert not [path for path in described if "fault" in path or "journal" in path or "policy" in path]


def test_each_process_has_faults_policies_and_a_journal_of_its_own(doors: Doors) -> None:
    """At a door of its own, with a token of its own: what is set there is met there and not at the other."""
    first, other = doors.own
    first.post("/v1/jlis/faults", json={"fault": "unavailable", "door": "ocsp-auth", "count": 1}).raise_for_status()
    first.patch("/v1/jlis/ocsp/auth/policy", json={"most_questions": 9}).raise_for_status()
    assert [client.post("/ocsp/auth", content=b"").status_code for client in doors.jlis] == [503, 200]
    assert [len(each.get("/v1/jlis/faults").json()["faults"]) for each in (first, other)] == [1, 0]
    policies = [each.get("/v1/jlis/ocsp/auth/policy").json()["most_questions"] for each in (first, other)]
    assert policies == [9, 1]
    told = [[row["answer"] for row in each.get("/v1/journal").json()["entries"]] for each in (first, other)]
    assert told == [["fault unavailable"], ["malformed_request"]]
    stranger = {"authorization": other.headers["authorization"]}
    assert first.get("/v1/journal", headers=stranger).status_code == 401


def test_each_service_is_a_process_of_its_own(home: Path, store: URL) -> None:
    """OCSP, lists and services side by side: each answers its own paths, describes them alone, and 404 for others'."""
    named = ["--store", store.render_as_string(hide_password=False)]
    Process(home, "world", "new", *named, "--residents", "1", "--at", "2026-12-02T09:07", "--frozen").__exit__()
    own = {"ocsp": "/ocsp/auth", "crl": "/crl/index.json", "services": "/services/fees"}
    with ExitStack() as running:
        addresses = {part: running.enter_context(Process(home, "serve", part, *named)).addresses for part in own}
        for part, told in addresses.items():
            assert {name.partition("-")[0] for name in told} == {part, "control", "token"}
            base = httpx.URL(next(url for name, url in told.items() if name.startswith(part)).strip())
            with httpx.Client(base_url=base.copy_with(path="/"), trust_env=False, timeout=30) as client:
                codes = {
                    path: (client.post(path, content=b"") if path == own["ocsp"] else client.get(path)).status_code
                    for path in own.values()
                }
                described = client.get("/openapi.json").json()["paths"]
            assert codes == {path: 200 if path == own[part] else 404 for path in own.values()}
            assert {path.split("/")[1] for path in described} == {part, "anchors", "openapi.json"}


def test_a_store_without_a_world_is_one_line(home: Path, store: URL) -> None:
    """Nothing is served that nobody made."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "serve", "jlis", "--store", store.render_as_string()],
        env={**os.environ, "KAZASHI_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "expected the world's seed, actual none" in done.stderr
