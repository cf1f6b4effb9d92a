"""Whose signature a signed structure bears, found with nothing but the keys at hand."""

from asn1crypto import algos, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


def verifies(
    certificate: x509.Certificate, algorithm: algos.SignedDigestAlgorithm, signature: bytes, data: bytes
) -> bool:
    """Return whether the key of a certificate made the signature; what cannot be computed here was not made by it."""
    try:
        digest = HASHES[algorithm.hash_algo]()
        key = load_der_public_key(certificate.public_key.dump())
        if isinstance(key, RSAPublicKey) and algorithm.signature_algo == "rsassa_pkcs1v15":
            key.verify(signature, data, PKCS1v15(), digest)
        elif isinstance(key, EllipticCurvePublicKey) and algorithm.signature_algo == "ecdsa":
            key.verify(signature, data, ECDSA(digest))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, KeyError):
        return False
    return True


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether a certificate names the issuer and bears the signature of its key."""
    named = certificate["tbs_certificate"]["issuer"].dump() == issuer["tbs_certificate"]["subject"].dump()
    return named and verifies(
        issuer,
        certificate["signature_algorithm"],
        certificate["signature_value"].native,
        certificate["tbs_certificate"].dump(),
    )
