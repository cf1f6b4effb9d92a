"""CVC → birth record → chip signature over a nonce, checked by OpenSSL: an outsider's script that has the anchor.

Reads through APDUs, cuts by the offsets of docs/spec/card.md §2.2 and §2.3, and leaves every signature to `openssl`.
"""

import base64
import subprocess
from pathlib import Path

from cardsim.slot import InsertedCard

VISUAL = bytes.fromhex("00A4040C0AD3921000310001010402")
CVC_BODY, CVC_SIGNATURE = slice(10, 10 + 297), slice(312, 568)
RECORD_SIGNED, RECORD_SIGNATURE = slice(5, 5 + 11 + 270), slice(5 + 11 + 270 + 5, 5 + 11 + 270 + 5 + 256)
MODULUS = slice(-256, None)
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def first_failure(card: InsertedCard, birth_digits: bytes, nonce: bytes, anchor: bytes, folder: Path) -> str | None:
    """Where a card fails: "cvc", "record", "chip", or nowhere. The anchor is the modulus of the issuer's key."""
    ask(card, VISUAL)
    cvc = read(card, 0x04)
    ask(card, bytes([0x00, 0x20, 0x00, 0x91, len(birth_digits)]) + birth_digits)
    record = read(card, 0x01)
    hashed = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=nonce, capture_output=True, check=True)
    signature = ask(card, bytes.fromhex("802A000033") + DIGEST_INFO + hashed.stdout + b"\x00")
    signed = record[RECORD_SIGNED]
    steps = (
        ("cvc", anchor, cvc[CVC_BODY], cvc[CVC_SIGNATURE]),
        ("record", cvc[CVC_BODY][MODULUS], signed, record[RECORD_SIGNATURE]),
        ("chip", signed[MODULUS], nonce, signature),
    )
    for name, modulus, message, given in steps:
        if not verifies(modulus, message, given, folder):
            return name
    return None


def chip_modulus(card: InsertedCard, birth_digits: bytes) -> bytes:
    """What a relying party remembers of a chip."""
    ask(card, VISUAL, bytes([0x00, 0x20, 0x00, 0x91, len(birth_digits)]) + birth_digits)
    return read(card, 0x01)[RECORD_SIGNED][MODULUS]


def ask(card: InsertedCard, *commands: bytes) -> bytes:
    """The data of the last answer; each must be 9000."""
    answer = b""
    for command in commands:
        answer = card.transmit(command)
        assert answer[-2:] == b"\x90\x00", (command.hex(), answer.hex())
    return answer[:-2]


def read(card: InsertedCard, sfi: int) -> bytes:
    """A file, whole."""
    return ask(card, bytes([0x00, 0xB0, 0x80 | sfi, 0x00, 0x00, 0x00, 0x00]))


def verifies(modulus: bytes, message: bytes, signature: bytes, folder: Path) -> bool:
    """Whether OpenSSL verifies PKCS#1 v1.5 with SHA-256 under an RSA key with e = 65537."""
    (folder / "key.pem").write_text(pem(modulus))
    (folder / "signature").write_bytes(signature)
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", folder / "key.pem", "-signature", folder / "signature"],
        input=message, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout == b"Verified OK\n"


def pem(modulus: bytes) -> str:
    """An RSA public key of 2048 bits as SubjectPublicKeyInfo: the bytes of RFC 8017 A.1.1 around the modulus."""
    der = (
        bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
        + modulus
        + bytes.fromhex("0203010001")
    )
    body = base64.encodebytes(der).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body}-----END PUBLIC KEY-----\n"
