"""The relying party as a process of its own: address line, a whole attempt over TCP, SIGTERM, what it cannot begin."""

import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from reference_impl.options import read_arguments
from tests.reference_impl import pki
from tests.reference_impl.conftest import World, b64, configuration
from tests.reference_impl.responder import Settings, answer


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that listens, and its address; it is ended whatever happens."""
    command = [sys.executable, "-m", "reference_impl.app", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("listening http://127.0.0.1:"), line
            yield process, line.split()[1]
        finally:
            process.kill()


@contextmanager
def responder(meanwhile: Callable[[], object] = lambda: None) -> Iterator[str]:
    """A responder on a port, which answers `good`; `meanwhile` is called while each question is under way."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            meanwhile()
            body = answer(self.rfile.read(int(self.headers["Content-Length"])), Settings())
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_process_serves_a_whole_enrolment_and_ends_on_sigterm(tmp_path: Path, world: World) -> None:
    """Over TCP: configure, set the clock, enrol with a status question over HTTP; exit 0 on SIGTERM, nothing logged."""
    store = tmp_path / "store.sqlite"
    with responder() as ocsp, started("--test-surface", "--store", str(store)) as (process, url):
        status = [{"kind": "auth", "ocsp": ocsp, "crl": ""}]
        with httpx.Client(base_url=f"{url}/kazashi/v1/", trust_env=False) as client:
            client.post("configure", json={**configuration(), "status": status}).raise_for_status()
            client.post("set_time", json={"instant": "2026-11-21T00:20:00Z", "epoch": 7}).raise_for_status()
            begin = {"purpose": "enrol", "service": "library", "environment": "attended"}
            begun = client.post("begin", json=begin).raise_for_status().json()
            outcome = client.post("complete", json=world.present(begun, "enrol")).raise_for_status().json()["outcome"]
            assert (outcome["reason"], outcome["epoch"]) == ("OK", 7)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    with sqlite3.connect(store) as database:
        kept = "\n".join(database.iterdump())
    database.close()
    assert "library" in kept
    assert b64decode(begun["challenge"]).hex() in kept.lower()
    assert pki.leaf().hex() not in kept.lower()


def test_process_without_the_test_surface_is_404(tmp_path: Path) -> None:
    """Started as a release is, the contract's paths do not exist."""
    with started("--store", str(tmp_path / "store.sqlite")) as (_, url):
        answer_to_hello = httpx.post(f"{url}/kazashi/v1/hello", json={"contract": "1.0"}, trust_env=False)
        assert answer_to_hello.status_code == 404


@pytest.mark.parametrize("what", ["port", "folder", "no-database"])
def test_process_that_cannot_begin_says_why_in_one_line(tmp_path: Path, what: str) -> None:
    """A port in use, a folder that is not there and a file that is no database: one line with the remedy, exit 2."""
    other = tmp_path / "other.sqlite"
    other.write_bytes(b"something else entirely, and long enough to be looked at\n" * 40)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        arguments = {
            "port": ["--port", str(taken.getsockname()[1])],
            "folder": ["--store", str(tmp_path / "absent" / "store.sqlite")],
            "no-database": ["--store", str(other)],
        }[what]
        command = [sys.executable, "-m", "reference_impl.app", *arguments]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert "give another" in ended.stderr


def test_account_survives_the_process(tmp_path: Path) -> None:
    """What one process enrolled the next one finds; a challenge spent stays spent."""
    path = tmp_path / "store.sqlite"
    message = {}
    for turn in ("first", "second"):
        world = World.over(path)
        try:
            if turn == "first":
                assert world.attempt("enrol")["reason"] == "OK"
                message = world.present(world.begin("login"), "login")
            reason = world.post("complete", message)["outcome"]["reason"]
            assert reason == {"first": "OK", "second": "CHALLENGE_REPLAYED"}[turn]
            account = world.post("account", {"certificate": b64(pki.leaf())})["account"]
            assert account["accepted"] == 2
        finally:
            world.close()


def test_methods_on_the_command_line() -> None:
    """Chosen for all and for some, with an age for what is kept; what is no method ends with its reason."""
    chosen = read_arguments(["--status-method", "crl", "--status-method", "library/auth=ocsp", "--status-keep", "60"])
    assert dict(chosen.status_method) == {"": "crl", "library/auth": "ocsp"}
    assert chosen.status_keep == 60
    assert read_arguments([]).status_method == []


def test_what_is_no_method_is_said_before_anything_begins(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and both sides."""
    with pytest.raises(SystemExit) as ended:
        read_arguments(["--status-method", "sign=none"])
    assert ended.value.code == 2
    assert "expected [[SERVICE/]auth|sign=]ocsp|crl|ocsp-then-crl|offline-crl, found 'sign=none'" in (
        capsys.readouterr().err
    )


def test_fetch_that_does_not_end_holds_up_neither_attempt_nor_end(world: World) -> None:
    """Lists whose index says nothing: the attempt is told so after its patience, and SIGTERM ends the process."""
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        started("--test-surface", "--status-method", "crl") as (
            process,
            url,
        ),
    ):
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/crl/index.json"
        status = [{"kind": "auth", "ocsp": "http://127.0.0.1:9/", "crl": index}]
        with httpx.Client(base_url=f"{url}/kazashi/v1/", trust_env=False, timeout=20) as client:
            client.post("configure", json={**configuration(), "status": status}).raise_for_status()
            client.post("set_time", json={"instant": "2026-11-21T00:20:00Z", "epoch": 7}).raise_for_status()
            begin = {"purpose": "enrol", "service": "library", "environment": "attended"}
            begun = client.post("begin", json=begin).raise_for_status().json()
            outcome = client.post("complete", json=world.present(begun, "enrol")).raise_for_status().json()["outcome"]
            assert outcome["reason"] == "STATUS_UNAVAILABLE"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
