"""A small PKI for these tests, made with cryptography's builders and plain bytes; nothing comes from the product."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

NOW = datetime(2026, 11, 21, 0, 20, tzinfo=UTC)
NOT_BEFORE = datetime(2024, 4, 1, 16, 40, 5, tzinfo=UTC)
NOT_AFTER = datetime(2029, 4, 1, 14, 59, 59, tzinfo=UTC)

AUTH_POLICY = "1.2.392.200149.8.5.1.2.30"
SIGN_POLICY = "1.2.392.200149.8.5.1.0.20"
CPS = "http://www.jpki.test/cps.html"

KEY_ID_ISSUER = b"6000023\x08\x05001\x00\x00\x00\x00\x00"[:16]
KEY_ID_TOWN = b"6000099\x08\x05001\x00\x00\x00\x00\x00"[:16]


_making = threading.Lock()


def key(name: str) -> rsa.RSAPrivateKey:
    """One RSA key for each name, made once in a run, by however many threads it is first asked for at once."""
    with _making:
        return _made(name)


@cache
def _made(name: str) -> rsa.RSAPrivateKey:
    """A key; the one called "short" has 1024 bits. Two threads that meet here would make two."""
    return rsa.generate_private_key(65537, 1024 if name == "short" else 2048)


def spki(name: str) -> bytes:
    """The SubjectPublicKeyInfo of a named key."""
    return (
        key(name).public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def ca_name(kind: str) -> x509.Name:
    """The name that all generations of one authority share."""
    unit = {"auth": "JPKI for user authentication", "sign": "JPKI for digital signature"}[kind]
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "JPKI-TEST"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Japan Agency for Local Authority"),
        ]
    )


def key_usage(*names: str) -> x509.KeyUsage:
    """A keyUsage with these bits."""
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{each: each in names for each in every})


@cache
def authority(
    kind: str, key_name: str, not_after: datetime = datetime(2033, 7, 15, 14, 59, 59, tzinfo=UTC)
) -> x509.Certificate:
    """A self-signed generation of one authority."""
    own = key(key_name)
    builder = x509.CertificateBuilder(
        ca_name(kind), ca_name(kind), own.public_key(), 0x067C6A21, datetime(2023, 7, 16, tzinfo=UTC), not_after
    )
    builder = builder.add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
    return builder.sign(own, hashes.SHA256())


def subject_key(name: str = "holder") -> tuple[x509.ExtensionType, bool]:
    """The subjectKeyIdentifier that every card certificate carries."""
    return x509.SubjectKeyIdentifier.from_public_key(key(name).public_key()), False


Extensions = Sequence[tuple[x509.ExtensionType, bool]]


def policies(oid: str, *qualifiers: str | x509.UserNotice) -> x509.CertificatePolicies:
    """A certificatePolicies with one policy."""
    return x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier(oid), list(qualifiers) or None)])


def auth_extensions() -> list[tuple[x509.ExtensionType, bool]]:
    """keyUsage, extKeyUsage and certificatePolicies of an authentication certificate."""
    return [
        (key_usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        (policies(AUTH_POLICY, CPS), True),
    ]


def sign_extensions() -> list[tuple[x509.ExtensionType, bool]]:
    """keyUsage and certificatePolicies of a signature certificate."""
    return [(key_usage("digital_signature", "content_commitment"), True), (policies(SIGN_POLICY, CPS), True)]


def leaf(
    kind: str = "auth",
    *,
    holder: str = "holder",
    issuer_key: str | None = None,
    aki_key: str | None = None,
    issuer_name: x509.Name | None = None,
    serial: int = 0x07123456,
    extensions: Extensions | None = None,
    more: Extensions = (),
    not_before: datetime = NOT_BEFORE,
    not_after: datetime = NOT_AFTER,
) -> bytes:
    """The DER of a holder's certificate; by default a right one."""
    issuer_key = issuer_key or f"{kind}-ca"
    if extensions is None:
        extensions = auth_extensions() if kind == "auth" else sign_extensions()
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"), x509.NameAttribute(NameOID.COMMON_NAME, "X" * 23)]
    )
    builder = x509.CertificateBuilder(
        issuer_name or ca_name(kind), subject, key(holder).public_key(), serial, not_before, not_after
    )
    for value, critical in [*extensions, *more]:
        builder = builder.add_extension(value, critical=critical)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key(aki_key or issuer_key).public_key())
    builder = builder.add_extension(identifier, critical=False)
    certificate = builder.sign(key(issuer_key), hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.DER)


def der(certificate: x509.Certificate) -> bytes:
    """The bytes of a certificate."""
    return certificate.public_bytes(serialization.Encoding.DER)


def sign(key_name: str, message: bytes) -> bytes:
    """PKCS#1 v1.5 with SHA-256, as the card makes it."""
    return key(key_name).sign(message, padding.PKCS1v15(), hashes.SHA256())


def card_key(key_name: str) -> bytes:
    """A key as the card writes it: 90 03 exponent, 91 82 0100 modulus."""
    numbers = key(key_name).public_key().public_numbers()
    return bytes.fromhex("9003010001") + bytes.fromhex("91820100") + numbers.n.to_bytes(256)


def cvc(subject: str = "town", issuer: str = "card-issuer", key_id: bytes = KEY_ID_ISSUER) -> bytes:
    """A card-verifiable certificate: 568 bytes."""
    body = key_id + KEY_ID_TOWN + card_key(subject)
    return bytes.fromhex("7F218202335F4E820129") + body + bytes.fromhex("5F37820100") + sign(issuer, body)


def birth_record(chip: str = "chip", signer: str = "town", date: bytes = b"19900401") -> bytes:
    """A birth record: FF10 82 021E { DF11 08, DF12 82 0109, DF13 82 0100 }."""
    signed = bytes.fromhex("DF1108") + date + bytes.fromhex("DF12820109") + card_key(chip)
    return bytes.fromhex("FF1082021E") + signed + bytes.fromhex("DF13820100") + sign(signer, signed)


def delegate(
    issuer_key: str = "auth-ca",
    *,
    kind: str = "auth",
    responder: str = "responder",
    usage: ObjectIdentifier | None = ExtendedKeyUsageOID.OCSP_SIGNING,
    nocheck: bool = True,
    not_after: datetime = NOW + timedelta(days=90),
) -> x509.Certificate:
    """A responder's certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "responder")])
    builder = x509.CertificateBuilder(
        ca_name(kind), name, key(responder).public_key(), 77, NOW - timedelta(days=90), not_after
    )
    builder = builder.add_extension(key_usage("digital_signature"), critical=True)
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if nocheck:
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    return builder.sign(key(issuer_key), hashes.SHA256())


def with_serial(serial: bytes) -> bytes:
    """A right certificate whose serialNumber is encoded so (the builder makes positive ones only)."""
    whole = leaf(serial=0x07123456)
    body = whole[8 : 8 + int.from_bytes(whole[6:8])].replace(bytes.fromhex("020407123456"), serial, 1)
    body = b"\x30\x82" + len(body).to_bytes(2) + body
    algorithm = bytes.fromhex("300D06092A864886F70D01010B0500")
    content = body + algorithm + bytes.fromhex("0382010100") + sign("auth-ca", body)
    return b"\x30\x82" + len(content).to_bytes(2) + content


def signed_body(body: bytes, algorithm: bytes = bytes.fromhex("300D06092A864886F70D01010B0500")) -> bytes:
    """A certificate with this body, signed by the authority for authentication."""
    content = body + algorithm + bytes.fromhex("0382010100") + sign("auth-ca", body)
    return b"\x30\x82" + len(content).to_bytes(2) + content


def body_of(whole: bytes) -> bytes:
    """The TBSCertificate of a certificate of usual length."""
    return whole[4 : 8 + int.from_bytes(whole[6:8])]


def with_end(text: str) -> bytes:
    """A right certificate whose notAfter is this UTCTime."""
    return signed_body(body_of(leaf()).replace(b"290401145959Z", text.encode(), 1))


def without_parameters() -> bytes:
    """A right certificate whose algorithm identifiers have no parameters (RFC 4055 §5)."""
    without = bytes.fromhex("300B06092A864886F70D01010B")
    body = body_of(leaf()).replace(bytes.fromhex("300D06092A864886F70D01010B0500"), without)
    return signed_body(body[:2] + (len(body) - 4).to_bytes(2) + body[4:], without)
