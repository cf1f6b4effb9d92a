"""The TLV of the visual application: fixed sequences of one- and two-byte tags (spec/card.md §2.2, §2.3).

Lengths below 128 take one octet, all others the form `82 hi lo`; the form `81` does not occur on cards.
"""

import msgspec

from reference_impl.verification.der import DerError


class Item(msgspec.Struct, frozen=True):
    """One tag-length-value: the value, and the bytes it was written with."""

    value: bytes
    encoded: bytes


def read_item(data: bytes, offset: int, tag: bytes) -> tuple[Item, int]:
    """The item at `offset`, which must carry `tag`, and the offset after it."""
    body = offset + len(tag)
    if data[offset:body] != tag:
        raise DerError(
            offset, "spec/card.md §2.2", f"tag {tag.hex()}", data[offset:body].hex() or "the end of the data"
        )
    length_octets = data[body : body + 3]
    if length_octets and length_octets[0] < 0x80:
        length, body = length_octets[0], body + 1
    elif len(length_octets) == 3 and length_octets[0] == 0x82 and int.from_bytes(length_octets[1:]) >= 0x80:
        length, body = int.from_bytes(length_octets[1:]), body + 3
    else:
        raise DerError(body, "spec/card.md §2.2", "one octet below 80, or 82 hi lo", length_octets.hex() or "nothing")
    if body + length > len(data):
        raise DerError(body, "spec/card.md §2.2", f"{length} octets of value", f"{len(data) - body}")
    return Item(data[body : body + length], data[offset : body + length]), body + length


def read_items(data: bytes, tags: tuple[bytes, ...]) -> list[Item]:
    """The items with exactly these tags in this order, which fill `data`."""
    items = []
    offset = 0
    for tag in tags:
        item, offset = read_item(data, offset, tag)
        items.append(item)
    if offset != len(data):
        raise DerError(offset, "spec/card.md §2.2", "the end of the data", f"{len(data) - offset} octets more")
    return items
