"""What an OCSP request says, in parts, once it was read (RFC 6960 §4.1.1)."""

from msgspec import Struct


class Question(Struct, frozen=True, gc=False):
    """One CertID in its parts."""

    cert_id: bytes
    """The CertID (DER) as it was asked, to be echoed: clients compare it, some with the hash's parameters."""
    hash_algorithm: str
    name_hash: bytes
    key_hash: bytes
    serial: int


class RequestSignature(Struct, frozen=True):
    """A signature over a request, not yet verified."""

    signed: bytes
    """The TBSRequest, octet for octet as it came."""
    algorithm: str
    """As asn1crypto calls it: sha256_rsa, sha256_ecdsa …"""
    signature: bytes
    certificates: tuple[bytes, ...]


class OcspRequest(Struct, frozen=True, gc=False):
    """A whole request."""

    questions: tuple[Question, ...]
    nonce: bytes | None = None
    """As it came, 1 to 128 octets."""
    requestor_name: bytes | None = None
    """The GeneralName (DER), as it came."""
    signature: RequestSignature | None = None
