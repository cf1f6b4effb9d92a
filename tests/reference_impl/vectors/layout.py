"""Certificates in the layout of the public ones (spec/pki.md §1.1 to §1.6), with other names and keys of nobody.

`O=JPKI-TEST`, the test policies, hosts under `.test`: none of them can be taken for a real one. The order of the
extensions, the string types and the forms of the serial numbers are those of the published certificates.
"""

from datetime import UTC, datetime
from typing import Any

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from tests.reference_impl.pki import key_usage

UNITS = {"auth": "JPKI for user authentication", "sign": "JPKI for digital signature"}
JAPANESE = {"auth": "公的個人認証サービス利用者証明用", "sign": "公的個人認証サービス署名用"}
POLICIES = {
    "auth": "1.2.392.200149.8.5.1.2.30",
    "sign": "1.2.392.200149.8.5.1.0.20",
    "phone": "1.2.392.200149.8.5.1.2.50",
    "auth-production": "1.2.392.200149.8.5.1.3.30",
    "sign-production": "1.2.392.200149.8.5.1.1.20",
}
MARKER = ObjectIdentifier("2.25.259267976")
GENERATIONS = {
    1: (0x01, datetime(2015, 10, 20, 3, 8, 13, tzinfo=UTC), datetime(2025, 10, 19, 14, 59, 59, tzinfo=UTC)),
    2: (0x0133C349, datetime(2019, 9, 14, 23, 41, 59, tzinfo=UTC), datetime(2029, 9, 14, 14, 59, 59, tzinfo=UTC)),
    3: (0x06D18006, datetime(2023, 7, 16, 1, 1, 4, tzinfo=UTC), datetime(2033, 7, 15, 14, 59, 59, tzinfo=UTC)),
}
"""Serial and period of the published generations (spec/pki.md §1.1)."""
Extensions = list[tuple[x509.ExtensionType, bool]]


def name(*attributes: tuple[ObjectIdentifier, str]) -> x509.Name:
    """A name of one attribute an RDN; C is a PrintableString, the rest UTF8String (§1.2)."""
    kinds = {NameOID.COUNTRY_NAME: _ASN1Type.PrintableString}
    return x509.Name([x509.NameAttribute(oid, text, kinds.get(oid, _ASN1Type.UTF8String)) for oid, text in attributes])


def authority_name(kind: str, organisation: str = "JPKI-TEST") -> x509.Name:
    """The name that all generations of one authority share (§1.1)."""
    unit, agency = NameOID.ORGANIZATIONAL_UNIT_NAME, "Japan Agency for Local Authority Information Systems"
    return name(
        (NameOID.COUNTRY_NAME, "JP"), (NameOID.ORGANIZATION_NAME, organisation), (unit, UNITS[kind]), (unit, agency)
    )


def japanese_name(kind: str) -> x509.Name:
    """The alternative name of the authority (§1.2)."""
    unit = NameOID.ORGANIZATIONAL_UNIT_NAME
    return name(
        (NameOID.COUNTRY_NAME, "JP"),
        (NameOID.ORGANIZATION_NAME, "公的個人認証サービス"),
        (unit, JAPANESE[kind]),
        (unit, "地方公共団体情報システム機構"),
    )


def authority(kind: str, generation: int, key: rsa.RSAPrivateKey) -> x509.Certificate:
    """One self-signed generation (§1.2): keyUsage, subjectAltName, basicConstraints, the ARL's point, SKI; no AKI."""
    serial, not_before, not_after = GENERATIONS[generation]
    own = authority_name(kind)
    builder = x509.CertificateBuilder(own, own, key.public_key(), serial, not_before, not_after)
    return _sign(
        builder,
        [
            (key_usage("key_cert_sign", "crl_sign"), True),
            (x509.SubjectAlternativeName([x509.DirectoryName(japanese_name(kind))]), False),
            (x509.BasicConstraints(ca=True, path_length=None), True),
            (_point(own), False),
            (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        ],
        key,
    )


def _point(full_name: x509.Name) -> x509.CRLDistributionPoints:
    return x509.CRLDistributionPoints([x509.DistributionPoint([x509.DirectoryName(full_name)], None, None, None)])


def point_name(kind: str, municipality: str, prefecture: str = "Aoba-to") -> x509.Name:
    """The name of a municipality's list (§1.3)."""
    unit = NameOID.ORGANIZATIONAL_UNIT_NAME
    return name(
        (NameOID.COUNTRY_NAME, "JP"),
        (NameOID.ORGANIZATION_NAME, "JPKI-TEST"),
        (unit, UNITS[kind]),
        (unit, "CRL Distribution Points"),
        (unit, prefecture),
        (NameOID.COMMON_NAME, f"{municipality} CRLDP"),
    )


def leaf_extensions(kind: str, policy: str, issuer: x509.Certificate, key: rsa.RSAPublicKey) -> Extensions:
    """The extensions of a holder's certificate in the order of §1.3 or §1.4, and the marker of the fake at the end."""
    cps = "http://www.jpki.test/cps.html"
    policies = x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier(POLICIES[policy]), [cps])])
    issuer_name = x509.IssuerAlternativeName([x509.DirectoryName(japanese_name(kind))])
    identifier = x509.AuthorityKeyIdentifier(
        issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest,
        [x509.DirectoryName(issuer.subject)],
        issuer.serial_number,
    )
    point = (_point(point_name(kind, "Aoi-shi")), False)
    keys: Extensions = [(identifier, False), (x509.SubjectKeyIdentifier.from_public_key(key), False)]
    marker = (x509.UnrecognizedExtension(MARKER, core.UTF8String("KAZASHI EMULATION").dump()), False)
    if kind == "auth":
        responder = x509.UniformResourceIdentifier("http://ocspauthnorm.jpki.test")
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, responder)
        return [
            (key_usage("digital_signature"), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
            (policies, True),
            (issuer_name, False),
            point,
            (x509.AuthorityInformationAccess([access]), False),
            *keys,
            marker,
        ]
    return [
        (key_usage("digital_signature", "content_commitment"), True),
        (attributes(), False),
        (policies, True),
        (issuer_name, False),
        point,
        *keys,
        marker,
    ]


def attributes() -> x509.SubjectAlternativeName:
    """The six otherNames of a signature certificate, of somebody who does not exist (§1.4)."""
    values = {4: "319801231", 3: "2", 5: "青葉都あおい市試験町一丁目２番３号", 2: "00000", 6: "0" * 17}
    ordered = {1: "試験　花子", **values}
    return x509.SubjectAlternativeName(
        [
            x509.OtherName(ObjectIdentifier(f"1.2.392.200149.8.5.5.{arc}"), core.UTF8String(text).dump())
            for arc, text in ordered.items()
        ]
    )


def subject(kind: str) -> x509.Name:
    """The opaque subject of §1.3 or §1.4."""
    country = (NameOID.COUNTRY_NAME, "JP")
    if kind == "auth":
        return name(country, (NameOID.COMMON_NAME, "000000A00AAAAA13999001A"))
    place = NameOID.LOCALITY_NAME
    return name(country, (place, "Aoba-to"), (place, "Aoi-shi"), (NameOID.COMMON_NAME, "2026010210203013999000000001"))


def leaf(
    kind: str, issuer: x509.Certificate, issuer_key: rsa.RSAPrivateKey, key: rsa.RSAPublicKey, **changes: Any
) -> bytes:
    """The DER of a holder's certificate; `changes` are serial, not_before, not_after, extensions, issuer_name."""
    values: dict[str, Any] = {
        "serial": 0x07123456,
        "not_before": datetime(2026, 1, 2, 1, 20, 30, tzinfo=UTC),
        "not_after": datetime(2030, 12, 31, 14, 59, 59, tzinfo=UTC),
        "extensions": leaf_extensions(kind, kind, issuer, key),
        "issuer_name": issuer.subject,
        **changes,
    }
    builder = x509.CertificateBuilder(
        values["issuer_name"],
        subject(kind),
        key,
        values["serial"],
        values["not_before"],
        values["not_after"],
    )
    return _sign(builder, values["extensions"], issuer_key).public_bytes(Encoding.DER)


def _sign(builder: x509.CertificateBuilder, extensions: Extensions, key: rsa.RSAPrivateKey) -> x509.Certificate:
    for value, critical in extensions:
        builder = builder.add_extension(value, critical=critical)
    return builder.sign(key, hashes.SHA256())
