"""OpenSC from Debian, unmodified: it recognises the card, reads it and signs with it (spec/card.md §5.1, §6)."""

import subprocess
from pathlib import Path

import pytest

from tests.real_clients.programs import VERIFY, Bench

JPKI = bytes.fromhex("D392F000260100000001")
SELECT_BY_NAME = bytes.fromhex("00A404")


@pytest.mark.parametrize("driver", ["jpki", None], ids=["driver named", "drivers probed"])
def test_opensc_shows_the_card_and_both_pins(bench: Bench, driver: str | None) -> None:
    """`pkcs15-tool -D` names the card and its two PINs with 3 and 5 tries, also where it has to find the driver."""
    shown = bench.run("pkcs15-tool", "-D", driver=driver)
    assert shown.returncode == 0, shown.stderr
    assert "PKCS#15 Card [JPKI]" in shown.stdout
    assert tries_shown(shown.stdout) == {"User Authentication PIN": 3, "Digital Signature PIN": 5}


def test_probing_asks_for_other_cards_first(bench: Bench) -> None:
    """Without a named driver OpenSC selects foreign applications, all refused with 6A82; with it, none."""
    bench.run("pkcs15-tool", "-D", driver="jpki")
    assert foreign_selects(bench) == []
    bench.run("pkcs15-tool", "-D", driver=None)
    refused = foreign_selects(bench)
    assert bytes.fromhex("A000000308") in b"".join(command for command, _ in refused)  # PIV
    assert {status for _, status in refused} == {0x6A82}


@pytest.mark.parametrize(
    ("slot", "pin", "identifier"), [("0", "1234", "01"), ("1", "ABC123", "02")], ids=["authentication", "signature"]
)
def test_a_signature_made_through_pkcs11_is_the_card_holders(
    bench: Bench, tmp_path: Path, slot: str, pin: str, identifier: str
) -> None:
    """OpenSSL accepts the signature under the key of the certificate that the card shows, and no other message."""
    message, signature, key = tmp_path / "message", tmp_path / "signature", tmp_path / "key.pem"
    message.write_bytes(b"a challenge of thirty-two octets")
    signed = bench.run(
        *("pkcs11-tool", "--module", "opensc-pkcs11.so", "--slot-index", slot, "--login", "--pin", pin, "--sign"),
        *("-m", "SHA256-RSA-PKCS", "--id", identifier, "-i", str(message), "-o", str(signature)),
    )
    assert signed.returncode == 0, signed.stderr
    key.write_text(public_key(bench, identifier, pin), encoding="ascii")
    assert openssl_verifies(message, signature, key)

    message.write_bytes(b"A challenge of thirty-two octets")
    assert not openssl_verifies(message, signature, key)
    message.write_bytes(b"a challenge of thirty-two octets")
    signature.write_bytes(bytes([signature.read_bytes()[0] ^ 1]) + signature.read_bytes()[1:])
    assert not openssl_verifies(message, signature, key)


def test_the_key_does_not_sign_without_its_pin(bench: Bench, tmp_path: Path) -> None:
    """Without a login there is no signature, and the card was sent no PIN."""
    message, signature = tmp_path / "message", tmp_path / "signature"
    message.write_bytes(b"a challenge of thirty-two octets")
    refused = bench.run(
        *("pkcs11-tool", "--module", "opensc-pkcs11.so", "--sign", "-m", "SHA256-RSA-PKCS", "--id", "01"),
        *("-i", str(message), "-o", str(signature)),
    )
    assert refused.returncode != 0
    assert not signature.exists() or signature.read_bytes() == b""
    assert [line for line in bench.commands() if line.command[1] == VERIFY and len(line.command) > 5] == []


def test_the_signature_certificate_needs_its_password(bench: Bench) -> None:
    """`pkcs15-tool --read-certificate 2` shows the 署名用電子証明書 after the password, and nothing before."""
    assert "BEGIN CERTIFICATE" not in bench.run("pkcs15-tool", "--read-certificate", "02").stdout
    assert "BEGIN CERTIFICATE" in signature_certificate(bench, "ABC123")


def tries_shown(text: str) -> dict[str, int]:
    """The tries left of each PIN in the output of `pkcs15-tool -D`."""
    name, tries = "", {}
    for line in text.splitlines():
        if line.startswith("PIN ["):
            name = line.removeprefix("PIN [").removesuffix("]")
        elif line.strip().startswith("Tries left"):
            tries[name] = int(line.split(":")[1])
    return tries


def foreign_selects(bench: Bench) -> list[tuple[bytes, int]]:
    """SELECTs by name of anything but the JPKI application, with their status words."""
    selects = [line for line in bench.commands() if line.command.startswith(SELECT_BY_NAME)]
    return [(line.command, line.sw) for line in selects if JPKI not in line.command]


def public_key(bench: Bench, identifier: str, pin: str) -> str:
    """The key of a certificate as pkcs15-tool reads it from the card and openssl takes it out, as PEM."""
    if identifier == "01":
        certificate = bench.run("pkcs15-tool", "--read-certificate", "01").stdout
    else:
        certificate = signature_certificate(bench, pin)
    taken = subprocess.run(
        ["openssl", "x509", "-pubkey", "-noout"], input=certificate, capture_output=True, text=True, check=True
    )
    return taken.stdout


def signature_certificate(bench: Bench, password: str) -> str:
    """The signature certificate as PEM, read after its password."""
    return bench.run(
        "pkcs15-tool", "--read-certificate", "02", "--auth-id", "02", "--verify-pin", "--pin", password
    ).stdout


def openssl_verifies(message: Path, signature: Path, key: Path) -> bool:
    """Whether `openssl dgst -verify` says so, in words and by its exit code."""
    judged = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", str(key), "-signature", str(signature), str(message)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("Verified OK" in judged.stdout) == (judged.returncode == 0)
    return judged.returncode == 0
