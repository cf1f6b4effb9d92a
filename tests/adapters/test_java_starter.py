"""The Java starter: built once by Maven, then held to the same conversation as every other starter."""

import json
import os
import signal
import socket
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from harness.adapters.starter import STARTERS, write_starter
from harness.contract import messages
from harness.contract.check_relying_party import check_relying_party
from harness.contract.client import RelyingPartyClient
from harness.contract.http_binding import HttpBinding
from harness.contract.launch import LaunchedProduct
from harness.contract.schemas import EXCHANGES
from harness.contract.vocabulary import Role, Verb
from tests.adapters import java_toolchain, test_conversation, toolchains
from tests.adapters.contract_examples import examples
from tests.adapters.java_toolchain import JAR, java, mvn, run_jar

# The conversation of all starters, held with `product` of this module: one table of broken messages for every language.
test_smoke_test_passes = test_conversation.test_smoke_test_passes
test_hello_claims_what_is_there = test_conversation.test_hello_claims_what_is_there
test_challenges_and_names_are_fresh = test_conversation.test_challenges_and_names_are_fresh
test_what_is_not_there_is_refused_at_once = test_conversation.test_what_is_not_there_is_refused_at_once
test_challenge_is_spent_by_the_first_look = test_conversation.test_challenge_is_spent_by_the_first_look
test_wrong_challenge_is_a_mismatch_and_spends_the_right_one = (
    test_conversation.test_wrong_challenge_is_a_mismatch_and_spends_the_right_one
)
test_reset_forgets_sessions_and_keeps_the_clock = test_conversation.test_reset_forgets_sessions_and_keeps_the_clock
test_challenge_lives_as_long_as_hello_says = test_conversation.test_challenge_lives_as_long_as_hello_says
test_nobody_is_enrolled = test_conversation.test_nobody_is_enrolled
test_every_answer_fits_its_schema = test_conversation.test_every_answer_fits_its_schema
test_broken_message_is_400_with_the_place = test_conversation.test_broken_message_is_400_with_the_place
test_name_is_measured_in_characters = test_conversation.test_name_is_measured_in_characters
test_credential_is_not_repeated_in_an_error = test_conversation.test_credential_is_not_repeated_in_an_error
test_unknown_path_is_404 = test_conversation.test_unknown_path_is_404
test_another_method_is_405 = test_conversation.test_another_method_is_405
test_body_over_1_mib_is_413 = test_conversation.test_body_over_1_mib_is_413
test_bytes_that_are_no_http_end_the_connection_only = (
    test_conversation.test_bytes_that_are_no_http_end_the_connection_only
)
test_connection_that_breaks_off_leaves_the_product_working = (
    test_conversation.test_connection_that_breaks_off_leaves_the_product_working
)
test_it_listens_on_loopback_only = test_conversation.test_it_listens_on_loopback_only

ENDED_BY_SIGTERM = 128 + signal.SIGTERM
"""How a JVM ends on SIGTERM after its shutdown hooks."""


@pytest.fixture(scope="module")
def jar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the starter's jar, built with its own tests in a folder of its own."""
    folder = tmp_path_factory.mktemp("java") / "adapter"
    java_toolchain.need()
    write_starter("java", folder)
    said = mvn(folder, "package")
    assert "WARNING" not in said
    return folder / JAR


@pytest.fixture(scope="module")
def product(jar: Path) -> Iterator[LaunchedProduct]:
    """Yield the starter, running."""
    with LaunchedProduct(run_jar(jar)) as running:
        yield running


def test_starter_passes_its_own_tests(jar: Path) -> None:
    """`mvn package` ran the unit tests that a vendor gets, and none failed."""
    suites = [ET.parse(report).getroot() for report in (jar.parent / "surefire-reports").glob("*.xml")]  # noqa: S314
    assert sum(int(suite.attrib["tests"]) for suite in suites) >= 20
    assert {suite.attrib[word] for suite in suites for word in ("failures", "errors", "skipped")} == {"0"}


@pytest.mark.parametrize("verb", ["unlink", "reconcile"])
def test_verb_that_the_product_has_not_is_404(product: LaunchedProduct, verb: str) -> None:
    """What `hello` does not claim is not there, but a broken message is broken first."""
    presented = {"challenge": "", "certificate": ""}
    where = {"service": "library", "environment": "lent", "taken": "2026-12-01T00:00:00Z"}
    records = [{"id": "1", **where, "presentation": presented}]
    body = {
        "unlink": {"certificate": "", "service": "library"},
        "reconcile": {"terminal": {"id": "a", "credential": "c"}, "records": records},
    }[verb]
    assert test_conversation.post(product, verb, json.dumps(body).encode())[0] == 404
    assert test_conversation.post(product, verb, b"{}")[0] == 400
    none = b'{"terminal":{"id":"a","credential":"c"},"records":[]}'
    assert test_conversation.post(product, "reconcile", none)[1]["error"]["where"] == "$.records"


@pytest.mark.parametrize("verb", list(EXCHANGES[Role.RELYING_PARTY]))
def test_examples_of_the_schemas(product: LaunchedProduct, verb: Verb) -> None:
    """Every sound example made from the schemas is taken (404: the stub has no such verb), every broken one a 400."""
    asked = [each for each in examples() if each.schema == f"relying-party.{verb.value}.request.json"]
    assert {each.sound for each in asked} == {True, False}
    taken = 404 if verb in (Verb.UNLINK, Verb.RECONCILE) else 200
    for each in asked:
        status, _ = test_conversation.post(product, verb.value, json.dumps(each.message).encode())
        assert status == (taken if each.sound else 400), each


def test_answers_come_at_once(product: LaunchedProduct) -> None:
    """No answer on a connection that is kept waits for the acknowledgement of its headers (40 ms and more for each).

    Without the property that the starter sets none of twenty came in less than 44 ms, with it most in 3 to 5.
    """
    where, hello = f"{product.address}/kazashi/v1/hello", {"contract": "1.0"}
    with httpx.Client(trust_env=False, timeout=60) as client:
        took = [client.post(where, json=hello).raise_for_status().elapsed.total_seconds() for _ in range(20)]
    assert sorted(took)[4] < 0.03


def test_sigterm_ends_it(jar: Path) -> None:
    """It ends on SIGTERM as every JVM does, with an idle connection open as the suite keeps one."""
    with LaunchedProduct(run_jar(jar)) as running, RelyingPartyClient.at(running.address) as client:
        client.hello()
        os.kill(running.pid, signal.SIGTERM)
        ended = os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOWAIT)
        assert ended is not None
        assert (ended.si_code, ended.si_status) == (os.CLD_EXITED, ENDED_BY_SIGTERM), running.output_tail()


def test_port_that_is_taken_is_said(jar: Path) -> None:
    """`--port` is heard: exit code 2 and a line that names the port and how to mend it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = _ran(jar, "--port", port)
    assert ended.returncode == 2
    assert f"127.0.0.1:{port}" in ended.stderr
    assert "--port" in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize("arguments", [("--port",), ("--port", "65536"), ("--port", "x"), ("8080",)])
def test_other_arguments_are_refused(jar: Path, arguments: tuple[str, ...]) -> None:
    """Exit code 2 and what is expected, instead of a port that nobody asked for."""
    ended = _ran(jar, *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--port N" in ended.stderr


def test_pom_names_no_repository_and_every_version() -> None:
    """The vendor's own repository is asked, for exactly these versions."""
    namespace = {"m": "http://maven.apache.org/POM/4.0.0"}
    project = ET.parse(STARTERS / "java" / "pom.xml").getroot()  # noqa: S314  (our own file)
    assert not project.findall(".//m:repository", namespace) + project.findall(".//m:pluginRepository", namespace)
    asked = project.findall(".//m:dependency", namespace) + project.findall(".//m:plugin", namespace)
    assert len(asked) >= 8
    for each in asked:
        version = each.findtext("m:version", None, namespace)
        assert version is not None, ET.tostring(each)
        assert version[0].isdigit(), ET.tostring(each)


SPOILT = {
    "accepts": ("Decision.REJECT, Reason.POLICY", "Decision.ACCEPT, Reason.OK", "StubProduct", "decision"),
    "wrong epoch": ("new Reading(instant, epoch)", "new Reading(instant, epoch + 1)", "Clock", "epoch"),
    "wrong echo": ("return epoch;", "return epoch + 1;", "Clock", "set_time"),
    "old challenge": ("draw(CHALLENGE_BYTES)", "new byte[CHALLENGE_BYTES]", "Sessions", "challenge"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_smoke_test_finds_a_spoilt_stub(spoilt: str, jar: Path, configured: messages.Configure, tmp_path: Path) -> None:
    """What a vendor may get wrong first is found by `adapter check`; the class is compiled over the built jar."""
    before, after, name, finding = SPOILT[spoilt]
    source = jar.parent.parent / f"src/main/java/kazashi/adapter/stub/{name}.java"
    text = source.read_text(encoding="utf-8")
    assert before in text
    file = tmp_path / f"{name}.java"
    file.write_text(text.replace(before, after), encoding="utf-8")
    toolchains.succeed([java("javac"), "-cp", str(jar), "-d", str(tmp_path), str(file)], tmp_path)
    command = [java("java"), "-cp", f"{tmp_path}{os.pathsep}{jar}", "kazashi.adapter.Main"]
    with LaunchedProduct(command) as running:
        binding = HttpBinding(running.address)
        findings = check_relying_party(binding, configured, configured.authorities[0].certificate)
        binding.close()
    failed = [each.name for each in findings if not each.held]
    assert any(finding in each for each in failed), failed


def test_nothing_is_built_in_place() -> None:
    """The starter in the tree stays as it is written: its build goes to a folder of the test's."""
    assert not (STARTERS / "java" / "target").exists()


def _ran(jar: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*run_jar(jar), *arguments], capture_output=True, text=True, timeout=30, check=False)
