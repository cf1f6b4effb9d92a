"""The certificates of one authority are alike but for a few fields, so what was checked once need not be read again.

A shape is what the strict reader made of one certificate, with the octets around the fields that differ between
holders: serial, both dates, the last attribute of the subject, modulus, subjectKeyIdentifier, signature. Another
certificate has that shape if it has all the other octets at the same places; then what the strict reader says of it
depends on those fields alone, and each of them is looked at here. Whatever is unusual in one of them is left to the
strict reader, which also finds the words for a refusal. `read` equals `parse_certificate` (a test compares the two on
tens of thousands of altered certificates), it only takes a twentieth of the time.

Learnt are certificates that a pinned authority signed and whose purpose fits, so nobody else can fill the memory, and
what has the shape of one fits the same purpose. One with a subjectAltName (署名用) is never learnt: each has its own.
"""

from datetime import datetime
from functools import lru_cache
from struct import Struct
from typing import Final

import msgspec

from reference_impl.verification import der, oids
from reference_impl.verification.certificate import Certificate, Common, Spans

CAPACITY: Final = 8192
"""Shapes; there is one for each partition of the lists, and about 1,900 of those (spec/pki.md §2)."""

_KEY_HEAD: Final = bytes.fromhex("30820122300D06092A864886F70D01010105000382010F003082010A0282010100")
_KEY_TAIL: Final = bytes.fromhex("0203010001")
_MODULUS: Final = 256
_IDENTIFIER: Final = 20
_SERIAL_AT: Final = 15
_TEXTS: Final = frozenset({0x0C, 0x13})


class Shape(msgspec.Struct, frozen=True):
    """The octets between the fields that differ, in their order, and what was read from them."""

    head: bytes
    issuer: bytes
    between: bytes
    subject: bytes
    key_head: bytes
    end: bytes
    common: Common


class Layout(msgspec.Struct, frozen=True):
    """Where the fields stand in certificates of one length; the shapes by their octets from key to identifier."""

    fields: Struct
    spans: Spans
    shapes: dict[bytes, Shape]


class Shapes:
    """The shapes of one kind of certificate, under one trust and one policy."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._count = 0
        self._layouts: dict[tuple[int, int], Layout] = {}

    def read(self, data: bytes) -> Certificate | None:
        """What `parse_certificate` makes of `data`, if its shape is known and no field of it is unusual."""
        layout = self._layouts.get((len(data), data[_SERIAL_AT - 1] if len(data) > _SERIAL_AT else 0))
        if layout is None:
            return None
        runs = layout.fields.unpack(data)
        head, serial, issuer, not_before, between, not_after, subject, name, key_head, modulus = runs[:10]
        extensions, _, end, _ = runs[10:]
        shape = layout.shapes.get(extensions)
        if (
            shape is None
            or head != shape.head
            or issuer != shape.issuer
            or between != shape.between
            or subject != shape.subject
            or key_head != shape.key_head
            or end != shape.end
            or not 0x00 < serial[0] < 0x80  # zero, negative or not minimal, as it may be
            or not name.isalnum()  # other text may be another encoding, or none
            or modulus[0] < 0x80  # shorter than it says
            or not modulus[-1] & 1  # even: no RSA key
        ):
            return None
        begins, ends = read_date(not_before), _read_last_day(not_after)
        if begins is None or ends is None:
            return None
        return Certificate(data, int.from_bytes(serial), begins, ends, layout.spans, shape.common)

    def learn(self, certificate: Certificate) -> None:
        """Remembers the shape of a certificate that passed steps (1) to (3), unless it has none."""
        if oids.SUBJECT_ALTERNATIVE_NAME in certificate.extensions or self._count >= self._capacity:
            return
        places = find_places(certificate.encoded)
        if places is None:
            return
        length, serial = len(certificate.encoded), places.lengths[1]
        layout = self._layouts.get((length, serial))
        if layout is None or layout.fields.format != places.format:
            layout = Layout(Struct(places.format), certificate.spans, {})
            self._layouts[length, serial] = layout
        head, _, issuer, _, between, _, subject, _, key_head, _, extensions, _, end, _ = layout.fields.unpack(
            certificate.encoded
        )
        if extensions not in layout.shapes:
            self._count += 1
        layout.shapes[extensions] = Shape(head, issuer, between, subject, key_head, end, certificate.common)


class Places(msgspec.Struct, frozen=True):
    """Lengths of the fourteen runs of octets of a certificate."""

    lengths: tuple[int, ...]

    @property
    def format(self) -> str:
        """For `struct`: one run of octets after the other."""
        return "".join(f"{each}s" for each in self.lengths)


def find_places(data: bytes) -> Places | None:
    """Where the fields that differ stand in a certificate the strict reader took, or None if it has not this form."""
    body, _, signature = der.children(der.parse_der(data, der.SEQUENCE))
    fields = der.children(body)
    if len(fields) != 8 or fields[1].body != _SERIAL_AT or fields[1].end > _SERIAL_AT + 20:
        return None
    _, serial, _, _, validity, subject, key, extensions = fields
    dates, identifier, name = der.children(validity), _find_identifier(extensions), _last_text(subject)
    if any(each.tag != der.UTC_TIME for each in dates) or identifier is None or name is None:
        return None
    if not key.encoded.startswith(_KEY_HEAD) or len(key.encoded) != len(_KEY_HEAD) + _MODULUS + len(_KEY_TAIL):
        return None
    modulus = key.start + len(_KEY_HEAD)
    runs = [
        (serial.body, serial.end),
        *((each.body, each.end) for each in dates),
        (name.body, name.end),
        (modulus, modulus + _MODULUS),
        (identifier, identifier + _IDENTIFIER),
        (signature.body + 1, signature.end),
    ]
    lengths, at = [], 0
    for begin, end in runs:
        lengths += [begin - at, end - begin]
        at = end
    return Places(tuple(lengths))


def _find_identifier(extensions: der.Element) -> int | None:
    """Where the 20 octets of subjectKeyIdentifier stand; None without them."""
    found = None
    for each in der.children(der.children(extensions)[0]):
        parts = der.children(each)
        is_identifier = der.read_oid(parts[0]) == oids.SUBJECT_KEY_IDENTIFIER
        if is_identifier and len(parts) == 2 and parts[1].content[:2] == b"\x04\x14":
            found = parts[1].body + 2
    return found


def _last_text(subject: der.Element) -> der.Element | None:
    """The value of the subject's last attribute, if it is letters and digits in a type that writes them so."""
    relative = der.children(subject)
    attributes = der.children(relative[-1]) if relative else []
    value = der.children(attributes[0])[1] if len(attributes) == 1 else None
    return value if value is not None and value.tag in _TEXTS and value.content.isalnum() else None


def read_date(text: bytes) -> datetime | None:
    """The instant that `der.read_time` reads in a UTCTime, or None where it would refuse."""
    if not text[:12].isdigit() or text[12] != 0x5A or text[6:8] > b"23":
        return None
    digits = text.decode("ascii")
    try:
        return datetime.fromisoformat(f"{'19' if digits >= '5' else '20'}{digits[:6]}T{digits[6:]}")
    except ValueError:
        return None


_read_last_day = lru_cache(maxsize=4096)(read_date)
"""notAfter is the end of a day (spec/pki.md §1.3): there are 1,826 of them in five years."""
