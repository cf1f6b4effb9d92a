"""The service against its own description, by schemathesis, as a program of its own; and lines that drip."""

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

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
def served() -> Iterator[tuple[str, int]]:
    """An application behind a line that has its deadline; at /read it takes the body, and tells the fields."""

    async def app(
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, object]]],
        send: Callable[[dict[str, object]], Awaitable[None]],
    ) -> None:
        while scope["path"] == "/read" and (await receive()).get("more_body"):
            pass
        named = b" ".join(sorted(name for name, _ in scope["headers"]))
        await send({"type": "http.response.start", "status": 204, "headers": [(b"x-named", named)]})
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


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, served: tuple[str, int]) -> tuple[str, int]:
    """The same where heads have a second: what does not come in time is waited for, what does come is in time."""
    monkeypatch.setattr(head_deadline, "HEAD_SECONDS", 1.0)
    return served


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
def test_head_that_does_not_come_in_time_ends_the_line(impatient: tuple[str, int], parts: tuple[bytes, ...]) -> None:
    """Nothing, half a head, or half of a second one: the line is closed, and the first request was answered."""
    assert answer_to(impatient, *parts).count(b"204") == (REQUEST in parts)


@pytest.mark.parametrize(("length", "answered"), [(50_000, 1), (400_000, 0)])
def test_head_is_read_to_its_greatest_length(served: tuple[str, int], length: int, answered: int) -> None:
    """A head of 50 kB is answered; one of 400 kB is not, though it comes in time and ends."""
    try:
        found = answer_to(served, b"GET / HTTP/1.1\r\nConnection: close\r\nX-Long: " + b"x" * length + b"\r\n\r\n")
    except (ConnectionResetError, BrokenPipeError):
        found = b""
    assert found.count(b"204") == answered


@pytest.mark.parametrize("path", [b"/", b"/read"])
def test_trailer_is_no_part_of_the_head(served: tuple[str, int], path: bytes) -> None:
    """A credential behind the body would pass whoever looked at the head on the way."""
    head = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    found = answer_to(served, head + b"1\r\nx\r\n0\r\nAuthorization: Bearer x\r\n\r\n")
    assert b"x-named: connection host transfer-encoding\r\n" in found


CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(("first", "drop"), [(CHUNKED, b"1\r\nx\r\n"), (REQUEST, b"\r\n")], ids=["body", "empty-lines"])
def test_line_is_not_held_by_dripping_after_the_answer(impatient: tuple[str, int], first: bytes, drop: bytes) -> None:
    """The rest of a body that nobody waits for, or empty lines: each drop put off the keep-alive time, for ever."""
    pulse = threading.Event()
    with socket.create_connection(impatient, timeout=20) as line:
        line.sendall(first)
        assert b"204" in line.recv(65_536)
        line.settimeout(0.05)
        for _ in range(200):
            try:
                line.sendall(drop)
                if not line.recv(65_536):
                    return
            except TimeoutError:
                pulse.wait(0.01)
            except ConnectionError:
                return
    raise AssertionError("expected the line to be closed, found it open after 10 s")


def test_rest_of_a_body_that_comes_after_the_answer_ends_nothing(served: tuple[str, int]) -> None:
    """Many clients send a body behind its head whatever is answered; the next request is served on the same line."""
    with socket.create_connection(served, timeout=20) as line:
        line.sendall(CHUNKED)
        assert b"204" in line.recv(65_536)
        line.sendall(b"1\r\nx\r\n0\r\n\r\n" + REQUEST)
        assert b"204" in line.recv(65_536)
