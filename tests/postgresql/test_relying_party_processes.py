"""Four processes of the relying party on PostgreSQL: each challenge once; the server goes and comes back."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.postgresql.server import Server
from tests.reference_impl.test_process import responder
from tests.reference_impl.web import test_processes
from tests.reference_impl.web.fleet import Fleet, Terminals, address, presented, started
from tests.reference_impl.web.test_processes import (
    fleet,
    log,
    test_one_challenge_is_accepted_once_by_all_processes_together,
    test_spent_challenge_stays_spent_when_all_processes_were_killed,
    test_worker_killed_under_load_loses_nothing_that_was_acknowledged,
)

__all__ = [
    "fleet",
    "log",
    "test_one_challenge_is_accepted_once_by_all_processes_together",
    "test_spent_challenge_stays_spent_when_all_processes_were_killed",
    "test_worker_killed_under_load_loses_nothing_that_was_acknowledged",
]


@pytest.fixture(scope="module")
def place(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The words that name a database for the store and one for the audit."""
    store, audit = server.new_database(), server.new_database()
    key = tmp_path_factory.mktemp("audit") / "key"
    words = {"--store": store, "--audit": audit}
    named = [part for name, url in words.items() for part in (name, url.render_as_string(hide_password=False))]
    yield [*named, "--audit-key", str(key)]
    for url in (store, audit):
        server.drop(url)


def test_server_that_is_killed_and_comes_back(place: list[str], server: Server, tmp_path: Path) -> None:
    """Without it: alive, not ready, and a Problem with its reason for whoever asks; with it again: all goes on at once.
    What was acknowledged is counted, what was spent is spent, what was refused for want of a store was not taken."""
    log = tmp_path / "requests.log"
    arguments = ["--test-surface", "--processes", "2", "--log", str(log), *place]
    with responder() as ocsp, started(arguments) as running:
        running.configure(ocsp)
        running.http.post("/kazashi/v1/reset", json={}).raise_for_status()
        assert running.attempt("enrol")["reason"] == "OK"
        begun, unused = running.begin("login"), running.begin("login")
        assert running.together(begun, "login", 1)[0]["reason"] == "OK"
        before = test_processes.accepted(running)
        with Terminals(running, 3) as load:
            load.go_on(6)
            with server.killed():
                assert require_problems(running, unused) == {"STORE_UNUSABLE"}
            load.go_on(6)
        assert set(load.told) == {"OK"}
        assert set(load.problems) <= {"STORE_UNUSABLE", "AUDIT_UNUSABLE"}
        counted = test_processes.accepted(running) - before
        assert len(load.told) <= counted <= len(load.told) + load.unacknowledged
        assert running.together(begun, "login", 1)[0]["reason"] == "CHALLENGE_REPLAYED"
        assert running.together(unused, "login", 1)[0]["reason"] == "OK"
        assert running.is_ready()
    assert "postgresql" not in log.read_text(encoding="utf-8")


def require_problems(running: Fleet, unused: dict[str, str]) -> set[str]:
    """The reasons that are given while the store is away; each is a Problem with words in both languages."""
    assert running.http.get("/health/live").status_code == 200
    answers = [running.http.get("/health/ready")]
    for _ in range(4):  # both processes, with connections that broke and with new ones
        answers.append(running.http.post(address(unused, "login"), json=presented(unused, "login")))
        begin = httpx.post(
            f"{running.url}/api/v1/services/library/login",
            json={"environment": "online"},
            headers=dict(running.http.headers),
            trust_env=False,
            timeout=60,
        )
        answers.append(begin)
    for answer in answers:
        assert answer.status_code == 503, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) > 0
        assert set(answer.json()["text"]) == {"ja", "en"}
    return {answer.json()["reason"] for answer in answers}
