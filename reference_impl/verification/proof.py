"""Proof of possession: a signature of the certificate's key, made by the card after the PIN (spec/card.md §4)."""

from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from reference_impl.verification.presentation import HashName, Padding
from reference_impl.verification.signatures import DIGEST_INFO, is_digest_signed_by, is_digest_signed_with_pss, opens_to

_SHA256: Final = DIGEST_INFO["sha256"]


def verify_proof(key: RSAPublicKey, message: bytes, signature: bytes) -> bool:
    """Whether the holder's key signed `message`: PKCS#1 v1.5 with SHA-256, strictly padded (RFC 8017 §8.2.2)."""
    return opens_to(key, signature, _SHA256 + sha256(message).digest())


def verify_document(key: RSAPublicKey, hash_name: HashName, padding: Padding, digest: bytes, signature: bytes) -> bool:
    """Whether the holder's key signed the document of this digest, in the padding that was said.

    RFC 8017 §8.1.2, §8.2.2. Never in the other one: a signature is believed for one way of making it.
    """
    if padding is Padding.PSS:
        return is_digest_signed_with_pss(key, hash_name, digest, signature)
    return is_digest_signed_by(key, hash_name, digest, signature)
