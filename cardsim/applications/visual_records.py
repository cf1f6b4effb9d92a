"""The signed records of the 券面事項確認AP, encoded: spec/card.md §2.3 (MC, MYN-GO). Images come as bytes."""

from datetime import date
from hashlib import sha256

import msgspec

from cardsim.applications.text_records import with_offsets
from cardsim.options import STANDARD_OPTIONS, Options
from cardsim.records import RecordSigner, digest_info
from cardsim.tlv import build

_VERSION = bytes.fromhex("06030E01")
"""Value of DF31 as seen on a card (§2.3)."""


class Images(msgspec.Struct, frozen=True):
    """The pictures of a card: PNG of 1 bit, and the photo as JPEG 2000 (JP2)."""

    name: bytes
    address: bytes
    photo: bytes
    number: bytes
    """72 × 12 (§2.3, DF41)."""
    security_code: bytes
    """24 × 12 (§2.3, DF2A)."""


class Face(msgspec.Struct, frozen=True):
    """What the face record tells beside the images."""

    birth_date: date
    sex: str
    expiry: date
    public_key: bytes
    """Objects 90 and 91 of key 001A."""


def face_record(face: Face, images: Images, sign: RecordSigner) -> bytes:
    """EF 0002 without filler: `FF20 {DF21 nine offsets, DF22 … DF2A}`.

    DF28 signs three hashes in one DigestInfo: birth, sex, key; name, address; photo. DF29 and DF2A are unsigned.
    """
    holder = (
        build(0xDF22, f"{face.birth_date:%Y%m%d}".encode()),
        build(0xDF23, face.sex.encode()),
        build(0xDF24, face.public_key),
    )
    texts = (build(0xDF25, images.name), build(0xDF26, images.address))
    photo = build(0xDF27, images.photo)
    hashes = b"".join(sha256(part).digest() for part in (b"".join(holder), b"".join(texts), photo))
    unsigned = (build(0xDF29, f"{face.expiry:%Y%m%d}".encode()), build(0xDF2A, images.security_code))
    return with_offsets(0xFF20, (*holder, *texts, photo, build(0xDF28, sign(digest_info(hashes))), *unsigned))


def number_image_record(image: bytes, public_key: bytes, sign: RecordSigner) -> bytes:
    """EF 0005 without filler: `FF40 {DF41 PNG, DF42 key, DF43 signature over both as stored}`."""
    signed = build(0xDF41, image) + build(0xDF42, public_key)
    return build(0xFF40, signed + build(0xDF43, sign(digest_info(sha256(signed).digest()))))


def information_record(key_name: bytes, municipality_code: str, options: Options = STANDARD_OPTIONS) -> bytes:
    """EF 0003 without filler: `FF30 {DF31, DF32 key-id, DF33 version, DF34 municipality, DF35}`.

    DF35 is a key-id and 256 opaque bytes. The version was seen as a number by one client, its value is unknown.
    """
    return build(
        0xFF30,
        build(0xDF31, _VERSION)
        + build(0xDF32, key_name)
        + build(0xDF33, bytes([options.record_version]))
        + build(0xDF34, municipality_code.encode())
        + build(0xDF35, key_name + 256 * bytes([options.unknown_content])),
    )
