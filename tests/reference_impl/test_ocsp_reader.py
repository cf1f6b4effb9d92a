"""The strict reader of OCSP answers: what is not DER, or not RFC 6960, is refused with its place and its rule."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from asn1crypto import ocsp as asn1_ocsp

from reference_impl.verification.ocsp import UnreadableAnswer, UnreadableContent, parse_answer
from tests.reference_impl import ocsp_answers as a
from tests.reference_impl import pki
from tests.reference_impl.cross_check.mutation import Node, encode_length, read_tree

V1 = bytes.fromhex("A003020100")


def basic(*parts: bytes) -> bytes:
    """An envelope around a SEQUENCE of these."""
    return a.enveloped(a.tlv(0x30, *parts))


def of_single(single: bytes) -> bytes:
    """An answer with this SingleResponse."""
    return a.answer(single)


def with_single(*parts: bytes) -> bytes:
    """An answer whose SingleResponse consists of these."""
    return a.answer(a.tlv(0x30, *parts))


STRANGE = a.extension(a.STRANGE_OID, b"\x05\x00")
ABOUT, THIS = a.certificate_id(), a.time(a.GRID)

ENVELOPE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "X.690 §8.1.2"),
    "octets-behind": (lambda: a.answer() + b"\0\0", "octets more"),
    "length-in-too-many-octets": (lambda: b"\x30\x83\0" + a.answer()[2:], "the shortest length"),
    "indefinite-length": (lambda: b"\x30\x80" + a.answer()[4:] + b"\0\0", "a definite length"),
    "status-of-two-octets": (lambda: bytes.fromhex("30040A020000"), "X.690 §8.4"),
    "status-as-integer": (lambda: bytes.fromhex("3003020100"), "tag 0x0a, found tag 0x02"),
    "status-negative": (lambda: bytes.fromhex("30030A01FF"), "X.690 §8.4"),
    "three-elements": (lambda: bytes.fromhex("30070A010105000500"), "3 elements"),
    "other-response-type": (
        lambda: a.answer().replace(a.BASIC, bytes.fromhex("06092B0601050507300103"), 1),
        "1.3.6.1.5.5.7.48.1.3",
    ),
    "response-as-bit-string": (
        lambda: a.tlv(0x30, bytes.fromhex("0A0100"), a.tlv(0xA0, a.tlv(0x30, a.BASIC, a.tlv(3, a.signed(a.data()))))),
        "tag 0x04, found tag 0x03",
    ),
    "success-and-nothing": (lambda: bytes.fromhex("30030A0100"), "responseBytes"),
    "status-of-no-octet": (lambda: bytes.fromhex("30020A00"), "expected one octet below 80, found nothing"),
    "status-of-five-octets": (
        lambda: bytes.fromhex("30070A050102030405"),
        "expected one octet below 80, found 01020304\n",
    ),
    "status-above-7f": (lambda: bytes.fromhex("30030A0180"), "expected one octet below 80, found 80"),
}

CONTENT: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: a.enveloped(b""), "offset 22: X.690 §8.1.2"),
    "basic-as-set": (
        lambda: a.enveloped(b"\x31" + a.signed(a.data())[1:]),
        "structure: expected tag 0x30, found tag 0x31",
    ),
    "octets-behind-basic": (lambda: a.enveloped(a.signed(a.data()) + b"\0"), "1 octets more"),
    "two-parts": (lambda: basic(a.data(), a.RSA_SHA256), "2 elements"),
    "five-parts": (lambda: basic(a.data(), a.RSA_SHA256, a.tlv(3, b"\0"), a.tlv(0xA0, a.tlv(0x30)), b"\5\0"), "5"),
    "certificates-under-another-tag": (
        lambda: basic(a.data(), a.RSA_SHA256, a.tlv(3, b"\0"), a.tlv(0xA1, a.tlv(0x30))),
        "tag 0xa0, found tag 0xa1",
    ),
    "certificate-not-der": (
        lambda: a.enveloped(a.signed(a.data(), certificates=[a.tlv(0x30, b"\x30\x81\x00")])),
        "the shortest length",
    ),
    "signature-with-unused-bits": (
        lambda: basic(a.data(), a.RSA_SHA256, a.tlv(3, b"\1" + bytes(256))),
        "whole octets",
    ),
    "algorithm-with-full-parameters": (
        lambda: a.enveloped(a.signed(a.data(), algorithm=bytes.fromhex("300F06092A864886F70D01010B05020000"))),
        "an empty NULL",
    ),
    "version-1-written": (lambda: a.answer(version=V1), "version 1, left out, found version 1"),
    "no-field": (lambda: a.enveloped(a.signed(a.tlv(0x30))), "0 elements"),
    "five-fields": (lambda: a.answer(more=a.extensions(0xA1, a.nonce()) + a.extensions(0xA1, STRANGE)), "5 elements"),
    "version-2": (lambda: a.answer(version=bytes.fromhex("A003020101")), "found version 2"),
    "responder-by-neither": (lambda: a.answer(responder=a.tlv(0xA3, a.tlv(4, bytes(20)))), "tag 0xa2"),
    "responder-key-of-21-octets": (lambda: a.answer(responder=a.tlv(0xA2, a.tlv(4, bytes(21)))), "20 octets"),
    "responder-key-of-19-octets": (lambda: a.answer(responder=a.tlv(0xA2, a.tlv(4, bytes(19)))), "20 octets"),
    "responder-key-implicit": (lambda: a.answer(responder=a.tlv(0x82, bytes(20))), "tag 0xa2"),
    "responder-name-twice": (
        lambda: a.answer(responder=a.tlv(0xA1, a.tlv(0x30), a.tlv(0x30))),
        "one element, found 2 octets more",
    ),
    "produced-at-left-out": (lambda: a.answer(produced=b""), "tag 0x18, found tag 0x30"),
    "produced-at-as-utc-time": (lambda: a.answer(produced=a.tlv(0x17, b"261121002000Z")), "tag 0x18, found tag 0x17"),
    "this-update-with-fraction": (lambda: of_single(a.single(this=a.tlv(0x18, b"20261121001500.5Z"))), "§4.1.2.5"),
    "this-update-without-seconds": (lambda: of_single(a.single(this=a.tlv(0x18, b"202611210015Z"))), "§4.1.2.5"),
    "this-update-with-offset": (lambda: of_single(a.single(this=a.tlv(0x18, b"20261121001500+0000"))), "§4.1.2.5"),
    "this-update-of-no-calendar": (lambda: of_single(a.single(this=a.tlv(0x18, b"20261131001500Z"))), "calendar"),
    "this-update-left-out": (lambda: with_single(ABOUT, a.GOOD), "2 elements"),
    "next-update-implicit": (lambda: of_single(a.single(until=a.tlv(0x80, b"20261121004500Z"))), "other fields"),
    "next-update-twice": (
        lambda: with_single(ABOUT, a.GOOD, THIS, *([a.tlv(0xA0, a.time(pki.NOW))] * 2)),
        "other fields",
    ),
    "next-update-behind-extensions": (
        lambda: with_single(ABOUT, a.GOOD, THIS, a.extensions(0xA1, a.nonce()), a.tlv(0xA0, a.time(pki.NOW))),
        "other fields",
    ),
    "good-with-content": (lambda: of_single(a.single(status=b"\x80\x01\x00")), "80 00, a1"),
    "good-constructed": (lambda: of_single(a.single(status=b"\xa0\x00")), "80 00, a1"),
    "unknown-constructed": (lambda: of_single(a.single(status=b"\xa2\x00")), "80 00, a1"),
    "status-of-no-choice": (lambda: of_single(a.single(status=b"\x83\x00")), "80 00, a1"),
    "revoked-without-time": (lambda: of_single(a.single(status=b"\xa1\x00")), "0 elements"),
    "revoked-with-three-parts": (
        lambda: of_single(a.single(status=a.tlv(0xA1, a.time(a.GRID), bytes.fromhex("A0030A0101"), b"\5\0"))),
        "3 elements",
    ),
    "status-told-in-part": (
        lambda: of_single(a.single(status=b"\x83\x05\1\2\3\4\5")),
        "expected 80 00, a1 … or 82 00, found 83050102\n",
    ),
    "revoked-for-reason-7": (lambda: of_single(a.single(status=a.revoked(reason=7))), "§5.3.1"),
    "revoked-for-reason-11": (lambda: of_single(a.single(status=a.revoked(reason=11))), "§5.3.1"),
    "revoked-at-a-utc-time": (
        lambda: of_single(a.single(status=a.tlv(0xA1, a.tlv(0x17, b"261121002000Z")))),
        "tag 0x18",
    ),
    "certificate-id-of-three": (
        lambda: of_single(a.single(about=a.tlv(0x30, a.SHA256_ID, a.tlv(4), a.tlv(4)))),
        "3 elements",
    ),
    "serial-in-too-many-octets": (
        lambda: of_single(a.single(about=a.certificate_id(a.tlv(2, bytes.fromhex("0007123456"))))),
        "X.690 §8.3.2",
    ),
    "serial-of-no-octet": (lambda: of_single(a.single(about=a.certificate_id(a.tlv(2)))), "X.690 §8.3.1"),
    "no-extension-in-extensions": (lambda: a.answer(more=a.extensions(0xA1)), "at least one extension"),
    "extensions-under-another-tag": (lambda: a.answer(more=a.extensions(0xA2, a.nonce())), "tag 0xa1"),
    "extension-twice": (lambda: a.answer(more=a.extensions(0xA1, a.nonce(), a.nonce())), "each extension once"),
    "critical-false-written": (
        lambda: a.answer(more=a.extensions(0xA1, a.extension(a.STRANGE_OID, b"", b"\1\1\0"))),
        "X.690 §11.5",
    ),
    "critical-of-01": (
        lambda: a.answer(more=a.extensions(0xA1, a.extension(a.STRANGE_OID, b"", b"\1\1\1"))),
        "X.690 §11.1",
    ),
    "nonce-not-wrapped": (
        lambda: a.answer(more=a.extensions(0xA1, a.extension(a.NONCE_OID, a.NONCE))),
        "X.690 §8.1.3",
    ),
    "nonce-with-a-tail": (
        lambda: a.answer(more=a.extensions(0xA1, a.extension(a.NONCE_OID, a.tlv(4, a.NONCE) + b"\0"))),
        "octets more",
    ),
    "nonce-of-no-octet": (lambda: a.answer(more=a.extensions(0xA1, a.nonce(b""))), "RFC 9654 §2.1"),
    "nonce-of-129-octets": (lambda: a.answer(more=a.extensions(0xA1, a.nonce(bytes(129)))), "RFC 9654 §2.1"),
    "archive-cutoff-as-utc-time": (
        lambda: of_single(
            a.single(more=a.extensions(0xA1, a.extension(a.ARCHIVE_CUTOFF_OID, a.tlv(0x17, b"261121002000Z"))))
        ),
        "tag 0x18",
    ),
}


@pytest.mark.parametrize("name", ENVELOPE)
def test_what_is_outside_the_signed_answer_makes_it_none(name: str) -> None:
    """Bytes that nobody signed: no answer, with the place and the rule."""
    make, said = ENVELOPE[name]
    with pytest.raises(UnreadableAnswer) as refused:
        parse_answer(make())
    assert said in f"{refused.value}\n"


@pytest.mark.parametrize("name", CONTENT)
def test_what_is_inside_the_signed_answer_makes_it_unbelievable(name: str) -> None:
    """Bytes that a signer stands for: an answer that cannot be believed, with the place and the rule."""
    make, said = CONTENT[name]
    with pytest.raises(UnreadableContent) as refused:
        parse_answer(make())
    assert said in f"{refused.value}\n"
    assert re.match(r"offset \d+: ", str(refused.value))
    assert refused.value.rule


@pytest.mark.parametrize("length", [1, 32, 128])
def test_nonce_of_any_allowed_length_is_read(length: int) -> None:
    """RFC 9654 §2.1: 1 to 128 octets."""
    answer = parse_answer(a.answer(more=a.extensions(0xA1, STRANGE, a.nonce(b"n" * length))))
    assert not isinstance(answer, str)
    assert answer.nonce == b"n" * length


def test_fields_are_what_another_reader_reads() -> None:
    """Every field of an answer with everything in it, as asn1crypto reads it."""
    cutoff = pki.NOW - timedelta(days=1)
    encoded = a.answer(
        a.single(status=a.revoked(a.GRID, 3), until=None),
        a.single(
            about=a.certificate_id(sha1=True),
            more=a.extensions(0xA1, a.extension(a.ARCHIVE_CUTOFF_OID, a.time(cutoff), a.CRITICAL)),
        ),
        a.single(status=a.UNKNOWN),
    )
    ours = parse_answer(encoded)
    assert not isinstance(ours, str)
    theirs = asn1_ocsp.OCSPResponse.load(encoded, strict=True).basic_ocsp_response
    data = theirs["tbs_response_data"]
    assert ours.signed == data.dump()
    assert ours.algorithm == theirs["signature_algorithm"]["algorithm"].dotted
    assert ours.signature == theirs["signature"].native
    assert ours.responder_key_hash == data["responder_id"].native
    assert ours.responder_name is None
    assert ours.produced_at == data["produced_at"].native
    assert [*ours.certificates] == [each.dump() for each in theirs["certs"]]
    assert ours.nonce == data["response_extensions"][0]["extn_value"].parsed.native
    assert ours.unprocessed_extensions == ()
    assert len(ours.singles) == 3
    for mine, other in zip(ours.singles, data["responses"], strict=True):
        about = other["cert_id"]
        assert mine.about.digest == about["hash_algorithm"]["algorithm"].dotted
        assert (mine.about.name_hash, mine.about.key_hash) == (
            about["issuer_name_hash"].native,
            about["issuer_key_hash"].native,
        )
        assert mine.about.serial == about["serial_number"].native
        assert mine.status.value == other["cert_status"].name
        assert mine.this_update == other["this_update"].native
        assert mine.next_update == other["next_update"].native
        assert mine.unprocessed_extensions == ()
    assert (ours.singles[0].revoked_at, ours.singles[0].reason) == (a.GRID, "affiliationChanged")
    assert [each.archive_cutoff for each in ours.singles] == [None, cutoff, None]


def test_offsets_count_from_the_first_octet_of_the_message() -> None:
    """The offset that is named is where the element stands in the hex dump."""
    encoded = a.answer(a.single(status=a.revoked(reason=7)))
    place = encoded.index(bytes.fromhex("0A0107"))
    with pytest.raises(UnreadableContent, match=rf"^offset {place}: RFC 5280 §5.3.1"):
        parse_answer(encoded)


def test_offset_of_a_version_that_is_written() -> None:
    """Where the version stands, and not what follows it."""
    encoded = a.answer(version=V1)
    place = encoded.index(V1)
    with pytest.raises(UnreadableContent, match=rf"^offset {place}: RFC 6960 §4\.2\.1, X\.690 §11\.5"):
        parse_answer(encoded)


def test_offset_of_a_nonce_counts_in_its_extension() -> None:
    """From the first octet of the extension's value, as the module says."""
    with pytest.raises(UnreadableContent, match=r"^offset 0: RFC 9654 §2\.1: .* found 129$"):
        parse_answer(a.answer(more=a.extensions(0xA1, a.nonce(bytes(129)))))


@pytest.mark.parametrize("until", [None, pki.NOW], ids=["alone", "behind-next-update"])
def test_extensions_of_a_single_response_are_read(until: datetime | None) -> None:
    """[1], with nextUpdate [0] before it and without."""
    answer = parse_answer(a.answer(a.single(until=until, more=a.extensions(0xA1, STRANGE))))
    assert not isinstance(answer, str)
    assert answer.singles[0].next_update == until


def test_no_truncation_and_no_tail_is_read() -> None:
    """Cut anywhere, or one octet more: refused by name."""
    whole = a.answer()
    for damaged in (*(whole[:end] for end in range(len(whole))), whole + b"\0"):
        with pytest.raises((UnreadableAnswer, UnreadableContent)):
            parse_answer(damaged)


def written_long(node: Node, which: int, seen: list[int]) -> bytes:
    """The element with one of its lengths in an octet more than it needs, and all lengths right (BER, not DER)."""
    number = len(seen)
    seen.append(number)
    content = node[1]
    body = content if isinstance(content, bytes) else b"".join(written_long(each, which, seen) for each in content)
    length = encode_length(len(body))
    if number == which:
        length = bytes([0x81]) + length if len(length) == 1 else bytes([length[0] + 1, 0]) + length[1:]
    return node[0] + length + body


def test_no_length_is_read_in_two_ways() -> None:
    """Each length of the signed data written in one octet more, as BER may: refused wherever it stands."""
    more = a.extensions(0xA1, a.extension(a.ARCHIVE_CUTOFF_OID, a.time(a.GRID), a.CRITICAL))
    tree = read_tree(a.data(a.single(status=a.revoked(reason=3), more=more), responder=a.by_name(pki.delegate())))
    seen: list[int] = []
    right = written_long(tree, -1, seen)
    assert not isinstance(parse_answer(a.enveloped(a.signed(right))), str)
    assert len(seen) > 30
    for which in seen:
        with pytest.raises(UnreadableContent, match="the shortest length"):
            parse_answer(a.enveloped(a.signed(written_long(tree, which, []))))


def test_an_answer_of_64_kib_is_read_in_bounded_time() -> None:
    """The largest that the door lets in, full of SingleResponses: each is read, and it takes milliseconds."""
    one = a.single()
    singles = [one] * ((64 * 1024 - 2000) // len(one))
    answer = parse_answer(a.answer(*singles))
    assert not isinstance(answer, str)
    assert len(answer.singles) == len(singles) > 400
