"""Images of the least content: valid files for a card whose pictures nobody drew. Whoever draws them gives them.

The PNG are white; the JP2 is grey, labelled a placeholder in its comment.
"""

import struct
import zlib
from functools import lru_cache

from cardsim.applications.visual_records import Images
from cardsim.options import STANDARD_SIZES, ImageSizes

_PNG_SIGNATURE = bytes.fromhex("89504E470D0A1A0A")
_LABEL = b"Kazashi placeholder, not a person"


@lru_cache(maxsize=16)
def placeholder_images(sizes: ImageSizes = STANDARD_SIZES) -> Images:
    """White names, a grey photo; the two sizes that are known are kept (spec/card.md §2.3)."""
    return Images(png(*sizes.name), png(*sizes.address), jp2(*sizes.photo), png(72, 12), png(24, 12))


def png(width: int, height: int) -> bytes:
    """A white picture of one bit a pixel (W3C PNG §5, §11.2)."""
    row = b"\x00" + b"\xff" * -(-width // 8)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(row * height, 9)), (b"IEND", b""))
    return _PNG_SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def jp2(width: int, height: int) -> bytes:
    """A grey picture of eight bits a pixel: one tile, no decomposition, one packet, and that empty.

    ISO/IEC 15444-1 §I.5 (boxes) and Annex A (markers); a pixel without any coefficient is mid-grey.
    """
    size = struct.pack(">HIIIIIIIIHBBB", 0, width, height, 0, 0, width, height, 0, 0, 1, 7, 1, 1)
    style = struct.pack(">BBHBBBBBB", 0, 0, 1, 0, 0, 4, 4, 0, 1)
    packet = b"\x00"
    tile = b"\xff\x90" + struct.pack(">HHIBB", 10, 0, 12 + 2 + len(packet), 0, 1) + b"\xff\x93" + packet
    codestream = (
        b"\xff\x4f"
        + _segment(0xFF51, size)
        + _segment(0xFF52, style)
        + _segment(0xFF5C, bytes([0x40, 0x40]))
        + _segment(0xFF64, b"\x00\x01" + _LABEL)
        + tile
        + b"\xff\xd9"
    )
    image_header = struct.pack(">IIHBBBB", height, width, 1, 7, 7, 0, 0)
    header = _box(b"ihdr", image_header) + _box(b"colr", struct.pack(">BBBI", 1, 0, 0, 17))
    return (
        _box(b"jP  ", bytes.fromhex("0D0A870A"))
        + _box(b"ftyp", b"jp2 " + bytes(4) + b"jp2 ")
        + _box(b"jp2h", header)
        + _box(b"jp2c", codestream)
    )


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">HH", marker, 2 + len(content)) + content


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content
