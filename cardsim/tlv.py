"""BER-TLV objects as they stand in the card's files: ISO/IEC 7816-4:2013 §5.2.2, tags of one or two bytes.

Lengths are *written* as one byte below 128 and as `82 hi lo` from there on, never as `81` (spec/card.md §2.2); they
are *read* in every definite form of up to two length bytes, as BER allows.
"""

import msgspec


class TlvError(ValueError):
    """Bytes that are no BER-TLV; says at which offset and what was expected."""


class Tlv(msgspec.Struct, frozen=True):
    """One object: tag, value and the bytes it was read from."""

    tag: int
    value: bytes
    raw: bytes


_SHORT_FORM_LIMIT = 0x80
_LONGEST = 0xFFFF


def build(tag: int, value: bytes) -> bytes:
    """The object as the card stores it: length below 128 in one byte, else `82 hi lo` (spec/card.md §2.2)."""
    if not _is_tag(tag):
        raise ValueError(f"a tag has one byte, or two the first of which ends in 11111: got {tag:X}")
    if len(value) > _LONGEST:
        raise ValueError(f"a value has at most {_LONGEST} bytes here, got {len(value)}")
    head = tag.to_bytes(1 if tag <= 0xFF else 2, "big")
    if len(value) < _SHORT_FORM_LIMIT:
        return head + bytes([len(value)]) + value
    return head + b"\x82" + len(value).to_bytes(2, "big") + value


def parse_one(data: bytes, offset: int = 0) -> tuple[Tlv, int]:
    """The object that begins at `offset`, and where the next would begin."""
    tag, after_tag = _parse_tag(data, offset)
    length, start = _parse_length(data, after_tag)
    end = start + length
    if end > len(data):
        raise TlvError(f"object {tag:X} at {offset} needs {length} bytes, {len(data) - start} are left")
    return Tlv(tag, data[start:end], data[offset:end]), end


def parse_all(data: bytes) -> list[Tlv]:
    """The objects that fill `data` exactly."""
    objects = []
    offset = 0
    while offset < len(data):
        found, offset = parse_one(data, offset)
        objects.append(found)
    return objects


def _is_tag(tag: int) -> bool:
    if tag <= 0xFF:
        return tag >= 0 and tag & 0x1F != 0x1F
    return tag <= 0xFFFF and tag >> 8 & 0x1F == 0x1F and tag & 0x80 == 0


def _parse_tag(data: bytes, offset: int) -> tuple[int, int]:
    head = data[offset : offset + 2]
    if not head:
        raise TlvError(f"a tag was expected at {offset}, the data end there")
    if head[0] & 0x1F != 0x1F:
        return head[0], offset + 1
    if len(head) < 2 or head[1] & 0x80:
        raise TlvError(f"a tag of two bytes was expected at {offset}, got {head.hex().upper()}")
    return int.from_bytes(head, "big"), offset + 2


def _parse_length(data: bytes, offset: int) -> tuple[int, int]:
    first = data[offset : offset + 1]
    if not first:
        raise TlvError(f"a length was expected at {offset}, the data end there")
    if first[0] < _SHORT_FORM_LIMIT:
        return first[0], offset + 1
    count = first[0] & 0x7F
    field = data[offset + 1 : offset + 1 + count]
    if count not in {1, 2} or len(field) != count:
        found = (first + field).hex(" ").upper()
        raise TlvError(f"a length of at most two bytes was expected at {offset}, got {found}")
    return int.from_bytes(field, "big"), offset + 1 + count
