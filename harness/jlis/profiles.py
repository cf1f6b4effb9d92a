"""Certificate profiles, extension by extension in the observed order (spec/pki.md §1.2–§1.5).

Every certificate ends with a marker extension, so that nothing issued here can be taken for the real thing.
RSA PKCS#1 v1.5 is deterministic: the same values always give the same bytes.
"""

import hashlib
from datetime import datetime

from asn1crypto.core import UTF8String
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, ObjectIdentifier

from harness.confidence import Confidence
from harness.contract.vocabulary import Kind
from harness.jlis import crl_points, names
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.crl_points import Partition
from harness.jlis.entries import Entry
from harness.jlis.holder_attributes import holder_attributes
from harness.jlis.populations import CARD_AUTH, CARD_SIGN, PHONE_AUTH, PHONE_SIGN, Medium
from harness.jlis.practice import STANDARD, Practice
from harness.jlis.validity import JST
from harness.municipalities import MUNICIPALITIES

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.OBSERVED,
        "spec/pki.md §1.2, §1.3",
        "認証局証明書と利用者証明用証明書の拡張の順序・critical・文字列型",
        "order, criticality and string types of the extensions of authorities and authentication certificates",
    ),
    Behaviour(
        Confidence.OBSERVED,
        "spec/pki.md §1.4",
        "署名用証明書の拡張。EKU と AIA はない",
        "the extensions of signature certificates; no EKU and no AIA",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §1.4",
        "署名用の CN は yyyymmddhhmmss + 市区町村コード5桁 + 9桁",
        "the CN of a signature certificate is yyyymmddhhmmss, the municipality code, 9 digits",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §1.6",
        "スマートフォン用の CN 末尾は M、名前・鍵長はカード用と同じ",
        "the CN of a phone ends with M; names and key sizes are those of cards",
    ),
    Behaviour(
        Confidence.OBSERVED,
        "spec/pki.md §1.5",
        "テスト用ポリシー OID（署名用）",
        "the policy of test signature certificates",
        "`--production-policies`",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §1.5",
        "テスト用ポリシー OID（利用者証明用、スマートフォン用）",
        "the policies of test authentication and of phone certificates",
        "`--production-policies`",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §1.5",
        "全証明書の最後に、本物でないことを示す非 critical の拡張が付く",
        "every certificate ends with a non-critical marker that says it is none of the real ones",
    ),
)

MARKER_OID = ObjectIdentifier("2.25.259267976")
"""Under the arc of UUIDs, with a number that is short: GnuTLS and pkilint cannot read the 128 bits of a whole one."""
MARKER = x509.UnrecognizedExtension(MARKER_OID, UTF8String("KAZASHI EMULATION").dump())
POLICIES = {
    CARD_AUTH: "1.2.392.200149.8.5.1.2.30",
    CARD_SIGN: "1.2.392.200149.8.5.1.0.20",
    PHONE_AUTH: "1.2.392.200149.8.5.1.2.50",
    PHONE_SIGN: "1.2.392.200149.8.5.1.0.40",
}
"""The test arc (spec/pki.md §1.5): card signature is observed, the others are emulation choices."""
PRODUCTION_POLICIES = {
    CARD_AUTH: "1.2.392.200149.8.5.1.3.30",
    CARD_SIGN: "1.2.392.200149.8.5.1.1.20",
    PHONE_AUTH: "1.2.392.200149.8.5.1.3.50",
    PHONE_SIGN: "1.2.392.200149.8.5.1.1.40",
}
"""For products that refuse the test arc, by an explicit switch only; names, keys and the marker stay those of a test.

Those of the card are observed, the phone's signature is reported, the phone's authentication is assumed (§1.5).
"""
CPS = "http://www.jpki.test/cps.html"
Extensions = list[tuple[x509.ExtensionType, bool]]


def authority_certificate(
    kind: Kind, key: RSAPrivateKey, serial: int, not_before: datetime, not_after: datetime
) -> x509.Certificate:
    """Return the self-signed certificate of an authority: no AKI, no policies, no AIA (§1.2)."""
    name = names.authority_name(kind)
    extensions: Extensions = [
        (key_usage("key_cert_sign", "crl_sign"), True),
        (x509.SubjectAlternativeName([x509.DirectoryName(names.japanese_authority_name(kind))]), False),
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (_distribution(name), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    ]
    return _certificate(name, name, key.public_key(), serial, (not_before, not_after), extensions, key)


def leaf_certificate(  # noqa: PLR0913, PLR0917  (the fields of a certificate)
    entry: Entry,
    public_key: RSAPublicKey,
    issuer: x509.Certificate,
    issuer_key: RSAPrivateKey,
    ocsp: str,
    practice: Practice = STANDARD,
) -> x509.Certificate:
    """Return the certificate of a register entry: 利用者証明用 (§1.3) or 署名用 (§1.4), for card or phone (§1.6)."""
    municipality = MUNICIPALITIES[entry.resident.municipality]
    policies = PRODUCTION_POLICIES if practice.production_policies else POLICIES
    if entry.kind is Kind.AUTH:
        subject = names.authentication_subject(authentication_common_name(entry))
        own: Extensions = [
            (key_usage("digital_signature"), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        ]
    else:
        subject = names.signature_subject(municipality, signature_common_name(entry))
        own = [
            (key_usage("digital_signature", "content_commitment"), True),
            (x509.SubjectAlternativeName(holder_attributes(entry.resident, kana=practice.kana)), False),
        ]
    partition = Partition(entry.population, entry.generation, municipality)
    point = crl_points.name_of(partition, practice.lists.mode)
    extensions = [
        *own,
        (_policy(policies[entry.population]), True),
        (x509.IssuerAlternativeName([x509.DirectoryName(names.japanese_authority_name(entry.kind))]), False),
        (_distribution(point), False),
        *([(_ocsp_access(ocsp), False)] if entry.kind is Kind.AUTH else []),
        (_authority_key(issuer), False),
        (x509.SubjectKeyIdentifier.from_public_key(public_key), False),
    ]
    validity = (entry.issued, entry.not_after)
    return _certificate(issuer.subject, subject, public_key, entry.serial, validity, extensions, issuer_key)


def responder_certificate(  # noqa: PLR0913, PLR0917  (the fields of a certificate)
    kind: Kind,
    public_key: RSAPublicKey | EllipticCurvePublicKey,
    issuer: x509.Certificate,
    issuer_key: RSAPrivateKey,
    serial: int,
    validity: tuple[datetime, datetime],
    *,
    purpose: ObjectIdentifier | None = ExtendedKeyUsageOID.OCSP_SIGNING,
    nocheck: bool = True,
) -> x509.Certificate:
    """Return the certificate of a delegated OCSP responder (RFC 6960 §4.2.2.2, with nocheck of §4.2.2.2.1).

    Another `purpose`, or none, and no nocheck are for delegates that should not be believed.
    """
    extensions: Extensions = [
        (key_usage("digital_signature"), True),
        *([] if purpose is None else [(x509.ExtendedKeyUsage([purpose]), False)]),
        *([(x509.OCSPNoCheck(), False)] if nocheck else []),
        (_authority_key(issuer), False),
        (x509.SubjectKeyIdentifier.from_public_key(public_key), False),
    ]
    name = names.responder_name(kind)
    return _certificate(issuer.subject, name, public_key, serial, validity, extensions, issuer_key)


def authentication_common_name(entry: Entry) -> str:
    """Return 23 characters: 14 capitals and digits (meaning UNKNOWN), municipality code, 3 digits, letter."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    spread = hashlib.sha256(f"{entry.resident.id}/{entry.serial}".encode()).digest()
    opaque = "".join(alphabet[byte % len(alphabet)] for byte in spread[:14])
    tail = "A" if entry.medium is Medium.CARD else "M"  # the phone's letter is assumed (§1.6)
    return f"{opaque}{entry.resident.municipality}001{tail}"


def signature_common_name(entry: Entry) -> str:
    """Return yyyymmddhhmmss, municipality code, 9 digits (emulation choice of §1.4; the exact form is UNKNOWN)."""
    stamp = entry.issued.astimezone(JST).strftime("%Y%m%d%H%M%S")
    return f"{stamp}{entry.resident.municipality}{entry.serial % 1_000_000_000:09d}"


def key_usage(*bits: str) -> x509.KeyUsage:
    """Return the extension with these bits and no other (RFC 5280 §4.2.1.3)."""
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
    return x509.KeyUsage(**{bit: bit in bits for bit in every})


def _policy(arc: str) -> x509.CertificatePolicies:
    return x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier(arc), [CPS])])


def _distribution(name: x509.Name) -> x509.CRLDistributionPoints:
    point = x509.DistributionPoint([x509.DirectoryName(name)], relative_name=None, reasons=None, crl_issuer=None)
    return x509.CRLDistributionPoints([point])


def _ocsp_access(address: str) -> x509.AuthorityInformationAccess:
    location = x509.UniformResourceIdentifier(address)
    return x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, location)])


def _authority_key(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """Return keyid, issuer and serial: same-named generations can only be told apart so (§1.1)."""
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    return x509.AuthorityKeyIdentifier(identifier, [x509.DirectoryName(issuer.subject)], issuer.serial_number)


def _certificate(  # noqa: PLR0913, PLR0917  (the fields of a certificate)
    issuer: x509.Name,
    subject: x509.Name,
    public_key: RSAPublicKey | EllipticCurvePublicKey,
    serial: int,
    validity: tuple[datetime, datetime],
    extensions: Extensions,
    issuer_key: RSAPrivateKey,
) -> x509.Certificate:
    not_before, not_after = (instant.replace(microsecond=0) for instant in validity)
    builder = x509.CertificateBuilder(issuer, subject, public_key, serial, not_before, not_after)
    for extension, critical in [*extensions, (MARKER, False)]:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, SHA256())
