"""The Java client: generated and built with Maven, its examples run on worlds that the extension starts or finds."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.clients.package import SOURCES, write_client
from harness.control_client import ControlClient
from tests.clients.builds import ROOT, need, run
from tests.clients.conftest import KAZASHI

REPORTS = "examples/target/surefire-reports"
STATUS_TEST = Path("examples/src/test/java/example/StatusTest.java")
TELLING = {
    "readsTheCertificateOfTheHolder",
    "goodCardIsGoodAndWasAskedFor",
    "lostCardIsRevokedFromTheNextMarkOn",
    "unavailableResponderIsNoGoodStatus",
    "productThatDoesNotAskIsFound",
    "namesAndDatesComeBackAsTheyWereSaid",
    "whatIsAwaitedMayComeLater",
    "sameWorld",
}
"""Examples without which the others would prove little."""


@dataclass(frozen=True, slots=True)
class Built:
    """What came of a build, and of each test that ran, as surefire reports it."""

    code: int
    printed: str
    tests: dict[str, list[str]]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the client as a vendor has it."""
    need("java", "javac", "mvn")
    folder = tmp_path_factory.mktemp("java") / "client"
    write_client("java", folder)
    return folder


@pytest.fixture(scope="module")
def built(client: Path, home: Path) -> Built:
    """Return what came of the whole build, in a JVM whose charset is not that of JSON."""
    return maven(client, home, f"-Dkazashi.command={KAZASHI}", "-DargLine=-Dfile.encoding=ISO-8859-1")


@pytest.fixture
def found_world(home: Path, tmp_path: Path) -> Iterator[Path]:
    """Yield the file of a world that runs already; it must still run afterwards, and is ended here."""
    file = tmp_path / "up.json"
    environment = {**os.environ, "KAZASHI_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [*KAZASHI.split(), "up", "--json", str(file), "--frozen"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL) as world:
        try:
            end = time.monotonic() + 60
            while not file.exists():
                assert world.poll() is None, "the world ended while it started"
                assert time.monotonic() < end, "the world did not start"
                time.sleep(0.05)
            yield file
            assert world.poll() is None, "the world was ended by somebody else"
        finally:
            world.terminate()
            world.wait(30)


def maven(folder: Path, home: Path, *options: str, **more: str) -> Built:
    """Build and test the client in a folder."""
    shutil.rmtree(folder / REPORTS, ignore_errors=True)
    done = run(["mvn", "-B", "-ntp", "verify", *options], folder, home, **more)
    return Built(done.code, done.printed, reported(folder))


def only(test: str) -> tuple[str, str]:
    """Return the options that run one test class."""
    return f"-Dtest={test}", "-Dsurefire.failIfNoSpecifiedTests=false"


def reported(folder: Path) -> dict[str, list[str]]:
    """Return the tests that surefire reports, by what came of them."""
    found: dict[str, list[str]] = {"passed": [], "failure": [], "error": [], "skipped": []}
    for report in (folder / REPORTS).glob("TEST-*.xml"):
        for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314  (surefire wrote it just now)
            kind = next((part.tag for part in case if part.tag in found), "passed")
            found[kind].append(re.sub(r"\W.*", "", case.attrib["name"]))
    return found


def copied(client: Path, tmp_path: Path) -> Path:
    """Return a copy of the client, built as far as it is, to be changed."""
    return Path(shutil.copytree(client, tmp_path / "client"))


def test_examples_pass(built: Built, home: Path) -> None:
    """Every example ran and held, on worlds that the extension started and ended."""
    assert built.code == 0, built.printed
    came = built.tests
    assert (came["failure"], came["error"], came["skipped"]) == ([], [], [])
    assert set(came["passed"]) >= TELLING
    assert len(came["passed"]) >= 16
    assert not (home / "up.json").exists(), "a world was left behind"


@pytest.mark.usefixtures("built")
def test_broken_example_fails(client: Path, home: Path, tmp_path: Path) -> None:
    """With one expectation turned round exactly that example fails, and the world is ended all the same."""
    folder = copied(client, tmp_path)
    code = (folder / STATUS_TEST).read_text(encoding="utf-8")
    turned = code.replace("assertEquals(Status.REVOKED, after)", "assertEquals(Status.GOOD, after)")
    assert turned != code
    (folder / STATUS_TEST).write_text(turned, encoding="utf-8")
    done = maven(folder, home, f"-Dkazashi.command={KAZASHI}", *only("StatusTest"))
    assert done.code != 0
    assert "expected: <GOOD> but was: <REVOKED>" in done.printed
    came = done.tests
    assert (came["failure"], came["error"]) == (["lostCardIsRevokedFromTheNextMarkOn"], [])
    assert "goodCardIsGoodAndWasAskedFor" in came["passed"]
    assert not (home / "up.json").exists(), "a world was left behind"


@pytest.mark.usefixtures("built")
def test_extension_tidies_up(client: Path, home: Path, tmp_path: Path) -> None:
    """Without the tidying after each test the next test finds what was left, and says so."""
    folder = copied(client, tmp_path)
    extension = folder / "control/src/main/java/kazashi/control/KazashiExtension.java"
    code = extension.read_text(encoding="utf-8")
    assert "world(context).tidy();" in code
    extension.write_text(code.replace("world(context).tidy();", ""), encoding="utf-8")
    done = maven(folder, home, f"-Dkazashi.command={KAZASHI}", *only("WorldTest"))
    assert done.code != 0
    assert "nothingOfATestIsLeftForTheNext" in done.tests["failure"]


@pytest.mark.usefixtures("built")
def test_world_that_runs_is_found_and_left_running(
    client: Path, home: Path, found_world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The named world is used and goes on, empty of what the test left; its token is printed nowhere."""
    done = maven(client, home, f"-Dkazashi.world={found_world}", *only("FirstTest"))
    assert done.code == 0, done.printed
    assert done.tests["passed"] == ["readsTheCertificateOfTheHolder"]
    monkeypatch.setenv("KAZASHI_HOME", str(home))
    with ControlClient(home) as control:
        assert [slot.card for slot in control.slots()] == [None]
        assert len(control.trace("Kazashi-1").entries) > 2, "nobody used this world's card"
    token = (home / "control-token").read_text()
    reports = (client / REPORTS).iterdir()
    assert all(token not in text for text in (done.printed, *(report.read_text() for report in reports)))


@pytest.mark.usefixtures("built")
def test_token_that_others_can_read_is_refused(client: Path, home: Path, found_world: Path, tmp_path: Path) -> None:
    """A token in a file that is not its owner's alone is not used, and the remedy is named."""
    token = tmp_path / "token"
    shutil.copy(home / "control-token", token)
    token.chmod(0o644)
    done = maven(client, home, f"-Dkazashi.token.file={token}", *only("FirstTest"), KAZASHI_WORLD=str(found_world))
    assert done.code != 0
    assert f"{token}: expected a file that only its owner can read" in done.printed
    assert "chmod 600" in done.printed
    assert (home / "control-token").read_text() not in done.printed


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "name the command that starts one in -Dkazashi.command or KAZASHI"),
        (("-Dkazashi.command=/nowhere/kazashi",), "/nowhere/kazashi: expected a program"),
        (("-Dkazashi.command={python} -c raise/SystemExit('no')",), "expected a world, actual exit code 1"),
        (("-Dkazashi.world=/nowhere/up.json",), "/nowhere/up.json: expected the addresses of a running world"),
    ],
    ids=["nothing-said", "no-program", "ends-at-once", "no-file"],
)
@pytest.mark.usefixtures("built")
def test_without_a_world_one_sentence_says_what_to_do(
    client: Path, home: Path, options: tuple[str, ...], said: str
) -> None:
    """A fault of the set-up is an error with a remedy, never a failed expectation."""
    done = maven(client, home, *(option.format(python=sys.executable) for option in options), *only("FirstTest"))
    assert done.code != 0
    assert said in done.printed
    assert "kazashi.control.NoWorld" in done.printed
    assert done.tests["failure"] == []


def test_versions_are_pinned_and_no_address_is_named() -> None:
    """Every dependency and plugin has one version; where they come from is the vendor's own setting."""
    poms = [pom.read_text(encoding="utf-8") for pom in (SOURCES / "java").rglob("pom.xml")]
    assert len(poms) == 3
    for pom in poms:
        assert "<repositor" not in pom.lower()
        assert "<pluginRepositor".lower() not in pom.lower()
        assert re.findall(r"<[\w.]*version>[^<]*(?:SNAPSHOT|LATEST|RELEASE|[\[(,])", pom) == []


@pytest.mark.usefixtures("built")
def test_description_that_a_build_is_given_is_the_one_it_uses(client: Path, home: Path, tmp_path: Path) -> None:
    """`-Dkazashi.openapi=FILE`: without an operation that the client uses the build fails, and names it."""
    folder = copied(client, tmp_path)
    told = json.loads((folder / "openapi.json").read_text(encoding="utf-8"))
    del told["paths"]["/v1/clock/advance"]
    other = tmp_path / "other.json"
    other.write_text(json.dumps(told), encoding="utf-8")
    done = maven(folder, home, f"-Dkazashi.openapi={other}", "-DskipTests")
    assert done.code != 0
    assert "advanceClock" in done.printed
