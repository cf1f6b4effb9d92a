"""The names in certificates, byte for byte as observed (spec/pki.md §1.2–§1.4): C printable, the rest UTF8String."""

from cryptography.x509 import Name, NameAttribute, RelativeDistinguishedName
from cryptography.x509.oid import NameOID, ObjectIdentifier

from harness.confidence import Confidence
from harness.contract.vocabulary import Kind
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.populations import Medium
from harness.municipalities import Municipality

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.OBSERVED,
        "spec/pki.md §1.2",
        "発行者名は C=JP（PrintableString）、O、OU、OU（UTF8String）の順で、全世代が同じ名前",
        "the issuer is C=JP (PrintableString), O, OU, OU (UTF8String) in this order, and all generations bear one name",
    ),
    Behaviour(
        Confidence.OBSERVED,
        "spec/pki.md §1.1, §1.5",
        "O=JPKI-TEST。本番の名前は決して使わない",
        "O=JPKI-TEST; never the name of production",
    ),
)

ORGANIZATION = "JPKI-TEST"
AGENCY = "Japan Agency for Local Authority Information Systems"
_UNIT = {Kind.AUTH: "JPKI for user authentication", Kind.SIGN: "JPKI for digital signature"}
_JAPANESE_UNIT = {
    Kind.AUTH: "公的個人認証サービス利用者証明用",
    Kind.SIGN: "公的個人認証サービス署名用",
}
_POINT = {Medium.CARD: "CRLDP", Medium.PHONE: "Mobile CRLDP"}
C, O, OU, L, CN = (  # noqa: E741  (the attribute's own short name, RFC 4514 §3)
    NameOID.COUNTRY_NAME,
    NameOID.ORGANIZATION_NAME,
    NameOID.ORGANIZATIONAL_UNIT_NAME,
    NameOID.LOCALITY_NAME,
    NameOID.COMMON_NAME,
)


def authority_name(kind: Kind) -> Name:
    """Return the DN of the certification authority of `kind`."""
    return _name((C, "JP"), (O, ORGANIZATION), (OU, _UNIT[kind]), (OU, AGENCY))


def next_authority_name(kind: Kind) -> Name:
    """Return the DN of the authority of the next-generation card: it says itself that it is an assumption."""
    return _name((C, "JP"), (O, ORGANIZATION), (OU, _UNIT[kind]), (OU, "Next generation (ASSUMED)"))


def japanese_authority_name(kind: Kind) -> Name:
    """Return the authority's name in Japanese, as it stands in subjectAltName and issuerAltName."""
    return _name(
        (C, "JP"), (O, "公的個人認証サービス"), (OU, _JAPANESE_UNIT[kind]), (OU, "地方公共団体情報システム機構")
    )


def distribution_point(kind: Kind, municipality: Municipality, medium: Medium, generation: int) -> Name:
    """Return the DN under which a municipality's revocation list is published.

    A scope goes by the issuer's *name* (RFC 5280 §5): same-named generations under one name would be one scope, so
    each generation has names of its own (emulation choice, spec/pki.md §2); the phone's are assumed, too (§1.6).
    """
    return _name(
        (C, "JP"),
        (O, ORGANIZATION),
        (OU, _UNIT[kind]),
        (OU, f"CRL Distribution Points G{generation}"),
        (OU, municipality.prefecture_romaji),
        (CN, f"{municipality.point_romaji} {_POINT[medium]}"),
    )


def responder_name(kind: Kind) -> Name:
    """Return the DN of the delegated OCSP responder."""
    return _name((C, "JP"), (O, ORGANIZATION), (OU, _UNIT[kind]), (CN, "OCSP Responder"))


def authentication_subject(common_name: str) -> Name:
    """Return the subject of an authentication certificate: no name, no locality."""
    return _name((C, "JP"), (CN, common_name))


def signature_subject(municipality: Municipality, common_name: str) -> Name:
    """Return the subject of a signature certificate: two localities before the opaque CN."""
    return _name((C, "JP"), (L, municipality.prefecture_romaji), (L, municipality.romaji), (CN, common_name))


def _name(*attributes: tuple[ObjectIdentifier, str]) -> Name:
    return Name([RelativeDistinguishedName([NameAttribute(oid, value)]) for oid, value in attributes])
