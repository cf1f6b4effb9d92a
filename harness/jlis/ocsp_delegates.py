"""Who signs OCSP answers: the delegate of one authority, in office for a month, and those who should not sign.

One delegate for each generation of an authority (RFC 6960 §4.2.2.2: issued by the same key as the certificate that is
asked about). Beside the RSA one that the authority names itself there is one with a P-256 key; its key follows from
the RSA one, so that a world needs no further key and says the same when it is replayed.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from harness.confidence import Confidence
from harness.jlis import ocsp_encoding, profiles
from harness.jlis.authority import Authority
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.ocsp_encoding import Algorithm, Envelope
from harness.jlis.ocsp_policy import ResponderKey

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §3; RFC 6960 §4.2.2.2",
        "回答は各世代の委任レスポンダーが署名する（RSA、月替わり、nocheck、byKey）",
        "a delegate of each generation signs (RSA, one for each month, nocheck, byKey)",
        "policy `responder_key`, `named_by`",
    ),
)

OTHER_SERIALS = 0x06F0_0000
"""Delegates that an authority does not name itself; then 4 bits of generation, 4 of office, 12 of month."""
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""FIPS 186-5 / SEC 2 §2.4.2."""
_PKCS1 = PKCS1v15()
_SHA256, _SHA1 = SHA256(), SHA1()  # noqa: S303  (the fault `sha1_signature` signs with it)
_ECDSA = {
    (digest, fixed): ec.ECDSA(algorithm, deterministic_signing=fixed)
    for digest, algorithm in (("sha256", _SHA256), ("sha1", _SHA1))
    for fixed in (False, True)
}
MOST_REMEMBERED = 1024
Named = dict[tuple[str, bytes, bytes], Authority]
"""Authorities by hash algorithm, name hash and key hash."""


class Office(IntEnum):
    """What is right or wrong with a delegate."""

    PROPER = 0
    WITHOUT_PURPOSE = 1
    """No extended key usage."""
    OTHER_PURPOSE = 2
    """clientAuth instead of OCSPSigning."""
    EXPIRED = 3
    """Ended a day before the month began."""
    NOT_YET = 4
    """Begins a day after the month ended."""
    REVOKED = 5
    """Without nocheck, and revoked: `is_revoked` knows its serial number."""
    AUTHORITY = 6
    """The authority itself, which may (RFC 6960 §2.2)."""


@dataclass(frozen=True)
class Delegate:
    """A key and its certificate."""

    key: RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: bytes

    @cached_property
    def name(self) -> bytes:
        """The ResponderID byName."""
        return ocsp_encoding.by_name(self._parsed.subject.public_bytes())

    @cached_property
    def key_hash(self) -> bytes:
        """The ResponderID byKey."""
        return ocsp_encoding.by_key(x509.SubjectKeyIdentifier.from_public_key(self._parsed.public_key()).digest)

    @cached_property
    def envelope(self) -> Envelope:
        """What stands around what it signs."""
        return Envelope(self.algorithm("sha256"), [self.certificate])

    @cached_property
    def _parsed(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.certificate)

    def algorithm(self, digest: str) -> Algorithm:
        """Return the identifier of its signatures with a hash: sha1, sha256, sha384."""
        return Algorithm[f"{'RSA' if isinstance(self.key, RSAPrivateKey) else 'ECDSA'}_{digest.upper()}"]

    def sign(self, data: bytes, digest: str = "sha256", *, deterministic: bool = False) -> bytes:
        """Return its signature."""
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(data, _PKCS1, _SHA256 if digest == "sha256" else _SHA1)
        return self.key.sign(data, _ECDSA[digest, deterministic])

    def signer(self, *, deterministic: bool) -> Callable[[bytes], bytes]:
        """Return what signs as `sign` does with SHA-256, its algorithm chosen once."""
        key = self.key
        if isinstance(key, RSAPrivateKey):
            return lambda data: key.sign(data, _PKCS1, _SHA256)
        algorithm = _ECDSA["sha256", deterministic]
        return lambda data: key.sign(data, algorithm)


class Delegates:
    """Delegates by authority, month, key and office, made when first needed; the same octets whenever they are."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, int, ResponderKey, Office], tuple[Authority, Delegate]] = {}
        self._named: dict[int, tuple[Authority, dict[str, tuple[bytes, bytes]]]] = {}
        self._known: dict[int, tuple[Sequence[Authority], Named]] = {}

    def of(
        self,
        authority: Authority,
        now: datetime,
        key: ResponderKey = ResponderKey.RSA,
        office: Office = Office.PROPER,
    ) -> Delegate:
        """Return the delegate of an authority at `now`."""
        place = id(authority), now.year * 12 + now.month - 1, key, office
        known = self._made.get(place)
        if known is None:
            if len(self._made) >= MOST_REMEMBERED:
                self._made.clear()
            known = authority, _made(authority, now, key, office)  # held, so that no other object gets its id
            self._made[place] = known
        return known[1]

    def hashes(self, authority: Authority) -> dict[str, tuple[bytes, bytes]]:
        """Return the hashes of an authority's name and key in a CertID, by algorithm (RFC 6960 §4.1.1)."""
        known = self._named.get(id(authority))
        if known is None:
            if len(self._named) >= MOST_REMEMBERED:
                self._named.clear()
            known = authority, _hashes(authority.certificate)
            self._named[id(authority)] = known
        return known[1]

    def named(self, generations: Sequence[Authority]) -> Named:
        """Return each authority by what names it in a CertID; it is remembered for a tuple, which never changes."""
        known = self._known.get(id(generations))
        if known is None:
            found = {
                (algorithm, *hashes): authority
                for authority in generations
                for algorithm, hashes in self.hashes(authority).items()
            }
            if not isinstance(generations, tuple):
                return found
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            known = self._known[id(generations)] = generations, found
        return known[1]


DELEGATES = Delegates()


def is_revoked(authority: Authority, serial: int) -> bool:
    """Return whether a serial number is that of a delegate of the authority who was revoked on purpose."""
    return serial & ~0xFFF == _serial(authority, Office.REVOKED, 0)


def _serial(authority: Authority, office: Office, month: int, key: ResponderKey = ResponderKey.RSA) -> int:
    generation = authority.generation & 0xF
    offices = office + (8 if key is ResponderKey.P256 else 0)
    return OTHER_SERIALS | generation << 16 | offices << 12 | month & 0xFFF


def _made(authority: Authority, now: datetime, key: ResponderKey, office: Office) -> Delegate:
    if office is Office.AUTHORITY:
        return Delegate(authority.key, authority.der)
    if office is Office.PROPER and key is ResponderKey.RSA:
        responder = authority.responder_at(now)
        return Delegate(responder.key, responder.certificate.public_bytes(Encoding.DER))
    own = authority.responder_key if key is ResponderKey.RSA else _p256(authority.responder_key)
    first = datetime(now.year, now.month, 1, tzinfo=UTC)
    validity = {
        Office.EXPIRED: (first - timedelta(days=90), first - timedelta(days=1)),
        Office.NOT_YET: (first + timedelta(days=32), first + timedelta(days=90)),
    }.get(office, (first - timedelta(days=31), first + timedelta(days=62)))
    purposes = {Office.WITHOUT_PURPOSE: None, Office.OTHER_PURPOSE: ExtendedKeyUsageOID.CLIENT_AUTH}
    certificate = profiles.responder_certificate(
        authority.kind,
        own.public_key(),
        authority.certificate,
        authority.key,
        _serial(authority, office, first.year * 12 + first.month - 1, key),
        validity,
        purpose=purposes.get(office, ExtendedKeyUsageOID.OCSP_SIGNING),
        nocheck=office is not Office.REVOKED,
    )
    return Delegate(own, certificate.public_bytes(Encoding.DER))


def _p256(responder_key: RSAPrivateKey) -> ec.EllipticCurvePrivateKey:
    """Return a P-256 key that follows from an RSA key (FIPS 186-5 A.2.1: 64 more bits than the order has)."""
    exponent = responder_key.private_numbers().d
    spread = hashlib.sha512(b"kazashi/ocsp/p256" + exponent.to_bytes(256, "big")).digest()
    return ec.derive_private_key(int.from_bytes(spread[:40], "big") % (P256_ORDER - 1) + 1, ec.SECP256R1())


def _hashes(issuer: x509.Certificate) -> dict[str, tuple[bytes, bytes]]:
    """Return what names an issuer: its DER name, and its key without tag, length and unused bits, for RSA PKCS #1."""
    name, bits = issuer.subject.public_bytes(), issuer.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    return {each: (hashlib.new(each, name).digest(), hashlib.new(each, bits).digest()) for each in ("sha1", "sha256")}
