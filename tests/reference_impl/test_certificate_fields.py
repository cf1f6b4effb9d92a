"""A certificate written octet by octet: which forms of RFC 5280 §4.1 are read, and where and why the others are not."""

import pytest

from reference_impl.verification.certificate import MAXIMUM_OCTETS, parse_certificate
from reference_impl.verification.der import DerError
from tests.reference_impl import pki
from tests.reference_impl.ocsp_answers import RSA_SHA256, tlv

VERSION = bytes.fromhex("A003020102")
SERIAL = bytes.fromhex("020107")
NAME = bytes.fromhex("300D310B3009060355040613024A50")
VALIDITY = tlv(0x30, tlv(0x17, b"250101000000Z"), tlv(0x17, b"300101000000Z"))
KEY = tlv(0x30, RSA_SHA256, bytes.fromhex("030300AABB"))
SIGNATURE = bytes.fromhex("030300CCDD")
CRITICAL = b"\1\1\xff"


def extension(last: int, value: bytes, critical: bytes = b"") -> bytes:
    """One extension of the arc 2.5.29."""
    return tlv(0x30, bytes([6, 3, 0x55, 0x1D, last]), critical, tlv(4, value))


def extensions(*each: bytes) -> bytes:
    """[3], with extensions in one SEQUENCE."""
    return tlv(0xA3, tlv(0x30, *each))


USAGE = extension(15, bytes.fromhex("03020780"))


def certificate(
    *,
    version: bytes = VERSION,
    algorithm: bytes = RSA_SHA256,
    validity: bytes = VALIDITY,
    subject: bytes = NAME,
    key: bytes = KEY,
    more: bytes = extensions(USAGE),
    outer: bytes = RSA_SHA256,
    signature: bytes = SIGNATURE,
) -> bytes:
    """A certificate whose signature is none, which is not the reader's affair."""
    return tlv(0x30, tlv(0x30, version, SERIAL, algorithm, NAME, validity, subject, key, more), outer, signature)


def test_right_one_is_read_field_by_field() -> None:
    """What each part is a test of below."""
    found = parse_certificate(certificate())
    assert (found.serial, found.algorithm) == (7, "1.2.840.113549.1.1.11")
    assert (found.issuer.encoded, found.subject.encoded) == (NAME, NAME)
    assert (found.not_before.year, found.not_after.year) == (2025, 2030)
    assert (found.public_key, found.key_bits, found.signature) == (KEY, b"\xaa\xbb", b"\xcc\xdd")
    assert found.tbs == certificate()[3 : -len(RSA_SHA256 + SIGNATURE)]
    assert list(found.extensions) == ["2.5.29.15"]
    assert (found.is_authority, found.extended_key_usage, found.subject_key_identifier) == (False, None, None)


@pytest.mark.parametrize(
    ("version", "more", "count"),
    [
        (b"", b"", 0),
        (bytes.fromhex("A003020101"), tlv(0x81, b"\0\xaa"), 0),
        (VERSION, b"", 0),
        (VERSION, tlv(0x81, b"\0\xaa") + tlv(0x82, b"\0\xbb") + extensions(USAGE), 1),
    ],
    ids=["version-1", "version-2-with-a-unique-id", "version-3-without-extensions", "both-unique-ids"],
)
def test_other_forms_are_read(version: bytes, more: bytes, count: int) -> None:
    """RFC 5280 §4.1.2.1: version 1 is left out; §4.1.2.8: unique identifiers are passed over."""
    assert len(parse_certificate(certificate(version=version, more=more)).extensions) == count


LONG_ALGORITHM = tlv(0x30, tlv(6, b"\x2a" + b"\1" * 30))
THREE = "version 2 or 3, version 1 left out, found another"

REFUSED: dict[str, tuple[bytes, bytes, int, str]] = {
    "two-parts": (
        tlv(0x30, tlv(0x30), RSA_SHA256), b"", 0, "§4.1: expected body, algorithm, signature, found 2 elements",
    ),
    "four-parts": (
        tlv(0x30, tlv(0x30), RSA_SHA256, SIGNATURE, b"\5\0"), b"", 0,
        "§4.1: expected body, algorithm, signature, found 4 elements",
    ),
    "another-algorithm-outside": (
        certificate(outer=LONG_ALGORITHM), LONG_ALGORITHM, 0,
        f"§4.1.1.2: expected {RSA_SHA256.hex()}, found {LONG_ALGORITHM[:24].hex()}",
    ),
    "version-1-written": (
        certificate(version=bytes.fromhex("A003020100")), bytes.fromhex("A003020100"), 0, f"§4.1.2.1: expected {THREE}",
    ),
    "version-4": (
        certificate(version=bytes.fromhex("A003020103")), bytes.fromhex("A003020103"), 0, f"§4.1.2.1: expected {THREE}",
    ),
    "version-twice": (
        certificate(version=bytes.fromhex("A006020102020102")), bytes.fromhex("A006020102020102"), 0,
        f"§4.1.2.1: expected {THREE}",
    ),
    "version-empty": (certificate(version=b"\xa0\0"), b"\xa0\0", 0, f"§4.1.2.1: expected {THREE}"),
    "extensions-in-version-2": (
        certificate(version=bytes.fromhex("A003020101")), bytes.fromhex("A003020101"), 0,
        "§4.1.2.9: expected version 3, since there are extensions, found 2",
    ),
    "extensions-in-version-1": (
        certificate(version=b""), SERIAL, 0, "§4.1.2.9: expected version 3, since there are extensions, found 1",
    ),
    "five-fields": (
        certificate(key=b"", more=b""), VERSION, -2, "§4.1: expected six fields after the version, found 5",
    ),
    "no-field": (
        tlv(0x30, tlv(0x30), RSA_SHA256, SIGNATURE), b"\x30\0", 0,
        "§4.1: expected six fields after the version, found 0",
    ),
    "one-date": (
        certificate(validity=tlv(0x30, VALIDITY[2:17])), tlv(0x30, VALIDITY[2:17]), 0,
        "§4.1.2.5: expected notBefore and notAfter, found 1 elements",
    ),
    "three-dates": (
        certificate(validity=tlv(0x30, VALIDITY[2:] + VALIDITY[2:17])), tlv(0x30, VALIDITY[2:] + VALIDITY[2:17]), 0,
        "§4.1.2.5: expected notBefore and notAfter, found 3 elements",
    ),
    "signature-of-no-octets": (
        certificate(signature=bytes.fromhex("030304CCD0")), bytes.fromhex("04CCD0"), 0,
        "§4.1.1.3: expected whole octets, found 4 unused bits",
    ),
    "key-of-no-octets": (
        certificate(key=tlv(0x30, RSA_SHA256, bytes.fromhex("030301AABA"))), bytes.fromhex("01AABA"), 0,
        "§4.1.1.3: expected whole octets, found 1 unused bits",
    ),
    "key-without-bits": (
        certificate(key=tlv(0x30, LONG_ALGORITHM)), tlv(0x30, LONG_ALGORITHM), 0,
        "§4.1: expected algorithm and key, found 1 elements",
    ),
    "key-with-more": (
        certificate(key=tlv(0x30, RSA_SHA256, SIGNATURE, b"\5\0")), tlv(0x30, RSA_SHA256, SIGNATURE, b"\5\0"), 0,
        "§4.1: expected algorithm and key, found 3 elements",
    ),
    "two-sequences-of-extensions": (
        certificate(more=tlv(0xA3, tlv(0x30, USAGE), tlv(0x30))), tlv(0xA3, tlv(0x30, USAGE), tlv(0x30)), 0,
        "§4.1.2.9: expected one sequence of extensions, found 2",
    ),
    "no-sequence-of-extensions": (
        certificate(more=b"\xa3\0"), b"\xa3\0", 0, "§4.1.2.9: expected one sequence of extensions, found 0",
    ),
    "extension-twice": (
        certificate(more=extensions(USAGE, extension(15, bytes.fromhex("03020640")))),
        extension(15, bytes.fromhex("03020640")), 0, "§4.2: expected each extension once, found 2.5.29.15 again",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_another_form_is_refused(name: str) -> None:
    """The offset at which the part in question stands, the clause of RFC 5280, and both sides."""
    data, part, away, words = REFUSED[name]
    with pytest.raises(DerError) as caught:
        parse_certificate(data)
    assert str(caught.value) == f"offset {data.index(part) + away}: RFC 5280 {words}"


def test_longest_is_read_and_one_octet_more_is_not() -> None:
    """64 KiB are the bound of what is read at all."""
    filler = MAXIMUM_OCTETS - len(certificate(more=extensions(extension(99, bytes(60_000))))) + 60_000
    assert len(parse_certificate(certificate(more=extensions(extension(99, bytes(filler))))).encoded) == MAXIMUM_OCTETS
    with pytest.raises(DerError) as caught:
        parse_certificate(certificate(more=extensions(extension(99, bytes(filler + 1)))))
    words = f"expected at most {MAXIMUM_OCTETS} octets, found {MAXIMUM_OCTETS + 1}"
    assert str(caught.value) == f"offset {MAXIMUM_OCTETS}: local limit: {words}"


@pytest.mark.parametrize("critical", [b"", CRITICAL], ids=["as-usual", "critical"])
@pytest.mark.parametrize("size", [0, 19, 20, 21])
def test_subject_key_identifier_of_any_size(size: int, critical: bytes) -> None:
    """§4.2.1.2 names ways to make one and demands none; the usual form is remembered by its place alone."""
    value = b"k" * size
    found = parse_certificate(certificate(more=extensions(extension(14, tlv(4, value), critical), USAGE)))
    assert found.subject_key_identifier == value
    is_usual = size == 20 and not critical
    assert (found.spans.key_identifier is not None) is is_usual
    kept = found.extensions["2.5.29.14"]
    assert (kept.critical, kept.value) == (bool(critical), tlv(4, value))
    if found.spans.key_identifier is not None:
        assert found.encoded[slice(*found.spans.key_identifier)] == value


def test_subject_key_identifier_that_is_none() -> None:
    """Another type, or octets behind it: refused, though nobody needs it."""
    for value in (tlv(3, b"\0k"), tlv(4, b"k") + b"\0"):
        with pytest.raises(DerError):
            parse_certificate(certificate(more=extensions(extension(14, value))))


def test_authority_says_so() -> None:
    """basicConstraints with cA TRUE (§4.2.1.9)."""
    found = parse_certificate(certificate(more=extensions(extension(19, bytes.fromhex("30030101FF"), CRITICAL))))
    assert found.is_authority
    assert parse_certificate(pki.der(pki.authority("auth", "auth-ca"))).is_authority


def test_distribution_points_are_at_hand() -> None:
    """The value of cRLDistributionPoints, which lists are found by; nothing without it."""
    value = bytes.fromhex("30023000")
    assert parse_certificate(certificate(more=extensions(extension(31, value)))).common.points == value
    assert parse_certificate(certificate()).common.points == b""
