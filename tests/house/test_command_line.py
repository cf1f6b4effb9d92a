"""The command line: found by entry points, and what a person set up wrongly is one line and exit code 2."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def kazashi(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line with a home of its own."""
    return subprocess.run(
        [sys.executable, "-m", "harness.cli", *arguments],
        cwd=home,
        env={**os.environ, "KAZASHI_HOME": str(home / "home"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose keys are made once for this module."""
    return tmp_path_factory.mktemp("installation")


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_help_names_every_command(home: Path) -> None:
    """`kazashi --help` shows what is installed, of every package."""
    done = kazashi("--help", home=home)
    assert done.returncode == 0
    for command in ("certify", "test", "scenario", "load", "up", "clock", "resident", "card"):
        assert command in done.stdout


def test_one_command_starts_without_the_others(home: Path) -> None:
    """What a command is asked for is loaded, and none of its neighbours: a person waits for those."""
    program = "import harness.cli, sys; harness.cli.build('clock'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=home, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "harness.commands.clock" in loaded
    assert not loaded & {"harness.commands.world", "conformance.commands", "loadtests.commands", "scenarios.commands"}


@pytest.mark.parametrize("word", ["clok", "--hel"])
def test_word_that_is_no_command_is_answered_from_all_of_them(home: Path, word: str) -> None:
    """A slip of the finger is told what was meant, whatever package brings it."""
    done = kazashi(word, home=home)
    assert done.returncode == 2
    assert {"clok": "Did you mean 'clock'?", "--hel": "--help"}[word] in done.stderr


def test_certify_writes_its_reports_and_says_where(home: Path) -> None:
    """Exit 0, four files, their paths on stderr, and what certify promised in report.json."""
    done = kazashi("certify", "--case", "tap/outdoor", "--out", "reports", home=home)
    assert done.returncode == 0, done.stderr
    for name in ("index.html", "report.json", "junit.xml", "summary.md"):
        assert (home / "reports" / name).exists()
        assert f"reports/{name}" in done.stderr
    report = json.loads((home / "reports" / "report.json").read_text(encoding="utf-8"))
    assert [case["verdict"] for case in report["cases"]] == ["PASS", "PASS"]


def test_target_that_accepts_everything_ends_with_exit_1(home: Path) -> None:
    """Not conformant: the case and its twin are named, each finding in a line of its own for whoever greps a CI log."""
    always = ROOT / "conformance" / "targets" / "always.pl"
    target = f"command:perl {always} accept"
    done = kazashi("certify", "--case", "login/forged-signature", "--target", target, home=home, COLUMNS="40")
    assert done.returncode == 1
    starts = ("FAIL login/", "    ", "  ", "kazashi-always-accept 0.1.0: ")
    assert all(line.startswith(starts) for line in done.stderr.splitlines()), done.stderr
    assert "login/forged-signature" in done.stderr
    assert "login/genuine-signature" in done.stderr


ADAPTER = """
import http.server, json, sys

capabilities, other_answers = map(json.loads, sys.argv[1:])
tolerances = {"clock_seconds": 0, "status_seconds": 0, "challenge_seconds": 300}
hello = {"contract": "1.0", "role": "relying-party", "product": "p", "version": "1",
         "capabilities": capabilities, "tolerances": tolerances}


class Adapter(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        said = hello if self.path.endswith("hello") else {} if self.path.endswith("configure") else other_answers
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())


server = http.server.HTTPServer(("127.0.0.1", 0), Adapter)
print(f"listening http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
"""


def adapter(folder: Path, capabilities: list[str], other_answers: object) -> str:
    """A target that says hello with these capabilities and answers everything else with one value."""
    program = folder / "adapter.py"
    program.write_text(ADAPTER, encoding="utf-8")
    words = [sys.executable, str(program), json.dumps(capabilities), json.dumps(other_answers)]
    return f"command:{shlex.join(words)}"


def test_adapter_that_breaks_the_contract_ends_with_exit_3(home: Path, tmp_path: Path) -> None:
    """Neither conformant nor not: no verdict, with the transcript."""
    target = adapter(tmp_path, ["set_time", "enrol"], 7)
    done = kazashi("certify", "--case", "enrol/genuine-chip", "--target", target, home=home)
    assert done.returncode == 3, done.stderr
    assert "HARNESS_ERROR" in done.stderr
    assert "breaks the schema" in done.stderr


def test_no_applicable_case_is_inconclusive(home: Path, tmp_path: Path) -> None:
    """A product that can nothing is not conformant by having nothing tried: exit 4."""
    done = kazashi("certify", "--target", adapter(tmp_path, [], {}), home=home)
    assert done.returncode == 4, done.stderr
    assert "NA" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("certify", "--role", "card-reader"),
            "role 'card-reader': expected one of: card, platform-client, relying-party, responder, tap-client",
        ),
        (("certify", "--target", "nonsense"), "--target 'nonsense': expected reference"),
        (("certify", "--target", "http://127.0.0.1:9"), "start the product's test surface or correct --target"),
        (("certify", "--case", "tap/nothing"), "case 'tap/nothing'"),
        (("certify", "--lang", "fr"), "expected ja or en"),
        (("test", "nonsense"), "lane 'nonsense': expected one of lint"),
    ],
)
def test_unusable_setup_is_one_line_and_exit_2(home: Path, arguments: tuple[str, ...], says: str) -> None:
    """What cannot work says what it is and how to mend it; no traceback."""
    done = kazashi(*arguments, home=home)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A file where the installation should be: exit 2, and KAZASHI_HOME is named."""
    (tmp_path / "home").write_text("", encoding="utf-8")
    done = kazashi("certify", home=tmp_path)
    assert done.returncode == 2
    assert "KAZASHI_HOME" in done.stderr
    assert done.stderr.count("\n") == 1


def test_fault_of_our_own_is_exit_3_and_not_a_verdict(home: Path) -> None:
    """A traceback must not end with exit code 1, which would say "not conformant"."""
    program = (
        "import harness.cli as cli\n"
        "def broken():\n"
        "    raise RuntimeError('ours')\n"
        "cli.build = lambda *_: (lambda prog_name: broken())\n"
        "cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "RuntimeError: ours" in done.stderr


def is_gone(group: int) -> bool:
    """Whether no process of the group is left; whoever adopted the killed ones may take a moment to reap them."""
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_sigterm_ends_what_certify_started(home: Path) -> None:
    """A run that is told to go takes the product with it, also one behind a wrapper that ignores the signal."""
    product = "trap '' TERM; echo $$ > product.pid; sleep 600 & wait"
    run = subprocess.Popen(
        [sys.executable, "-m", "harness.cli", "certify", "--target", f"command:sh -c {shlex.quote(product)}"],
        cwd=home,
        env={**os.environ, "KAZASHI_HOME": str(home / "home")},
        stderr=subprocess.DEVNULL,
    )
    started = home / "product.pid"
    give_up = time.monotonic() + 60
    while not (started.exists() and started.read_text(encoding="ascii").strip()) and time.monotonic() < give_up:
        time.sleep(0.05)
    group = int(started.read_text(encoding="ascii"))
    os.killpg(group, 0)
    run.terminate()
    assert run.wait(30) == 128 + signal.SIGTERM
    assert is_gone(group)
