"""A real `kill -9` in the middle of a line, a real Ctrl-C, and the run that goes on with what they left."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.evidence.run_journal import NAME, interrupted
from conformance.targets import product_named
from harness.contract.targets import running_target

ROOT = Path(__file__).resolve().parents[3]
CASES = ("login/forged-signature", "login/wrong-pin", "status/lost-at-the-mark")


@pytest.fixture(scope="module")
def reference() -> Iterator[str]:
    """A product that outlives the run that asks it: nobody would end one that the killed run had started."""
    with running_target(product_named("reference")) as address:
        yield address


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, key_folder: Path) -> Path:
    """An installation with the keys that these tests have in common."""
    made = tmp_path_factory.mktemp("installation")
    (made / "home").mkdir(mode=0o700)
    (made / "home" / "keys").symlink_to(key_folder)
    return made


def run(home: Path, *words: str, killed_at: int | None = None) -> subprocess.CompletedProcess[str]:
    """The command line, or the one that is killed at its n-th case."""
    module = ["harness.cli"] if killed_at is None else ["tests.conformance.evidence.killed_run", str(killed_at)]
    return subprocess.run(
        [sys.executable, "-m", *module, *words],
        cwd=ROOT,
        env={**os.environ, "KAZASHI_HOME": str(home / "home")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_killed_run_goes_on_and_says_so(reference: str, home: Path) -> None:
    """SIGKILL while a line is written; then the same command with --resume: all cases, both sittings."""
    out = home / "killed"
    chosen = [word for case in CASES for word in ("--case", case)]
    words = ["certify", "--target", reference, "--out", str(out), *chosen]
    done = run(home, *words, "--seed", "11", killed_at=4)
    assert done.returncode == -signal.SIGKILL, done.stderr
    journal = (out / NAME).read_bytes()
    assert not journal.endswith(b"\n")
    before = [line for line in map(json.loads, journal.splitlines()[:-1]) if line["line"] == "case"]
    assert len(before) == 3
    assert interrupted(out)[1] == 1
    assert not (out / "report.json").exists()
    done = run(home, *words, "--resume")
    assert done.returncode == 0, done.stderr
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert (report["seed"], report["seed_drawn"]) == (11, False)
    assert {case["id"] for case in report["cases"]} > set(CASES)
    assert {case["verdict"] for case in report["cases"]} == {"PASS"}
    assert report["run"]["sittings"][0]["cases"] == 3
    assert len(report["run"]["resumed"]) == 1
    played = [row["case"] for row in report["clock"]["script"]]
    assert played[:3] == [line["case"] for line in before]
    assert report["clock"]["mode"] == "controlled"
    assert all(instant.endswith("Z") for row in report["clock"]["script"] for instant in row["instants"])
    assert not (out / NAME).exists()
    done = run(home, *words, "--resume")
    assert (done.returncode, "expected the journal of an interrupted run" in done.stderr) == (2, True)


def test_journal_holds_no_secret_and_whole_judgements(reference: str, home: Path) -> None:
    """What stands in the journal reads back; the password that was typed does not stand there, nor the PIN."""
    out = home / "secrets"
    words = ("certify", "--target", reference, "--out", str(out), "--case", "sign/forged-signature")
    assert run(home, *words, killed_at=2).returncode == -signal.SIGKILL
    journal = (out / NAME).read_text(encoding="utf-8")
    for secret in ("ABC123", "414243313233", "QUJDMTIz", "kazashi-terminal-credential"):
        assert secret not in journal
    assert '"observation":{' in journal


def test_ctrl_c_says_how_to_go_on(home: Path) -> None:
    """SIGINT: exit code 130 and no verdict, and the command that goes on, word for word."""
    out = home / "stopped"
    program = (
        "import os, signal, sys\n"
        "from conformance.evidence.sittings import Sittings\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job in the background inherits none
        "keep = Sittings.keep\n"
        "def stopped(self, *rest):\n"
        "    keep(self, *rest)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "Sittings.keep = stopped\n"
        "from harness.cli import main\n"
        f"sys.argv = ['kazashi', 'certify', '--role', 'tap-client', '--out', {str(out)!r}]\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "KAZASHI_HOME": str(home / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 130, done.stderr
    assert f"./kazashi certify --role tap-client --out {out} --resume" in done.stderr
    assert not (out / "report.json").exists()
    done = run(home, "certify", "--role", "tap-client", "--out", str(out), "--resume")
    assert done.returncode == 0, done.stderr
    assert json.loads((out / "report.json").read_text(encoding="utf-8"))["run"]["sittings"][0]["cases"] == 1
