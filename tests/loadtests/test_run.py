"""Whole runs: an honest product passes; one that decides without looking, or not at all, does not."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from loadtests import generator
from loadtests import run as run_module
from loadtests.observation import Observation
from tests.loadtests.conftest import LoadRun

ROOT = Path(__file__).resolve().parents[2]
ALWAYS = ROOT / "conformance" / "targets" / "always.pl"
BROKEN = Path(__file__).with_name("broken_product.py")


def broken(way: str) -> str:
    """The target that enrols and then fails."""
    return f"command:{shlex.join([sys.executable, str(BROKEN), way])}"


def processes_of(text: str) -> list[str]:
    """The command lines of running processes that contain `text`."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                words = (folder / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            except OSError:
                continue  # it ended meanwhile
            if text in words:
                found.append(words)
    return found


def test_honest_product_passes(load_run: LoadRun) -> None:
    """The reference: exit 0, no wrong verdict, every kind of visit judged, a fifth of the logins bad."""
    done = load_run("--seconds", "3")
    assert done.exit_code == 0, done.said
    written = done.written
    assert (written["verdict"], written["wrong_verdicts"], written["undecided"], written["errors"]) == ("pass", 0, 0, 0)
    assert {(row["kind"], row["actual"]) for row in written["verdicts"]} == {
        ("good", "accept OK"),
        ("just-lost", "accept OK"),
        ("forged", "reject BAD_SIGNATURE"),
        ("replayed", "reject CHALLENGE_REPLAYED"),
        ("revoked", "reject REVOKED"),
        ("on-hold", "reject ON_HOLD"),
        ("expired", "reject EXPIRED"),
        ("not-enrolled", "reject NOT_ENROLLED"),
    }
    assert written["bad_share"] == pytest.approx(0.2, abs=0.05)
    assert 0 < written["latency_ms"]["complete"]["p50"] <= written["latency_ms"]["complete"]["p99"]
    # Expired, forged and replayed logins end before the status step: everybody else's status was asked, once.
    asked = ("good", "just-lost", "revoked", "on-hold", "not-enrolled")
    assert written["status_questions"] == sum(row["count"] for row in written["verdicts"] if row["kind"] in asked)


@pytest.mark.parametrize(
    ("mix", "signatures", "accepted"),
    [
        ("filing-day", "card", {("login", "good"), ("sign", "good")}),
        ("renewal-wave", "key", {("relink", "renewed"), ("tap", "good"), ("login", "good"), ("enrol", "newcomer")}),
    ],
)
def test_honest_product_passes_whatever_people_come_for(
    load_run: LoadRun, mix: str, signatures: str, accepted: set[tuple[str, str]]
) -> None:
    """Every purpose, signed by the virtual card or by the key; the result says by which, and what keys are shared."""
    # without pauses: with them the newcomer is the tenth visit, and a slow machine has eight in three seconds
    done = load_run("--seconds", "3", "--no-think", "--mix", mix, "--signatures", signatures)
    assert done.exit_code == 0, done.said
    rows = {(row["purpose"], row["kind"]) for row in done.written["verdicts"] if row["actual"] == "accept OK"}
    assert accepted <= rows
    assert done.written["holders"].startswith("100 holders: certificates share 16 keys in turn; chips have one each")
    assert done.written["holders"].endswith("by APDU in the generator's processes") is (signatures == "card")
    assert (done.written["asked"]["mix"], done.written["asked"]["signatures"]) == (mix, signatures)


def test_signatures_made_beforehand_are_refused_where_the_product_draws_challenges(load_run: LoadRun) -> None:
    """Before anybody is enrolled."""
    done = load_run("--signatures", "precomputed")
    assert isinstance(done.fault, ConfigurationError)
    assert "use card or key" in str(done.fault)


def test_product_that_accepts_everything_fails(load_run: LoadRun) -> None:
    """Exit 1: the wrong verdicts are counted and named, and nothing else is held against it."""
    done = load_run("--target", f"command:perl {ALWAYS} accept")
    assert done.exit_code == 1
    wrong = [row for row in done.written["verdicts"] if row["ruling"] == "wrong"]
    assert {row["kind"] for row in wrong} == {"forged", "replayed", "revoked", "on-hold", "expired", "not-enrolled"}
    assert done.written["wrong_verdicts"] == sum(row["count"] for row in wrong) > 0
    assert done.written["errors"] == 0
    assert {row["kind"] for row in done.written["verdicts"] if row["ruling"] == "right"} == {"good", "just-lost"}
    assert done.written["wrong"][0]["actual"] == "accept OK"
    assert "not passed: wrong verdicts" in done.said


def test_product_that_refuses_everything_fails_before_the_load(load_run: LoadRun) -> None:
    """Exit 1: the honest holder who was refused at enrolment is named."""
    done = load_run("--target", f"command:perl {ALWAYS} reject")
    assert done.exit_code == 1
    assert "r000001: expected accept OK, actual reject BAD_SIGNATURE" in done.said


@pytest.mark.parametrize(
    ("way", "timeout", "error"),
    [
        ("silent", "1.5", "begin: no answer"),
        ("silent", "3", "begin: no answer"),  # longer than the run: what is under way at its end still counts
        ("html", "2", "begin: the answer breaks the schema"),
        ("hang-up", "2", "begin: no answer"),
    ],
)
def test_product_without_answers_fails(load_run: LoadRun, way: str, timeout: str, error: str) -> None:
    """Exit 1: errors are counted apart, and no verdict is not "no wrong verdict"."""
    done = load_run("--seconds", "2", "--timeout", timeout, "--target", broken(way))
    assert done.exit_code == 1
    assert done.written["wrong_verdicts"] == 0
    assert done.written["errors"] > 0
    assert all(kind.startswith(error) for kind in done.written["error_kinds"])
    assert {"errors", "no verdict at all"} <= set(done.written["because"])


@pytest.mark.parametrize("way", ["unavailable", "foreign-clock"])
def test_product_that_decides_nothing_fails(load_run: LoadRun, way: str) -> None:
    """Exit 1: "try again" to everybody, or verdicts on another clock's time, are no verdicts."""
    done = load_run("--seconds", "1", "--target", broken(way))
    assert done.exit_code == 1
    assert done.written["undecided"] > 0
    assert (done.written["wrong_verdicts"], done.written["errors"]) == (0, 0)
    assert "no verdict at all" in done.written["because"]


@pytest.mark.parametrize(
    ("way", "timeout", "says"),
    [
        ("deaf", "0.5", "before any load was sent: hello at"),
        ("stranger", "20", "expected contract 1.0"),
        ("no-login", "20", "actual without login"),
    ],
)
def test_product_that_cannot_be_loaded_is_a_configuration_fault(
    load_run: LoadRun, way: str, timeout: str, says: str
) -> None:
    """One line before any load is sent, and the product that was started has ended."""
    done = load_run("--timeout", timeout, "--target", broken(way))
    assert isinstance(done.fault, ConfigurationError)
    assert says in str(done.fault)
    assert "\n" not in str(done.fault)
    assert processes_of(f"{BROKEN} {way}") == []


def test_without_locust_it_says_how_to_get_it(load_run: LoadRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, before anything is started."""
    monkeypatch.setattr(generator, "find_spec", lambda name: None)  # noqa: ARG005  (as if not installed)
    done = load_run()
    assert isinstance(done.fault, ConfigurationError)
    assert "pip install 'kazashi[load]'" in str(done.fault)


@pytest.mark.parametrize("share", ["0", "1", "-0.2", "nan"])
def test_unusable_share_is_refused(load_run: LoadRun, share: str) -> None:
    """Both verdicts must be seen, so neither none nor all of the logins may be bad."""
    assert isinstance(load_run("--bad", share).fault, ConfigurationError)


def test_parent_stays_unpatched() -> None:
    """The command imports neither Locust nor gevent: their patched loop and uvicorn's hang together."""
    program = "import sys, loadtests.commands; print([m for m in ('locust', 'gevent') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_sigterm_ends_product_and_locust(installation: Path, tmp_path: Path) -> None:
    """A run that is ended leaves no process behind."""
    marker = f"{BROKEN} silent"
    program = "from loadtests.commands import app; app()"
    command = ["-c", program, "run", "--users", "2", "--seconds", "600", "--target", broken("silent")]
    environment = {**os.environ, "KAZASHI_HOME": str(installation), "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, *command], cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as run:
        poll = threading.Event()
        while not processes_of(f"{tmp_path}/kazashi-load-"):
            assert run.poll() is None, "the run ended by itself"
            poll.wait(0.05)
        run.send_signal(signal.SIGTERM)
        assert run.wait(30) == 128 + signal.SIGTERM
    assert processes_of(marker) == processes_of(f"{tmp_path}/kazashi-load-") == []
    assert list(tmp_path.glob("kazashi-load-*")) == []


def test_interrupted_run_keeps_what_it_found_and_says_so(
    load_run: LoadRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C two seconds after a load of a minute began: the last visits end, both counters agree, it does not pass."""
    seen: list[float] = []
    began = threading.Event()

    def begun(observation: Observation, instant: float, pid: int) -> None:
        told(observation, instant, pid)
        began.set()

    told = Observation.begun
    monkeypatch.setattr(Observation, "begun", begun)

    def interrupting(_bars: object, what: str) -> Callable[[float, float], None]:
        def update(done: float, _wanted: float) -> None:
            if what.startswith("load") and began.is_set():
                seen.append(done)
                if seen[0] + 2 < done:
                    began.clear()
                    raise KeyboardInterrupt

        return update

    monkeypatch.setattr(run_module, "bar", interrupting)
    done = load_run("--seconds", "60", "--ceiling", "3")
    written = done.written
    assert done.exit_code == 1
    assert "the run was interrupted: what was found is of a part of it" in written["because"], done.said
    assert (written["wrong_verdicts"], written["undecided"], written["errors"]) == (0, 0, 0), done.said
    assert 0 < written["seconds"] < 50
    counter = written["course"]["counter"]
    assert counter["answered"] <= counter["counted"] <= counter["sent"]
    assert "of 60 s asked" in done.said.replace("\n", "")
    assert "the run was interrupted" in written["ceilings"]["left_out"][0]
    assert not (tmp_path / "history.jsonl").exists()


def test_folder_that_cannot_be_written_to_is_told_before_anything_is_started(load_run: LoadRun, tmp_path: Path) -> None:
    """Not after the load: an hour's result would be lost."""
    (tmp_path / "letter").touch()
    done = load_run("--out", str(tmp_path / "letter" / "out"), "--target", "command:/nowhere/product")
    assert "expected a folder to write to, actual Not a directory" in str(done.fault)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--counter", "http://[::1"], "--counter http://[::1: expected an answer"),
        (["--workers", "1", "--share", "here", "--fault", "jlis-gone@2+1"], "--workers and --fault: expected one of"),
    ],
)
def test_what_cannot_be_is_one_line(load_run: LoadRun, words: list[str], says: str) -> None:
    """It says what was expected, and ends with 2."""
    done = load_run(*words)
    assert says in str(done.fault)
    assert "\n" not in str(done.fault)


def test_taken_port_is_told_before_anything_is_started(load_run: LoadRun) -> None:
    """Not by Locust after all enrolments."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = load_run("--metrics-port", str(taken.getsockname()[1]), "--target", "command:/nowhere/product")
    assert "expected a free port" in str(done.fault)
