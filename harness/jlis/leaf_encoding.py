"""Certificates of register entries by the thousand: joined from a pattern, equal to what `profiles.py` builds.

All certificates of one population, generation and municipality are alike but for serial number, validity, last RDN of
the subject, key, its identifier, and the holder's attributes. The pattern is one certificate as `profiles.py` makes
it, taken apart; a joined one is the same octets (tests/harness/test_leaf_encoding.py), at a tenth of the work beside
the signature.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from harness.contract.vocabulary import Kind
from harness.jlis import profiles
from harness.jlis.crl_encoding import SHA256_WITH_RSA, der, integer_der, time_der
from harness.jlis.entries import Entry
from harness.jlis.holder_attributes import attribute_values
from harness.jlis.populations import Population

_SUBJECT_ALTERNATIVE_NAME = bytes.fromhex("0603551d11")
_SUBJECT_KEY_IDENTIFIER = bytes.fromhex("0603551d0e")
_ATTRIBUTE = bytes.fromhex("060a2a83088c9b55080505")
"""OID 1.2.392.200149.8.5.5 and one number more, but for that number."""
_KEY_IDENTIFIER = bytes.fromhex("301d 0603551d0e 0416 0414")
"""The extension but for the twenty octets of its value."""
_UTF8 = 0x0C
_SHORT_VALUE = 0x80 - 16
_LONG = 0x80
_PADDING, _HASH = PKCS1v15(), SHA256()


class Pattern(NamedTuple):
    """A certificate without what differs."""

    before_serial: bytes
    issuer: bytes
    """Signature algorithm and issuer."""
    subject: bytes
    """All RDNs but the last."""
    before_names: bytes
    """Extensions before subjectAltName; without one, all before subjectKeyIdentifier."""
    has_names: bool
    before_key: bytes
    after_key: bytes


def pattern_of(certificate: bytes) -> Pattern:
    """Return what is the same in every certificate like this one (DER)."""
    (whole,) = _parts(certificate)
    tbs, *_ = _parts(_content(whole))
    version, _, algorithm, issuer, _, subject, _, extensions = _parts(_content(tbs))
    *rdns, _ = _parts(_content(subject))
    (sequence,) = _parts(_content(extensions))
    before: list[list[bytes]] = [[]]
    has_names = False
    for extension in _parts(_content(sequence)):
        oid = _content(extension)[:5]
        if oid in {_SUBJECT_ALTERNATIVE_NAME, _SUBJECT_KEY_IDENTIFIER}:
            has_names |= oid == _SUBJECT_ALTERNATIVE_NAME
            before.append([])
        else:
            before[-1].append(extension)
    first, *between, last = map(b"".join, before)
    return Pattern(version, algorithm + issuer, b"".join(rdns), first, has_names, b"".join(between), last)


def leaf(pattern: Pattern, entry: Entry, public_key: RSAPublicKey, signer: RSAPrivateKey, *, kana: bool) -> bytes:
    """Return the certificate (DER) of an entry that fits the pattern."""
    key = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    common_name = (
        profiles.authentication_common_name(entry) if entry.kind is Kind.AUTH else profiles.signature_common_name(entry)
    )
    names = _names(entry, kana=kana) if pattern.has_names else b""
    tbs = der(
        0x30,
        pattern.before_serial,
        integer_der(entry.serial),
        pattern.issuer,
        der(0x30, time_der(entry.issued), time_der(entry.not_after)),
        der(0x30, pattern.subject, _common_name(common_name)),
        key,
        _extensions(pattern, names, _key_identifier(key)),
    )
    return der(0x30, tbs, SHA256_WITH_RSA, der(0x03, b"\0", signer.sign(tbs, _PADDING, _HASH)))


class Patterns:
    """The patterns of one authority, each taken from the first certificate of its kind that `build` makes (DER)."""

    def __init__(self, build: Callable[[Entry, RSAPublicKey], bytes]) -> None:
        self._build = build
        self._known: dict[tuple[Population, str], Pattern] = {}

    def leaf(self, entry: Entry, public_key: RSAPublicKey, signer: RSAPrivateKey, *, kana: bool = False) -> bytes:
        """Return the certificate (DER) of an entry."""
        alike = entry.population, entry.resident.municipality
        pattern = self._known.get(alike)
        if pattern is None:
            made = self._build(entry, public_key)
            self._known[alike] = pattern_of(made)
            return made
        return leaf(pattern, entry, public_key, signer, kana=kana)


def _extensions(pattern: Pattern, names: bytes, identifier: bytes) -> bytes:
    listed = (pattern.before_names, names, pattern.before_key, identifier, pattern.after_key)
    return der(0xA3, der(0x30, *listed))


def _common_name(text: str) -> bytes:
    return der(0x31, der(0x30, b"\x06\x03\x55\x04\x03", der(_UTF8, text.encode())))


def _names(entry: Entry, *, kana: bool) -> bytes:
    """Return subjectAltName with the holder's attributes."""
    said = [_other_name(number, value.encode()) for number, value in attribute_values(entry.resident, kana=kana)]
    return der(0x30, _SUBJECT_ALTERNATIVE_NAME, der(0x04, der(0x30, *said)))


def _other_name(number: int, value: bytes) -> bytes:
    """Return one otherName; most are short, and each of their four lengths is then one octet."""
    length = len(value)
    if length < _SHORT_VALUE:
        return b"\xa0%c%b%c\xa0%c\x0c%c%b" % (length + 16, _ATTRIBUTE, number, length + 2, length, value)
    return der(0xA0, _ATTRIBUTE, bytes((number,)), der(0xA0, der(_UTF8, value)))


def _key_identifier(key: bytes) -> bytes:
    """Return subjectKeyIdentifier: SHA-1 of the BIT STRING's bits, without the octet that counts unused ones.

    RFC 5280 §4.2.1.2 (1); `key` is a SubjectPublicKeyInfo.
    """
    return (
        _KEY_IDENTIFIER + hashlib.sha1(_content(key[_end(key, _content_at(key)) :])[1:], usedforsecurity=False).digest()
    )


def _parts(octets: bytes) -> Iterator[bytes]:
    """Yield the TLVs that follow each other; what is taken apart was made by us, and is DER."""
    at = 0
    while at < len(octets):
        end = _end(octets, at)
        yield octets[at:end]
        at = end


def _content(tlv: bytes) -> bytes:
    return tlv[_content_at(tlv) :]


def _content_at(tlv: bytes) -> int:
    return 2 if tlv[1] < _LONG else 2 + (tlv[1] & 0x7F)


def _end(octets: bytes, at: int) -> int:
    first = octets[at + 1]
    if first < _LONG:
        return at + 2 + first
    more = first & 0x7F
    return at + 2 + more + int.from_bytes(octets[at + 2 : at + 2 + more], "big")
