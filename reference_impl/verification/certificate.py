"""A certificate as values, read strictly from DER (RFC 5280 §4.1).

Refusing what is not DER, a repeated extension or differing algorithm identifiers is the policy of this relying party:
RFC 5280 lays those duties on the CA and advises against profile checks inside path validation (spec/rfc.md B4).
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Final, TypeVar

import msgspec

from reference_impl.verification import der, oids
from reference_impl.verification import extensions as ext
from reference_impl.verification.algorithm import read_algorithm
from reference_impl.verification.names import Name, read_name

MAXIMUM_OCTETS: Final = 65536
"""Longer ones are not read at all; real ones have about 1,600 octets (spec/pki.md §1.3)."""
_EXTENSIONS: Final = 0xA3
"""The tag of the extensions in a TBSCertificate (RFC 5280 §4.1)."""


_OWN_IDENTIFIER: Final = bytes((der.OCTET_STRING, 20))
"""How the value of subjectKeyIdentifier begins where it is a SHA-1, as everywhere in JPKI (spec/pki.md §1.2)."""

Span = tuple[int, int]
"""Where something stands in the certificate: from, to."""


class Spans(msgspec.Struct, frozen=True, gc=False):
    """Where the parts stand that are kept as octets."""

    body: Span
    subject: Span
    public_key: Span
    key_identifier: Span | None
    """The 20 octets of a subjectKeyIdentifier of that length."""
    signature: Span


class Common(msgspec.Struct, frozen=True, gc=False):
    """What certificates of one authority and one municipality have in common: all that is no holder's own."""

    algorithm: str
    issuer: Name
    extensions: dict[str, ext.Extension]
    """By identifier; of a subjectKeyIdentifier with a span the value is left out."""
    key_usage: ext.KeyUsage | None
    extended_key_usage: frozenset[str] | None
    policies: ext.Policies
    is_authority: bool
    authority_key_identifier: bytes | None
    points: bytes
    """The value of cRLDistributionPoints, not read any further; empty without it."""


class Certificate(msgspec.Struct, frozen=True, gc=False):
    """What a relying party uses of a certificate: its octets, values of its own, and what it shares with others."""

    encoded: bytes
    serial: int
    not_before: datetime
    not_after: datetime
    spans: Spans
    common: Common

    def _octets(self, span: Span) -> bytes:
        return self.encoded[span[0] : span[1]]

    @property
    def tbs(self) -> bytes:
        """Exactly what was signed."""
        begin, end = self.spans.body
        return self.encoded[begin:end]

    @property
    def signature(self) -> bytes:
        """The octets of signatureValue."""
        begin, end = self.spans.signature
        return self.encoded[begin:end]

    @property
    def algorithm(self) -> str:
        """The identifier of the signature's algorithm."""
        return self.common.algorithm

    @property
    def issuer(self) -> Name:
        """Who says to have issued it."""
        return self.common.issuer

    @property
    def subject(self) -> Name:
        """Whose it says to be."""
        return Name(self._octets(self.spans.subject))

    @property
    def public_key(self) -> bytes:
        """The SubjectPublicKeyInfo."""
        begin, end = self.spans.public_key
        return self.encoded[begin:end]

    @property
    def key_bits(self) -> bytes:
        """The key inside its SubjectPublicKeyInfo: what key identifiers and OCSP's key hash are taken of."""
        return _key_bits(self.public_key)

    @property
    def extensions(self) -> dict[str, ext.Extension]:
        """All extensions by identifier, in the order of the certificate."""
        span = self.spans.key_identifier
        if span is None:
            return self.common.extensions
        own = ext.Extension(oids.SUBJECT_KEY_IDENTIFIER, False, _OWN_IDENTIFIER + self._octets(span))  # noqa: FBT003
        return {**self.common.extensions, oids.SUBJECT_KEY_IDENTIFIER: own}

    @property
    def key_usage(self) -> ext.KeyUsage | None:
        """The bits of keyUsage; None without it."""
        return self.common.key_usage

    @property
    def extended_key_usage(self) -> frozenset[str] | None:
        """The purposes of extKeyUsage; None without it."""
        return self.common.extended_key_usage

    @property
    def policies(self) -> ext.Policies:
        """certificatePolicies; none without it."""
        return self.common.policies

    @property
    def is_authority(self) -> bool:
        """Whether basicConstraints says cA TRUE."""
        return self.common.is_authority

    @property
    def authority_key_identifier(self) -> bytes | None:
        """The keyIdentifier of authorityKeyIdentifier."""
        return self.common.authority_key_identifier

    @property
    def subject_key_identifier(self) -> bytes | None:
        """The octets of subjectKeyIdentifier."""
        span = self.spans.key_identifier
        if span is not None:
            return self._octets(span)
        own = self.common.extensions.get(oids.SUBJECT_KEY_IDENTIFIER)
        return None if own is None else ext.read_subject_key_identifier(own.value)


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
    algorithm = read_algorithm(parts[1])
    if body.algorithm.encoded != parts[1].encoded:
        raise der.DerError(
            parts[1].start, "RFC 5280 §4.1.1.2", body.algorithm.encoded.hex(), f"{parts[1].encoded[:24].hex()}"
        )
    not_before, not_after = _read_validity(body.validity)
    found, places = _read_extensions(body.rest)
    _read_key_bits(body.public_key)
    _read_if_present(found, oids.SUBJECT_KEY_IDENTIFIER, ext.read_subject_key_identifier)
    _whole_octets(parts[2])
    read_name(body.subject)
    own = _span_of_identifier(found, places)
    spans = Spans(
        body=(parts[0].start, parts[0].end),
        subject=(body.subject.start, body.subject.end),
        public_key=(body.public_key.start, body.public_key.end),
        key_identifier=own,
        signature=(parts[2].body + 1, parts[2].end),
    )
    if own is not None:
        found[oids.SUBJECT_KEY_IDENTIFIER] = _WITHOUT_VALUE
    common = Common(
        algorithm=algorithm,
        issuer=read_name(body.issuer),
        extensions=found,
        key_usage=_read_if_present(found, oids.KEY_USAGE, ext.read_key_usage),
        extended_key_usage=_read_if_present(found, oids.EXTENDED_KEY_USAGE, ext.read_extended_key_usage),
        policies=_read_if_present(found, oids.CERTIFICATE_POLICIES, ext.read_policies) or ext.Policies(),
        is_authority=bool(_read_if_present(found, oids.BASIC_CONSTRAINTS, ext.read_is_authority)),
        authority_key_identifier=_read_if_present(
            found, oids.AUTHORITY_KEY_IDENTIFIER, ext.read_authority_key_identifier
        ),
        points=_read_if_present(found, oids.CRL_DISTRIBUTION_POINTS, bytes) or b"",
    )
    return Certificate(data, der.read_integer(body.serial), not_before, not_after, spans, common)


_WITHOUT_VALUE: Final = ext.Extension(oids.SUBJECT_KEY_IDENTIFIER, False, b"")  # noqa: FBT003


def _span_of_identifier(found: dict[str, ext.Extension], places: dict[str, Span]) -> Span | None:
    """Where a subjectKeyIdentifier of the usual form stands; None where there is none, or one that is critical."""
    own = found.get(oids.SUBJECT_KEY_IDENTIFIER)
    if own is None or own.critical or not own.value.startswith(_OWN_IDENTIFIER):
        return None
    begin, end = places[oids.SUBJECT_KEY_IDENTIFIER]
    return begin + len(_OWN_IDENTIFIER), end


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


@lru_cache(maxsize=256)
def _key_bits(public_key: bytes) -> bytes:
    """The same of a whole SubjectPublicKeyInfo: for the few of anchors and responders."""
    return _read_key_bits(der.parse_der(public_key, der.SEQUENCE))


def _read_key_bits(element: der.Element) -> bytes:
    """The octets of the BIT STRING in a SubjectPublicKeyInfo."""
    parts = der.children(der.expect_tag(element, der.SEQUENCE))
    if len(parts) != 2:
        raise der.DerError(element.start, "RFC 5280 §4.1", "algorithm and key", f"{len(parts)} elements")
    return _whole_octets(parts[1])


def _read_extensions(rest: list[der.Element]) -> tuple[dict[str, ext.Extension], dict[str, Span]]:
    """The extensions by identifier, and where their values stand; the same one twice is refused (RFC 5280 §4.2)."""
    found: dict[str, ext.Extension] = {}
    places: dict[str, Span] = {}
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
            places[extension.oid] = (element.end - len(extension.value), element.end)
    return found, places
