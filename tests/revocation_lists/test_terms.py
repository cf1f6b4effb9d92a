"""Frame, extensions and points of a list at their boundaries: what is taken, and the words for what is not."""

import pytest

from reference_impl.verification.der import DerError
from reference_impl.verification.lists.points import read_points
from reference_impl.verification.lists.terms import MAXIMUM_EXTENSIONS, Scope, Terms, read_terms
from tests.revocation_lists import making as m

BEFORE = 3
"""Octets in front of what is read: an offset counts from the beginning of the data."""
NUMBER = m.extension(m.NUMBER, m.integer(7))
NAME = bytes.fromhex("300d310b3009060355040613024a50")
FULL = m.tlv(0xA0, m.tlv(0xA0, m.tlv(0xA4, NAME)))


def terms_of(*extensions: bytes) -> Terms:
    """The extensions in their SEQUENCE, behind other octets."""
    return terms_in(m.tlv(0x30, *extensions))


def terms_in(block: bytes) -> Terms:
    """What a block says, behind other octets and before one."""
    data = bytes(BEFORE) + block
    return read_terms(data + b"\0", BEFORE, len(data))


def scope(*fields: bytes) -> bytes:
    """An issuingDistributionPoint of these fields."""
    return m.extension(m.SCOPE, m.tlv(0x30, *fields), critical=True)


@pytest.mark.parametrize(
    ("extensions", "terms"),
    [
        ((NUMBER,), Terms(7)),
        ((m.extension(m.NUMBER, m.integer(0)),), Terms(0)),
        ((m.extension(m.NUMBER, m.integer((1 << 159) - 1)),), Terms((1 << 159) - 1)),
        ((NUMBER, m.extension(m.KEY_IDENTIFIER, m.tlv(0x30, m.tlv(0x80, b"key")))), Terms(7, b"key")),
        ((NUMBER, m.extension(m.KEY_IDENTIFIER, m.tlv(0x30, m.tlv(0x82, b"\1")))), Terms(7)),
        ((NUMBER, m.extension(m.DELTA, m.integer(6), critical=True)), Terms(7, is_delta=True)),
        ((NUMBER, m.extension(m.UNKNOWN, b"")), Terms(7)),
        ((NUMBER, m.extension(m.UNKNOWN, b"", critical=True)), Terms(7, unprocessed=(m.UNKNOWN,))),
        (
            (NUMBER, m.extension(m.SCOPE, m.tlv(0x30, FULL))),
            Terms(7, scope=Scope(is_critical=False, points=(NAME,))),
        ),
        (
            (NUMBER, scope(m.tlv(0xA0, m.tlv(0xA0, m.tlv(0x86, b"http://a"), m.tlv(0xA4, NAME), m.tlv(0xA4, NAME))))),
            Terms(7, scope=Scope(is_critical=True, points=(NAME, NAME))),
        ),
        (
            (NUMBER, scope(m.tlv(0xA0, m.tlv(0xA1, NAME[2:])))),
            Terms(7, scope=Scope(is_critical=True, is_relative=True)),
        ),
        (
            (NUMBER, scope(m.tlv(0xA0, m.tlv(0xA1, m.tlv(0xA4, NAME))))),
            Terms(7, scope=Scope(is_critical=True, is_relative=True)),
        ),
        ((NUMBER, scope(b"\x81\1\xff")), Terms(7, scope=Scope(is_critical=True, user_certificates=True))),
        ((NUMBER, scope(b"\x82\1\xff")), Terms(7, scope=Scope(is_critical=True, authority_certificates=True))),
        ((NUMBER, scope(b"\x83\2\1\2")), Terms(7, scope=Scope(is_critical=True, some_reasons=True))),
        ((NUMBER, scope(b"\x84\1\xff")), Terms(7, scope=Scope(is_critical=True, indirect=True))),
        ((NUMBER, scope(b"\x85\1\xff")), Terms(7, scope=Scope(is_critical=True, attribute_certificates=True))),
        (
            (NUMBER, scope(FULL, b"\x81\1\xff", b"\x84\1\xff")),
            Terms(7, scope=Scope(is_critical=True, points=(NAME,), user_certificates=True, indirect=True)),
        ),
    ],
)
def test_extensions_are_read(extensions: tuple[bytes, ...], terms: Terms) -> None:
    """Each field of RFC 5280 §5.2.1 to §5.2.5 alone, and some together."""
    assert terms_of(*extensions) == terms


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (b"", "offset 3: RFC 5280 §5.2.3: expected the extensions, cRLNumber among them, found none"),
        (
            m.tlv(0x30, NUMBER) + b"\5\0",
            "offset 17: RFC 5280 §5.1: expected one sequence of extensions, found 2 octets more",
        ),
        (m.tlv(0x30, NUMBER, NUMBER), "offset 17: RFC 5280 §5.2: expected each extension once, found 551d14 again"),
        (
            m.tlv(0x30, m.extension(m.UNKNOWN, b"")),
            "offset 3: RFC 5280 §5.2.3: expected cRLNumber, without which going back cannot be seen, found none",
        ),
        (
            m.tlv(0x30, m.tlv(0x30, bytes.fromhex("0603551d14010100"), m.tlv(4, m.integer(7)))),
            "offset 14: X.690 §11.5: expected critical TRUE (ff), or nothing, found 00",
        ),
        (
            m.tlv(0x30, m.tlv(0x30, bytes.fromhex("0603551d14"), m.tlv(4, m.integer(7)), b"\5\0")),
            "offset 17: RFC 5280 §4.1: expected identifier, critical, value, found more",
        ),
        (
            m.tlv(0x30, m.tlv(0x30, bytes.fromhex("0603551d14"))),
            "offset 12: X.690 §8.1.2: expected a tag and a length, found the end of the data",
        ),
        (
            m.tlv(0x30, NUMBER, m.extension(m.SCOPE, m.tlv(0x30, FULL) + b"\5\0", critical=True)),
            "offset 31: RFC 5280 §5.2.5: expected one sequence that is not empty, found a013a011a40f300d",
        ),
        (
            m.tlv(0x30, m.tlv(0x30, bytes.fromhex("06028001"), m.tlv(4))),
            "offset 9: X.690 §8.19.2: expected no leading 80, found 80",
        ),
        (
            m.tlv(0x30, m.extension(m.NUMBER, m.integer(-1))),
            "offset 16: RFC 5280 §5.2.3: expected a number that is not negative, found -1",
        ),
        (
            m.tlv(0x30, m.extension(m.NUMBER, m.integer(7) + b"\5\0")),
            "offset 14: RFC 5280 §5.2.3: expected one INTEGER of at most 20 octets, found 0201070500",
        ),
        (
            m.tlv(0x30, m.extension(m.NUMBER, m.integer(1 << 160))),
            f"offset 14: RFC 5280 §5.2.3: expected one INTEGER of at most 20 octets, found 021501{'00' * 20}",
        ),
        (
            m.tlv(0x30, NUMBER, scope()),
            "offset 31: RFC 5280 §5.2.5: expected one sequence that is not empty, found none",
        ),
        (
            m.tlv(0x30, NUMBER, scope(b"\x84\1\xff", b"\x81\1\xff")),
            "offset 34: RFC 5280 §5.2.5: expected the fields [0] to [5] in their order, found tag 0x81",
        ),
        (
            m.tlv(0x30, NUMBER, scope(b"\x81\1\xff", b"\x81\1\xff")),
            "offset 34: RFC 5280 §5.2.5: expected the fields [0] to [5] in their order, found tag 0x81",
        ),
        (
            m.tlv(0x30, NUMBER, scope(b"\x86\1\xff")),
            "offset 31: RFC 5280 §5.2.5: expected the fields [0] to [5] in their order, found tag 0x86",
        ),
        (
            m.tlv(0x30, NUMBER, scope(b"\x81\1\0")),
            "offset 33: X.690 §11.5: expected TRUE (ff), or nothing, found 00",
        ),
        (
            m.tlv(0x30, NUMBER, scope(m.tlv(0xA0, m.tlv(0xA2, NAME)))),
            "offset 33: RFC 5280 §4.2.1.13: expected fullName or nameRelativeToCRLIssuer, found a20f300d310b3009",
        ),
        (
            m.tlv(0x30, NUMBER, scope(m.tlv(0xA0, m.tlv(0xA0, m.tlv(0xA4, NAME)), b"\5\0"))),
            "offset 33: RFC 5280 §4.2.1.13: expected fullName or nameRelativeToCRLIssuer, found a011a40f300d310b",
        ),
        (
            m.tlv(0x30, NUMBER, scope(m.tlv(0xA0, m.tlv(0xA0, m.tlv(0xA4, NAME, b"\5\0"))))),
            "offset 52: RFC 5280 §4.2.1.6: expected one Name, found 2 octets more",
        ),
    ],
)
def test_extensions_in_another_form(block: bytes, expected: str) -> None:
    """The offset in the list, the rule and both sides."""
    with pytest.raises(DerError) as caught:
        terms_in(block)
    assert str(caught.value) == expected


def test_most_extensions_are_read_and_one_octet_more_is_not() -> None:
    """A local limit: 16 KiB."""
    filler = MAXIMUM_EXTENSIONS - len(m.tlv(0x30, NUMBER, m.extension(m.UNKNOWN, bytes(9000)))) + 9000
    assert terms_of(NUMBER, m.extension(m.UNKNOWN, bytes(filler))).number == 7
    with pytest.raises(DerError) as caught:
        terms_of(NUMBER, m.extension(m.UNKNOWN, bytes(filler + 1)))
    words = f"expected at most {MAXIMUM_EXTENSIONS} octets of extensions, found {MAXIMUM_EXTENSIONS + 1}"
    assert str(caught.value) == f"offset 3: local limit: {words}"


POINT = m.tlv(0x30, FULL)


@pytest.mark.parametrize(
    ("points", "names"),
    [
        ((), ()),
        ((POINT,), (NAME,)),
        ((POINT, POINT), (NAME, NAME)),
        ((m.tlv(0x30, m.tlv(0xA0, m.tlv(0xA0, m.tlv(0x86, b"http://a"), m.tlv(0xA4, NAME)))),), (NAME,)),
        ((m.tlv(0x30, FULL, b"\x81\2\1\2"),), ()),
        ((m.tlv(0x30, FULL, m.tlv(0xA2, m.tlv(0xA4, NAME))), POINT), (NAME,)),
        ((m.tlv(0x30, m.tlv(0xA2, m.tlv(0xA4, NAME))),), ()),
        ((m.tlv(0x30, m.tlv(0xA0, m.tlv(0xA1, NAME[2:]))),), ()),
        ((m.tlv(0x30, m.tlv(0xA0)),), ()),
        ((m.tlv(0x30, FULL, b"\x81\2\1\2", m.tlv(0xA2, m.tlv(0xA4, NAME))),), ()),
        ((m.tlv(0x30, m.tlv(0xA0, m.tlv(0xA1, m.tlv(0xA4, NAME)))),), ()),
    ],
)
def test_names_of_points(points: tuple[bytes, ...], names: tuple[bytes, ...]) -> None:
    """Whole lists by the certificate's own issuer, under a directory name (RFC 5280 §4.2.1.13)."""
    assert read_points(m.tlv(0x30, *points)) == names


@pytest.mark.parametrize("point", [m.tlv(0x30), m.tlv(0x30, b"\x84\0"), m.tlv(0x30, FULL, b"\x84\0")])
def test_point_in_another_form(point: bytes) -> None:
    """None of its fields, or another one."""
    with pytest.raises(DerError) as caught:
        read_points(m.tlv(0x30, POINT, point))
    words = "expected distributionPoint, reasons, cRLIssuer, found another"
    assert str(caught.value) == f"offset {2 + len(POINT)}: RFC 5280 §4.2.1.13: {words}"
