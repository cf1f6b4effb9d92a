"""Certificate extensions this relying party processes, each read strictly (RFC 5280 §4.2.1)."""

from enum import IntFlag
from typing import Final

import msgspec

from reference_impl.verification import der, oids

PROCESSED: Final = frozenset(
    {oids.KEY_USAGE, oids.BASIC_CONSTRAINTS, oids.CERTIFICATE_POLICIES, oids.EXTENDED_KEY_USAGE}
)


class KeyUsage(IntFlag):
    """RFC 5280 §4.2.1.3; the first bit of the BIT STRING is the highest here."""

    DIGITAL_SIGNATURE = 0x80
    NON_REPUDIATION = 0x40
    KEY_CERT_SIGN = 0x04
    CRL_SIGN = 0x02


class Extension(msgspec.Struct, frozen=True, gc=False):
    """One extension as it stands in the certificate."""

    oid: str
    critical: bool
    value: bytes


class Policies(msgspec.Struct, frozen=True, gc=False):
    """Policy identifiers, and the qualifier types found beside them that are no CPS pointer."""

    identifiers: frozenset[str] = frozenset()
    foreign_qualifiers: frozenset[str] = frozenset()


def read_extension(element: der.Element) -> Extension:
    """One Extension: identifier, critical (DEFAULT FALSE is not written in DER), value."""
    parts = der.children(der.expect_tag(element, der.SEQUENCE))
    if len(parts) not in {2, 3}:
        raise der.DerError(element.start, "RFC 5280 §4.1", "identifier, critical, value", f"{len(parts)} elements")
    critical = len(parts) == 3 and der.read_boolean(parts[1])
    if len(parts) == 3 and not critical:
        raise der.DerError(parts[1].start, "X.690 §11.5", "no encoded default", "critical FALSE")
    return Extension(der.read_oid(parts[0]), critical, der.read_octets(parts[-1]))


def read_key_usage(value: bytes) -> KeyUsage:
    """The bits of a keyUsage value; its ninth bit, decipherOnly, is of no use to a relying party that verifies."""
    _, octets = der.read_bits(der.parse_der(value, der.BIT_STRING))
    return KeyUsage(octets[0] if octets else 0)


def read_extended_key_usage(value: bytes) -> frozenset[str]:
    """The purposes of an extKeyUsage value (RFC 5280 §4.2.1.12)."""
    return frozenset(der.read_oid(each) for each in der.children(der.parse_der(value, der.SEQUENCE)))


def read_policies(value: bytes) -> Policies:
    """The policies of a certificatePolicies value and their qualifiers (RFC 5280 §4.2.1.4)."""
    identifiers, foreign = set(), set()
    for information in der.children(der.parse_der(value, der.SEQUENCE)):
        parts = der.children(der.expect_tag(information, der.SEQUENCE))
        if not parts or len(parts) > 2:
            raise der.DerError(information.start, "RFC 5280 §4.2.1.4", "policy, qualifiers", f"{len(parts)} elements")
        identifiers.add(der.read_oid(parts[0]))
        for qualifier in der.children(der.expect_tag(parts[1], der.SEQUENCE)) if len(parts) == 2 else ():
            fields = der.children(der.expect_tag(qualifier, der.SEQUENCE))
            if len(fields) != 2:
                raise der.DerError(
                    qualifier.start, "RFC 5280 §4.2.1.4", "type and qualifier", f"{len(fields)} elements"
                )
            identifier = der.read_oid(fields[0])
            if identifier == oids.CPS_POINTER:
                der.expect_tag(fields[1], der.IA5_STRING)
            foreign.add(identifier)
    return Policies(frozenset(identifiers), frozenset(foreign - {oids.CPS_POINTER}))


def read_is_authority(value: bytes) -> bool:
    """Whether a basicConstraints value says cA TRUE (RFC 5280 §4.2.1.9)."""
    parts = der.children(der.parse_der(value, der.SEQUENCE))
    return bool(parts) and parts[0].tag == der.BOOLEAN and der.read_boolean(parts[0])


def read_authority_key_identifier(value: bytes) -> bytes | None:
    """The keyIdentifier [0] of an authorityKeyIdentifier value, if it has one (RFC 5280 §4.2.1.1)."""
    for part in der.children(der.parse_der(value, der.SEQUENCE)):
        if part.tag == 0x80:
            return part.content
    return None


def read_subject_key_identifier(value: bytes) -> bytes:
    """The octets of a subjectKeyIdentifier value (RFC 5280 §4.2.1.2)."""
    return der.read_octets(der.parse_der(value, der.OCTET_STRING))
