"""The fields that certificates are made of, at their boundaries: what is taken, and the words for what is not."""

from collections.abc import Callable

import pytest

from reference_impl.verification import der, extensions
from reference_impl.verification.algorithm import read_algorithm
from reference_impl.verification.der import DerError, Element
from reference_impl.verification.extensions import Extension, KeyUsage, Policies
from reference_impl.verification.names import read_name

BEFORE = 3
"""Octets in front of an element that is read where it stands: an offset counts from the beginning of the data."""
KEY_USAGE_OID, CPS, NOTICE = "0603551D0F", "06082B06010505070201", "06082B06010505070202"
COUNTRY, STRANGE = "0603550406", "06022A03"


def element(text: str) -> Element:
    """The element written in hexadecimal, behind other octets."""
    data = bytes(BEFORE) + bytes.fromhex(text)
    return der.read_element(data, BEFORE, len(data))


def tlv(tag: int, *content: str) -> str:
    """One short element in hexadecimal."""
    body = "".join(content)
    return f"{tag:02X}{len(body) // 2:02X}{body}"


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (read_algorithm, "300B06092A864886F70D01010B", "1.2.840.113549.1.1.11"),
        (read_algorithm, "300D06092A864886F70D01010B0500", "1.2.840.113549.1.1.11"),
        (
            extensions.read_extension,
            tlv(0x30, KEY_USAGE_OID, "0401AA"),
            Extension(oid="2.5.29.15", critical=False, value=b"\xaa"),
        ),
        (
            extensions.read_extension,
            tlv(0x30, KEY_USAGE_OID, "0101FF", "0401AA"),
            Extension(oid="2.5.29.15", critical=True, value=b"\xaa"),
        ),
    ],
)
def test_field_is_read(read: Callable[[Element], object], text: str, value: object) -> None:
    """With the optional part and without (RFC 5280 §4.1, RFC 4055 §5)."""
    assert read(element(text)) == value


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (read_algorithm, "3000", "offset 3: RFC 5280 §4.1.1.2: expected algorithm, parameters, found 0 elements"),
        (
            read_algorithm,
            tlv(0x30, STRANGE, "0500", "0500"),
            "offset 3: RFC 5280 §4.1.1.2: expected algorithm, parameters, found 3 elements",
        ),
        (read_algorithm, tlv(0x30, STRANGE, "0400"), "offset 9: structure: expected tag 0x05, found tag 0x04"),
        (
            read_algorithm,
            tlv(0x30, STRANGE, "05060102030405FF"),
            "offset 11: X.690 §8.8: expected an empty NULL, found 01020304",
        ),
        (
            extensions.read_extension,
            tlv(0x30, KEY_USAGE_OID),
            "offset 3: RFC 5280 §4.1: expected identifier, critical, value, found 1 elements",
        ),
        (
            extensions.read_extension,
            tlv(0x30, KEY_USAGE_OID, "0101FF", "0400", "0400"),
            "offset 3: RFC 5280 §4.1: expected identifier, critical, value, found 4 elements",
        ),
        (
            extensions.read_extension,
            tlv(0x30, KEY_USAGE_OID, "010100", "0400"),
            "offset 10: X.690 §11.5: expected no encoded default, found critical FALSE",
        ),
        (
            read_name,
            tlv(0x30, tlv(0x31, tlv(0x30, COUNTRY))),
            "offset 7: RFC 5280 §4.1.2.4: expected type and value, found 1 elements",
        ),
        (
            read_name,
            tlv(0x30, tlv(0x31, tlv(0x30, COUNTRY, "13024A50", "13024A50"))),
            "offset 7: RFC 5280 §4.1.2.4: expected type and value, found 3 elements",
        ),
        (
            read_name,
            tlv(0x30, tlv(0x31, tlv(0x30, COUNTRY, "02024A50"))),
            "offset 14: RFC 5280 §4.1.2.4: expected a DirectoryString, found tag 0x02",
        ),
        (
            read_name,
            tlv(0x30, tlv(0x31, tlv(0x30, COUNTRY, "0C02FFFF"))),
            "offset 16: RFC 5280 §4.1.2.4: expected utf-8 text, found other octets",
        ),
        (
            read_name,
            tlv(0x30, tlv(0x31, tlv(0x30, COUNTRY, "13014A"), tlv(0x30, COUNTRY, "13014A"))),
            "offset 17: X.690 §11.6: expected a SET in order, nothing twice, found another order",
        ),
    ],
    ids=lambda each: each[:60] if isinstance(each, str) else each.__name__,
)
def test_field_in_another_form(read: Callable[[Element], object], text: str, expected: str) -> None:
    """The offset, the rule and both sides."""
    with pytest.raises(DerError) as caught:
        read(element(text))
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (tlv(0x30, STRANGE, "0201AA"), tlv(0x30, STRANGE, "0201AA"), True),
        (tlv(0x30, STRANGE, "0201AA"), tlv(0x30, STRANGE, "0201AB"), False),
        (tlv(0x30, COUNTRY, "13024A50"), tlv(0x30, COUNTRY, "0C026A70"), True),
        (tlv(0x30, COUNTRY, "13024A50"), tlv(0x30, "0603550407", "13024A50"), False),
        (tlv(0x30, COUNTRY, "13034A2050"), tlv(0x30, COUNTRY, "13044A202050"), True),
        (tlv(0x30, COUNTRY, "1402E441"), tlv(0x30, COUNTRY, "1E0400E40061"), True),
    ],
)
def test_attributes_are_compared_by_meaning(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    """RFC 5280 §7.1 for text; the octets of what is no text."""
    names = [read_name(element(tlv(0x30, tlv(0x31, each)))) for each in (one, other)]
    assert names[0].same_as(names[1]) is same


def test_order_of_relative_names_counts() -> None:
    """A distinguished name is a sequence (X.501 §9.2): `C=JP, O=A` is not `O=A, C=JP`."""
    country, organisation = tlv(0x31, tlv(0x30, COUNTRY, "13024A50")), tlv(0x31, tlv(0x30, "060355040A", "130141"))
    one, other = (
        read_name(element(tlv(0x30, country, organisation))),
        read_name(element(tlv(0x30, organisation, country))),
    )
    assert not one.same_as(other)
    assert one.prepared == ((("2.5.4.6", "jp"),), (("2.5.4.10", "a"),))


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (extensions.read_key_usage, "030100", KeyUsage(0)),
        (extensions.read_key_usage, "03020780", KeyUsage.DIGITAL_SIGNATURE),
        (extensions.read_key_usage, "03020106", KeyUsage.KEY_CERT_SIGN | KeyUsage.CRL_SIGN),
        (extensions.read_key_usage, "0303070680", KeyUsage.KEY_CERT_SIGN | KeyUsage.CRL_SIGN),
        (extensions.read_extended_key_usage, tlv(0x30, STRANGE, "06022A04"), frozenset({"1.2.3", "1.2.4"})),
        (extensions.read_policies, "3000", Policies()),
        (extensions.read_policies, tlv(0x30, tlv(0x30, STRANGE)), Policies(frozenset({"1.2.3"}))),
        (
            extensions.read_policies,
            tlv(0x30, tlv(0x30, STRANGE, tlv(0x30, tlv(0x30, CPS, "160141")))),
            Policies(frozenset({"1.2.3"})),
        ),
        (
            extensions.read_policies,
            tlv(0x30, tlv(0x30, STRANGE), tlv(0x30, "06022A04", tlv(0x30, tlv(0x30, NOTICE, "3000")))),
            Policies(frozenset({"1.2.3", "1.2.4"}), frozenset({"1.3.6.1.5.5.7.2.2"})),
        ),
        (extensions.read_is_authority, "3000", False),
        (extensions.read_is_authority, "30030101FF", True),
        (extensions.read_is_authority, "3003020100", False),
        (extensions.read_is_authority, "3003010100", False),
        (extensions.read_is_authority, "30060101FF020100", True),
        (extensions.read_authority_key_identifier, "3000", None),
        (extensions.read_authority_key_identifier, tlv(0x30, "8002AABB"), b"\xaa\xbb"),
        (extensions.read_authority_key_identifier, tlv(0x30, "A100", "820101"), None),
        (extensions.read_authority_key_identifier, tlv(0x30, "A100", "8001CC"), b"\xcc"),
        (extensions.read_subject_key_identifier, "0402AABB", b"\xaa\xbb"),
    ],
)
def test_value_of_an_extension_is_read(read: Callable[[bytes], object], text: str, value: object) -> None:
    """By RFC 5280 §4.2.1.1 to §4.2.1.12, with the optional parts and without."""
    assert read(bytes.fromhex(text)) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (tlv(0x30, "3000"), "offset 2: RFC 5280 §4.2.1.4: expected policy, qualifiers, found 0 elements"),
        (
            tlv(0x30, tlv(0x30, STRANGE, "3000", "3000")),
            "offset 2: RFC 5280 §4.2.1.4: expected policy, qualifiers, found 3 elements",
        ),
        (
            tlv(0x30, tlv(0x30, STRANGE, tlv(0x30, tlv(0x30, CPS)))),
            "offset 10: RFC 5280 §4.2.1.4: expected type and qualifier, found 1 elements",
        ),
        (
            tlv(0x30, tlv(0x30, STRANGE, tlv(0x30, tlv(0x30, CPS, "160141", "160141")))),
            "offset 10: RFC 5280 §4.2.1.4: expected type and qualifier, found 3 elements",
        ),
        (
            tlv(0x30, tlv(0x30, STRANGE, tlv(0x30, tlv(0x30, CPS, "0C0141")))),
            "offset 22: structure: expected tag 0x16, found tag 0x0c",
        ),
    ],
)
def test_policies_in_another_form(text: str, expected: str) -> None:
    """The offset, the rule and both sides."""
    with pytest.raises(DerError) as caught:
        extensions.read_policies(bytes.fromhex(text))
    assert str(caught.value) == expected
