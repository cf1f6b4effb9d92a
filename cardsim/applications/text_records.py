"""The files of the 券面事項入力補助AP, encoded: spec/card.md §2.2 (MC, MYN-GO), whose numbers the tests repeat."""

from datetime import date
from hashlib import sha256

import msgspec

from cardsim.options import STANDARD_OPTIONS, Options
from cardsim.records import RecordSigner, digest_info
from cardsim.tlv import build

FILLER = b"\xff"
"""Behind the digits of EF 0001, where it was measured (§2.2)."""
_VERSION = bytes.fromhex("01030E01")
"""Value of DF41 as seen on a card (§2.2)."""
_OFFSETS_SIZE = 2 * 4


class Attributes(msgspec.Struct, frozen=True):
    """基本4情報: what stands in EF 0002."""

    name: str
    address: str
    birth_date: date
    sex: str


def number_file(number: str) -> bytes:
    """EF 0001: `FF10 0C`, 12 digits, two bytes of filler; exactly 17 bytes, over all of which DF31 is computed."""
    return build(0xFF10, number.encode("ascii")) + 2 * FILLER


def attributes_objects(attributes: Attributes) -> tuple[bytes, ...]:
    """DF22 name, DF23 address, DF24 birth date, DF25 sex, each as stored."""
    return (
        build(0xDF22, attributes.name.encode()),
        build(0xDF23, attributes.address.encode()),
        build(0xDF24, f"{attributes.birth_date:%Y%m%d}".encode()),
        build(0xDF25, attributes.sex.encode()),
    )


def attributes_file(attributes: Attributes, options: Options = STANDARD_OPTIONS) -> bytes:
    """EF 0002: `FF20 {DF21 four offsets, DF22 … DF25}`, filled to its physical size, longer where the text is."""
    return with_offsets(0xFF20, attributes_objects(attributes)).ljust(
        options.attributes_file_size, bytes([options.filler])
    )


def with_offsets(tag: int, objects: tuple[bytes, ...]) -> bytes:
    """A record that begins with DF21, a table of 16-bit offsets: where each object begins, from the file's first byte.

    The offsets depend on the length of the record's own header, and that on the length of all (§2.2).
    """
    table_size = len(build(0xDF21, bytes(2 * len(objects))))
    whole = build(tag, bytes(table_size + sum(map(len, objects))))
    place = len(whole) - sum(map(len, objects))
    offsets = []
    for each in objects:
        offsets.append(place)
        place += len(each)
    if offsets[-1] > 0x7FFF:
        raise ValueError(f"record {tag:X}: offsets go up to 7FFF (§2.3), got {offsets[-1]:X}; use a smaller photo")
    table = build(0xDF21, b"".join(offset.to_bytes(2, "big") for offset in offsets))
    return build(tag, table + b"".join(objects))


def integrity_file(number: str, attributes: Attributes, sign: RecordSigner) -> bytes:
    """EF 0003: `FF30 {DF31, DF32, DF33}`, 336 bytes.

    DF31 hashes EF 0001 as it lies there, filler too; DF32 hashes what follows DF21 in EF 0002; DF33 signs both objects.
    """
    hashes = build(0xDF31, sha256(number_file(number)).digest()) + build(
        0xDF32, sha256(b"".join(attributes_objects(attributes))).digest()
    )
    return build(0xFF30, hashes + build(0xDF33, sign(digest_info(sha256(hashes).digest()))))


def information_file(key_name: bytes, options: Options = STANDARD_OPTIONS) -> bytes:
    """EF 0005, AP基本情報: `FF40 {DF41, DF42 key-id, DF43 128 bytes}`; of DF43 32 bytes are unknown."""
    last = 32 * bytes([options.unknown_content]) + 96 * FILLER
    objects = build(0xDF41, _VERSION) + build(0xDF42, key_name) + build(0xDF43, last)
    return build(0xFF40, objects).ljust(options.information_file_size, bytes([options.filler]))


def delivery_key_file(public_key: bytes) -> bytes:
    """EF 0006: `A1 {90 exponent, 91 modulus}`."""
    return build(0xA1, public_key)


def chip_key_file(public_key: bytes, sign: RecordSigner) -> bytes:
    """EF 0007: `FF50 {DF51 key, DF52 signature}`; that the signature is over the object as stored is inferred."""
    key = build(0xDF51, public_key)
    return build(0xFF50, key + build(0xDF52, sign(digest_info(sha256(key).digest()))))
