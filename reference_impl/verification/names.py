"""Distinguished names compared by meaning: RFC 5280 §7.1, so that a re-encoded twin of a name is the same name."""

from functools import lru_cache
from itertools import pairwise
from typing import Final

import msgspec

from reference_impl.verification import der

_TEXT: Final = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be"}

_DIRECTORY_STRINGS: Final = frozenset(f"2.5.4.{arc}" for arc in (3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 42))
"""The attributes of RFC 5280 Appendix A.1 that are text."""


Prepared = tuple[tuple[tuple[str, str], ...], ...]


class Name(msgspec.Struct, frozen=True, gc=False):
    """A distinguished name that was read: its bytes, of which hashes are taken."""

    encoded: bytes

    @property
    def prepared(self) -> Prepared:
        """The form in which names are compared."""
        return _prepare(self.encoded)

    def same_as(self, other: "Name") -> bool:
        """Whether both names match by RFC 5280 §7.1."""
        return self.encoded == other.encoded or self.prepared == other.prepared


def read_name(element: der.Element) -> Name:
    """The name written in `element`, after every attribute of it was read."""
    _read_relative(element)
    return Name(element.encoded)


def _read_relative(element: der.Element) -> Prepared:
    """Each attribute prepared: case folded, spaces collapsed, string type forgotten."""
    relative = []
    for rdn in der.children(der.expect_tag(element, der.SEQUENCE)):
        parts = der.children(der.expect_tag(rdn, der.SET))
        for one, next_one in pairwise(parts):
            if one.encoded >= next_one.encoded:
                raise der.DerError(next_one.start, "X.690 §11.6", "a SET in order, nothing twice", "another order")
        attributes = [_read_attribute(each) for each in parts]
        relative.append(tuple(sorted(attributes)))  # two that differ in their case alone are two
    return tuple(relative)


@lru_cache(maxsize=64)
def _prepare(encoded: bytes) -> Prepared:
    """Of the few names that anchors and responders have."""
    return _read_relative(der.read_element(encoded, 0, len(encoded)))


def _read_attribute(element: der.Element) -> tuple[str, str]:
    parts = der.children(der.expect_tag(element, der.SEQUENCE))
    if len(parts) != 2:
        raise der.DerError(element.start, "RFC 5280 §4.1.2.4", "type and value", f"{len(parts)} elements")
    oid, value = der.read_oid(parts[0]), parts[1]
    encoding = _TEXT.get(value.tag)
    if encoding is None:
        if oid in _DIRECTORY_STRINGS:
            raise der.DerError(value.start, "RFC 5280 §4.1.2.4", "a DirectoryString", f"tag {value.tag:#04x}")
        return oid, f"#{value.encoded.hex()}"
    try:
        text = value.content.decode(encoding)
    except UnicodeDecodeError as error:
        raise der.DerError(value.body, "RFC 5280 §4.1.2.4", f"{encoding} text", "other octets") from error
    return oid, " ".join(text.casefold().split())
