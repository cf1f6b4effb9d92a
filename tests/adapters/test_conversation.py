"""Every starter keeps contract 1.0 at once: the smoke test passes, the stub is honest, broken messages get a 400."""

import json
import os
import shlex
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from jsonschema import Draft202012Validator

from harness.adapters.starter import write_starter
from harness.contract import messages
from harness.contract.check_relying_party import check_relying_party
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import SERVICE, TERMINAL
from harness.contract.http_binding import HttpBinding
from harness.contract.launch import LaunchedProduct
from harness.contract.schemas import FOLDER
from harness.contract.vocabulary import Capability, Decision, Environment, Purpose, Reason, Step, Verb
from tests.adapters.conftest import Built
from tests.adapters.toolchains import TOOLCHAINS, need

EPOCH = 41
SECONDS = 60
"""Patience with a virtual machine that has just been started, beside others."""
VERBS = {Verb.HELLO, Verb.CONFIGURE, Verb.RESET, Verb.SET_TIME, Verb.BEGIN, Verb.COMPLETE, Verb.ACCOUNT}
GARBAGE = b"this is no certificate"
PLACES = {Purpose.ENROL: Environment.ATTENDED, Purpose.TAP: Environment.ATTENDED}


def begin(client: RelyingPartyClient, purpose: Purpose = Purpose.LOGIN) -> messages.Begun:
    """Begin at the terminal that was configured."""
    place = PLACES.get(purpose, Environment.ONLINE)
    holder = messages.HolderHint(certificate=GARBAGE)
    return client.begin(
        messages.Begin(purpose=purpose, service=SERVICE, environment=place, terminal=TERMINAL, holder=holder)
    )


def session_of(begun: messages.Begun) -> tuple[str, bytes]:
    """Return session and challenge of an attempt that was begun."""
    assert begun.session is not msgspec.UNSET
    assert begun.challenge is not msgspec.UNSET
    return begun.session, begun.challenge


def complete(client: RelyingPartyClient, session: str, challenge: bytes) -> messages.Outcome:
    """Present garbage with a challenge."""
    chip = messages.ChipProof(birth_record=b"", cvc=b"\x00", signature=b"\x01")
    presented = messages.Presentation(
        challenge=challenge, certificate=GARBAGE, signature=bytes(256), document_signature=bytes(256), chip=chip
    )
    return client.complete(messages.Complete(session=session, presentation=presented))


def post(product: LaunchedProduct, verb: str, body: bytes, **headers: str) -> tuple[int, Any]:
    """Return status and JSON of a request as it is."""
    address = f"{product.address}/kazashi/v1/{verb}"
    answer = httpx.post(address, content=body, headers=headers, trust_env=False, timeout=SECONDS)
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, answer.json()


def fits(name: str, value: object) -> bool:
    """Whether a value is what a published schema says."""
    schema = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return bool(Draft202012Validator(schema).is_valid(value))


def test_smoke_test_passes(product: LaunchedProduct, configured: messages.Configure) -> None:
    """`adapter check` finds nothing to change."""
    certificate = configured.authorities[0].certificate
    binding = HttpBinding(product.address)
    try:
        findings = check_relying_party(binding, configured, certificate)
    finally:
        binding.close()
    assert {finding.name for finding in findings} >= {"hello", "set_time", "complete login: epoch", "speed"}
    assert [finding for finding in findings if not finding.held] == []


def test_hello_claims_what_is_there(client: RelyingPartyClient) -> None:
    """A stub that verifies nothing claims neither tap nor signature."""
    said = client.hello()
    assert set(said.capabilities) == {Capability.SET_TIME, Capability.ENROL, Capability.LOGIN, Capability.ACCOUNT}
    assert said.tolerances.challenge_seconds == 300
    assert "starter" in said.product


def test_challenges_and_names_are_fresh(client: RelyingPartyClient) -> None:
    """32 bytes, never the same, and no session name twice."""
    begun = [session_of(begin(client, purpose)) for purpose in (Purpose.ENROL, Purpose.LOGIN) for _ in range(10)]
    assert {len(challenge) for _, challenge in begun} == {32}
    assert len({challenge for _, challenge in begun}) == 20
    assert len({session for session, _ in begun}) == 20


@pytest.mark.parametrize("purpose", [Purpose.TAP, Purpose.SIGN])
def test_what_is_not_there_is_refused_at_once(client: RelyingPartyClient, purpose: Purpose) -> None:
    """The outcome says that it is still to do, and carries the epoch."""
    outcome = begin(client, purpose).outcome
    assert outcome is not msgspec.UNSET
    assert (outcome.decision, outcome.reason, outcome.epoch) == (Decision.REJECT, Reason.POLICY, EPOCH)
    assert outcome.details is not msgspec.UNSET
    assert set(outcome.details["todo"]) == {"en", "ja", "steps"}


def test_challenge_is_spent_by_the_first_look(client: RelyingPartyClient) -> None:
    """Refused because the rest is to do, then as a replay; only the check that was made is in the steps."""
    session, challenge = session_of(begin(client))
    first, second = (complete(client, session, challenge) for _ in range(2))
    assert (first.decision, first.reason, first.steps) == (Decision.REJECT, Reason.POLICY, [Step.CHALLENGE])
    assert first.details is not msgspec.UNSET
    assert "account" in str(first.details["todo"]["steps"])
    assert (second.decision, second.reason, second.steps) == (Decision.REJECT, Reason.CHALLENGE_REPLAYED, [])
    assert {first.epoch, second.epoch} == {EPOCH}


def test_wrong_challenge_is_a_mismatch_and_spends_the_right_one(client: RelyingPartyClient) -> None:
    """Another session's challenge, an empty one and an unknown session are mismatches; a session has one try."""
    (session, challenge), (_, other) = (session_of(begin(client)) for _ in range(2))
    for wrong in (other, b""):
        assert complete(client, session, wrong).reason is Reason.CHALLENGE_MISMATCH
    assert complete(client, session, challenge).reason is Reason.CHALLENGE_REPLAYED
    assert complete(client, "unknown", challenge).reason is Reason.CHALLENGE_MISMATCH


def test_reset_forgets_sessions_and_keeps_the_clock(client: RelyingPartyClient) -> None:
    """After a reset the session is unknown, and the epoch is still the one of the last setting."""
    session, challenge = session_of(begin(client))
    client.reset()
    outcome = complete(client, session, challenge)
    assert (outcome.reason, outcome.epoch) == (Reason.CHALLENGE_MISMATCH, EPOCH)


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        ("2026-12-01T03:05:00Z", Reason.POLICY),
        ("2026-12-01T03:05:01Z", Reason.CHALLENGE_EXPIRED),
        ("2026-12-01T02:59:59Z", Reason.CHALLENGE_EXPIRED),
    ],
)
def test_challenge_lives_as_long_as_hello_says(client: RelyingPartyClient, later: str, reason: Reason) -> None:
    """300 seconds to the second by the clock that was set, and not before it was drawn; the new epoch comes back."""
    session, challenge = session_of(begin(client))
    client.set_time(later, 0)  # an epoch that a careless adapter would leave out
    outcome = complete(client, session, challenge)
    assert (outcome.decision, outcome.reason, outcome.epoch) == (Decision.REJECT, reason, 0)


def test_nobody_is_enrolled(client: RelyingPartyClient, configured: messages.Configure) -> None:
    """`account` is null after an enrolment, which was refused."""
    certificate = configured.authorities[0].certificate
    complete(client, *session_of(begin(client, Purpose.ENROL)))
    assert client.account(certificate) is None


def test_every_answer_fits_its_schema(client: RelyingPartyClient) -> None:
    """The published JSON Schemas, by an independent validator: what the client let pass they let pass too."""
    client.hello()
    complete(client, *session_of(begin(client)))
    begin(client, Purpose.TAP)
    client.account(GARBAGE)
    assert {exchange.verb for exchange in client.exchanges} == VERBS
    for exchange in client.exchanges:
        name = f"relying-party.{exchange.verb.value}.answer.json"
        assert fits(name, json.loads(exchange.answer)), f"{name}: {exchange.answer}"


BEGIN = '{"purpose":"login","service":"library","environment":"online"%s}'
COMPLETE = '{"session":"s","presentation":{"challenge":"","certificate":""%s}}'
CONFIGURE = '{"authorities":[%s],"card_issuers":[],"status":[],"terminals":[],"services":[]}'


@pytest.mark.parametrize(
    ("verb", "body", "where"),
    [
        ("reset", b"", "$"),
        ("reset", b"not json", "$"),
        ("reset", b"[]", "$"),
        ("reset", b"null", "$"),
        ("reset", b"{} {}", "$"),
        ("reset", b'{"x": "\xff"}', "$"),
        ("reset", b"\xef\xbb\xbf{}", "$"),
        ("reset", b"[" * 200_000, "$"),
        ("reset", b'{"mood": 1}', "$.mood"),
        ("hello", b'{"contract": "2.0"}', "$.contract"),
        ("hello", b'{"contract": null}', "$.contract"),
        ("hello", b'{"Contract": "1.0"}', "$.contract"),
        ("set_time", b'{"instant": "2026-12-01T00:00:00Z", "epoch": "1"}', "$.epoch"),
        ("set_time", b'{"instant": "2026-12-01T00:00:00Z", "epoch": 1.5}', "$.epoch"),
        ("set_time", b'{"instant": "2026-12-01T00:00:00Z", "epoch": true}', "$.epoch"),
        ("set_time", b'{"instant": "2026-12-01T00:00:00Z", "epoch": NaN}', "$"),
        ("set_time", b'{"instant": "2026-13-01T00:00:00Z", "epoch": 1}', "$.instant"),
        ("set_time", b'{"instant": "2026-02-29T00:00:00Z", "epoch": 1}', "$.instant"),
        ("set_time", b'{"instant": "2026-12-01 00:00:00", "epoch": 1}', "$.instant"),
        ("configure", (CONFIGURE % '{"kind":"auth"}').encode(), "$.authorities[0].certificate"),
        ("configure", (CONFIGURE % '{"kind":"x","certificate":""}').encode(), "$.authorities[0].kind"),
        ("configure", (CONFIGURE % '{"kind":"auth","certificate":"","x":1}').encode(), "$.authorities[0].x"),
        ("configure", (CONFIGURE % "7").encode(), "$.authorities[0]"),
        ("begin", (BEGIN % ',"mood":"good"').encode(), "$.mood"),
        ("begin", (BEGIN % ',"holder":null').encode(), "$.holder"),
        ("begin", (BEGIN % ',"terminal":{"id":"","credential":"c"}').encode(), "$.terminal.id"),
        ("begin", (BEGIN % ',"terminal":{"id":"a\\u0007","credential":"c"}').encode(), "$.terminal.id"),
        ("begin", (BEGIN % (',"terminal":{"id":"%s","credential":"c"}' % ("x" * 129))).encode(), "$.terminal.id"),
        ("complete", b'{"session":"s"}', "$.presentation"),
        ("complete", (COMPLETE % ',"signature":"AA"').encode(), "$.presentation.signature"),
        ("complete", (COMPLETE % ',"signature":"A-_="').encode(), "$.presentation.signature"),
        ("complete", (COMPLETE % ',"signature":"AA\\n=="').encode(), "$.presentation.signature"),
        ("complete", (COMPLETE % ',"chip":{"birth_record":"","cvc":""}').encode(), "$.presentation.chip.signature"),
        ("account", b'{"certificate": 7}', "$.certificate"),
    ],
)
def test_broken_message_is_400_with_the_place(product: LaunchedProduct, verb: str, body: bytes, where: str) -> None:
    """What the contract does not know is no decision: 400, what, where, expected and actual."""
    status, said = post(product, verb, body)
    assert status == 400, said
    assert fits("error.json", said)
    assert said["error"]["where"] == where
    assert all(said["error"].values())


def test_name_is_measured_in_characters(client: RelyingPartyClient) -> None:
    """128 characters are a name however many bytes they take."""
    terminal = messages.TerminalCredential(id="𠮷" * 128, credential="c")
    request = messages.Begin(purpose=Purpose.LOGIN, service=SERVICE, environment=Environment.ONLINE, terminal=terminal)
    session_of(client.begin(request))


def test_credential_is_not_repeated_in_an_error(product: LaunchedProduct) -> None:
    """A broken message comes back as its place, never with what it held."""
    body = BEGIN % ',"terminal":{"id":"counter-1","credential":"very-secret\\n"}'
    status, said = post(product, "begin", body.encode())
    assert status == 400
    assert "very-secret" not in json.dumps(said)
    assert "very-secret" not in product.output_tail(200)


@pytest.mark.parametrize(
    "path", ["/kazashi/v1/fly", "/kazashi/v1/", "/kazashi/v2/hello", "/hello", "/", "/hello/kazashi/v1/"]
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_unknown_path_is_404(product: LaunchedProduct, path: str, method: str) -> None:
    """Whatever is not one of the seven verbs is not there, in the contract's words."""
    body = b"{}" if method == "POST" else None
    answer = httpx.request(method, product.address + path, content=body, trust_env=False, timeout=SECONDS)
    assert answer.status_code == 404
    assert fits("error.json", answer.json())


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_method_is_405(product: LaunchedProduct, method: str) -> None:
    """A verb is asked by POST."""
    answer = httpx.request(method, f"{product.address}/kazashi/v1/reset", trust_env=False, timeout=SECONDS)
    assert answer.status_code == 405
    assert fits("error.json", answer.json())


@pytest.mark.parametrize(("length", "status"), [((1 << 20) + 1, 413), (4 << 20, 413), (1 << 20, 200)])
def test_body_over_1_mib_is_413(product: LaunchedProduct, length: int, status: int) -> None:
    """One byte more than 1 MiB is too much, and the sender gets to read so; 1 MiB is not."""
    found, said = post(product, "reset", b"{" + b" " * (length - 2) + b"}")
    assert found == status, said
    assert fits("error.json", said) == (status == 413)


def test_bytes_that_are_no_http_end_the_connection_only(product: LaunchedProduct) -> None:
    """Noise is answered or hung up on, and the next message is served."""
    host, port = product.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"\x16\x03\x01 noise\r\n\r\n")
        answer = b""
        while chunk := connection.recv(4096):
            answer += chunk
    assert answer == b"" or b" 400 " in answer.splitlines()[0] or b'"error"' in answer
    assert post(product, "reset", b"{}") == (200, {})


def test_connection_that_breaks_off_leaves_the_product_working(product: LaunchedProduct) -> None:
    """A client that dies in the middle of its body changes nothing."""
    host, port = product.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"POST /kazashi/v1/reset HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{")
    assert post(product, "reset", b"{}") == (200, {})


def test_it_listens_on_loopback_only(product: LaunchedProduct) -> None:
    """Another address of this machine is refused: who reaches the surface sets the clock."""
    port = int(product.address.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", port), timeout=10):
        pytest.fail("somebody listens on 127.0.0.2 too")


@pytest.mark.parametrize("language", sorted(TOOLCHAINS))
def test_sigterm_ends_it_well(language: str, built: Built) -> None:
    """Exit code 0 on SIGTERM, with an idle connection open as the suite keeps one."""
    with (
        LaunchedProduct(need(language).run, cwd=built(language)) as running,
        RelyingPartyClient.at(running.address) as client,
    ):
        client.hello()
        os.kill(running.pid, signal.SIGTERM)
        ended = os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOWAIT)
        assert ended is not None
        assert (ended.si_code, ended.si_status) == (os.CLD_EXITED, 0), running.output_tail()


@pytest.mark.parametrize("language", sorted(TOOLCHAINS))
def test_port_that_is_taken_is_said(language: str, built: Built) -> None:
    """`--port` is heard: exit code 2 and a line that names the port and how to mend it."""
    command, folder = need(language).run, built(language)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [*command, "--port", port], cwd=folder, capture_output=True, text=True, timeout=30, check=False
        )
    assert ended.returncode == 2, shlex.join(ended.args)
    assert f"127.0.0.1:{port}" in ended.stderr
    assert "--port" in ended.stderr or "-port" in ended.stderr
    assert ended.stdout == ""


SPOILT = {
    "accepts": ("Decision.REJECT, Reason.POLICY", "Decision.ACCEPT, Reason.OK", "stub/product.py", "decision"),
    "wrong epoch": ("Reading(instant, epoch)", "Reading(instant, epoch + 1)", "stub/clock.py", "epoch"),
    "no epoch": ("Reading(instant, epoch)", "Reading(instant, None)", "stub/clock.py", "epoch"),
    "wrong echo": ("return epoch", "return epoch + 1", "stub/clock.py", "set_time"),
    "old challenge": ("secrets.token_bytes(CHALLENGE_BYTES)", "bytes(32)", "stub/sessions.py", "challenge"),
    "claims too much": ("Capability.LOGIN,", "Capability.LOGIN, Capability.SIGN,", "stub/product.py", "begin sign"),
}  # fmt: skip


@pytest.mark.parametrize("spoilt", SPOILT)
def test_smoke_test_finds_a_spoilt_stub(spoilt: str, configured: messages.Configure, tmp_path: Path) -> None:
    """What a vendor may get wrong first is found by `adapter check`: the starter is no target that cannot fail."""
    before, after, name, finding = SPOILT[spoilt]
    write_starter("python", tmp_path / "adapter")
    file = tmp_path / "adapter" / "kazashi_adapter" / name
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    with LaunchedProduct(TOOLCHAINS["python"].run, cwd=tmp_path / "adapter") as running:
        binding = HttpBinding(running.address)
        findings = check_relying_party(binding, configured, configured.authorities[0].certificate)
        binding.close()
    failed = [each.name for each in findings if not each.held]
    assert any(finding in each for each in failed), failed
