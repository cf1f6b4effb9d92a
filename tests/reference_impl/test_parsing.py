"""Parsers: fed whole, cut at every byte, and with a tail; and the encodings that are not DER."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import ObjectIdentifier

from reference_impl.verification import der, extensions, signatures
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.chain import is_issued_by
from reference_impl.verification.der import DerError
from reference_impl.verification.genuineness import parse_birth_record, parse_card_certificate
from reference_impl.verification.names import read_name
from reference_impl.verification.ocsp import UnreadableAnswer, UnreadableContent, parse_answer
from reference_impl.verification.ocsp_request import build_request
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import AnchorRefused, read_authority, read_card_issuer
from tests.reference_impl import pki
from tests.reference_impl.responder import Settings, answer

PARSERS: dict[str, tuple[Callable[[bytes], object], Callable[[], bytes]]] = {
    "certificate": (parse_certificate, pki.leaf),
    "authority": (parse_certificate, lambda: pki.der(pki.authority("auth", "auth-ca"))),
    "card-certificate": (parse_card_certificate, pki.cvc),
    "birth-record": (parse_birth_record, pki.birth_record),
}


@pytest.mark.parametrize("name", PARSERS)
def test_parser_takes_the_whole_and_nothing_else(name: str) -> None:
    """The whole is read; every truncation and every tail is a DerError with an offset inside the data."""
    parse, make = PARSERS[name]
    whole = make()
    parse(whole)
    for damaged in [*(whole[:length] for length in range(len(whole))), whole + b"\x00", whole + b"\xff\xff", whole * 2]:
        with pytest.raises(DerError) as caught:
            parse(damaged)
        assert 0 <= caught.value.offset <= len(damaged)


@pytest.mark.parametrize("name", PARSERS)
def test_parser_survives_any_flipped_byte(name: str) -> None:
    """Any one byte changed is read or refused with a DerError; nothing else escapes."""
    parse, make = PARSERS[name]
    whole = make()
    for offset in range(len(whole)):
        for mask in (0x01, 0x80, 0xFF):
            damaged = whole[:offset] + bytes([whole[offset] ^ mask]) + whole[offset + 1 :]
            try:
                parse(damaged)
            except DerError:
                continue


def test_answer_parser_takes_the_whole_and_nothing_else() -> None:
    """The same for an OCSP answer: every truncation and a tail is unreadable."""
    certificate = parse_certificate(pki.leaf())
    issuer = parse_certificate(pki.der(pki.authority("auth", "auth-ca")))
    whole = answer(build_request(certificate, issuer, b"n" * 32), Settings())
    parse_answer(whole)
    for damaged in [*(whole[:length] for length in range(len(whole))), whole + b"\x00"]:
        with pytest.raises((UnreadableAnswer, UnreadableContent)):
            parse_answer(damaged)


def test_answer_parser_survives_any_flipped_byte() -> None:
    """Any one byte of an answer changed is read or refused by name; nothing else escapes."""
    certificate = parse_certificate(pki.leaf())
    issuer = parse_certificate(pki.der(pki.authority("auth", "auth-ca")))
    whole = answer(build_request(certificate, issuer, b"n" * 32), Settings())
    for offset in range(len(whole)):
        for mask in (0x01, 0x80, 0xFF):
            try:
                parse_answer(whole[:offset] + bytes([whole[offset] ^ mask]) + whole[offset + 1 :])
            except (UnreadableAnswer, UnreadableContent):
                continue


def nested(levels: int) -> bytes:
    """SEQUENCEs in SEQUENCEs."""
    data = b""
    for _ in range(levels):
        size = len(data)
        length = bytes([size]) if size < 128 else b"\x83" + size.to_bytes(3)
        if 128 <= size < 65536:
            length = bytes([0x81, size]) if size < 256 else b"\x82" + size.to_bytes(2)
        data = b"\x30" + length + data
    return data


@pytest.mark.parametrize(("levels", "is_read"), [(33, True), (34, False), (20_000, False)])
def test_depth_is_bounded(levels: int, is_read: bool) -> None:  # noqa: FBT001
    """Structures deeper than the limit are refused instead of exhausting the reader."""
    if is_read:
        der.parse_der(nested(levels), 0x30)
        return
    with pytest.raises(DerError, match="levels"):
        der.parse_der(nested(levels), 0x30)


@pytest.mark.parametrize(("octets", "is_read"), [(64, True), (65, False), (100_000, False)])
def test_length_of_object_identifiers_is_bounded(octets: int, is_read: bool) -> None:  # noqa: FBT001
    """Identifiers longer than the limit are refused instead of being computed."""
    content = b"\x2a" + b"\xff" * (octets - 2) + b"\x01"
    element = der.Element(content, 0x06, 0, 0, len(content))
    if is_read:
        assert der.read_oid(element).startswith("1.2.")
        return
    with pytest.raises(DerError, match="octets"):
        der.read_oid(element)


def test_certificate_is_read_field_by_field() -> None:
    """The fields are those the builder was given."""
    encoded = pki.leaf()
    certificate = parse_certificate(encoded)
    assert certificate.serial == 0x07123456
    assert (certificate.not_before, certificate.not_after) == (pki.NOT_BEFORE, pki.NOT_AFTER)
    assert certificate.public_key == pki.spki("holder")
    assert certificate.key_usage == extensions.KeyUsage.DIGITAL_SIGNATURE
    assert certificate.extended_key_usage == frozenset({"1.3.6.1.5.5.7.3.2"})
    assert certificate.policies.identifiers == {"1.2.392.200149.8.5.1.2.30"}
    assert certificate.issuer.encoded == pki.ca_name("auth").public_bytes()
    assert encoded[-256:] == certificate.signature


@pytest.mark.parametrize(
    ("tag", "content", "instant"),
    [
        (0x17, b"491231235959Z", datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (0x17, b"500101000000Z", datetime(1950, 1, 1, tzinfo=UTC)),
        (0x18, b"20300101000000Z", datetime(2030, 1, 1, tzinfo=UTC)),
        (0x18, b"20500101000000Z", datetime(2050, 1, 1, tzinfo=UTC)),
    ],
)
def test_time_is_read_in_either_form(tag: int, content: bytes, instant: datetime) -> None:
    """UTCTime pivots at 50, GeneralizedTime is taken as it stands, both are UTC."""
    assert der.read_time(der.parse_der(bytes([tag, len(content)]) + content, tag)) == instant


@pytest.mark.parametrize(
    "content", [b"261121002000+0900", b"2611210020Z", b"261121002000", b"261321002000Z", b"26112100200Z ", b""]
)
def test_other_time_is_refused(content: bytes) -> None:
    """Offsets, missing seconds, a missing Z and dates of no calendar are DerErrors."""
    with pytest.raises(DerError):
        der.read_time(der.parse_der(bytes([0x17, len(content)]) + content, 0x17))


@pytest.mark.parametrize(
    ("encoded", "tag"),
    [
        ("30800201010000", 0x30),
        ("308105020101020101", 0x30),
        ("3082000402020100", 0x30),
        ("308500000000020500", 0x30),
        ("1F1F00", 0x1F),
        ("3003020201", 0x30),
        ("0500", 0x30),
    ],
    ids=["indefinite", "81-below-128", "leading-zero", "five-length-octets", "long-tag", "inner-overrun", "other-tag"],
)
def test_other_than_der_is_refused(encoded: str, tag: int) -> None:
    """Encodings that BER has and DER has not are refused."""
    with pytest.raises(DerError):
        der.parse_der(bytes.fromhex(encoded), tag)


@pytest.mark.parametrize(
    ("read", "encoded"),
    [
        (der.read_integer, "0200"),
        (der.read_integer, "02020001"),
        (der.read_integer, "0202FF80"),
        (der.read_boolean, "010101"),
        (der.read_boolean, "0100"),
        (der.read_bits, "0300"),
        (der.read_bits, "030208FF"),
        (der.read_bits, "030201FF"),
        (der.read_bits, "030101"),
        (der.read_oid, "0600"),
        (der.read_oid, "060180"),
        (der.read_oid, "06022A80"),
        (der.read_oid, "06032A8001"),
        (der.read_octets, "0500"),
        (der.children, "0500"),
    ],
)
def test_value_in_another_encoding_is_refused(read: Callable[[der.Element], object], encoded: str) -> None:
    """Each primitive has one encoding."""
    data = bytes.fromhex(encoded)
    with pytest.raises(DerError):
        read(der.read_element(data, 0, len(data)))


@pytest.mark.parametrize(
    ("encoded", "value"), [("020100", 0), ("0201FF", -1), ("02020080", 128), ("02047F000001", 0x7F000001)]
)
def test_integer_is_read_with_its_sign(encoded: str, value: int) -> None:
    """Zero and negative numbers are numbers."""
    assert der.read_integer(der.parse_der(bytes.fromhex(encoded), 0x02)) == value


@pytest.mark.parametrize(
    ("encoded", "dotted"),
    [("06032A0304", "1.2.3.4"), ("06092B0601050507300102", "1.3.6.1.5.5.7.48.1.2"), ("0603883703", "2.999.3")],
)
def test_object_identifier_is_read(encoded: str, dotted: str) -> None:
    """The first octets hold two arcs, and the second arc below 2 has no bound."""
    assert der.read_oid(der.parse_der(bytes.fromhex(encoded), 0x06)) == dotted


def test_error_names_offset_rule_and_both_sides() -> None:
    """A DerError can be checked by hand in a hex dump."""
    with pytest.raises(DerError) as caught:
        der.parse_der(bytes.fromhex("300302017F00"), 0x30)
    error = caught.value
    assert (error.offset, error.expected, error.actual) == (5, "the end of the data", "1 octets more")
    assert "X.690" in error.rule


@pytest.mark.parametrize(
    ("value", "same"), [("JPKI  test ", True), ("jpki TEST", True), ("JPKITEST", False), ("JPKI-TEST", False)]
)
def test_names_are_compared_by_meaning(value: str, same: bool) -> None:  # noqa: FBT001
    """Case, spaces and string type do not tell names apart; anything else does."""

    def name(tag: int, text: str) -> bytes:
        attribute = bytes.fromhex("060355040A") + bytes([tag, len(text)]) + text.encode()
        sequence = bytes([0x30, len(attribute)]) + attribute
        return bytes([0x30, len(sequence) + 2, 0x31, len(sequence)]) + sequence

    utf8, printable = (read_name(der.parse_der(each, 0x30)) for each in (name(0x0C, "JPKI TEST"), name(0x13, value)))
    assert utf8.same_as(printable) is same


@pytest.mark.parametrize(
    ("values", "read"),
    [(("A", "B"), True), (("B", "A"), False), (("A", "A"), False)],
    ids=["in-order", "out-of-order", "twice"],
)
def test_set_of_attributes_is_in_order_and_holds_nothing_twice(values: tuple[str, ...], read: bool) -> None:  # noqa: FBT001
    """X.690 §11.6: one encoding for one name; `O=A + O=A` is not the name `O=A`."""
    attributes = b"".join(bytes.fromhex("3008060355040A0C01") + each.encode() for each in values)
    encoded = bytes([0x30, len(attributes) + 2, 0x31, len(attributes)]) + attributes
    if read:
        assert read_name(der.parse_der(encoded, 0x30)).encoded == encoded
    else:
        with pytest.raises(DerError, match=r"X\.690 §11\.6"):
            read_name(der.parse_der(encoded, 0x30))


def test_duplicate_extension_is_refused() -> None:
    """The same extension twice is a DerError that names it."""
    whole = pki.leaf(more=[(x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.99"), b"\x05\x00"), False)])
    twice = whole.replace(bytes.fromhex("0603551D63"), bytes.fromhex("0603551D0F"))
    with pytest.raises(DerError, match=r"2\.5\.29\.15 again"):
        parse_certificate(twice)


def test_differing_algorithm_identifiers_are_refused() -> None:
    """sha256WithRSA inside and sha1WithRSA outside is a DerError."""
    inside, outside = bytes.fromhex("06092A864886F70D01010B"), bytes.fromhex("06092A864886F70D010105")
    head, tail = pki.leaf().rsplit(inside, 1)
    with pytest.raises(DerError, match=r"4\.1\.1\.2"):
        parse_certificate(head + outside + tail)


def test_algorithm_parameters_may_be_null_or_absent() -> None:
    """RFC 4055 §5: both forms of sha256WithRSAEncryption are taken, and both verify."""
    whole = pki.leaf()
    with_null = bytes.fromhex("300D06092A864886F70D01010B0500")
    without = bytes.fromhex("300B06092A864886F70D01010B")
    body = whole[4 : 8 + int.from_bytes(whole[6:8])].replace(with_null, without)
    body = body[:2] + (len(body) - 4).to_bytes(2) + body[4:]
    content = body + without + bytes.fromhex("0382010100") + pki.sign("auth-ca", body)
    absent = bytes.fromhex("3082") + len(content).to_bytes(2) + content
    authority = read_authority(CertificateKind.AUTH, pki.der(pki.authority("auth", "auth-ca")))
    for encoded in (whole, absent):
        assert is_issued_by(parse_certificate(encoded), authority)


def test_anchor_must_be_a_self_signed_authority() -> None:
    """A leaf, an authority signed by another key and a short card-issuer key identifier are no anchors."""
    own = pki.der(pki.authority("auth", "auth-ca"))
    read_authority(CertificateKind.AUTH, own)
    for wrong in (pki.leaf(), own[:-1] + bytes([own[-1] ^ 1])):
        with pytest.raises(AnchorRefused):
            read_authority(CertificateKind.AUTH, wrong)
    read_card_issuer(pki.KEY_ID_ISSUER, pki.spki("card-issuer"))
    for key_id, key in (
        (b"short", pki.spki("card-issuer")),
        (pki.KEY_ID_ISSUER, pki.spki("short")),
        (pki.KEY_ID_ISSUER, b""),
    ):
        with pytest.raises(AnchorRefused):
            read_card_issuer(key_id, key)


def raw_signature(padded: bytes) -> bytes:
    """The key operation over a block of the forger's choice, as the key's owner could make it."""
    numbers = pki.key("holder").private_numbers()
    n = numbers.public_numbers.n
    return pow(int.from_bytes(padded), numbers.d, n).to_bytes(256)


def test_padding_is_checked_strictly() -> None:
    """A full block verifies; short padding with a tail, and a DigestInfo without NULL, do not (RFC 8017 §8.2.2)."""
    key = signatures.load_key(pki.spki("holder"))
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b"message")
    hashed = digest.finalize()
    right = bytes.fromhex("3031300D060960864801650304020105000420") + hashed
    bare = bytes.fromhex("302F300B06096086480165030402010420") + hashed
    blocks = {
        b"\x00\x01" + b"\xff" * (256 - 3 - len(right)) + b"\x00" + right: True,
        b"\x00\x01" + b"\xff" * 8 + b"\x00" + right + b"\x00" * (256 - 11 - len(right)): False,
        b"\x00\x01" + b"\xff" * (256 - 3 - len(bare)) + b"\x00" + bare: False,
    }
    for block, verdict in blocks.items():
        signature = raw_signature(block)
        assert signatures.is_signed_by(key, "1.2.840.113549.1.1.11", b"message", signature) is verdict


def test_untrusted_algorithm_verifies_nothing() -> None:
    """A right SHA-1 signature is not believed."""
    key = signatures.load_key(pki.spki("holder"))
    signature = pki.key("holder").sign(b"message", padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - to be refused
    assert not signatures.is_signed_by(key, "1.2.840.113549.1.1.5", b"message", signature)
