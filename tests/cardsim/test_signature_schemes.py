"""P1 00 to 05 and P2 80, 97, 9A, 00 of COMPUTE DIGITAL SIGNATURE (spec/card.md §4), judged by OpenSSL."""

import hashlib
from pathlib import Path

import pytest

from cardsim.commands.signature_schemes import encode_pss
from cardsim.slot import InsertedCard
from tests.cardsim import openssl
from tests.cardsim.conftest import Keys, ask

JPKI, VISUAL = "00A4040C0AD392F000260100000001", "00A4040C0AD3921000310001010402"
AUTH, SIGN = [JPKI, "002000980431323334"], [JPKI, "0020009B06414243313233"]
MESSAGE = b"to be signed"
HASH = hashlib.sha256(MESSAGE).digest()
REFERENCES = {
    "80": ([*AUTH, "00A4020C020017"], "auth"),
    "97": (AUTH, "auth"),
    "9A": (SIGN, "sign"),
    "00": ([VISUAL], "chip"),
}


def sign(card: InsertedCard, p1: str, p2: str, data: bytes) -> bytes:
    """The signature."""
    (answer,) = ask(card, f"802A{p1}{p2}{len(data):02X}{data.hex()}00")
    assert answer.endswith("9000"), answer
    return bytes.fromhex(answer)[:-2]


@pytest.mark.parametrize("p2", REFERENCES)
def test_every_scheme_with_every_reference(card: InsertedCard, keys: Keys, tmp_path: Path, p2: str) -> None:
    """02 and 03 are PKCS#1 v1.5, 04 and 05 PSS with 32 bytes of salt, 01 the bare hash: each for what was given."""
    commands, which = REFERENCES[p2]
    key = getattr(keys, which).public_key()
    ask(card, *commands)
    assert openssl.recovered(tmp_path, key, sign(card, "00", p2, MESSAGE)) == MESSAGE
    assert openssl.recovered(tmp_path, key, sign(card, "01", p2, MESSAGE)) == HASH
    assert openssl.accepts(tmp_path, key, MESSAGE, sign(card, "02", p2, HASH))
    assert openssl.accepts(tmp_path, key, MESSAGE, sign(card, "03", p2, MESSAGE))
    for p1, data in (("04", HASH), ("05", MESSAGE)):
        signature = sign(card, p1, p2, data)
        assert openssl.accepts(tmp_path, key, MESSAGE, signature, openssl.PSS)
        assert not openssl.accepts(tmp_path, key, MESSAGE + b"x", signature, openssl.PSS)
        assert not openssl.accepts(tmp_path, key, MESSAGE, signature)


def test_pss_is_salted(card: InsertedCard) -> None:
    """Two PSS signatures over one hash differ; two of PKCS#1 v1.5 do not."""
    ask(card, *AUTH)
    assert sign(card, "04", "97", HASH) != sign(card, "04", "97", HASH)
    assert sign(card, "02", "97", HASH) == sign(card, "02", "97", HASH)


def test_pss_keeps_verified_and_current_file(card: InsertedCard) -> None:
    """What is drawn for the salt changes nothing else."""
    ask(card, *AUTH, "00A4020C02000A")
    sign(card, "05", "97", MESSAGE)
    assert sign(card, "00", "80", b"x")


@pytest.mark.parametrize(
    ("p1", "lengths"),
    [
        ("00", {1: True, 245: True, 246: False, 255: False}), ("01", {1: True, 255: True, 256: False}),
        ("02", {31: False, 32: True, 33: False, 51: False}), ("03", {1: True, 255: True, 256: False}),
        ("04", {31: False, 32: True, 33: False}), ("05", {1: True, 255: True, 256: False}),
    ],
)  # fmt: skip
def test_lengths_a_scheme_takes(card: InsertedCard, p1: str, lengths: dict[int, bool]) -> None:
    """00 takes 1 to 245 bytes, a hash has 32, a message 1 to 255; everything else is 6985."""
    ask(card, *AUTH)
    for length, taken in {0: False, **lengths}.items():
        head = f"{length:02X}" if length < 256 else f"00{length:04X}"
        tail = "00" if length < 256 else "0000"
        (answer,) = ask(card, f"802A{p1}97{head if length else ''}{'AB' * length}{tail}")
        assert (answer[-4:], len(answer)) == (("9000", 516) if taken else ("6985", 4)), length


def test_extended_form_is_taken_too(card: InsertedCard, keys: Keys, tmp_path: Path) -> None:
    """Case 4E with a message that would have fitted into a short command."""
    (answer,) = ask(card, *AUTH, f"802A039700{len(MESSAGE):04X}{MESSAGE.hex()}0000")[2:]
    assert openssl.accepts(tmp_path, keys.auth.public_key(), MESSAGE, bytes.fromhex(answer)[:-2])


def test_pin_comes_before_the_length(card: InsertedCard) -> None:
    """Without the PIN every scheme is 6982, whatever is to be signed."""
    ask(card, JPKI)
    assert {ask(card, f"802A0{p1}9701AA00")[0] for p1 in range(6)} == {"6982"}


def test_encoding_of_odd_sizes() -> None:
    """EMSA-PSS of 2047, 2048 and 1025 bits: the first byte's surplus bits are clear, the last byte is BC (RFC 8017)."""
    for bits in (2047, 2048, 1025):
        encoded = encode_pss(HASH, bytes(32), bits)
        assert len(encoded) == -(-bits // 8)
        assert int.from_bytes(encoded, "big").bit_length() <= bits
        assert encoded[-1] == 0xBC
