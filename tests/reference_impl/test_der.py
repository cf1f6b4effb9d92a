"""The readers of DER at their boundaries: what each rule of X.690 takes, and the words for what it does not."""

from collections.abc import Callable

import pytest

from reference_impl.verification import der
from reference_impl.verification.der import DerError, Element

BEFORE = 3
"""Octets in front of what is read: an offset counts from the beginning of the data."""


def element(text: str) -> Element:
    """The element written in hexadecimal, behind other octets and before one."""
    data = bytes(BEFORE) + bytes.fromhex(text)
    return der.read_element(data + b"\xff", BEFORE, len(data))


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
    found = element(text)
    assert (found.start, found.body, found.end) == (BEFORE, BEFORE + body, BEFORE + body + length)
    assert (found.encoded, found.content) == (bytes.fromhex(text), bytes(length))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "offset 3: X.690 §8.1.2: expected a tag, found the end of the data"),
        ("1F8101", "offset 3: X.690 §8.1.2.4: expected a tag number below 31, found 0x1f"),
        ("BF00", "offset 3: X.690 §8.1.2.4: expected a tag number below 31, found 0xbf"),
        ("04", "offset 4: X.690 §8.1.3: expected a length octet, found the end of the data"),
        ("0480", "offset 4: X.690 §10.1: expected a definite length of at most 4 octets, found 0x80"),
        ("04850000000000", "offset 4: X.690 §10.1: expected a definite length of at most 4 octets, found 0x85"),
        ("0481", "offset 4: X.690 §8.1.3: expected 1 length octets, found the end of the data"),
        ("048401020304", "offset 3: X.690 §8.1.3: expected 16909060 content octets, found 0"),
        ("0484010203", "offset 4: X.690 §8.1.3: expected 4 length octets, found the end of the data"),
        ("048100", "offset 4: X.690 §10.1: expected the shortest length, found 8100"),
        ("04817F" + "00" * 0x7F, "offset 4: X.690 §10.1: expected the shortest length, found 817f"),
        ("04820080" + "00" * 0x80, "offset 4: X.690 §10.1: expected the shortest length, found 820080"),
        ("048200FF" + "00" * 0xFF, "offset 4: X.690 §10.1: expected the shortest length, found 8200ff"),
        ("048300FFFF" + "00" * 0xFFFF, "offset 4: X.690 §10.1: expected the shortest length, found 8300ffff"),
        ("0484000100FF", "offset 4: X.690 §10.1: expected the shortest length, found 84000100ff"),
        ("0403AABB", "offset 3: X.690 §8.1.3: expected 3 content octets, found 2"),
    ],
    ids=lambda each: each[:12] or "nothing",
)
def test_header_that_is_not_der(text: str, expected: str) -> None:
    """The offset, the rule and both sides."""
    with pytest.raises(DerError) as caught:
        element(text)
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (der.read_integer, "020100", 0),
        (der.read_integer, "02017F", 127),
        (der.read_integer, "02020080", 128),
        (der.read_integer, "020180", -128),
        (der.read_integer, "0202FF7F", -129),
        (der.read_integer, "0201FF", -1),
        (der.read_integer, "0202017F", 0x17F),
        (der.read_boolean, "010100", False),
        (der.read_boolean, "0101FF", True),
        (der.read_bits, "030100", (0, b"")),
        (der.read_bits, "03020780", (7, b"\x80")),
        (der.read_bits, "030200FF", (0, b"\xff")),
        (der.read_bits, "030304FFF0", (4, b"\xff\xf0")),
        (der.read_oid, "060100", "0.0"),
        (der.read_oid, "060127", "0.39"),
        (der.read_oid, "060128", "1.0"),
        (der.read_oid, "06014F", "1.39"),
        (der.read_oid, "060150", "2.0"),
        (der.read_oid, "060178", "2.40"),
        (der.read_oid, "0603883703", "2.999.3"),
        (der.read_oid, "06042A818001", "1.2.16385"),
        (der.read_oid, "06032A817F", "1.2.255"),
    ],
)
def test_value_is_read(read: Callable[[Element], object], text: str, value: object) -> None:
    """By X.690 §8.2, §8.3, §8.6 and §8.19: the smallest, the largest and what is next to them."""
    assert read(element(text)) == value


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (der.read_integer, "0401FF", "offset 3: structure: expected tag 0x02, found tag 0x04"),
        (der.read_integer, "0200", "offset 3: X.690 §8.3.1: expected at least one content octet, found none"),
        (der.read_integer, "0202007F", "offset 5: X.690 §8.3.2: expected the fewest octets, found 007f"),
        (der.read_integer, "020300017F", "offset 5: X.690 §8.3.2: expected the fewest octets, found 0001"),
        (der.read_integer, "0202FF80", "offset 5: X.690 §8.3.2: expected the fewest octets, found ff80"),
        (der.read_boolean, "0100", "offset 5: X.690 §11.1: expected 00 or ff, found nothing"),
        (der.read_boolean, "010101", "offset 5: X.690 §11.1: expected 00 or ff, found 01"),
        (der.read_boolean, "0102FFFF", "offset 5: X.690 §11.1: expected 00 or ff, found ffff"),
        (der.read_bits, "0300", "offset 5: X.690 §8.6.2: expected a count of unused bits, found nothing"),
        (der.read_bits, "03020800", "offset 5: X.690 §8.6.2: expected a count of unused bits, found 08"),
        (der.read_bits, "030101", "offset 5: X.690 §8.6.2: expected a count of unused bits, found 01"),
        (der.read_bits, "03020181", "offset 6: X.690 §11.2.1: expected unused bits of zero, found 0x81"),
        (der.read_bits, "030304FFF8", "offset 7: X.690 §11.2.1: expected unused bits of zero, found 0xf8"),
        (der.read_oid, "0600", "offset 5: X.690 §8.19.2: expected a complete subidentifier, found nothing"),
        (der.read_oid, "06022A81", "offset 5: X.690 §8.19.2: expected a complete subidentifier, found 2a81"),
        (der.read_oid, "06022A80", "offset 5: X.690 §8.19.2: expected a complete subidentifier, found 2a80"),
        (der.read_oid, "06028001", "offset 5: X.690 §8.19.2: expected no leading 80, found 80"),
        (der.read_oid, "06042A038001", "offset 7: X.690 §8.19.2: expected no leading 80, found 80"),
        (der.read_oid, "0641" + "01" * 65, "offset 5: local limit: expected at most 64 octets, found 65"),
        (der.children, "0400", "offset 3: X.690 §8.1.2.5: expected a constructed element, found tag 0x04"),
    ],
    ids=lambda each: each[:14] if isinstance(each, str) else each.__name__,
)
def test_value_in_no_der(read: Callable[[Element], object], text: str, expected: str) -> None:
    """The offset, the rule and both sides."""
    with pytest.raises(DerError) as caught:
        read(element(text))
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        (0x18, "261121002000Z"),
        (0x17, "20261121002000Z"),
        (0x04, "261121002000Z"),
        (0x04, "20261121002000Z"),
        (0x17, "261121002000"),
        (0x18, "20261121002000.0Z"),
    ],
)
def test_time_in_another_form(tag: int, text: str) -> None:
    """Each tag has one form (RFC 5280 §4.1.2.5.1, §4.1.2.5.2), and nothing else is a Time."""
    encoded = bytes([tag, len(text)]).hex() + text.encode().hex()
    with pytest.raises(DerError) as caught:
        der.read_time(element(encoded))
    assert (
        str(caught.value) == f"offset 3: RFC 5280 §4.1.2.5: expected YYMMDDhhmmssZ or YYYYMMDDhhmmssZ, found {text!r}"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("040100", "offset 0: structure: expected tag 0x30, found tag 0x04"),
        ("300000", "offset 2: X.690 §8.1: expected the end of the data, found 1 octets more"),
        ("3003040200", "offset 2: X.690 §8.1.3: expected 2 content octets, found 1"),
        ("3004" + "30020500" + "0000", "offset 6: X.690 §8.1: expected the end of the data, found 2 octets more"),
    ],
)
def test_whole_that_is_not_one_element(text: str, expected: str) -> None:
    """One element of the tag, to the last octet, and every header in it read."""
    with pytest.raises(DerError) as caught:
        der.parse_der(bytes.fromhex(text), 0x30)
    assert str(caught.value) == expected
