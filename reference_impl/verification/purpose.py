"""What a certificate is for: its policy, its key's uses, and what this relying party refuses as a profile violation."""

from enum import StrEnum
from typing import Final

import msgspec

from reference_impl.verification import oids, signatures
from reference_impl.verification.certificate import Certificate
from reference_impl.verification.extensions import PROCESSED, KeyUsage

MAXIMUM_SERIAL_BITS: Final = 160
"""RFC 5280 §4.1.2.2: users must be able to handle 20 octets, and issuers must not use more."""


class CertificateKind(StrEnum):
    """The two certificates of a card, each under an authority of its own (spec/pki.md §1.1)."""

    AUTH = "auth"
    SIGN = "sign"


class Carrier(StrEnum):
    """Where the key lives. Their certificates have other policies, other lists (spec/pki.md §1.6)."""

    CARD = "card"
    PHONE = "phone"


class Purpose(StrEnum):
    """What the holder came for."""

    ENROL = "enrol"
    LOGIN = "login"
    TAP = "tap"
    SIGN = "sign"
    RELINK = "relink"
    """A holder whose certificate was renewed says so, with the PIN: the account goes on with the new one."""

    @property
    def kind(self) -> CertificateKind:
        """The certificate this purpose is done with."""
        return CertificateKind.SIGN if self is Purpose.SIGN else CertificateKind.AUTH


class AcceptedPolicies(msgspec.Struct, frozen=True):
    """The user-initial-policy-set of RFC 5280 §6.1.1(c), one set for each kind and carrier.

    Test and production are never mixed, and neither are cards and phones.
    """

    auth: frozenset[str]
    sign: frozenset[str]
    phone_auth: frozenset[str] = frozenset()
    phone_sign: frozenset[str] = frozenset()

    def of(self, kind: CertificateKind, carrier: Carrier = Carrier.CARD) -> frozenset[str]:
        """The policies accepted for certificates of this kind on this carrier."""
        if carrier is Carrier.PHONE:
            return self.phone_auth if kind is CertificateKind.AUTH else self.phone_sign
        return self.auth if kind is CertificateKind.AUTH else self.sign


TEST_POLICIES: Final = AcceptedPolicies(
    frozenset({oids.AUTH_CARD_TEST}),
    frozenset({oids.SIGN_CARD_TEST}),
    frozenset({oids.AUTH_PHONE_TEST}),
    frozenset({oids.SIGN_PHONE_TEST}),
)
PRODUCTION_POLICIES: Final = AcceptedPolicies(
    frozenset({oids.AUTH_CARD}),
    frozenset({oids.SIGN_CARD}),
    frozenset({oids.AUTH_PHONE}),
    frozenset({oids.SIGN_PHONE}),
)


def has_accepted_policy(
    certificate: Certificate, kind: CertificateKind, accepted: AcceptedPolicies, carrier: Carrier = Carrier.CARD
) -> bool:
    """Whether the certificate's policies meet the accepted set (RFC 5280 §6.1.5(g); the algorithm: RFC 9618).

    The path is one certificate long and the anchor stands outside it, so the intersection is all there is to do.
    """
    return not certificate.policies.identifiers.isdisjoint(accepted.of(kind, carrier))


def has_key_usage(certificate: Certificate, kind: CertificateKind) -> bool:
    """Whether the key may be used so: digitalSignature, and nonRepudiation too for documents (spec/pki.md §1.3, §1.4).

    RFC 5280 §4.2.1.3 defines the bits; to demand them is policy.
    """
    needed = KeyUsage.DIGITAL_SIGNATURE
    if kind is CertificateKind.SIGN:
        needed |= KeyUsage.NON_REPUDIATION
    return certificate.key_usage is not None and certificate.key_usage & needed == needed


def has_extended_key_usage(certificate: Certificate, kind: CertificateKind) -> bool:
    """Whether extKeyUsage allows it: clientAuth for authentication; a signature certificate carries none.

    RFC 5280 §4.2.1.12 lets an application demand this; one that is present has to fit.
    """
    if kind is CertificateKind.AUTH:
        return certificate.extended_key_usage is not None and oids.CLIENT_AUTH in certificate.extended_key_usage
    return certificate.extended_key_usage is None


def unprocessable_extension(certificate: Certificate) -> str | None:
    """The first critical extension that is not recognised or cannot be processed (RFC 5280 §4.2).

    certificatePolicies is critical on every real card and is processed; a CPS pointer in it needs no action, another
    kind of qualifier in a critical one cannot be processed (§4.2.1.4).
    """
    for extension in certificate.extensions.values():
        if not extension.critical:
            continue
        if extension.oid not in PROCESSED:
            return extension.oid
        if extension.oid == oids.CERTIFICATE_POLICIES and certificate.policies.foreign_qualifiers:
            return min(certificate.policies.foreign_qualifiers)
    return None


def is_authority(certificate: Certificate) -> bool:
    """Whether the certificate claims to be a CA's. On a holder's certificate that breaks the JPKI profile (policy)."""
    signs_certificates = certificate.key_usage is not None and KeyUsage.KEY_CERT_SIGN in certificate.key_usage
    return certificate.is_authority or signs_certificates


def profile_defect(certificate: Certificate) -> str | None:
    """What is wrong with the certificate's algorithm or number by local policy, in words, or None."""
    if not signatures.is_trusted_algorithm(certificate.algorithm):
        return f"signature algorithm {certificate.algorithm}"
    if certificate.serial < 0:
        return "a negative serial number, about which no status can be asked"
    if certificate.serial.bit_length() > MAXIMUM_SERIAL_BITS:
        return "a serial number of more than 20 octets"
    return None
