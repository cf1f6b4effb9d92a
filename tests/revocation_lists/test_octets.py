"""Headers and entries of a list at their boundaries: what is taken, and the words for what is not."""

import pytest

from reference_impl.verification.der import DerError
from reference_impl.verification.lists.entry import MAXIMUM_ENTRY, read_entry
from reference_impl.verification.lists.octets import expect_header, read_header
from tests.revocation_lists import making as m

BEFORE = 3
"""Octets in front of what is read: an offset counts from the beginning of the data."""


@pytest.mark.parametrize(
    ("text", "body", "length"),
    [
        ("0400", 2, 0),
        ("047F" + "00" * 0x7F, 2, 0x7F),
        ("048180" + "00" * 0x80, 3, 0x80),
        ("0481FF" + "00" * 0xFF, 3, 0xFF),
        ("04820100" + "00" * 0x100, 4, 0x100),
        ("0482FFFF" + "00" * 0xFFFF, 4, 0xFFFF),
        ("0483010000" + "00" * 0x10000, 5, 0x10000),
        ("1E00", 2, 0),
    ],
    ids=lambda each: each[:8] if isinstance(each, str) else str(each),
)
def test_shortest_length_is_read(text: str, body: int, length: int) -> None:
    """The first and the last length of each form (X.690 §8.1.3, §10.1), and the highest short tag."""
    data = bytes(BEFORE) + bytes.fromhex(text)
    tag, begin, end = read_header(data, BEFORE, len(data))
    assert (tag, begin, end) == (int(text[:2], 16), BEFORE + body, BEFORE + body + length)
    assert expect_header(data, BEFORE, len(data), tag) == (begin, end)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "offset 3: X.690 §8.1.2: expected a tag and a length, found the end of the data"),
        ("04", "offset 3: X.690 §8.1.2: expected a tag and a length, found the end of the data"),
        ("1F8101", "offset 3: X.690 §8.1.2.4: expected a tag number below 31, found 0x1f"),
        ("BF00", "offset 3: X.690 §8.1.2.4: expected a tag number below 31, found 0xbf"),
        ("0480", "offset 4: X.690 §10.1: expected a definite length of at most 4 octets, found 0x80"),
        ("04850000000000", "offset 4: X.690 §10.1: expected a definite length of at most 4 octets, found 0x85"),
        ("0481", "offset 4: X.690 §8.1.3: expected 1 length octets, found the end of the data"),
        ("0482", "offset 4: X.690 §8.1.3: expected 2 length octets, found the end of the data"),
        ("048201", "offset 4: X.690 §8.1.3: expected 2 length octets, found the end of the data"),
        ("0484010203", "offset 4: X.690 §8.1.3: expected 4 length octets, found the end of the data"),
        ("048401020304", "offset 3: X.690 §8.1.3: expected 16909060 content octets, found 0"),
        ("048100", "offset 4: X.690 §10.1: expected the shortest length, found 8100"),
        ("04817F" + "00" * 0x7F, "offset 4: X.690 §10.1: expected the shortest length, found 817f"),
        ("04820080" + "00" * 0x80, "offset 4: X.690 §10.1: expected the shortest length, found 820080"),
        ("048200FF" + "00" * 0xFF, "offset 4: X.690 §10.1: expected the shortest length, found 8200ff"),
        ("048300FFFF" + "00" * 0xFFFF, "offset 4: X.690 §10.1: expected the shortest length, found 8300ffff"),
        ("0484000100FF", "offset 4: X.690 §10.1: expected the shortest length, found 84000100ff"),
        ("0403AABB", "offset 3: X.690 §8.1.3: expected 3 content octets, found 2"),
        ("048180AA", "offset 3: X.690 §8.1.3: expected 128 content octets, found 1"),
        ("04820100AA", "offset 3: X.690 §8.1.3: expected 256 content octets, found 1"),
    ],
    ids=lambda each: each[:12] or "nothing",
)
def test_header_that_is_not_der(text: str, expected: str) -> None:
    """The offset, the rule and both sides; octets behind the limit do not count."""
    data = bytes(BEFORE) + bytes.fromhex(text)
    with pytest.raises(DerError) as caught:
        read_header(data + b"\x01\x02\x03\x04", BEFORE, len(data))
    assert str(caught.value) == expected


def test_element_of_another_tag() -> None:
    """Where a tag is expected."""
    with pytest.raises(DerError, match=r"^offset 1: structure: expected tag 0x04, found tag 0x05$"):
        expect_header(b"\0\5\0", 1, 3, 4)


def long_entry(size: int) -> bytes:
    """An entry of so many octets, by an extension that nobody knows."""
    room = size - len(m.entry(5, m.extension(m.UNKNOWN, bytes(3000)))) + 3000
    return m.entry(5, m.extension(m.UNKNOWN, bytes(room)))


def test_longest_entry_is_read_and_one_octet_more_is_not() -> None:
    """A local limit: 4,096 octets."""
    whole = bytes(BEFORE) + long_entry(MAXIMUM_ENTRY)
    assert read_entry(whole, BEFORE, len(whole)).length == MAXIMUM_ENTRY
    longer = bytes(BEFORE) + long_entry(MAXIMUM_ENTRY + 1)
    with pytest.raises(DerError) as caught:
        read_entry(longer, BEFORE, len(longer))
    assert str(caught.value) == "offset 3: local limit: expected an entry of at most 4096 octets, found 4097"


DATE, FIVE = m.utc("260801123456Z"), m.integer(5)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (b"\x31\0", "offset 3: RFC 5280 §5.1: expected an entry (tag 0x30), found tag 0x31"),
        (m.entry(1 << 160), "offset 7: RFC 5280 §4.1.2.2: expected at most 20 octets, found 21"),
        (m.tlv(0x30, FIVE, DATE, m.tlv(0x30)), "offset 25: RFC 5280 §4.1: expected one extension or more, found none"),
        (
            m.tlv(0x30, FIVE, DATE, m.tlv(0x30, m.reason(1)), b"\5\0"),
            "offset 37: RFC 5280 §5.1: expected the end of the entry, found 2 octets more",
        ),
        (
            m.entry(5, m.reason(1), m.reason(1)),
            "offset 37: RFC 5280 §4.2: expected each extension once, found 551d15 again",
        ),
        (
            m.entry(5, m.extension(m.UNKNOWN, b"", critical=True)),
            "offset 25: RFC 5280 §5.3: expected no critical extension that is not known, found 69bd843f01",
        ),
        (m.entry(5, m.reason(7)), "offset 36: RFC 5280 §5.3.1: expected 0 to 6, 9 or 10, found 7"),
        (
            m.entry(5, m.extension(m.REASON, bytes.fromhex("0a0101aabbccddeeff11"))),
            "offset 34: RFC 5280 §5.3.1: expected one ENUMERATED of one octet, found 0a0101aabbccddee",
        ),
        (
            m.entry(5, m.extension(m.REASON, bytes.fromhex("0a00"))),
            "offset 34: RFC 5280 §5.3.1: expected one ENUMERATED of one octet, found 0a00",
        ),
        (
            m.entry(5, m.extension(m.INVALIDITY_DATE, m.generalized("20260731000000Z") + b"\5\0\0")),
            "offset 51: RFC 5280 §5.3.2: expected one GeneralizedTime, found 3 more",
        ),
    ],
)
def test_entry_in_another_form(entry: bytes, expected: str) -> None:
    """The offset in the list, the rule and both sides."""
    data = bytes(BEFORE) + entry
    with pytest.raises(DerError) as caught:
        read_entry(data, BEFORE, len(data))
    assert str(caught.value) == expected
