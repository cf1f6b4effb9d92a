"""Certificates of the next-generation card (次期個人番号カード): ECDSA on P-384 with SHA-384, ten years. ASSUMED.

Published are algorithm, size of key and the ten years (spec/card.md §7); how certificates and their authorities will
look is not. So these are today's profile under authorities that say what they are, and they are in no register: no
OCSP responder knows them, no list has their numbers, they name neither. They are for trying whether a product's
algorithms and lengths are a matter of configuration.

Keys follow from one secret of the installation, and signatures are deterministic (RFC 6979): a card is never stored.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from cardsim.personalise_next import NextIssuedFiles
from harness.confidence import Confidence
from harness.contract.vocabulary import Kind
from harness.jlis import names
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.entries import Entry
from harness.jlis.holder_attributes import holder_attributes
from harness.jlis.people import CardMade
from harness.jlis.profiles import MARKER, authentication_common_name, key_usage, signature_common_name
from harness.jlis.validity import DEFAULT_LEAP, JST, LAST_SECOND, birthday_after
from harness.municipalities import MUNICIPALITIES

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.ASSUMED,
        "spec/card.md §7",
        "次期カードの証明書（P-384、SHA-384、10回目の誕生日まで）。形式は仮定で、失効情報はない",
        "certificates of the next card (P-384, SHA-384, to the tenth birthday); their form is assumed, no status of "
        "them is published",
        "`kazashi card new --generation next`",
    ),
)

NEXT_SERIALS = 0x2000_0000
"""Added to the number of today's certificate: no number means two certificates."""
CERTIFICATE_BIRTHDAYS = 10
FOUNDED, ENDS = datetime(2000, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
"""Of the base point of P-384 (FIPS 186-4 §D.1.2.4)."""


def serial_of(entry: Entry) -> int:
    """Return the number of the certificate that stands for one of today's."""
    return NEXT_SERIALS + entry.serial


def issued_files(secret: RSAPrivateKey, made: CardMade, entries: Mapping[Kind, Entry]) -> NextIssuedFiles:
    """Return what the next card of a holder has in it; both certificates, as today's card has them."""
    seed = secret.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    keys = {what: derived_key(seed, f"{what} {made.serial}") for what in ("auth", "sign", "chip")}
    authorities = {kind: _authority(kind, derived_key(seed, f"authority {kind.value}")) for kind in Kind}
    leaves = {
        kind: _leaf(entry, keys[kind.value], authorities[kind], derived_key(seed, f"authority {kind.value}"), made)
        for kind, entry in entries.items()
    }
    return NextIssuedFiles(
        auth_certificate=leaves[Kind.AUTH],
        auth_ca_certificate=authorities[Kind.AUTH].public_bytes(Encoding.DER),
        sign_certificate=leaves[Kind.SIGN],
        sign_ca_certificate=authorities[Kind.SIGN].public_bytes(Encoding.DER),
        auth_key=keys["auth"],
        sign_key=keys["sign"],
        chip_key=keys["chip"],
    )


def derived_key(seed: bytes, what: str) -> ec.EllipticCurvePrivateKey:
    """Return the key of that name: 512 bits of hash modulo the order, the bias is below 2⁻¹²⁷ (FIPS 186-4 §B.4.1)."""
    number = int.from_bytes(hashlib.sha512(what.encode() + b"\x00" + seed).digest(), "big") % (_ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP384R1())


def _authority(kind: Kind, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = names.next_authority_name(kind)
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), NEXT_SERIALS, FOUNDED, ENDS)
        .add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(MARKER, critical=False)
    )
    return builder.sign(key, SHA384(), ecdsa_deterministic=True)


def _leaf(
    entry: Entry,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate,
    issuer_key: ec.EllipticCurvePrivateKey,
    made: CardMade,
) -> bytes:
    """Today's subject and usage; no address of a responder, no distribution point, no policy: none is known."""
    municipality = MUNICIPALITIES[entry.resident.municipality]
    begins = made.at.replace(microsecond=0)
    last_day = birthday_after(
        entry.resident.birth_date, begins.astimezone(JST).date(), CERTIFICATE_BIRTHDAYS, DEFAULT_LEAP
    )
    ends = datetime.combine(last_day, LAST_SECOND, JST).astimezone(UTC)
    if entry.kind is Kind.AUTH:
        subject = names.authentication_subject(authentication_common_name(entry))
        own: tuple[tuple[x509.ExtensionType, bool], ...] = (
            (key_usage("digital_signature"), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        )
    else:
        subject = names.signature_subject(municipality, signature_common_name(entry))
        own = (
            (key_usage("digital_signature", "content_commitment"), True),
            (x509.SubjectAlternativeName(holder_attributes(entry.resident, kana=False)), False),
        )
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = x509.CertificateBuilder(issuer.subject, subject, key.public_key(), serial_of(entry), begins, ends)
    for extension, critical in (
        *own,
        (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (MARKER, False),
    ):
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, SHA384(), ecdsa_deterministic=True).public_bytes(Encoding.DER)
