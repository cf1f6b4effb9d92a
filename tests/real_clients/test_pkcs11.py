"""PKCS#11 by other people's hands: pkcs11-tool's own tests, GnuTLS's p11tool, and TLS client authentication by OpenSSL.

The module is OpenSC's. Its driver can do RSASSA-PKCS1-v1_5 only (spec/card.md §6), so TLS is 1.2 here: 1.3 wants PSS.
"""

import re
import select
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from cardsim.folder import save_card
from cardsim.profile import Profile
from cardsim.status import StatusWord
from harness.pcsc_lane import OUR_READER, PcscLane
from harness.pcsc_lane.daemon import end_process
from tests.real_clients.programs import VERIFY, Bench
from tests.real_clients.test_opensc import tries_shown

MODULE = next(Path("/usr/lib").glob("*/opensc-pkcs11.so"), Path("opensc-pkcs11.so"))
AUTH_TOKEN = "pkcs11:token=JPKI%20%28User%20Authentication%20PIN%29"
SIGN_TOKEN = "pkcs11:token=JPKI%20%28Digital%20Signature%20PIN%29"
PKCS11_TOOL = ("pkcs11-tool", "--module", str(MODULE))
P11TOOL = ("p11tool", "--provider", str(MODULE), "--batch")
SECONDS = 30.0
SLOTS = pytest.mark.parametrize(
    ("slot", "pin", "key"),
    [("0", "1234", "User Authentication Key"), ("1", "ABC123", "Digital Signature Key")],
    ids=["authentication", "signature"],
)


@SLOTS
def test_pkcs11_tool_tests_each_slot(bench: Bench, slot: str, pin: str, key: str) -> None:
    """`--test --login`: digests, signatures of every mechanism, and each verified by the tool itself.

    Random numbers are the one thing it may miss, on a card without GET CHALLENGE.
    """
    tested = bench.run(*PKCS11_TOOL, "--slot-index", slot, "--test", "--login", "--pin", pin)
    assert tested.returncode == 0, tested.stderr
    assert "all 4 signature functions seem to work" in tested.stdout
    assert tested.stdout.count(f"({key})") >= 3
    mechanisms = re.findall(r"^    (\S+RSA-PKCS|RSA-PKCS): (.*)$", tested.stdout, re.MULTILINE)
    assert {outcome for _, outcome in mechanisms} == {"OK"}
    assert {name for name, _ in mechanisms} >= {"RSA-PKCS", "SHA1-RSA-PKCS", "SHA256-RSA-PKCS"}
    errors = [line.strip() for line in tested.stderr.splitlines() if "ERR:" in line]
    assert errors in ([], ["ERR: C_GenerateRandom failed: CKR_GENERAL_ERROR (0x5)"])


@SLOTS
def test_a_wrong_pin_and_a_lock(bench: Bench, slot: str, pin: str, key: str) -> None:
    """Wrong: CKR_PIN_INCORRECT and one try less. No tries left: refused, the right PIN too; the other PIN is not.

    A card answers 6984 then (spec/card.md §1.4), which OpenSC 0.23 has no word for: CKR_GENERAL_ERROR.
    """
    del key
    tries = {"0": 3, "1": 5}[slot]
    name = {"0": "User Authentication PIN", "1": "Digital Signature PIN"}[slot]
    wrong = {"0": "9999", "1": "WRONG9"}[slot]

    def login(with_pin: str) -> str:
        asked = bench.run(*PKCS11_TOOL, "--slot-index", slot, "--login", "--pin", with_pin, "--list-objects")
        return asked.stderr if asked.returncode else "in"

    for left in reversed(range(tries)):
        refused = login(wrong)
        assert "CKR_PIN_INCORRECT" in refused or (left == 0 and "CKR_PIN_LOCKED" in refused), (left, refused)
        assert tries_shown(bench.run("pkcs15-tool", "-D").stdout)[name] == left
    assert "CKR_GENERAL_ERROR" in login(pin)
    verified = [line.sw for line in bench.commands() if line.command[1] == VERIFY and len(line.command) > 5]
    assert verified == [*(0x63C0 | left for left in reversed(range(tries))), 0x6984]
    other = {"0": ("1", "ABC123"), "1": ("0", "1234")}[slot]
    still = bench.run(*PKCS11_TOOL, "--slot-index", other[0], "--login", "--pin", other[1], "--list-objects")
    assert still.returncode == 0, still.stderr


def test_a_lock_in_the_words_two_clients_look_for(lane: PcscLane, profile: Profile, tmp_path: Path) -> None:
    """The option 6983 (spec/card.md §8) is CKR_PIN_LOCKED to OpenSC: the twin of the lock above."""
    options = msgspec.structs.replace(profile.options, blocked_attempt=StatusWord.METHOD_BLOCKED)
    bench = Bench(lane, tmp_path / "card", tmp_path / "trace.jsonl")
    save_card(msgspec.structs.replace(profile, options=options), bench.folder)
    bench.insert(OUR_READER)
    try:
        login = (*PKCS11_TOOL, "--slot-index", "0", "--login", "--list-objects", "--pin")
        for _ in range(3):
            assert bench.run(*login, "9999").returncode != 0
        assert "CKR_PIN_LOCKED" in bench.run(*login, "1234").stderr
    finally:
        bench.remove()


def test_gnutls_finds_both_tokens_and_their_objects(bench: Bench) -> None:
    """p11tool lists two tokens and the certificates; keys show after the PIN; what it exports is the card's."""
    tokens = bench.run(*P11TOOL, "--list-token-urls").stdout.split()
    assert [AUTH_TOKEN.removeprefix("pkcs11:") in url for url in tokens[:2]] == [True, False]
    assert SIGN_TOKEN.removeprefix("pkcs11:") in tokens[1]
    shown = bench.run(*P11TOOL, "--list-all-certs", AUTH_TOKEN)
    assert shown.returncode == 0, shown.stderr
    assert "Type: X.509 Certificate (RSA-2048)" in shown.stdout
    private = bench.run(*P11TOOL, "--login", "--set-pin=1234", "--list-privkeys", AUTH_TOKEN)
    assert "Label: User Authentication Key" in private.stdout
    exported = bench.run(*P11TOOL, "--export", f"{AUTH_TOKEN};id=%01;type=cert").stdout
    assert "BEGIN CERTIFICATE" in exported
    assert exported.split() == certificate(bench).split()


def test_gnutls_asks_for_the_right_pin(bench: Bench) -> None:
    """A wrong PIN shows no key and costs one try; the card was sent no other."""
    private = bench.run(*P11TOOL, "--login", "--set-pin=9999", "--list-privkeys", AUTH_TOKEN)
    assert "Label: User Authentication Key" not in private.stdout
    tries = tries_shown(bench.run("pkcs15-tool", "-D").stdout)["User Authentication PIN"]
    sent = [line for line in bench.commands() if line.command[1] == VERIFY and len(line.command) > 5]
    assert tries == 3 - len(sent)
    assert 1 <= len(sent) < 3


def test_tls_client_authentication(bench: Bench, tmp_path: Path) -> None:
    """s_client with the card's key reaches a server that trusts its certificate alone, and hears it answer.

    With the authentication key, which is there for it; for the other one the engine asks a person for each signature.
    """
    with served(bench, tmp_path) as port:
        told = connect(bench, tmp_path, port, "card")
        assert told.returncode == 0, told.stdout + told.stderr
        assert "Verify return code: 0 (ok)" in told.stdout
        assert "Hello from the server" in told.stdout
        assert "alert" not in told.stderr
    signed = [line for line in bench.commands() if line.command[:2] == bytes.fromhex("802A") and line.sw == 0x9000]
    assert len(signed) == 1


def test_tls_without_the_cards_key_is_refused(bench: Bench, tmp_path: Path) -> None:
    """No certificate, or somebody else's key under the same name: the server's verification ends the handshake."""
    with served(bench, tmp_path) as port:
        nobody = connect(bench, tmp_path, port, "none")
        assert "Hello from the server" not in nobody.stdout
        assert "alert" in nobody.stderr
        make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=auth", "-days", "1"]
        forged = [*make, "-keyout", str(tmp_path / "forged.key"), "-out", str(tmp_path / "client.pem")]
        subprocess.run(forged, check=True, capture_output=True, timeout=SECONDS)
        forger = connect(bench, tmp_path, port, "forged")
        assert "Hello from the server" not in forger.stdout
        assert "alert" in forger.stderr


@contextmanager
def served(bench: Bench, folder: Path) -> Iterator[int]:
    """An `openssl s_server` on the loopback that lets in who has the certificate of the card; its port."""
    for name in ("client.pem", "trusted.pem"):
        (folder / name).write_text(certificate(bench), encoding="ascii")
    (folder / "index.html").write_text("Hello from the server\n", encoding="ascii")
    own = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1"]
    files = ["-keyout", str(folder / "server.key"), "-out", str(folder / "server.pem")]
    subprocess.run([*own, *files], check=True, capture_output=True, timeout=SECONDS)
    command = [
        "openssl", "s_server", "-accept", "127.0.0.1:0", "-key", "server.key", "-cert", "server.pem",
        "-CAfile", "trusted.pem", "-Verify", "1", "-verify_return_error", "-client_sigalgs", "RSA+SHA256",
        "-tls1_2", "-WWW",
    ]  # fmt: skip
    quiet, heard = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(
        command, bufsize=0, cwd=folder, stdin=quiet, stdout=heard, stderr=subprocess.STDOUT
    ) as server:
        try:
            yield port_of(server)
        finally:
            end_process(server)


def port_of(server: subprocess.Popen[bytes]) -> int:
    """The port that s_server says it accepts on; unbuffered, for select sees only what was not read yet."""
    assert server.stdout is not None
    while select.select([server.stdout], [], [], SECONDS)[0]:
        line = server.stdout.readline().decode()
        found = re.match(r"ACCEPT 127\.0\.0\.1:(\d+)", line)
        if found is not None:
            return int(found[1])
        assert line, "s_server ended"
    raise AssertionError(f"s_server: expected ACCEPT within {SECONDS:g} s")


def connect(
    bench: Bench, folder: Path, port: int, key: Literal["card", "forged", "none"]
) -> subprocess.CompletedProcess[str]:
    """What s_client says: with the key of the card, with the forged one, or with none."""
    url = f"{AUTH_TOKEN};id=%01;type=private?pin-value=1234"
    with_key: Sequence[str] = {
        "card": ("-engine", "pkcs11", "-keyform", "engine", "-key", url, "-cert", str(folder / "client.pem")),
        "forged": ("-key", str(folder / "forged.key"), "-cert", str(folder / "client.pem")),
        "none": (),
    }[key]
    script = 'printf "GET /index.html HTTP/1.0\\r\\n\\r\\n" | "$@"'
    client = ("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", str(folder / "server.pem"))
    return bench.run(
        *("env", f"PKCS11_MODULE_PATH={MODULE}", "sh", "-c", script, "client"),
        *(*client, "-tls1_2", "-ign_eof", *with_key),
    )


def certificate(bench: Bench) -> str:
    """The authentication certificate as PEM."""
    return bench.run("pkcs15-tool", "--read-certificate", "01").stdout
