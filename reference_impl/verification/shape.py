"""The certificates of one authority are alike but for a few fields, so what was checked once need not be read again.

A shape is what the strict reader made of one certificate, with the octets around the fields that differ between
holders: serial, both dates, the last attribute of the subject, modulus, subjectKeyIdentifier, signature. Another
certificate has that shape if it has all the other octets at the same places; then what the strict reader says of it
depends on those fields alone, and each of them is looked at here. Whatever is unusual in one of them is left to the
strict reader, which also finds the words for a refusal. `read` equals `parse_certificate` (a test compares the two on
tens of thousands of altered certificates), it only takes a hundredth of the time.

Learnt are certificates that a pinned authority signed and whose purpose fits, so nobody else can fill the memory, and
what has the shape of one fits the same purpose. One with a subjectAltName (署名用) is never learnt: each has its own.
"""

from collections.abc import Callable
from struct import Struct
from typing import Any, Final

import msgspec

from reference_impl.verification import oids
from reference_impl.verification.certificate import Certificate, Common, Spans
from reference_impl.verification.places import FIXED, POINT, SERIAL_AT, find_places
from reference_impl.verification.utc_time import read_instant, read_last_day

CAPACITY: Final = 8192
"""Shapes; there is one for each partition of the lists, and about 1,900 of those (spec/pki.md §2)."""
ALIKE: Final = 8
"""Shapes that are found by the same octets: authorities that name one point. A roll-over has two."""


class Shape(msgspec.Struct, frozen=True):
    """The octets between the fields that differ, in their order, and what was read from them."""

    fixed: tuple[bytes, ...]
    common: Common


class Layout(msgspec.Struct, frozen=True):
    """Where the fields stand in certificates of one length; the shapes by the octets that they are found by."""

    format: str
    split: Callable[[bytes], tuple[Any, ...]]
    least: int
    """Of serial numbers as long as these: less has fewer octets, and from `most` on it is negative (X.690 §8.3.2)."""
    most: int
    spans: Spans
    shapes: dict[bytes, tuple[Shape, ...]]


class Shapes:
    """The shapes of one kind of certificate, under one trust and one policy."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._count = 0
        self._layouts: dict[int, Layout] = {}

    def read(self, data: bytes) -> Certificate | None:
        """What `parse_certificate` makes of `data`, if its shape is known and no field of it is unusual."""
        try:
            layout = self._layouts[len(data) << 8 | data[SERIAL_AT - 1]]
        except (KeyError, IndexError):
            return None
        runs = layout.split(data)
        _, serial, _, hour, second, _, last, _, name, _, top, bottom, _, point, _, _ = runs
        fixed = FIXED(runs)
        for shape in layout.shapes.get(point, ()):
            if fixed == shape.fixed:
                break
        else:
            return None
        if type(serial) is bytes:
            serial = int.from_bytes(serial)
        begins, ends = read_instant(hour, second), read_last_day(last)
        if (
            not layout.least <= serial < layout.most
            or begins is None
            or ends is None
            or not name.isalnum()  # other text may be another encoding, or none
            or top < 0x80  # the modulus is shorter than it says
            or not bottom & 1  # even: no RSA key
        ):
            return None
        return Certificate(data, serial, begins, ends, layout.spans, shape.common)

    def learn(self, certificate: Certificate) -> None:
        """Remembers the shape of a certificate that passed steps (1) to (3), unless it has none."""
        if oids.SUBJECT_ALTERNATIVE_NAME in certificate.extensions or self._count >= self._capacity:
            return
        places = find_places(certificate.encoded)
        if places is None:
            return
        key = len(certificate.encoded) << 8 | certificate.encoded[SERIAL_AT - 1]
        layout = self._layouts.get(key)
        if layout is None or layout.format != places.format:
            bits = 8 * places.lengths[1]
            split = Struct(places.format).unpack
            layout = Layout(places.format, split, 1 << bits - 8, 1 << bits - 1, certificate.spans, {})
            self._layouts[key] = layout
        runs = layout.split(certificate.encoded)
        shape, point = Shape(FIXED(runs), certificate.common), runs[POINT]
        alike = layout.shapes.get(point, ())
        if all(each.fixed != shape.fixed for each in alike) and len(alike) < ALIKE:
            self._count += 1
            layout.shapes[point] = (*alike, shape)
