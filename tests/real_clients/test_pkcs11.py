"""PKCS#11 by other people's hands: pkcs11-tool's own tests, and GnuTLS's p11tool. The module is OpenSC's."""

import re
from pathlib import Path

import msgspec
import pytest

from cardsim.folder import save_card
from cardsim.profile import Profile
from cardsim.status import StatusWord
from harness.pcsc_lane import OUR_READER, PcscLane
from tests.real_clients.programs import VERIFY, Bench
from tests.real_clients.test_opensc import tries_shown

MODULE = next(Path("/usr/lib").glob("*/opensc-pkcs11.so"), Path("opensc-pkcs11.so"))
AUTH_TOKEN = "pkcs11:token=JPKI%20%28User%20Authentication%20PIN%29"
SIGN_TOKEN = "pkcs11:token=JPKI%20%28Digital%20Signature%20PIN%29"
PKCS11_TOOL = ("pkcs11-tool", "--module", str(MODULE))
P11TOOL = ("p11tool", "--provider", str(MODULE), "--batch")
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


def certificate(bench: Bench) -> str:
    """The authentication certificate as PEM."""
    return bench.run("pkcs15-tool", "--read-certificate", "01").stdout
