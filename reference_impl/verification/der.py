"""Strict reading of DER (X.690 §8, §10, §11): one encoding for one value, and nothing after it.

A `DerError` names the offset, the rule and both sides, so that a refusal can be checked by hand in a hex dump.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import msgspec

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OBJECT_IDENTIFIER: Final = 0x06
IA5_STRING: Final = 0x16
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31

_MAXIMUM_DEPTH: Final = 32
_MAXIMUM_OID: Final = 64
"""Bounds of what is read at all, in levels and octets; no certificate comes near them."""

_CONSTRUCTED: Final = 0x20
_LONG_TAG: Final = 0x1F


class DerError(ValueError):
    """Bytes that are not DER, or not the structure expected: where, which rule, expected and actual."""

    def __init__(self, offset: int, rule: str, expected: str, actual: str) -> None:
        super().__init__(f"offset {offset}: {rule}: expected {expected}, found {actual}")
        self.offset = offset
        self.rule = rule
        self.expected = expected
        self.actual = actual


class Element(msgspec.Struct, frozen=True, gc=False):
    """One tag-length-value inside `data`: header at `start`, content from `body`, up to `end`."""

    data: bytes
    tag: int
    start: int
    body: int
    end: int

    @property
    def content(self) -> bytes:
        """The content octets."""
        return self.data[self.body : self.end]

    @property
    def encoded(self) -> bytes:
        """Header and content as they stand in the input."""
        return self.data[self.start : self.end]


def _read_length(data: bytes, offset: int, limit: int) -> tuple[int, int]:
    """The length written at `offset` and the offset after it (X.690 §10.1: definite, fewest octets)."""
    if offset >= limit:
        raise DerError(offset, "X.690 §8.1.3", "a length octet", "the end of the data")
    first = data[offset]
    if first < 0x80:
        return first, offset + 1
    count = first & 0x7F
    if count == 0 or count > 4:
        raise DerError(offset, "X.690 §10.1", "a definite length of at most 4 octets", f"{first:#04x}")
    if offset + 1 + count > limit:
        raise DerError(offset, "X.690 §8.1.3", f"{count} length octets", "the end of the data")
    length = int.from_bytes(data[offset + 1 : offset + 1 + count])
    if length < 0x80 or length >> (8 * (count - 1)) == 0:
        raise DerError(offset, "X.690 §10.1", "the shortest length", data[offset : offset + 1 + count].hex())
    return length, offset + 1 + count


def read_element(data: bytes, offset: int, limit: int) -> Element:
    """The element that begins at `offset` and ends no later than `limit`."""
    usual = _read_usual(data, offset, limit)
    if usual is not None:
        return usual
    if offset >= limit:
        raise DerError(offset, "X.690 §8.1.2", "a tag", "the end of the data")
    tag = data[offset]
    if tag & _LONG_TAG == _LONG_TAG:
        raise DerError(offset, "X.690 §8.1.2.4", "a tag number below 31", f"{tag:#04x}")
    length, body = _read_length(data, offset + 1, limit)
    if body + length > limit:
        raise DerError(offset, "X.690 §8.1.3", f"{length} content octets", f"{limit - body}")
    return Element(data, tag, offset, body, body + length)


def parse_der(data: bytes, tag: int) -> Element:
    """The one element that `data` consists of, with every nested header checked too."""
    element = read_element(data, 0, len(data))
    expect_tag(element, tag)
    if element.end != len(data):
        raise DerError(element.end, "X.690 §8.1", "the end of the data", f"{len(data) - element.end} octets more")
    _check_nested(element, 0)
    return element


def _check_nested(element: Element, depth: int) -> None:
    if depth > _MAXIMUM_DEPTH:
        raise DerError(element.start, "local limit", f"at most {_MAXIMUM_DEPTH} levels", "more")
    if element.tag & _CONSTRUCTED:
        for child in children(element):
            _check_nested(child, depth + 1)


def children(element: Element) -> list[Element]:
    """The elements inside a constructed one, which they fill exactly."""
    if not element.tag & _CONSTRUCTED:
        raise DerError(element.start, "X.690 §8.1.2.5", "a constructed element", f"tag {element.tag:#04x}")
    found = []
    data, offset, end = element.data, element.body, element.end
    while offset < end:
        child = read_element(data, offset, end)
        found.append(child)
        offset = child.end
    return found


def _read_usual(data: bytes, offset: int, limit: int) -> Element | None:
    """What `read_element` gives for an element with a length of one octet, in a third of the time; None for others."""
    body = offset + 2
    if body > limit or (length := data[offset + 1]) >= 0x80 or body + length > limit:
        return None
    tag = data[offset]
    return None if tag & _LONG_TAG == _LONG_TAG else Element(data, tag, offset, body, body + length)


def expect_tag(element: Element, tag: int) -> Element:
    """The element itself, if it carries `tag`."""
    if element.tag != tag:
        raise DerError(element.start, "structure", f"tag {tag:#04x}", f"tag {element.tag:#04x}")
    return element


def read_integer(element: Element) -> int:
    """The value of an INTEGER, negative ones too (X.690 §8.3)."""
    content = expect_tag(element, INTEGER).content
    if not content:
        raise DerError(element.start, "X.690 §8.3.1", "at least one content octet", "none")
    if len(content) > 1 and (content[0], content[1] >> 7) in {(0x00, 0), (0xFF, 1)}:
        raise DerError(element.body, "X.690 §8.3.2", "the fewest octets", content[:2].hex())
    return int.from_bytes(content, signed=True)


def read_boolean(element: Element) -> bool:
    """The value of a BOOLEAN (X.690 §11.1: TRUE is FF)."""
    content = expect_tag(element, BOOLEAN).content
    if content not in {b"\x00", b"\xff"}:
        raise DerError(element.body, "X.690 §11.1", "00 or ff", content.hex() or "nothing")
    return content == b"\xff"


def read_octets(element: Element) -> bytes:
    """The value of an OCTET STRING."""
    return expect_tag(element, OCTET_STRING).content


def read_bits(element: Element) -> tuple[int, bytes]:
    """Unused bits and octets of a BIT STRING (X.690 §8.6, §11.2: unused bits are zero)."""
    content = expect_tag(element, BIT_STRING).content
    if not content or content[0] > 7 or (len(content) == 1 and content[0]):
        raise DerError(element.body, "X.690 §8.6.2", "a count of unused bits", content[:1].hex() or "nothing")
    if content[-1] & ((1 << content[0]) - 1):
        raise DerError(element.end - 1, "X.690 §11.2.1", "unused bits of zero", f"{content[-1]:#04x}")
    return content[0], content[1:]


def read_oid(element: Element) -> str:
    """The dotted form of an OBJECT IDENTIFIER (X.690 §8.19)."""
    content = expect_tag(element, OBJECT_IDENTIFIER).content
    if not content or content[-1] & 0x80:
        raise DerError(element.body, "X.690 §8.19.2", "a complete subidentifier", content.hex() or "nothing")
    if len(content) > _MAXIMUM_OID:
        raise DerError(element.body, "local limit", f"at most {_MAXIMUM_OID} octets", f"{len(content)}")
    padded = _padded_at(content)
    if padded is not None:
        raise DerError(element.body + padded, "X.690 §8.19.2", "no leading 80", "80")
    return _dotted(content)


def _padded_at(content: bytes) -> int | None:
    """Where a subidentifier begins with 80; None where none does."""
    at = content.find(0x80)
    while at >= 0:
        if at == 0 or not content[at - 1] & 0x80:
            return at
        at = content.find(0x80, at + 1)
    return None


@lru_cache(maxsize=1024)
def _dotted(content: bytes) -> str:
    """The dotted form; the same few identifiers stand in every message."""
    arcs: list[int] = []
    value = 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    root = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (root, arcs[0] - 40 * root, *arcs[1:]))


_UTC_TIME = re.compile(r"\d{12}Z", re.ASCII)
_GENERALIZED_TIME = re.compile(r"\d{14}Z", re.ASCII)


def read_time(element: Element) -> datetime:
    """The instant of a Time, in UTC (RFC 5280 §4.1.2.5: either form is processed, seconds present, `Z`).

    §4.1.2.5.1: a two-digit year of 50 or more is 19YY, below 50 it is 20YY.
    """
    text = element.content.decode("latin-1")
    if element.tag == UTC_TIME and _UTC_TIME.fullmatch(text):
        digits = ("19" if text[0] >= "5" else "20") + text[:12]
    elif element.tag == GENERALIZED_TIME and _GENERALIZED_TIME.fullmatch(text):
        digits = text[:14]
    else:
        raise DerError(element.start, "RFC 5280 §4.1.2.5", "YYMMDDhhmmssZ or YYYYMMDDhhmmssZ", repr(text))
    try:
        return datetime(
            int(digits[:4]), int(digits[4:6]), int(digits[6:8]),
            int(digits[8:10]), int(digits[10:12]), int(digits[12:]), tzinfo=UTC,
        )  # fmt: skip
    except ValueError as error:
        raise DerError(element.body, "RFC 5280 §4.1.2.5", "a date of the calendar", repr(text)) from error
