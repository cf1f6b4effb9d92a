"""The records of the 券面事項入力補助AP, parsed (spec/card.md §2.2)."""

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from reference_impl.reader.faults import AnswerUnreadable
from reference_impl.reader.files import ATTRIBUTES, CHIP_KEY_RECORD, INTEGRITY, NUMBER
from reference_impl.reader.objects import (
    parse_key,
    read_objects,
    read_with_offsets,
    require_day,
    require_sex,
    tags_of,
)
from reference_impl.reader.personal_number import PersonalNumber
from reference_impl.reader.references import is_number


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


class Integrity(msgspec.Struct, frozen=True):
    """EF 0003 of the text application: hashes of 0001 and 0002, and the signature over both objects."""

    number_hash: bytes
    attributes_hash: bytes
    signed: bytes
    signature: bytes


def parse_number(data: bytes) -> PersonalNumber:
    """EF 0001 of the text application, 17 octets: `FF10 0C`, twelve digits, filler (§2.2)."""
    (number,) = read_objects(NUMBER, data[:15], (NUMBER.tag,))
    if len(number.value) != 12 or not number.value.isdigit() or not is_number(number.value.decode()):
        raise AnswerUnreadable(NUMBER.name, "twelve digits, the last of which checks the others", "other octets")
    return PersonalNumber(number.value.decode())


def parse_attributes(data: bytes) -> tuple[tuple[str, str, str, str], bytes]:
    """Name, address, birth date and sex; and the octets that the integrity record hashes (§2.2, EF 0002, 0003)."""
    objects = read_with_offsets(ATTRIBUTES, data, ("DF22", "DF23", "DF24", "DF25"))
    try:
        name, address, birth_date, sex = (each.value.decode() for each in objects)
    except UnicodeDecodeError:
        raise AnswerUnreadable(ATTRIBUTES.name, "texts in UTF-8", "other octets") from None
    require_day(ATTRIBUTES, birth_date)
    require_sex(ATTRIBUTES, sex)
    return (name, address, birth_date, sex), b"".join(each.encoded for each in objects)


def parse_integrity(data: bytes) -> Integrity:
    """EF 0003 of the text application (§2.2)."""
    (record,) = read_objects(INTEGRITY, data, (INTEGRITY.tag,))
    number, attributes, signature = read_objects(INTEGRITY, record.value, tags_of("DF31", "DF32", "DF33"))
    return Integrity(number.value, attributes.value, number.encoded + attributes.encoded, signature.value)


def parse_chip_key(data: bytes) -> tuple[RSAPublicKey, bytes, bytes]:
    """EF 0007 of the text application: the chip's key, what is signed, the signature (§2.2; that it covers DF51 as
    stored is inferred)."""
    (record,) = read_objects(CHIP_KEY_RECORD, data, (CHIP_KEY_RECORD.tag,))
    key, signature = read_objects(CHIP_KEY_RECORD, record.value, tags_of("DF51", "DF52"))
    return parse_key(CHIP_KEY_RECORD, key.value), key.encoded, signature.value
