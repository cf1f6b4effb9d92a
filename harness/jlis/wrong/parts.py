"""A certificate taken apart into the octets of its fields, so that one of them can be another and no other moves.

Decoded values would be encoded again, correctly; half of what can be wrong here is the encoding itself.
"""

from dataclasses import dataclass, replace
from typing import Self

from asn1crypto import parser
from asn1crypto.core import ObjectIdentifier

SEQUENCE, INTEGER, BIT_STRING, OCTET_STRING, BOOLEAN = 0x30, 0x02, 0x03, 0x04, 0x01
VERSION, EXTENSIONS = 0xA0, 0xA3
TRUE = b"\x01\x01\xff"


class NotThisCertificate(ValueError):
    """The certificate lacks what the variant changes; `str()` says what was expected."""


def tlv(tag: int, *contents: bytes) -> bytes:
    """Return an element in DER: its tag, the shortest length, the contents one after the other."""
    return bytes(parser.emit(tag >> 6, tag >> 5 & 1, tag & 0x1F, b"".join(contents)))


def contents_of(element: bytes) -> bytes:
    """Return what stands between header and end of the first element."""
    return bytes(parser.parse(element)[4])


def elements(contents: bytes) -> list[bytes]:
    """Return the elements that stand one after the other, each with its header."""
    found = []
    while contents:
        _, _, _, header, body, trailer = parser.parse(contents)
        found.append(header + body + trailer)
        contents = contents[len(found[-1]) :]
    return found


def extension(oid: str, value: bytes, *, critical: bool) -> bytes:
    """Return an Extension; a critical that is FALSE is left out, as DER wants it (X.690 §11.5)."""
    return tlv(SEQUENCE, ObjectIdentifier(oid).dump(), TRUE if critical else b"", tlv(OCTET_STRING, value))


def oid_of(one: bytes) -> str:
    """Return the extnID of an Extension."""
    return str(ObjectIdentifier.load(elements(contents_of(one))[0]).dotted)


def certificate(body: bytes, algorithm: bytes, signature: bytes) -> bytes:
    """Return a Certificate of its three fields (RFC 5280 §4.1)."""
    return tlv(SEQUENCE, body, algorithm, tlv(BIT_STRING, b"\x00", signature))


@dataclass(frozen=True, slots=True)
class Parts:
    """The fields of a TBSCertificate (RFC 5280 §4.1), each as its octets; there are no unique identifiers here."""

    version: bytes
    """With its tag [0]; empty in a certificate of version 1."""
    serial: bytes
    algorithm: bytes
    issuer: bytes
    validity: bytes
    subject: bytes
    key: bytes
    extensions: tuple[bytes, ...]

    @classmethod
    def of(cls, der: bytes) -> Self:
        """Return the parts of a correct certificate of version 3."""
        fields = elements(contents_of(contents_of(der)))
        if len(fields) != 8 or fields[0][0] != VERSION or fields[7][0] != EXTENSIONS:
            raise NotThisCertificate("certificate: expected version 3 with extensions and no unique identifiers")
        version, serial, algorithm, issuer, validity, subject, key, last = fields
        extensions = tuple(elements(contents_of(contents_of(last))))
        return cls(version, serial, algorithm, issuer, validity, subject, key, extensions)

    def dump(self) -> bytes:
        """Return the TBSCertificate."""
        extensions = tlv(EXTENSIONS, tlv(SEQUENCE, *self.extensions)) if self.extensions else b""
        fields = (self.version, self.serial, self.algorithm, self.issuer, self.validity, self.subject, self.key)
        return tlv(SEQUENCE, *fields, extensions)

    def has(self, oid: str) -> bool:
        """Return whether an extension is there."""
        return oid in map(oid_of, self.extensions)

    def value(self, oid: str) -> bytes:
        """Return what stands in an extension's OCTET STRING."""
        (found,) = (one for one in self.extensions if oid_of(one) == self._known(oid))
        return contents_of(elements(contents_of(found))[-1])

    def with_value(self, oid: str, value: bytes) -> Self:
        """Return the same with another value in an extension; place and criticality stay."""
        return self.with_extension(oid, self._revalued(oid, value))

    def with_extension(self, oid: str, *instead: bytes) -> Self:
        """Return the same with whole Extensions in the place of one: none, another, or several."""
        at = [oid_of(one) for one in self.extensions].index(self._known(oid))
        return replace(self, extensions=(*self.extensions[:at], *instead, *self.extensions[at + 1 :]))

    def whole(self, oid: str) -> bytes:
        """Return a whole Extension."""
        (found,) = (one for one in self.extensions if oid_of(one) == self._known(oid))
        return found

    def and_extension(self, added: bytes) -> Self:
        """Return the same with one more extension before the last, which stays the marker."""
        return replace(self, extensions=(*self.extensions[:-1], added, self.extensions[-1]))

    def _revalued(self, oid: str, value: bytes) -> bytes:
        *before, _ = elements(contents_of(self.whole(oid)))
        return tlv(SEQUENCE, *before, tlv(OCTET_STRING, value))

    def _known(self, oid: str) -> str:
        if not self.has(oid):
            raise NotThisCertificate(f"certificate: expected an extension {oid}, actual none")
        return oid
