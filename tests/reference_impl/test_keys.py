"""Public keys that are used here: RSA of 2048 to 4096 bits, in either of the forms that they come in."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reference_impl.verification import oids
from reference_impl.verification.signatures import KeyRefused, is_signed_by, load_key_numbers, read_key
from tests.reference_impl import pki


def encoded(key: PublicKeyTypes) -> bytes:
    """A SubjectPublicKeyInfo."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(("bits", "is_used"), [(2047, False), (2048, True), (4096, True), (4097, False)])
def test_sizes_at_both_ends(bits: int, is_used: bool) -> None:  # noqa: FBT001
    """CRYPTREC's floor and our ceiling, both inclusive, for a certificate's key and for a card's (local policy)."""
    modulus = (1 << bits - 1) + 1
    whole = encoded(RSAPublicNumbers(65537, modulus).public_key())
    if is_used:
        assert read_key(whole).key_size == bits
        assert load_key_numbers(modulus.to_bytes((bits + 7) // 8), b"\x01\x00\x01").key_size == bits
        return
    words = f"^expected 2048 to 4096 bits, found {bits}$"
    with pytest.raises(KeyRefused, match=words):
        read_key(whole)
    with pytest.raises(KeyRefused, match=words):
        load_key_numbers(modulus.to_bytes((bits + 7) // 8), b"\x01\x00\x01")


@pytest.mark.parametrize(
    "key",
    [
        ec.derive_private_key(7, ec.SECP256R1()).public_key(),
        ec.derive_private_key(7, ec.SECP521R1()).public_key(),
        ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key(),
    ],
    ids=["P-256", "P-521", "Ed25519"],
)
def test_key_of_another_kind(key: PublicKeyTypes) -> None:
    """Named for what it is, not for its size."""
    with pytest.raises(KeyRefused, match=r"^expected an RSA public key, found "):
        read_key(encoded(key))


def test_octets_that_are_no_key() -> None:
    """Unreadable in either form."""
    with pytest.raises(KeyRefused, match="another structure"):
        read_key(b"\x30\x00")
    with pytest.raises(KeyRefused, match="found others"):
        load_key_numbers(b"\x03", b"\x02")


def test_signature_without_its_leading_zero() -> None:
    """RFC 8017 §8.2.2 step 1: as many octets as the modulus, though the number is the same with one less."""
    key = read_key(pki.spki("holder"))
    messages = (number.to_bytes(4) for number in range(10_000))
    message, signature = next(
        (each, signed) for each in messages if (signed := pki.sign("holder", each)).startswith(b"\0")
    )
    assert is_signed_by(key, oids.RSA_SHA256, message, signature)
    assert not is_signed_by(key, oids.RSA_SHA256, message, signature[1:])
    assert not is_signed_by(key, oids.RSA_SHA256, message, b"\0" + signature)
