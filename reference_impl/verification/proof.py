"""Proof of possession: the signature of the certificate's key, made by the card after the PIN (spec/card.md §4)."""

from reference_impl.verification import oids
from reference_impl.verification.certificate import Certificate
from reference_impl.verification.signatures import is_signed_by, load_key


def verify_proof(certificate: Certificate, message: bytes, signature: bytes) -> bool:
    """Whether the holder's key signed `message`: PKCS#1 v1.5 with SHA-256, strictly padded (RFC 8017 §8.2.2)."""
    return is_signed_by(load_key(certificate.public_key), oids.RSA_SHA256, message, signature)
