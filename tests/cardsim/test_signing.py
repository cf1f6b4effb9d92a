"""COMPUTE DIGITAL SIGNATURE (spec/card.md §4). OpenSSL says whether a signature is one."""

import hashlib
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cardsim.personalise import IssuedFiles
from cardsim.profile import Options
from cardsim.slot import InsertedCard
from cardsim.status import StatusWord
from tests.cardsim.conftest import Keys, ask, with_options

JPKI = "00A4040C0AD392F000260100000001"
VISUAL = "00A4040C0AD3921000310001010402"
DIGEST_INFO = "3031300D060960864801650304020105000420"
CHALLENGE = bytes(range(32))


def sign_command(p2: str, challenge: bytes = CHALLENGE) -> str:
    """`80 2A` over the DigestInfo of a challenge's SHA-256."""
    return f"802A00{p2}33{DIGEST_INFO}{hashlib.sha256(challenge).hexdigest()}00"


def openssl_accepts(folder: Path, key: RSAPrivateKey, message: bytes, signature: bytes) -> bool:
    """Whether `openssl dgst -verify` accepts."""
    (folder / "key.pem").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (folder / "message").write_bytes(message)
    (folder / "signature").write_bytes(signature)
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "message"],
        cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0 and done.stdout == b"Verified OK\n"


@pytest.mark.parametrize(
    ("commands", "which"),
    [
        pytest.param(
            [JPKI, "002000980431323334", "00A4020C020017", sign_command("80")], "auth", id="auth, current file"
        ),
        pytest.param([JPKI, "002000980431323334", sign_command("97")], "auth", id="auth, short identifier"),
        pytest.param(
            [JPKI, "0020009B06414243313233", "00A4020C02001A", sign_command("80")], "sign", id="sign, current file"
        ),
        pytest.param([JPKI, "0020009B06414243313233", sign_command("9A")], "sign", id="sign, short identifier"),
        pytest.param([VISUAL, sign_command("00")], "chip", id="chip, default key"),
        pytest.param([VISUAL, "00A4020C02001A", sign_command("80")], "chip", id="chip, current file"),
    ],
)
def test_openssl_verifies(card: InsertedCard, keys: Keys, tmp_path: Path, commands: list[str], which: str) -> None:
    """Each key signs a DigestInfo so that OpenSSL accepts it under that key and under no other."""
    answer = bytes.fromhex(ask(card, *commands)[-1])
    assert (len(answer), answer[-2:]) == (258, b"\x90\x00")
    accepted = {
        name: openssl_accepts(tmp_path, getattr(keys, name), CHALLENGE, answer[:-2])
        for name in ("auth", "sign", "chip")
    }
    assert accepted == {name: name == which for name in accepted}


@pytest.mark.parametrize(
    "data", [b"\x00", b"hello", bytes.fromhex("302F300B0609608648016503040201") + bytes(32), bytes(245)]
)
def test_bytes_are_signed_verbatim(card: InsertedCard, keys: Keys, data: bytes) -> None:
    """The card does not parse what it signs: 1 to 245 bytes come back out of the signature as they went in."""
    ask(card, JPKI, "002000980431323334")
    answer = bytes.fromhex(ask(card, f"802A0097{len(data):02X}{data.hex()}00")[0])
    assert keys.auth.public_key().recover_data_from_signature(answer[:-2], PKCS1v15(), None) == data


def test_many_signatures_for_one_pin(card: InsertedCard) -> None:
    """A verified PIN serves until it is cleared; RSA PKCS#1 v1.5 gives the same bytes each time."""
    first, second, third = ask(card, JPKI, "0020009B06414243313233", *3 * [sign_command("9A")])[2:]
    assert first == second == third


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        pytest.param(sign_command("97"), "6982", id="no PIN"),
        pytest.param(sign_command("9A"), "6982", id="no password"),
        pytest.param(sign_command("80"), "6985", id="current file is no key"),
        pytest.param(sign_command("98"), "6985", id="a PIN is no key"),
        pytest.param(sign_command("83"), "6A82", id="no such key"),
        pytest.param(sign_command("9F"), "6A86", id="no such reference"),
        pytest.param(sign_command("00"), "6A86", id="no PIN-less key here"),
        pytest.param("802A069701AA00", "6A86", id="P1 06"),
        pytest.param("802AFF9701AA00", "6A86", id="P1 FF"),
    ],
)
def test_refused_signature_changes_nothing(card: InsertedCard, command: str, sw: str) -> None:
    """What cannot be signed gets its own word, and the current file stays."""
    ask(card, JPKI, "00A4020C020006")
    assert ask(card, command, "00B0000002") == [sw, "4A509000"]


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        ("802A009700", "6985"),
        ("802A0097", "6985"),
        ("802A009701AA", "6700"),
        ("802A009701AAFF", "6700"),
        (f"802A0097F6{'AA' * 246}00", "6985"),
    ],
)
def test_bad_lengths(card: InsertedCard, command: str, sw: str) -> None:
    """Nothing or more than 245 bytes is 6985; an Le that the signature does not fit is 6700."""
    assert ask(card, JPKI, "002000980431323334", command)[-1] == sw


def test_bad_length_word_is_an_option(issued: IssuedFiles) -> None:
    """Sources say 6985 or 6700: a profile may choose."""
    card = with_options(issued, Options(bad_signing_length=StatusWord.WRONG_LENGTH))
    assert ask(card, JPKI, "002000980431323334", "802A009700")[-1] == "6700"


def test_one_pin_does_not_open_the_other_key(card: InsertedCard) -> None:
    """The authentication PIN signs with 0017 only, the password with 001A only."""
    assert ask(card, JPKI, "002000980431323334", sign_command("9A")) == ["9000", "9000", "6982"]
    assert ask(card, JPKI, VISUAL, JPKI, "0020009B06414243313233", sign_command("97"))[-2:] == ["9000", "6982"]


def test_default_key_outside_any_application(card: InsertedCard) -> None:
    """After power-on there is no key at all."""
    assert ask(card, sign_command("00"), sign_command("80")) == ["6A86", "6986"]
