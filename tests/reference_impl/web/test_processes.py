"""Four processes on one store: each challenge once, whoever is killed; nothing lost that was acknowledged."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.reference_impl import pki
from tests.reference_impl.conftest import b64
from tests.reference_impl.test_process import responder
from tests.reference_impl.web.fleet import Fleet, Terminals, is_there, started

PROCESSES, USES, ROUNDS = 4, 100, 8


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service writes down who served what."""
    return tmp_path_factory.mktemp("log") / "requests.log"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The words that name a store and its audit."""
    return ["--store", str(tmp_path_factory.mktemp("fleet") / "store.sqlite")]


@pytest.fixture(scope="module")
def fleet(place: list[str], log: Path) -> Iterator[Fleet]:
    """Four processes, configured, with the holder enrolled."""
    arguments = ["--test-surface", "--processes", str(PROCESSES), "--log", str(log), *place]
    with responder() as ocsp, started(arguments) as running:
        running.configure(ocsp)
        assert running.attempt("enrol")["reason"] == "OK"
        yield running


def accepted(fleet: Fleet) -> int:
    """How often the holder was accepted, as the store has it."""
    answer = fleet.http.post("/kazashi/v1/account", json={"certificate": b64(pki.leaf())})
    return int(answer.raise_for_status().json()["account"]["accepted"])


def took_part(log: Path) -> set[int]:
    """The workers that ended logins."""
    lines = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    return {line["worker"] for line in lines if line["route"] == "/api/v1/services/{service}/login/{session}"}


def test_one_challenge_is_accepted_once_by_all_processes_together(fleet: Fleet, log: Path) -> None:
    """100 uses of a challenge at once, round after round until all four took part: one acceptance in each."""
    before, rounds = accepted(fleet), 0
    while rounds == 0 or (len(took_part(log)) < PROCESSES and rounds < ROUNDS):
        reasons = Counter(each["reason"] for each in fleet.together(fleet.begin("login"), "login", USES))
        assert reasons == {"OK": 1, "CHALLENGE_REPLAYED": USES - 1}
        rounds += 1
    assert took_part(log) == set(range(PROCESSES))
    assert accepted(fleet) == before + rounds


def test_spent_challenge_stays_spent_when_all_processes_were_killed(fleet: Fleet) -> None:
    """kill -9 of every worker: others take their places, know the configuration, and refuse what was used."""
    begun = fleet.begin("login")
    assert fleet.together(begun, "login", 1)[0]["reason"] == "OK"
    unused = fleet.begin("login")
    killed = fleet.workers()
    assert len(killed) == PROCESSES
    for worker in killed:
        os.kill(worker, signal.SIGKILL)
    fleet.wait_until(lambda: len(set(fleet.workers()) - set(killed)) == PROCESSES and fleet.is_ready())
    assert fleet.together(begun, "login", 1)[0]["reason"] == "CHALLENGE_REPLAYED"
    assert fleet.together(unused, "login", 1)[0]["reason"] == "OK"


def test_worker_killed_under_load_loses_nothing_that_was_acknowledged(fleet: Fleet) -> None:
    """Four terminals go on logging in while a worker is killed: whatever was acknowledged is counted."""
    before = accepted(fleet)
    with Terminals(fleet, 4) as load:
        load.go_on(8)
        victim = fleet.workers()[0]
        os.kill(victim, signal.SIGKILL)
        load.go_on(20)
    assert set(load.told) == {"OK"}
    assert load.problems == []
    assert len(load.broken) <= 4
    assert before + len(load.told) <= accepted(fleet) <= before + len(load.told) + len(load.broken)
    fleet.wait_until(lambda: len(fleet.workers()) == PROCESSES and victim not in fleet.workers())


def test_request_under_way_is_answered_before_the_end(tmp_path: Path) -> None:
    """SIGTERM while the responder is being asked: the verdict comes, the port is closed, and all processes are gone."""
    asked, goes_on = threading.Event(), threading.Event()

    def hold() -> None:
        asked.set()
        goes_on.wait(30)

    verdicts: list[str] = []
    arguments = ["--test-surface", "--processes", "2", "--store", str(tmp_path / "store.sqlite")]
    with responder(hold) as ocsp, started(arguments) as running:
        running.configure(ocsp)
        terminal = threading.Thread(target=lambda: verdicts.append(running.attempt("enrol")["reason"]))
        terminal.start()
        assert asked.wait(30)
        workers = running.workers()
        running.process.send_signal(signal.SIGTERM)
        running.wait_until(lambda: not is_open(running.url))
        goes_on.set()
        terminal.join()
        assert running.process.wait(30) == 0
        assert not [each for each in workers if is_there(each)]
    assert verdicts == ["OK"]


def is_open(url: str) -> bool:
    """Whether anybody is let in."""
    try:
        httpx.get(f"{url}/health/live", trust_env=False, timeout=5)
    except httpx.TransportError:
        return False
    return True


def test_workers_end_when_their_supervisor_was_killed(tmp_path: Path) -> None:
    """Nobody is left behind on the port, and nothing among the temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    environment = {**os.environ, "TMPDIR": str(folder)}
    arguments = ["--processes", "2", "--store", str(tmp_path / "store.sqlite")]
    with started(arguments, env=environment) as running:
        workers = running.workers()
        assert len(workers) == 2
        assert list(folder.iterdir())
        running.process.kill()
        running.process.wait()
        running.wait_until(lambda: not any(map(is_there, workers)))
        assert list(folder.iterdir()) == []


def test_store_that_is_nowhere_is_said_once(tmp_path: Path) -> None:
    """Four workers that could not begin would be four times the same line."""
    command = [sys.executable, "-m", "reference_impl.app", "--processes", "4"]
    ended = subprocess.run(
        [*command, "--store", str(tmp_path / "absent" / "s.sqlite")], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1)
    without = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (without.returncode, "several processes" in without.stderr) == (2, True)
