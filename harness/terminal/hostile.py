"""A hostile terminal's tool: a chip that somebody made, which claims to be a card's.

Nothing secret is needed for it: the certificate of any card can be read without a PIN, the layout is public
(spec/card.md §2.2, §2.3), and the card issuer's key id stands on every genuine card. What the maker does not
have is the card issuer's private key, so the chain is signed by keys of the maker's own.
"""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from harness.contract.messages import ChipProof

_CVC_HEADER = bytes.fromhex("7f218202335f4e820129")
_CVC_SIGNATURE_HEADER = bytes.fromhex("5f37820100")
_KEY_IDS = 32
_PUBLIC_EXPONENT = bytes.fromhex("9003010001")
_MODULUS_HEADER = bytes.fromhex("91820100")
_RECORD_HEADER = bytes.fromhex("ff1082021e")
_BIRTH_DATE = slice(5, 16)
_CHIP_KEY_HEADER = bytes.fromhex("df12820109")
_RECORD_SIGNATURE_HEADER = bytes.fromhex("df13820100")


@dataclass(frozen=True, slots=True)
class SelfMadeChip:
    """A chip whose three keys (issuer's, municipality's, chip's) are all its maker's own."""

    issuer_key: RSAPrivateKey
    municipality_key: RSAPrivateKey
    chip_key: RSAPrivateKey

    def imitate(self, genuine: ChipProof, challenge: bytes) -> ChipProof:
        """Return a proof that says what the genuine one says (key ids, birth date), signed by the maker's keys."""
        ids = genuine.cvc[len(_CVC_HEADER) : len(_CVC_HEADER) + _KEY_IDS]
        body = ids + _public_key(self.municipality_key)
        cvc = _CVC_HEADER + body + _CVC_SIGNATURE_HEADER + _sign(self.issuer_key, body)
        signed = genuine.birth_record[_BIRTH_DATE] + _CHIP_KEY_HEADER + _public_key(self.chip_key)
        record = _RECORD_HEADER + signed + _RECORD_SIGNATURE_HEADER + _sign(self.municipality_key, signed)
        return ChipProof(birth_record=record, cvc=cvc, signature=_sign(self.chip_key, challenge))

    def sign_challenge(self, challenge: bytes) -> bytes:
        """Return a well-formed signature over `challenge` by a key that is nobody's certificate's."""
        return _sign(self.chip_key, challenge)


def _public_key(key: RSAPrivateKey) -> bytes:
    return _PUBLIC_EXPONENT + _MODULUS_HEADER + key.public_key().public_numbers().n.to_bytes(256, "big")


def _sign(key: RSAPrivateKey, message: bytes) -> bytes:
    return key.sign(message, PKCS1v15(), SHA256())
