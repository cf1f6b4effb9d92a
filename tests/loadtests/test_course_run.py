"""Whole runs with a course: faults and recovery, the target's own counter, the generator's numbers, its processes."""

import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.loadtests.conftest import LoadRun
from tests.loadtests.test_counter import counting
from tests.loadtests.test_run import broken


def free_port() -> int:
    """A port that nobody gets who asks for any: until Locust listens many do, here and in the tests beside these."""
    for port in range(20_000 + os.getpid() % 10_000, 32_768):  # Linux hands out those from there on
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("expected a free port")


class Scraper(threading.Thread):
    """Looks at the generator's numbers until it has seen what it waits for, and keeps what it saw last."""

    def __init__(self, port: int, wanted: str) -> None:
        super().__init__()
        self._url = f"http://127.0.0.1:{port}/metrics"
        self._wanted = wanted
        self._over = threading.Event()
        self.seen = ""

    def run(self) -> None:
        """Again and again: it is not there before Locust is, and gone after it."""
        while not self._over.wait(0.1):
            try:
                self.seen = httpx.get(self._url, trust_env=False, timeout=5).text
            except httpx.TransportError:
                continue
            if self._wanted in self.seen:
                return

    def stop(self) -> None:
        """Enough."""
        self._over.set()
        self.join()


def test_fault_shows_is_excused_and_is_recovered_from(load_run: LoadRun, tmp_path: Path) -> None:
    """The fake J-LIS is gone for two seconds: no verdict is wrong, what failed is excused and told, and the counters
    of target and generator agree; processor, memory and questions were looked at; the numbers could be scraped."""
    port = free_port()
    rightly = 'kazashi_load_verdicts_total{purpose="login",kind="good",ruling="right"}'
    scraper = Scraper(port, rightly)
    scraper.start()
    try:
        done = load_run("--seconds", "12", "--ceiling", "0", "--fault", "jlis-gone@4+2", "--metrics-port", str(port))
    finally:
        scraper.stop()
    written: dict[str, Any] = done.written
    course = written["course"]
    assert (written["wrong_verdicts"], written["undecided"], written["errors"]) == (0, 0, 0), done.said
    assert written["excused"] > 0
    (fault,) = course["faults"]
    assert fault["name"] == "jlis-gone"
    assert 4.0 <= fault["start"] <= fault["end"]
    counter = course["counter"]
    assert counter["sent"] == counter["answered"] == counter["counted"] > 0
    rows = [row for row in course["rows"] if row["processor"] is not None]
    assert all(row["memory"] > 10 and row["descriptors"] > 3 for row in rows)
    assert any(row["questions"] for row in rows)
    assert sum(row["requests"] for row in course["rows"]) == written["requests"]
    assert rightly in scraper.seen
    assert (tmp_path / "load.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert set(written["because"]) <= {"a fault from which the target was not seen to recover in time"}
    assert done.exit_code == (1 if written["because"] else 0)


def test_target_whose_counter_lies_fails(load_run: LoadRun) -> None:
    """Right verdicts throughout, and one request in the counter that nobody sent: exit 1, and both numbers are told."""
    with counting(5, 10**9) as url:
        done = load_run("--seconds", "2", "--ceiling", "0", "--counter", url)
    assert done.exit_code == 1
    assert "the target counted other requests than were sent" in done.written["because"]
    assert done.written["course"]["counter"]["counted"] == 10**9 - 5


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--fault", "worker@5", "--seconds", "5"), "expected it to begin"),
        (("--fault", "database@2+1", "--seconds", "5", "--target", broken("html")), "whose database is started here"),
        (("--counter", "http://127.0.0.1:9/metrics"), "expected an answer"),
    ],
)
def test_course_that_cannot_be_is_refused_before_any_load(
    load_run: LoadRun, arguments: tuple[str, ...], says: str
) -> None:
    """One line, and nothing was written."""
    done = load_run(*arguments)
    assert says in str(done.fault)
    assert done.written is None


def test_command_line_starts_without_what_comes_with_locust() -> None:
    """`kazashi` imports every command when it starts; only a run may need psutil."""
    program = "import sys; sys.modules['psutil'] = None; import loadtests.commands, loadtests.report.compare"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_new_lists_in_the_middle_of_the_load_are_taken_and_no_verdict_is_wrong(load_run: LoadRun) -> None:
    """Three in the morning passes, with yesterday's lists for two seconds more: who was lost since then is accepted
    first and refused later, both rightly; the target had the eve's lists before the load, and its counter agrees."""
    options = ("--seconds", "14", "--bad", "revoked=10%,forged=5%", "--timeout", "30", "--ceiling", "1")
    done = load_run(*options, "--fault", "crl-swap@3+2")
    written = done.written
    told = {(row["kind"], row["actual"], row["ruling"]) for row in written["verdicts"]}
    assert {("just-lost", "accept OK", "right"), ("just-lost", "reject ON_HOLD", "right")} <= told, done.said
    assert {row["ruling"] for row in written["verdicts"]} == {"right"}, done.said
    assert (written["status_questions"], written["errors"], written["excused"]) == (0, 0, 0)
    assert written["course"]["counter"]["counted"] == written["requests"]
    assert written["ceilings"]["server"] == []  # wrk would judge by what was right before
    assert set(written["because"]) <= {"a fault from which the target was not seen to recover in time"}
