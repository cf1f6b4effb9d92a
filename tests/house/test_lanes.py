"""`kazashi test`: a lane that cannot run is named with its reason, and under CI it is a failure."""

import configparser
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from harness import lanes
from harness.errors import ConfigurationError
from harness.lane_table import LANES, ON_REQUEST, Lane, Need

ROOT = Path(__file__).resolve().parents[2]
NEEDS_ARGUMENTS = {"mutation"}
"""An environment that only says something of the modules and outcomes that it is given."""
MISSING = Lane("pcsc", "real PC/SC", (Need("no-such-program", "no-such-package"),))
Ran = list[list[str]]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Ran:
    """What tox was asked to run; tox itself is not started, and all of it passes."""
    asked: Ran = []

    def run(names: list[str]) -> int:
        asked.append(names)
        return 0

    monkeypatch.setattr(lanes, "_run_tox", run)
    return asked


@pytest.fixture
def a_lane_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which one lane lacks a program."""
    monkeypatch.setattr(lanes, "LANES", (LANES[0], MISSING))


def exit_code(run: Callable[[], None]) -> int:
    """The code with which the command ends."""
    with pytest.raises(typer.Exit) as ended:
        run()
    return ended.value.exit_code


@pytest.mark.usefixtures("a_lane_is_missing")
@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_lane_that_cannot_run_is_named_and_fails_under_ci(
    ran: Ran, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ci: str, code: int
) -> None:
    """The others run, the missing program and its package are named, and CI does not take it for a pass."""
    monkeypatch.setenv("CI", ci)
    assert exit_code(lambda: lanes.test(install=False)) == code
    assert ran == [["lint"]]
    said = capsys.readouterr().err
    assert "lane pcsc left out: missing no-such-program; as root: apt-get install no-such-package" in said


@pytest.mark.usefixtures("a_lane_is_missing")
def test_nothing_is_installed_without_being_root(ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary user's machine is not changed."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("subprocess.run", lambda *words, **options: pytest.fail(f"ran {words} {options}"))
    monkeypatch.setenv("CI", "")
    assert exit_code(lambda: lanes.test(install=True)) == 0
    assert ran == [["lint"]]


def test_long_lane_runs_when_it_is_named_and_only_then(ran: Ran) -> None:
    """`kazashi test fuzz` runs it; `kazashi test` leaves the long ones out."""
    assert exit_code(lambda: lanes.test(["fuzz"], install=False)) == 0
    assert ran == [["fuzz"]]
    assert not {lane.name for lane in LANES} & {lane.name for lane in ON_REQUEST}


def test_unknown_lane_is_told_those_that_there_are(ran: Ran) -> None:
    """A slip of the pen names them all, the long ones, too, and runs nothing."""
    with pytest.raises(ConfigurationError, match=r"lane 'units': expected one of lint, .*unit, .*load-full"):
        lanes.test(["units"], install=False)
    assert not ran


def test_lanes_and_tox_environments_are_the_same() -> None:
    """Every lane is an environment of tox.ini, in the same order; the long ones run when they are named."""
    tox = configparser.ConfigParser()
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    assert [lane.name for lane in LANES] == [name.strip() for name in tox["tox"]["env_list"].split(",")]
    assert {lane.name for lane in (*LANES, *ON_REQUEST)} | NEEDS_ARGUMENTS == {
        section.removeprefix("testenv:") for section in tox.sections() if section.startswith("testenv:")
    }


def test_daemons_are_found_where_an_ordinary_path_does_not_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """pcscd stands in /usr/sbin; a file is looked for as a file."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert Need("nologin", "login").is_there()
    assert not Need("/no/such/header.h", "libnothing-dev").is_there()
