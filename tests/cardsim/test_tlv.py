"""BER-TLV, against bytes written by hand from spec/card.md §2.2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim.tlv import Tlv, TlvError, build, parse_all, parse_one

TAGS = st.sampled_from([0x90, 0x91, 0xA1, 0x6F, 0x84, 0xFF10, 0xDF11, 0x7F21, 0x5F4E, 0x5F37])


@pytest.mark.parametrize(
    ("tag", "length", "head"),
    [
        (0x90, 3, "9003"),
        (0xFF10, 0x0C, "FF100C"),
        (0xDF11, 8, "DF1108"),
        (0xDF22, 127, "DF227F"),
        (0xDF22, 128, "DF22820080"),
        (0xFF40, 0x9F, "FF4082009F"),
        (0x7F21, 0x233, "7F21820233"),
        (0x5F4E, 0x129, "5F4E820129"),
    ],
)
def test_head_as_on_real_cards(tag: int, length: int, head: str) -> None:
    """A length from 128 on is written `82 hi lo`, never `81`."""
    assert build(tag, bytes(length)) == bytes.fromhex(head) + bytes(length)


@pytest.mark.parametrize("tag", [-1, 0x1F, 0xDF, 0x1234, 0xDF91, 0x10000])
def test_impossible_tag_is_refused(tag: int) -> None:
    """A tag of two bytes begins with five ones and ends there; no other is written."""
    with pytest.raises(ValueError, match="a tag has"):
        build(tag, b"")


def test_value_that_is_too_long_is_refused() -> None:
    """A value of 65536 bytes has no length field of two bytes."""
    with pytest.raises(ValueError, match="65536"):
        build(0x90, bytes(65536))


@pytest.mark.parametrize(
    ("raw", "value"),
    [("DF2503AABBCC", "AABBCC"), ("DF258103AABBCC", "AABBCC"), ("DF25820003AABBCC", "AABBCC"), ("9000", "")],
)
def test_every_definite_length_is_read(raw: str, value: str) -> None:
    """Reading takes the forms `len`, `81 len` and `82 hi lo`."""
    found, end = parse_one(bytes.fromhex(raw))
    assert (found.value, found.raw, end) == (bytes.fromhex(value), bytes.fromhex(raw), len(raw) // 2)


def test_truncated_anywhere_is_an_error() -> None:
    """No beginning of an object is an object."""
    whole = bytes.fromhex("FF10820007DF1103AABBCC00")[:-1] + b"\x00"
    for length in range(len(whole)):
        with pytest.raises(TlvError):
            parse_one(whole[:length])


def test_tail_is_left_alone_by_one_and_refused_by_all() -> None:
    """`parse_one` says where the next begins; `parse_all` wants the bytes used up."""
    raw = bytes.fromhex("9001AA") + b"\xdf"
    assert parse_one(raw) == (Tlv(0x90, b"\xaa", bytes.fromhex("9001AA")), 3)
    with pytest.raises(TlvError, match="at 3"):
        parse_all(raw)


@pytest.mark.parametrize("raw", ["", "DF91", "9080", "9083000001AA", "90FF"])
def test_what_is_no_tlv_is_an_error(raw: str) -> None:
    """Long tags, indefinite lengths and lengths of three bytes do not occur on the card."""
    with pytest.raises(TlvError):
        parse_one(bytes.fromhex(raw))


@given(st.lists(st.tuples(TAGS, st.binary(max_size=300)), max_size=6))
def test_round_trip(objects: list[tuple[int, bytes]]) -> None:
    """What is built one after the other is read back."""
    raw = b"".join(build(tag, value) for tag, value in objects)
    assert [(found.tag, found.value) for found in parse_all(raw)] == objects
