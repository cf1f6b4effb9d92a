"""Where the fields stand that differ between certificates of one authority, in those that have the usual form."""

from operator import itemgetter
from typing import Final

import msgspec

from reference_impl.verification import der, oids

_KEY_HEAD: Final = bytes.fromhex("30820122300D06092A864886F70D01010105000382010F003082010A0282010100")
_MODULUS: Final = 256
_IDENTIFIER: Final = 20
SERIAL_AT: Final = 15
_FOUND_BY: Final = 32
"""Octets that a shape is found by: the end of cRLDistributionPoints, which names the partition. To hash all that is
compared would take longer than to compare it."""
_TEXTS: Final = frozenset({0x0C, 0x13})
_WORDS: Final = {4: "I", 8: "Q"}
"""Widths of a serial number that `struct` reads as a number."""


FIXED: Final = itemgetter(0, 2, 5, 7, 9, 12, 14, 15)
"""Of the sixteen runs that `Places.format` parts a certificate into, those that are the same in all of one shape."""
POINT: Final = 13
"""The run that a shape is found by, which is therefore the same."""


class Places(msgspec.Struct, frozen=True):
    """Lengths of the fourteen runs of octets of a certificate, and where in the eleventh its point's name ends."""

    lengths: tuple[int, ...]
    point: int

    @property
    def format(self) -> str:
        """For `struct`: one run of octets after the other. The Z of a date is the same in all; what cannot be wrong
        (identifier, signature, the inside of the modulus) is passed over."""
        head, serial, issuer, _, between, _, subject, name, key, _, extensions, identifier, end, signature = (
            self.lengths
        )
        before, after = self.point - _FOUND_BY, extensions - self.point
        return (
            f">{head}s{_WORDS.get(serial, f'{serial}s')}{issuer}s8s4s{between + 1}s12s{subject + 1}s{name}s{key}s"
            f"B{_MODULUS - 2}xB{before}s{_FOUND_BY}s{after}s{identifier}x{end}s{signature}x"
        )


def find_places(data: bytes) -> Places | None:
    """Where the fields that differ stand in a certificate the strict reader took, or None if it has not this form."""
    body, _, signature = der.children(der.parse_der(data, der.SEQUENCE))
    fields = der.children(body)
    if len(fields) != 8 or fields[1].body != SERIAL_AT or fields[1].end > SERIAL_AT + 20:
        return None
    _, serial, _, _, validity, subject, key, extensions = fields
    dates, name = der.children(validity), _last_text(subject)
    identifier, point = _find_identifier(extensions)
    if any(each.tag != der.UTC_TIME for each in dates) or identifier is None or name is None:
        return None
    if not key.encoded.startswith(_KEY_HEAD):  # which says how long all of it is
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
    inside = min(point, identifier) - (modulus + _MODULUS)
    return Places(tuple(lengths), inside) if inside >= _FOUND_BY else None


def _find_identifier(extensions: der.Element) -> tuple[int | None, int]:
    """Where the 20 octets of subjectKeyIdentifier stand, None without them; and where cRLDistributionPoints ends."""
    found, point = None, extensions.end
    for each in der.children(der.children(extensions)[0]):
        parts = der.children(each)
        oid = der.read_oid(parts[0])
        if oid == oids.SUBJECT_KEY_IDENTIFIER and len(parts) == 2 and parts[1].content[:2] == b"\x04\x14":
            found = parts[1].body + 2
        elif oid == oids.CRL_DISTRIBUTION_POINTS:
            point = each.end
    return found, point


def _last_text(subject: der.Element) -> der.Element | None:
    """The value of the subject's last attribute, if it is letters and digits in a type that writes them so."""
    relative = der.children(subject)
    attributes = der.children(relative[-1]) if relative else []
    value = der.children(attributes[0])[1] if len(attributes) == 1 else None
    return value if value is not None and value.tag in _TEXTS and value.content.isalnum() else None
