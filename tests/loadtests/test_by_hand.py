"""`locust -f loadtests/locustfile.py`, without our command line around it."""

import os
import subprocess
import sys
from pathlib import Path

from loadtests.locust_command import LOCUSTFILE
from tests.loadtests.test_run import ALWAYS, processes_of


def locust(installation: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Locust as a person starts it."""
    return subprocess.run(
        [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), *arguments],
        env={**os.environ, "KAZASHI_HOME": str(installation), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_it_makes_what_it_needs_and_takes_it_away(installation: Path) -> None:
    """World, reference and people are there for two seconds of load that passes, and no process stays."""
    done = locust(installation, "--headless", "-u", "3", "-r", "3", "-t", "3s", "--only-summary")
    assert done.returncode == 0, done.stderr
    assert "complete" in done.stdout + done.stderr
    assert processes_of("loadtests.keeper") == []


def test_wrong_verdicts_are_its_exit_code(installation: Path) -> None:
    """A product that accepts everybody: 1, and Locust's own table has the wrong verdicts."""
    target = f"command:perl {ALWAYS} accept"
    done = locust(
        installation, "--headless", "-u", "3", "-r", "3", "-t", "3s", "--only-summary", "--kazashi-target", target
    )
    assert done.returncode == 1
    assert "VERDICT wrong: expected reject" in done.stdout + done.stderr


def test_what_cannot_be_is_one_line(installation: Path) -> None:
    """Exit code 2 before the page opens."""
    done = locust(installation, "--headless", "-t", "1s", "--kazashi-target", "http://192.0.2.1:80")
    assert done.returncode == 2
    assert "--i-own-this-target" in done.stderr


def test_its_page_is_on_loopback() -> None:
    """Locust's own default is every interface."""
    program = (
        "from loadtests import locustfile; from locust.argument_parser import parse_options; "
        "print(parse_options(args=['-f', locustfile.__file__]).web_host)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines()[-1] == "127.0.0.1"  # a warning of Locust's own comes before
