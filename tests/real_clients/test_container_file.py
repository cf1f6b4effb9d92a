"""The container file, where no container engine runs: its syntax, what it copies, and its scripts run for real.

What an engine would do with it is not shown here; docs/readers.md says what was run otherwise.
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from select import select

import pytest

from cardsim.folder import save_card
from cardsim.profile import Profile
from harness.lane_table import LANES
from harness.pcsc_lane import PcscLane
from harness.pcsc_lane.daemon import end_process
from harness.pcsc_substitute import LABEL
from tests.real_clients.container_file import KNOWN, NoInstruction, parse_container_file
from tests.real_clients.doors import ROOT, await_that

FILE = ROOT / "containers" / "Containerfile"
START = ROOT / "containers" / "start"
INSTALL = ROOT / "containers" / "install"


def test_every_instruction_is_known_and_every_source_is_there() -> None:
    """Debian 12 by its plain name, no root at run time, and nothing copied that is not in the repository."""
    instructions = parse_container_file(FILE)
    assert instructions[0].name == "FROM"
    assert [found.words for found in instructions if found.name == "FROM"] == [["debian:12"]]
    assert [found.words for found in instructions if found.name == "USER"] == [["kazashi"]]
    copied = [word for found in instructions if found.name == "COPY" for word in found.words[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    (entry,) = (found.words for found in instructions if found.name == "ENTRYPOINT")
    assert os.access(ROOT / entry[0], os.X_OK)
    assert os.access(INSTALL, os.X_OK)


def test_every_package_of_the_project_is_copied() -> None:
    """A new top-level package is missed here before it is missed in a container."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    needed = packages | {project["project"]["readme"], *project["project"]["license-files"], "kazashi", "requirements"}
    copied = {word for found in parse_container_file(FILE) if found.name == "COPY" for word in found.words[:-1]}
    assert needed <= copied


def test_the_packages_of_the_pcsc_lane_are_installed() -> None:
    """What `kazashi test` would install for the PC/SC lane, the container has."""
    installed = set(INSTALL.read_text(encoding="ascii").replace("\\", " ").split())
    (lane,) = (lane for lane in LANES if lane.name == "pcsc")
    own = {"iproute2", "binutils", "gnutls-bin", "libengine-pkcs11-openssl", "pcsc-tools"}  # the tests' own tools
    assert {need.package for need in lane.needs} - installed <= own


@pytest.mark.parametrize("script", [START, INSTALL], ids=lambda script: script.name)
def test_the_scripts_are_shell(script: Path) -> None:
    """`sh -n` reads them to the end."""
    read = subprocess.run(["sh", "-n", str(script)], capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("FORM debian:12\n", "line 1: 'FORM', expected one of"),
        ("FROM debian:12\n\n# a comment\nrun x\n", "line 4: 'run'"),
        ("FROM debian:12\nRUN a \\\n", "line 2: continued, and the file ends"),
        ("FROM\n", "line 1: FROM of nothing"),
    ],
)
def test_what_is_no_container_file_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """The check above rests on this: an instruction that engines do not know has its line named."""
    (tmp_path / "file").write_text(text, encoding="ascii")
    with pytest.raises(NoInstruction, match=says):
        parse_container_file(tmp_path / "file")
    assert "RUN" in KNOWN


@pytest.fixture
def card(profile: Profile, tmp_path: Path) -> Path:
    """A card in a folder."""
    save_card(profile, tmp_path / "card")
    return tmp_path / "card"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A KAZASHI_HOME whose Python is the one that runs the tests."""
    python = tmp_path / "home" / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    return tmp_path / "home"


@pytest.mark.parametrize("manner", ["beside", "substitute"])
def test_a_program_beside_a_card(home: Path, card: Path, lane: PcscLane, manner: str) -> None:
    """`start beside` has pcscd, `start substitute` says that it has none; output and exit code are the program's."""
    if manner == "beside" and not lane.daemon.isolated:
        pytest.skip("no namespaces here: a machine has one pcscd then, and the session's own is it")
    shown = start(home, manner, str(card), "pkcs15-tool", "-D")
    assert shown.returncode == 0, shown.stderr
    assert "PKCS#15 Card [JPKI]" in shown.stdout
    assert (LABEL in shown.stderr) == (manner == "substitute")
    assert start(home, manner, str(card), "sh", "-c", "exit 7").returncode == 7


@pytest.mark.parametrize(
    ("words", "says"),
    [(("beside", "card"), "expected DIR PROGRAM"), (("card",), "expected DIR"), (("no",), "no: expec")],
)
def test_a_mistake_is_one_line(home: Path, words: tuple[str, ...], says: str) -> None:
    """Exit code 2, and what was expected."""
    refused = start(home, *words)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert says in refused.stderr


def test_a_container_that_is_a_reader(home: Path, lane: PcscLane, tmp_path: Path) -> None:
    """`start reader` is pcscd with a reader of our name, and ends on SIGTERM; in namespaces, as a container is."""
    if not lane.daemon.isolated:
        pytest.skip("no namespaces here: a pcscd on the usual port might disturb another")
    (tmp_path / "run").mkdir()
    begin = (
        "import os, sys; from pathlib import Path; from harness.pcsc_lane.inside import mount_over, raise_loopback;"
        "raise_loopback(); mount_over(Path(sys.argv[1]), Path('/run')); os.execv(sys.argv[2], sys.argv[2:])"
    )
    namespaces = ("unshare", "--user", "--map-root-user", "--net", "--mount")
    command = [*namespaces, sys.executable, "-c", begin, str(tmp_path / "run"), str(START), "reader"]
    environment = {**os.environ, "KAZASHI_HOME": str(home)}
    with (tmp_path / "log").open("wb") as log:
        reader = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    place = tmp_path / "run" / "pcscd" / "pcscd.comm"
    try:
        await_that(lambda: place.exists() or reader.poll() is not None, "pcscd's socket")
        listed = subprocess.run(
            ["opensc-tool", "--list-readers"],
            env={**os.environ, "PCSCLITE_CSOCK_NAME": str(place)},
            capture_output=True,
            text=True,
            check=False,
        )
        ended = os.pidfd_open(reader.pid)
        reader.terminate()
        assert select([ended], [], [], 20)[0]
        os.close(ended)
    finally:
        end_process(reader)
    assert "Kazashi Virtual Reader 00 00" in listed.stdout, (tmp_path / "log").read_text(encoding="utf-8")
    assert "unencrypted" in (tmp_path / "log").read_text(encoding="utf-8")


def start(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The container's entry point, outside one."""
    return subprocess.run(
        [str(START), *words],
        env={**os.environ, "KAZASHI_HOME": str(home), "OPENSC_DRIVER": "jpki"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
