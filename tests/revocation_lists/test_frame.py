"""The frame of a list at its boundaries (RFC 5280 §5.1): what is taken apart, and the words for what is not."""

import pytest

from reference_impl.verification.der import DerError
from reference_impl.verification.lists.frame import MAXIMUM_HEAD, read_frame
from tests.revocation_lists import making as m

BEFORE = 3
"""Octets in front of the list: spans are places in the data, and an error's offset counts from the list."""
NAME = bytes.fromhex("300d310b3009060355040613024a50")
SIGNATURE = m.tlv(3, b"\0sig")
ENTRY = m.entry(5)
FIELDS = (m.integer(1), m.SHA256_WITH_RSA, NAME, m.utc("260801000000Z"), m.utc("260803000000Z"))
ENTRIES, TERMS = m.tlv(0x30, ENTRY), m.tlv(0xA0, m.tlv(0x30))


def whole(*fields: bytes, algorithm: bytes = m.SHA256_WITH_RSA, signature: bytes = SIGNATURE) -> bytes:
    """A list whose signature is none, which is not this reader's affair."""
    return m.tlv(0x30, m.tlv(0x30, *fields), algorithm, signature)


@pytest.mark.parametrize("entries", [b"", m.tlv(0x30), ENTRIES], ids=["absent", "empty", "one"])
@pytest.mark.parametrize("terms", [b"", TERMS], ids=["without-extensions", "with-extensions"])
def test_list_is_taken_apart(entries: bytes, terms: bytes) -> None:
    """Where each part lies; either of the last two fields may be absent."""
    encoded = whole(*FIELDS, entries, terms)
    data = bytes(BEFORE) + encoded + b"\5\0"
    found = read_frame(data, BEFORE, BEFORE + len(encoded))
    assert found.whole == (BEFORE, BEFORE + len(encoded))
    assert data[slice(*found.signed)] == m.tlv(0x30, *FIELDS, entries, terms)
    assert data[slice(*found.entries)] == entries[2:]
    assert data[slice(*found.extensions)] == terms[2:]
    assert found.signature == b"sig"
    assert (found.head.algorithm, found.head.issuer.encoded) == ("1.2.840.113549.1.1.11", NAME)
    assert (found.head.this_update.day, found.head.next_update.day) == (1, 3)


LONG_ALGORITHM = m.tlv(0x30, m.tlv(6, b"\x2a" + b"\1" * 40))


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        (whole(*FIELDS) + b"\5\0", "offset 88: X.690 §8.1: expected the end of the data, found 2 octets more"),
        (
            whole(*FIELDS, signature=SIGNATURE + b"\5\0"),
            "offset 88: RFC 5280 §5.1: expected three elements, found more",
        ),
        (
            whole(*FIELDS, algorithm=LONG_ALGORITHM),
            f"offset 67: RFC 5280 §5.1.1.2: expected {m.SHA256_WITH_RSA.hex()}, found {LONG_ALGORITHM[:32].hex()}",
        ),
        (
            whole(*FIELDS[1:]),
            "offset 4: RFC 5280 §5.1.2.1: expected version 2, without which no extension may be read, found tag 0x30",
        ),
        (whole(FIELDS[0], m.integer(1)), "offset 7: RFC 5280 §5.1.2.2: expected the algorithm, found tag 0x02"),
        (whole(*FIELDS[:2], m.integer(1)), "offset 22: RFC 5280 §5.1.2.3: expected the issuer, found tag 0x02"),
        (whole(*FIELDS[:3], m.integer(1)), "offset 37: RFC 5280 §5.1.2.4: expected thisUpdate, found tag 0x02"),
        (
            whole(*FIELDS[:4], ENTRIES),
            "offset 52: RFC 5280 §5.1.2.5: expected nextUpdate, which is required, found tag 0x30",
        ),
        (whole(m.integer(0), *FIELDS[1:]), "offset 6: RFC 5280 §5.1.2.1: expected version 2 (1), found 00"),
        (whole(m.integer(2), *FIELDS[1:]), "offset 6: RFC 5280 §5.1.2.1: expected version 2 (1), found 02"),
        (
            whole(*FIELDS[:3], m.utc("261301000000Z"), FIELDS[4]),
            "offset 39: RFC 5280 §4.1.2.5: expected a date of the calendar, found '261301000000Z'",
        ),
        (whole(*FIELDS, ENTRIES, b"\5\0"), "offset 89: structure: expected tag 0xa0, found tag 0x05"),
        (
            whole(*FIELDS, ENTRIES, TERMS, b"\5\0"),
            "offset 93: RFC 5280 §5.1: expected the end of tbsCertList, found 2 octets more",
        ),
        (whole(*FIELDS, signature=m.tlv(3)), "offset 84: RFC 5280 §4.1.1.3: expected whole octets, found none"),
        (whole(*FIELDS, signature=m.tlv(3, b"\1a")), "offset 84: RFC 5280 §4.1.1.3: expected whole octets, found 01"),
    ],
)
def test_list_in_another_form(encoded: bytes, expected: str) -> None:
    """The offset in the list, wherever it lies, the rule and both sides."""
    data = bytes(BEFORE) + encoded
    with pytest.raises(DerError) as caught:
        read_frame(data, BEFORE, len(data))
    assert str(caught.value) == expected


def test_longest_head_and_signature() -> None:
    """Local limits of 4,096 octets each; one more is refused."""

    def with_name(octets: int) -> bytes:
        name = m.tlv(0x30, m.tlv(0x31, m.tlv(0x30, bytes.fromhex("0603550403"), m.tlv(0x0C, b"n" * octets))))
        return whole(*FIELDS[:2], name, *FIELDS[3:])

    at = 4000
    head = len(read_frame(with_name(at)).head.issuer.encoded) + sum(map(len, FIELDS)) - len(NAME)
    assert read_frame(with_name(at + MAXIMUM_HEAD - head)).signature == b"sig"
    words = "expected at most 4096 octets before the entries, found 4097"
    with pytest.raises(DerError, match=rf"^offset 8: local limit: {words}$"):
        read_frame(with_name(at + MAXIMUM_HEAD - head + 1))
    long = whole(*FIELDS, signature=m.tlv(3, b"\0" + bytes(MAXIMUM_HEAD - 1)))
    assert len(read_frame(long).signature) == MAXIMUM_HEAD - 1
    with pytest.raises(DerError, match="expected a signature of at most 4096 octets, found 4097"):
        read_frame(whole(*FIELDS, signature=m.tlv(3, b"\0" + bytes(MAXIMUM_HEAD))))
