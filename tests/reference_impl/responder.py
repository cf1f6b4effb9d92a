"""A responder for these tests: answers any request by its settings, one of them wrong at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import ocsp

from reference_impl.verification.ocsp_settings import Question
from tests.reference_impl import pki
from tests.reference_impl.cross_check.mutation import encode, read_tree

GRID = datetime.fromisoformat("2026-11-21T00:15:00Z")
GOOD, REVOKED, UNKNOWN = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN


@dataclass(frozen=True, slots=True)
class Settings:
    """What the answer says, and who says it."""

    status: ocsp.OCSPCertStatus = GOOD
    reason: x509.ReasonFlags | None = None
    this_update: datetime = GRID
    next_update: datetime | None = GRID + timedelta(minutes=30)
    delegate: x509.Certificate | None = None
    nonce: bytes | str | None = "echo"
    serial_offset: int = 0
    issuer_key: str = "auth-ca"
    kind: str = "auth"
    digest: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)
    by_name: bool = False
    signed_by_issuer: bool = False


@dataclass(slots=True)
class Responder:
    """Callable as the relying party's way to a responder; keeps what it was asked."""

    settings: Settings = field(default_factory=Settings)
    asked: list[tuple[str, bytes]] = field(default_factory=list)
    meanwhile: Callable[[], None] | None = None
    """What happens while the next question is under way; once."""
    says: Callable[[bytes], bytes] | None = None
    """What is said instead, whatever the settings."""

    def set(self, **changes: object) -> None:
        """Changes settings for the answers to come."""
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]

    def __call__(self, question: Question) -> bytes:
        assert question.body is not None
        self.asked.append((question.address, question.body))
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return self.says(question.body) if self.says is not None else answer(question.body, self.settings)


def answer(encoded: bytes, settings: Settings) -> bytes:
    """The DER of the answer to a request."""
    request = ocsp.load_der_ocsp_request(encoded)
    issuer = pki.authority(settings.kind, settings.issuer_key)
    own = (
        issuer
        if settings.signed_by_issuer
        else settings.delegate or pki.delegate(settings.issuer_key, kind=settings.kind)
    )
    hashed = hashes.Hash(settings.digest)
    hashed.update(issuer.subject.public_bytes())
    keyed = hashes.Hash(settings.digest)
    bits = issuer.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    keyed.update(bits)
    builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
        issuer_name_hash=hashed.finalize(),
        issuer_key_hash=keyed.finalize(),
        serial_number=request.serial_number + settings.serial_offset,
        algorithm=settings.digest,
        cert_status=settings.status,
        this_update=settings.this_update,
        next_update=settings.next_update,
        revocation_time=settings.this_update if settings.status is REVOKED else None,
        revocation_reason=settings.reason,
    )
    encoding = ocsp.OCSPResponderEncoding.NAME if settings.by_name else ocsp.OCSPResponderEncoding.HASH
    builder = builder.responder_id(encoding, own)
    if not settings.signed_by_issuer:
        builder = builder.certificates([own])
    nonce = settings.nonce
    if nonce == "echo":
        nonce = request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    if isinstance(nonce, bytes):
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    key = pki.key(settings.issuer_key if settings.signed_by_issuer else "responder")
    return _produced_at(settings.this_update, builder.sign(key, hashes.SHA256()), key)


def _produced_at(instant: datetime, response: ocsp.OCSPResponse, key: rsa.RSAPrivateKey) -> bytes:
    """The answer with another producedAt, signed again: the builder takes the host's clock, whatever it shows."""
    signed = response.tbs_response_bytes
    identifier, fields = read_tree(signed)
    assert isinstance(fields, list)
    fields[1] = (b"\x18", f"{instant:%Y%m%d%H%M%SZ}".encode())
    again = encode((identifier, fields))
    signature = key.sign(again, padding.PKCS1v15(), hashes.SHA256())
    whole = response.public_bytes(serialization.Encoding.DER)
    return whole.replace(signed, again).replace(response.signature, signature)
