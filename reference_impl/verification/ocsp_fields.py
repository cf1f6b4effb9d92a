"""The fields that OCSP messages are made of, each read strictly (RFC 6960 §4.2.1, RFC 5280 §4.1)."""

from datetime import datetime
from typing import Final

from reference_impl.verification import der
from reference_impl.verification.extensions import Extension, read_extension

_ENUMERATED: Final = 0x0A


def read_extensions(field: der.Element, tag: int) -> tuple[Extension, ...]:
    """Extensions, of which there is at least one, and none twice (RFC 5280 §4.1, §4.2)."""
    elements = read_sequence(field, tag)
    if not elements:
        raise der.DerError(field.start, "RFC 5280 §4.1", "at least one extension", "none")
    found = tuple(read_extension(each) for each in elements)
    if len({each.oid for each in found}) != len(found):
        raise der.DerError(field.start, "RFC 5280 §4.2", "each extension once", "one of them again")
    return found


def unprocessed(extensions: tuple[Extension, ...], processed: str) -> tuple[str, ...]:
    return tuple(each.oid for each in extensions if each.critical and each.oid != processed)


def read_instant(element: der.Element) -> datetime:
    """A GeneralizedTime without fraction, in `Z` (RFC 6960 §4.2.2.1 points to RFC 5280 §4.1.2.5.2)."""
    return der.read_time(der.expect_tag(element, der.GENERALIZED_TIME))


def read_enumerated(element: der.Element) -> int:
    """An ENUMERATED of one octet: all that these messages have are small and positive (X.690 §8.4)."""
    content = der.expect_tag(element, _ENUMERATED).content
    if len(content) != 1 or content[0] & 0x80:
        raise der.DerError(element.body, "X.690 §8.4", "one octet below 80", content[:4].hex() or "nothing")
    return content[0]


def read_explicit(field: der.Element, tag: int) -> der.Element:
    """The one element inside an EXPLICIT tag."""
    return read_only(der.expect_tag(field, tag))


def read_only(outer: der.Element, tag: int | None = None) -> der.Element:
    """The one element that the content of `outer` consists of."""
    inner = der.read_element(outer.data, outer.body, outer.end)
    if inner.end != outer.end:
        raise der.DerError(inner.end, "X.690 §8.1", "one element", f"{outer.end - inner.end} octets more")
    return inner if tag is None else der.expect_tag(inner, tag)


def read_sequence(field: der.Element, tag: int) -> list[der.Element]:
    """The elements of a SEQUENCE under an EXPLICIT tag."""
    return der.children(der.expect_tag(read_explicit(field, tag), der.SEQUENCE))


def read_exactly(element: der.Element, count: int, rule: str, expected: str) -> list[der.Element]:
    """The elements of a SEQUENCE that has so many."""
    parts = der.children(der.expect_tag(element, der.SEQUENCE))
    if len(parts) != count:
        raise der.DerError(element.start, rule, expected, f"{len(parts)} elements")
    return parts
