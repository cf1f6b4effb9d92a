"""The records of the 券面事項確認AP, parsed (spec/card.md §2.3)."""

from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from reference_impl.reader.files import FACE, NUMBER_IMAGE
from reference_impl.reader.objects import (
    parse_key,
    read_ascii,
    read_objects,
    read_with_offsets,
    require_day,
    require_sex,
    sha256,
    tags_of,
)

_THREE_HASHES: Final = bytes.fromhex("3071300D060960864801650304020105000460")
"""DigestInfo with SHA-256's name and 96 octets, three hashes (spec/card.md §2.3, DF28)."""


class Face(msgspec.Struct, frozen=True):
    """What is printed on the front, as the chip holds it; expiry and security code are not signed."""

    birth_date: str
    sex: str
    name_image: bytes
    """PNG, 1 bit."""
    address_image: bytes
    """PNG, 1 bit."""
    photo: bytes
    """JPEG 2000 (JP2), greyscale."""
    expiry: str
    """YYYYMMDD."""
    security_code_image: bytes
    """PNG."""
    chip_key: RSAPublicKey
    """Of the chip that holds this: it proved itself when this was read."""
    issuer_known: bool

    def __repr__(self) -> str:
        return f"Face(…, issuer_known={self.issuer_known})"


def parse_face(data: bytes, key: RSAPublicKey) -> Face | None:
    """EF 0002 of the visual application (§2.3); None where its signature is not that key's. `issuer_known` is False."""
    tags = tuple(f"DF{each:02X}" for each in range(0x22, 0x2B))
    birth, sex, chip_key, name, address, photo, signature, expiry, code = read_with_offsets(FACE, data, tags)
    hashes = b"".join(
        sha256(each)
        for each in (birth.encoded + sex.encoded + chip_key.encoded, name.encoded + address.encoded, photo.encoded)
    )
    if not _opens_to(key, signature.value, _THREE_HASHES + hashes):
        return None
    born, gender, until = (read_ascii(FACE, each.value) for each in (birth, sex, expiry))
    require_day(FACE, born)
    require_day(FACE, until)
    require_sex(FACE, gender)
    return Face(
        born,
        gender,
        name.value,
        address.value,
        photo.value,
        until,
        code.value,
        parse_key(FACE, chip_key.value),
        issuer_known=False,
    )


def parse_number_image(data: bytes) -> tuple[bytes, bytes, bytes]:
    """EF 0005 of the visual application: the picture, what is signed, the signature (§2.3)."""
    (record,) = read_objects(NUMBER_IMAGE, data, (NUMBER_IMAGE.tag,))
    image, key, signature = read_objects(NUMBER_IMAGE, record.value, tags_of("DF41", "DF42", "DF43"))
    return image.value, image.encoded + key.encoded, signature.value


def _opens_to(key: RSAPublicKey, signature: bytes, expected: bytes) -> bool:
    try:
        return key.recover_data_from_signature(signature, PKCS1v15(), None) == expected
    except InvalidSignature:
        return False
