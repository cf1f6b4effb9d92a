"""The service against its own description, by schemathesis, as a program of its own; and lines that drip."""

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import uvicorn

from reference_impl.serving import listen
from reference_impl.web import head_deadline
from reference_impl.web.head_deadline import HeadDeadline
from tests.reference_impl.web import release_files
from tests.reference_impl.web.client import AUDITOR, OPERATOR, basic, bearer
from tests.reference_impl.web.fleet import Fleet, started

SETTINGS = """continue-on-failure = true
request-timeout = 20
[generation]
database = "none"
no-shrink = true
dictionaries.string = { dictionary = "known", probability = 0.5 }
[dictionaries.known]
values = ["library"]
[checks]
negative_data_rejection = { expected-statuses = ["400", "401", "403", "404", "405", "413", "415"] }
positive_data_acceptance = { expected-statuses = ["2xx", "400", "403", "404"] }
"""
"""400 to data as described: base64 that is none, a certificate that is none, an instant that no clock has; no JSON
Schema says so. 403: each caller may do a part only. 404: sessions and services are drawn at random."""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A release with one process."""
    path = release_files.write(tmp_path_factory.mktemp("release"))
    with started(["--configuration", str(path), "--log", str(path.with_name("log"))]) as running:
        yield running


CALLERS = {
    "terminal": (basic(), "/", 100),
    "operator": (bearer(OPERATOR), "/(accounts|metrics)", 10),
    "auditor": (bearer(AUDITOR), "/audit", 10),
}
"""Who asks, for which addresses, and the least number of cases that are made of them."""


@pytest.mark.parametrize("name", CALLERS)
def test_service_is_as_it_says(release: Fleet, tmp_path: Path, name: str) -> None:
    """No 5xx, no status, type or schema that is not described, wrong data refused, nobody in without credentials."""
    caller, addresses, least = CALLERS[name]
    (tmp_path / "schemathesis.toml").write_text(SETTINGS, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HYPOTHESIS", "PYTEST"))}
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run"]
    done = subprocess.run(
        [*command, f"{release.url}/openapi.json", "--seed", "20261121", "--no-color", "--warnings", "off", "-n", "1",
         "--phases", "examples,coverage,fuzzing", "--include-path-regex", addresses,
         "-H", f"Authorization: {caller['authorization']}"],
        cwd=tmp_path, env={**environment, "NO_PROXY": "127.0.0.1"}, capture_output=True, text=True, timeout=280,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    counted = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert counted is not None
    assert counted[1] == counted[2]
    assert int(counted[1]) > least


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """An application behind a line that waits a moment for a head."""
    monkeypatch.setattr(head_deadline, "HEAD_SECONDS", 0.2)

    async def app(_: object, __: object, send: Callable[[dict[str, object]], Awaitable[None]]) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(app, http=HeadDeadline, lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield listener.getsockname()
    server.should_exit = True
    thread.join()
    listener.close()


REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def answer_to(address: tuple[str, int], *parts: bytes) -> bytes:
    """What comes back until the line is closed."""
    with socket.create_connection(address, timeout=20) as line:
        for part in parts:
            line.sendall(part)
        found = b""
        while octets := line.recv(65_536):
            found += octets
        return found


@pytest.mark.parametrize(
    "parts", [(), (b"GET / HT",), (REQUEST, b"GET / HTTP/1.1\r\nHos")], ids=["silence", "half", "second"]
)
def test_head_that_does_not_come_in_time_ends_the_line(served: tuple[str, int], parts: tuple[bytes, ...]) -> None:
    """Nothing, half a head, or half of a second one: the line is closed, and the first request was answered."""
    assert answer_to(served, *parts).count(b"204") == (REQUEST in parts)


@pytest.mark.parametrize(("length", "answered"), [(50_000, 1), (400_000, 0)])
def test_head_is_read_to_its_greatest_length(served: tuple[str, int], length: int, answered: int) -> None:
    """A head of 50 kB is answered; one of 400 kB is not, though it comes in time and ends."""
    try:
        found = answer_to(served, b"GET / HTTP/1.1\r\nConnection: close\r\nX-Long: " + b"x" * length + b"\r\n\r\n")
    except (ConnectionResetError, BrokenPipeError):
        found = b""
    assert found.count(b"204") == answered
