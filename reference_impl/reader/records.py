"""The signed records of the card, parsed: objects in the order of spec/card.md §2.2 and §2.3, nothing else between.

Dates stay the eight digits that they are: of some people the day of birth is not known, and no calendar has it.
"""

import hashlib
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from reference_impl.reader.faults import AnswerUnreadable
from reference_impl.reader.files import ATTRIBUTES, FACE, INTEGRITY, NUMBER, NUMBER_IMAGE, File
from reference_impl.reader.personal_number import PersonalNumber
from reference_impl.reader.references import is_number
from reference_impl.verification.der import DerError
from reference_impl.verification.tlv import Item, read_items

_OFFSETS: Final = bytes.fromhex("DF21")
_THREE_HASHES: Final = bytes.fromhex("3071300D060960864801650304020105000460")
"""DigestInfo with SHA-256's name and 96 octets, three hashes (spec/card.md §2.3, DF28)."""


class Attributes(msgspec.Struct, frozen=True):
    """基本4情報, read from the chip and checked against its signatures."""

    name: str
    address: str
    birth_date: str
    """YYYYMMDD."""
    sex: str
    """1 男, 2 女, 9 適用不能, 0 不明."""
    issuer_known: bool
    """Whether a pinned card issuer signed the certificate of the key that signed this; False where none is pinned."""

    def __repr__(self) -> str:
        return f"Attributes(…, issuer_known={self.issuer_known})"


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
    issuer_known: bool

    def __repr__(self) -> str:
        return f"Face(…, issuer_known={self.issuer_known})"


class Integrity(msgspec.Struct, frozen=True):
    """EF 0003 of the text application: hashes of 0001 and 0002, and the signature over both objects."""

    number_hash: bytes
    attributes_hash: bytes
    signed: bytes
    signature: bytes


def parse_number(data: bytes) -> PersonalNumber:
    """EF 0001 of the text application, 17 octets: `FF10 0C`, twelve digits, filler (§2.2)."""
    (number,) = _items(NUMBER, data[:15], (NUMBER.tag,))
    if len(number.value) != 12 or not number.value.isdigit() or not is_number(number.value.decode()):
        raise AnswerUnreadable(NUMBER.name, "twelve digits, the last of which checks the others", "other octets")
    return PersonalNumber(number.value.decode())


def parse_attributes(data: bytes) -> tuple[tuple[str, str, str, str], bytes]:
    """Name, address, birth date and sex; and the octets that the integrity record hashes (§2.2, EF 0002, 0003)."""
    objects = _with_offsets(ATTRIBUTES, data, ("DF22", "DF23", "DF24", "DF25"))
    try:
        name, address, birth_date, sex = (each.value.decode() for each in objects)
    except UnicodeDecodeError:
        raise AnswerUnreadable(ATTRIBUTES.name, "texts in UTF-8", "other octets") from None
    require_day(ATTRIBUTES, birth_date)
    _require_sex(ATTRIBUTES, sex)
    return (name, address, birth_date, sex), b"".join(each.encoded for each in objects)


def parse_integrity(data: bytes) -> Integrity:
    """EF 0003 of the text application (§2.2)."""
    (record,) = _items(INTEGRITY, data, (INTEGRITY.tag,))
    number, attributes, signature = _items(INTEGRITY, record.value, _tags("DF31", "DF32", "DF33"))
    return Integrity(number.value, attributes.value, number.encoded + attributes.encoded, signature.value)


def parse_face(data: bytes, key: RSAPublicKey) -> Face | None:
    """EF 0002 of the visual application (§2.3); None where its signature is not that key's. `issuer_known` is False."""
    tags = tuple(f"DF{each:02X}" for each in range(0x22, 0x2B))
    birth, sex, chip_key, name, address, photo, signature, expiry, code = _with_offsets(FACE, data, tags)
    hashes = b"".join(
        sha256(each)
        for each in (birth.encoded + sex.encoded + chip_key.encoded, name.encoded + address.encoded, photo.encoded)
    )
    if not _opens_to(key, signature.value, _THREE_HASHES + hashes):
        return None
    born, gender, until = (_ascii(FACE, each.value) for each in (birth, sex, expiry))
    require_day(FACE, born)
    require_day(FACE, until)
    _require_sex(FACE, gender)
    return Face(born, gender, name.value, address.value, photo.value, until, code.value, issuer_known=False)


def parse_number_image(data: bytes) -> tuple[bytes, bytes, bytes]:
    """EF 0005 of the visual application: the picture, what is signed, the signature (§2.3)."""
    (record,) = _items(NUMBER_IMAGE, data, (NUMBER_IMAGE.tag,))
    image, key, signature = _items(NUMBER_IMAGE, record.value, _tags("DF41", "DF42", "DF43"))
    return image.value, image.encoded + key.encoded, signature.value


def require_day(file: File, digits: str) -> None:
    """Passes for eight digits."""
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        raise AnswerUnreadable(file.name, "a date of eight digits", f"{len(digits)} characters of another form")


def sha256(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def _with_offsets(file: File, data: bytes, tags: tuple[str, ...]) -> list[Item]:
    """The objects behind DF21, whose 16-bit offsets must say where each begins, from the first octet of the file."""
    (record,) = _items(file, data, (file.tag,))
    table, *objects = _items(file, record.value, (_OFFSETS, *_tags(*tags)))
    place = len(data) - sum(len(each.encoded) for each in objects)
    for index, each in enumerate(objects):
        if table.value[2 * index : 2 * index + 2] != place.to_bytes(2):
            raise AnswerUnreadable(file.name, f"offset {place:04X} of {tags[index]}", "another offset")
        place += len(each.encoded)
    return objects


def _items(file: File, data: bytes, tags: tuple[bytes, ...]) -> list[Item]:
    try:
        return read_items(data, tags)
    except DerError as fault:
        raise AnswerUnreadable(file.name, fault.expected, f"{fault.actual} at {fault.offset}") from fault


def _tags(*tags: str) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(tag) for tag in tags)


def _ascii(file: File, value: bytes) -> str:
    try:
        return value.decode("ascii")
    except UnicodeDecodeError:
        raise AnswerUnreadable(file.name, "ASCII", "other octets") from None


def _require_sex(file: File, sex: str) -> None:
    if sex not in {"0", "1", "2", "9"}:
        raise AnswerUnreadable(file.name, "sex 0, 1, 2 or 9", f"{len(sex)} characters of another form")


def _opens_to(key: RSAPublicKey, signature: bytes, expected: bytes) -> bool:
    try:
        return key.recover_data_from_signature(signature, PKCS1v15(), None) == expected
    except InvalidSignature:
        return False
