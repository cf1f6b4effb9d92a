"""Which certificates have the usual form, field by field: of any other the strict reader reads every one."""

import pytest

from reference_impl.verification import der
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.places import find_places
from reference_impl.verification.shape import Shapes
from tests.reference_impl import pki
from tests.reference_impl.ocsp_answers import tlv

WHOLE = pki.leaf(more=[pki.subject_key()])
BODY, ALGORITHM, SIGNATURE = der.children(der.parse_der(WHOLE, 0x30))
VERSION, SERIAL, _, ISSUER, VALIDITY, SUBJECT, KEY, EXTENSIONS = (each.encoded for each in der.children(BODY))
FIELDS = [each.encoded for each in der.children(BODY)]
UTC, GENERALIZED = tlv(0x17, b"250401000000Z"), tlv(0x18, b"20250401000000Z")
EACH_EXTENSION = [each.encoded for each in der.children(der.children(der.parse_der(EXTENSIONS, 0xA3))[0])]
IDENTIFIER = bytes.fromhex("0603551D0E")


def with_field(number: int, *encoded: bytes) -> bytes:
    """The certificate with something else in place of one field; the signature is not this reader's affair."""
    fields = [*FIELDS[:number], *encoded, *FIELDS[number + 1 :]]
    return tlv(0x30, tlv(0x30, *fields), ALGORITHM.encoded, SIGNATURE.encoded)


def with_extensions(*each: bytes) -> bytes:
    """The certificate with these extensions."""
    return with_field(7, tlv(0xA3, tlv(0x30, *each)))


def with_name(*relative: bytes) -> bytes:
    """The certificate with a subject of these relative names."""
    return with_field(5, tlv(0x30, *relative))


def attribute(tag: int, text: bytes) -> bytes:
    """A common name."""
    return tlv(0x30, bytes.fromhex("0603550403"), tlv(tag, text))


COMMON = tlv(0x31, attribute(0x0C, b"TARO1234"))
OTHERS = [each for each in EACH_EXTENSION if IDENTIFIER not in each]


def identifier(size: int = 20, critical: bytes = b"", tag: int = 4) -> bytes:
    """A subjectKeyIdentifier."""
    return tlv(0x30, IDENTIFIER, critical, tlv(4, tlv(tag, b"k" * size)))


USUAL = {
    "as-it-was": WHOLE,
    "made-anew": with_field(0, VERSION),
    "serial-of-1-octet": with_field(1, tlv(2, b"\1")),
    "serial-of-20-octets": with_field(1, tlv(2, b"\x7f" + b"\xff" * 19)),
    "other-utc-times": with_field(4, tlv(0x30, UTC, UTC)),
    "name-in-another-type": with_name(tlv(0x31, attribute(0x13, b"A"))),
    "two-relative-names": with_name(tlv(0x31, attribute(0x0C, b"A B")), COMMON),
    "identifier-made-anew": with_extensions(*OTHERS, identifier()),
}
UNUSUAL = {
    "no-extensions": with_field(7),
    "a-unique-identifier": with_field(7, tlv(0x81, b"\0k"), EXTENSIONS),
    "serial-of-21-octets": with_field(1, tlv(2, b"\0" + b"\xff" * 20)),
    "more-than-64-kib": with_extensions(*OTHERS, identifier(), tlv(0x30, b"\x06\x02\x2a\x03", tlv(4, bytes(66_000)))),
    "begins-in-another-form": with_field(4, tlv(0x30, GENERALIZED, UTC)),
    "ends-in-another-form": with_field(4, tlv(0x30, UTC, GENERALIZED)),
    "without-identifier": with_extensions(*OTHERS),
    "identifier-of-19": with_extensions(*OTHERS, identifier(19)),
    "identifier-of-21": with_extensions(*OTHERS, identifier(21)),
    "identifier-of-another-type": with_extensions(*OTHERS, identifier(tag=3)),
    "critical-identifier": with_extensions(*OTHERS, identifier(critical=b"\1\1\xff")),
    "another-extension-that-looks-like-it": with_extensions(
        *OTHERS, tlv(0x30, b"\x06\x02\x2a\x03", tlv(4, tlv(4, b"k" * 20)))
    ),
    "identifier-next-to-the-key": with_extensions(identifier(), *OTHERS),
    "another-algorithm": with_field(6, KEY.replace(bytes.fromhex("F70D010101"), bytes.fromhex("F70D01010A"))),
    "a-key-of-another-kind": with_field(6, tlv(0x30, KEY[4:19], tlv(3, b"\0" + bytes(70)))),
    "no-name": with_name(),
    "a-name-of-two-attributes": with_name(tlv(0x31, attribute(0x0C, b"A"), attribute(0x0C, b"B"))),
    "a-name-with-a-space": with_name(tlv(0x31, attribute(0x0C, b"A B"))),
    "an-empty-name": with_name(tlv(0x31, attribute(0x0C, b""))),
    "a-name-in-ia5": with_name(tlv(0x31, attribute(0x16, b"TARO"))),
    "the-last-name-counts": with_name(COMMON, tlv(0x31, attribute(0x0C, b"A B"))),
}  # fmt: skip


@pytest.mark.parametrize("name", USUAL)
def test_usual_form_is_found(name: str) -> None:
    """The fields that differ lie where the reader of DER finds them; together the runs are the certificate."""
    places = find_places(USUAL[name])
    assert places is not None
    assert sum(places.lengths) == len(USUAL[name])
    ends = [sum(places.lengths[: number + 1]) for number in range(14)]
    body, _, signature = der.children(der.parse_der(USUAL[name], 0x30))
    serial, validity, subject = (der.children(body)[number] for number in (1, 4, 5))
    begins, last = der.children(validity)
    text = der.children(der.children(der.children(subject)[-1])[0])[1]
    contents = [USUAL[name][begin:end] for begin, end in zip(ends[0::2], ends[1::2], strict=True)]
    assert contents[:4] == [each.content for each in (serial, begins, last, text)]
    assert [len(each) for each in contents[4:6]] == [256, 20]
    assert contents[6] == signature.content[1:]


@pytest.mark.parametrize("name", UNUSUAL)
def test_other_form_is_left_alone(name: str) -> None:
    """One thing is otherwise, and there are no places."""
    assert find_places(UNUSUAL[name]) is None


def test_two_layouts_of_one_length() -> None:
    """An octet more in the name and one less behind it: the last that was learnt is read, and rightly."""
    shapes = Shapes()
    wholes = []
    for text, filler in ((b"TARO1234", 10), (b"TARO123", 11)):
        more = tlv(0x30, b"\x06\x02\x2a\x03", tlv(4, bytes(filler)))
        fields = [*FIELDS[:5], tlv(0x30, tlv(0x31, attribute(0x0C, text))), KEY]
        body = tlv(0x30, *fields, tlv(0xA3, tlv(0x30, *OTHERS, more, identifier())))
        wholes.append(tlv(0x30, body, ALGORITHM.encoded, SIGNATURE.encoded))
        shapes.learn(parse_certificate(wholes[-1]))
        assert shapes.read(wholes[-1]) == parse_certificate(wholes[-1])
    assert len(wholes[0]) == len(wholes[1])
