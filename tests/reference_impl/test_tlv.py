"""The TLV of the visual application at its boundaries (spec/card.md §2.2), and the words for the rest."""

import pytest

from reference_impl.verification.der import DerError
from reference_impl.verification.tlv import read_items

ONE, TWO = b"\x90", b"\x7f\x21"
LENGTH = "offset 1: spec/card.md §2.2: expected one octet below 80, or 82 hi lo"


@pytest.mark.parametrize("length", [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF])
@pytest.mark.parametrize("tag", [ONE, TWO], ids=["one-octet", "two-octets"])
def test_shortest_length_is_read(tag: bytes, length: int) -> None:
    """Below 128 one octet, from there `82 hi lo`; value and what was written come back, wherever the item stands."""
    encoded = tag + (bytes([length]) if length < 128 else b"\x82" + length.to_bytes(2)) + b"v" * length
    before, item = read_items(b"\x91\x01a" + encoded, (b"\x91", tag))
    assert (before.value, before.encoded) == (b"a", b"\x91\x01a")
    assert (item.value, item.encoded) == (b"v" * length, encoded)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "offset 0: spec/card.md §2.2: expected tag 90, found the end of the data"),
        ("9100", "offset 0: spec/card.md §2.2: expected tag 90, found 91"),
        ("90", f"{LENGTH}, found nothing"),
        ("9080", f"{LENGTH}, found 80"),
        ("908101AA", f"{LENGTH}, found 8101aa"),
        ("908180", f"{LENGTH}, found 8180"),
        ("90820080", "offset 4: spec/card.md §2.2: expected 128 octets of value, found 0"),
        (
            "9082007F" + "00" * 127,
            f"{LENGTH}, found 82007f",
        ),
        ("908280", f"{LENGTH}, found 8280"),
        ("9083000080", f"{LENGTH}, found 830000"),
        ("9002AA", "offset 2: spec/card.md §2.2: expected 2 octets of value, found 1"),
        ("9001AABBCC", "offset 3: spec/card.md §2.2: expected tag 7f21, found bbcc"),
        ("9001AA7F", "offset 3: spec/card.md §2.2: expected tag 7f21, found 7f"),
        ("9001AA7F210300", "offset 6: spec/card.md §2.2: expected 3 octets of value, found 1"),
        ("9001AA7F210100BB", "offset 7: spec/card.md §2.2: expected the end of the data, found 1 octets more"),
    ],
    ids=lambda each: each[:16] or "nothing",
)
def test_item_in_another_form(text: str, expected: str) -> None:
    """The offset, the rule and both sides."""
    with pytest.raises(DerError) as caught:
        read_items(bytes.fromhex(text), (ONE, TWO))
    assert str(caught.value) == expected
