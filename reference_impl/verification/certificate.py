"""A certificate as values, read strictly from DER (RFC 5280 §4.1).

Refusing what is not DER, a repeated extension or differing algorithm identifiers is the policy of this relying party:
RFC 5280 lays those duties on the CA and advises against profile checks inside path validation (spec/rfc.md B4).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from reference_impl.verification import der, oids
from reference_impl.verification import extensions as ext
from reference_impl.verification.names import Name, read_name

MAXIMUM_OCTETS: Final = 65536
"""Longer ones are not read at all; real ones have about 1,600 octets (spec/pki.md §1.3)."""
_EXTENSIONS: Final = 0xA3
"""The tag of the extensions in a TBSCertificate (RFC 5280 §4.1)."""


class Certificate(msgspec.Struct, frozen=True, gc=False):
    """What a relying party uses of a certificate. `tbs` is exactly what was signed; the name keeps its own bytes."""

    encoded: bytes
    tbs: bytes
    algorithm: str
    signature: bytes
    serial: int
    issuer: Name
    subject: Name
    not_before: datetime
    not_after: datetime
    public_key: bytes
    extensions: dict[str, ext.Extension]
    key_usage: ext.KeyUsage | None
    extended_key_usage: frozenset[str] | None
    policies: ext.Policies
    is_authority: bool
    authority_key_identifier: bytes | None
    subject_key_identifier: bytes | None

    @property
    def key_bits(self) -> bytes:
        """The key inside its SubjectPublicKeyInfo: what key identifiers and OCSP's key hash are taken of."""
        return _read_key_bits(der.parse_der(self.public_key, der.SEQUENCE))


class _Body(msgspec.Struct, frozen=True):
    """The fields of TBSCertificate, found but not yet read."""

    serial: der.Element
    algorithm: der.Element
    issuer: der.Element
    validity: der.Element
    subject: der.Element
    public_key: der.Element
    rest: list[der.Element]


def parse_certificate(data: bytes) -> Certificate:
    """The certificate that `data` consists of; `DerError` names the offset and the rule of the first defect."""
    if len(data) > MAXIMUM_OCTETS:
        raise der.DerError(MAXIMUM_OCTETS, "local limit", f"at most {MAXIMUM_OCTETS} octets", f"{len(data)}")
    outer = der.parse_der(data, der.SEQUENCE)
    parts = der.children(outer)
    if len(parts) != 3:
        raise der.DerError(outer.start, "RFC 5280 §4.1", "body, algorithm, signature", f"{len(parts)} elements")
    body = _split_body(parts[0])
    algorithm = _read_algorithm(parts[1])
    if body.algorithm.encoded != parts[1].encoded:
        raise der.DerError(
            parts[1].start, "RFC 5280 §4.1.1.2", body.algorithm.encoded.hex(), f"{parts[1].encoded[:24].hex()}"
        )
    not_before, not_after = _read_validity(body.validity)
    found = _read_extensions(body.rest)
    _read_key_bits(body.public_key)
    return Certificate(
        encoded=data,
        tbs=parts[0].encoded,
        algorithm=algorithm,
        signature=_whole_octets(parts[2]),
        serial=der.read_integer(body.serial),
        issuer=read_name(body.issuer),
        subject=read_name(body.subject),
        not_before=not_before,
        not_after=not_after,
        public_key=body.public_key.encoded,
        extensions=found,
        key_usage=_read_if_present(found, oids.KEY_USAGE, ext.read_key_usage),
        extended_key_usage=_read_if_present(found, oids.EXTENDED_KEY_USAGE, ext.read_extended_key_usage),
        policies=_read_if_present(found, oids.CERTIFICATE_POLICIES, ext.read_policies) or ext.Policies(),
        is_authority=bool(_read_if_present(found, oids.BASIC_CONSTRAINTS, ext.read_is_authority)),
        authority_key_identifier=_read_if_present(
            found, oids.AUTHORITY_KEY_IDENTIFIER, ext.read_authority_key_identifier
        ),
        subject_key_identifier=_read_if_present(found, oids.SUBJECT_KEY_IDENTIFIER, ext.read_subject_key_identifier),
    )


_T = TypeVar("_T")


def _read_if_present(found: dict[str, ext.Extension], oid: str, read: Callable[[bytes], _T]) -> _T | None:
    """The value of one extension as `read` reads it, or None if the certificate has none."""
    return read(found[oid].value) if oid in found else None


def _split_body(element: der.Element) -> _Body:
    """RFC 5280 §4.1: version [0] first if present, then six fields in order, then optional tagged ones."""
    fields = der.children(der.expect_tag(element, der.SEQUENCE))
    version = _read_version(fields.pop(0)) if fields and fields[0].tag == 0xA0 else 1
    if version != 3 and any(each.tag == _EXTENSIONS for each in fields):
        raise der.DerError(element.body, "RFC 5280 §4.1.2.9", "version 3, since there are extensions", f"{version}")
    if len(fields) < 6:
        raise der.DerError(element.start, "RFC 5280 §4.1", "six fields after the version", f"{len(fields)}")
    serial, algorithm, issuer, validity, subject, public_key = fields[:6]
    return _Body(serial, algorithm, issuer, validity, subject, public_key, fields[6:])


def _read_version(element: der.Element) -> int:
    """2 or 3; version 1 is the default and so is not written in DER (RFC 5280 §4.1.2.1)."""
    inside = der.children(element)
    if len(inside) != 1 or der.read_integer(inside[0]) not in {1, 2}:
        raise der.DerError(element.start, "RFC 5280 §4.1.2.1", "version 2 or 3, version 1 left out", "another")
    return der.read_integer(inside[0]) + 1


def _read_algorithm(element: der.Element) -> str:
    """The identifier of an AlgorithmIdentifier; parameters NULL or absent are both right (RFC 4055 §5)."""
    parts = der.children(der.expect_tag(element, der.SEQUENCE))
    if not parts or len(parts) > 2:
        raise der.DerError(element.start, "RFC 5280 §4.1.1.2", "algorithm, parameters", f"{len(parts)} elements")
    if len(parts) == 2 and der.expect_tag(parts[1], der.NULL).content:
        raise der.DerError(parts[1].body, "X.690 §8.8", "an empty NULL", parts[1].content[:4].hex())
    return der.read_oid(parts[0])


def _read_validity(element: der.Element) -> tuple[datetime, datetime]:
    parts = der.children(der.expect_tag(element, der.SEQUENCE))
    if len(parts) != 2:
        raise der.DerError(element.start, "RFC 5280 §4.1.2.5", "notBefore and notAfter", f"{len(parts)} elements")
    return der.read_time(parts[0]), der.read_time(parts[1])


def _whole_octets(element: der.Element) -> bytes:
    """The octets of a BIT STRING that leaves no bit unused, as signatures and keys do (RFC 5280 §4.1.1.3)."""
    unused, octets = der.read_bits(element)
    if unused:
        raise der.DerError(element.body, "RFC 5280 §4.1.1.3", "whole octets", f"{unused} unused bits")
    return octets


def _read_key_bits(element: der.Element) -> bytes:
    """The octets of the BIT STRING in a SubjectPublicKeyInfo."""
    parts = der.children(der.expect_tag(element, der.SEQUENCE))
    if len(parts) != 2:
        raise der.DerError(element.start, "RFC 5280 §4.1", "algorithm and key", f"{len(parts)} elements")
    return _whole_octets(parts[1])


def _read_extensions(rest: list[der.Element]) -> dict[str, ext.Extension]:
    """The extensions by identifier; the same one twice is refused (RFC 5280 §4.2)."""
    found: dict[str, ext.Extension] = {}
    for field in rest:
        if field.tag in {0x81, 0x82}:
            continue  # issuerUniqueID, subjectUniqueID: of no use here (§4.1.2.8)
        wrapped = der.children(der.expect_tag(field, _EXTENSIONS))
        if len(wrapped) != 1:
            raise der.DerError(field.start, "RFC 5280 §4.1.2.9", "one sequence of extensions", f"{len(wrapped)}")
        for element in der.children(der.expect_tag(wrapped[0], der.SEQUENCE)):
            extension = ext.read_extension(element)
            if extension.oid in found:
                raise der.DerError(element.start, "RFC 5280 §4.2", "each extension once", f"{extension.oid} again")
            found[extension.oid] = extension
    return found
