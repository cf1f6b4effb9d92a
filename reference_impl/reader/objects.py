"""The objects that the card's records are made of, in the order of spec/card.md §2.2 and §2.3, nothing between them.

Dates stay the eight digits that they are: of some people the day of birth is not known, and no calendar has it.
"""

import hashlib
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from reference_impl.reader.faults import AnswerUnreadable
from reference_impl.reader.files import File
from reference_impl.verification.der import DerError
from reference_impl.verification.signatures import KeyRefused, load_key_numbers
from reference_impl.verification.tlv import Item, read_items

_OFFSETS: Final = bytes.fromhex("DF21")


def read_objects(file: File, data: bytes, tags: tuple[bytes, ...]) -> list[Item]:
    """The objects with exactly these tags, which fill the data; `AnswerUnreadable` otherwise."""
    try:
        return read_items(data, tags)
    except DerError as fault:
        raise AnswerUnreadable(file.name, fault.expected, f"{fault.actual} at {fault.offset}") from fault


def read_with_offsets(file: File, data: bytes, tags: tuple[str, ...]) -> list[Item]:
    """The objects behind DF21, whose 16-bit offsets must say where each begins, from the first octet of the file."""
    (record,) = read_objects(file, data, (file.tag,))
    table, *objects = read_objects(file, record.value, (_OFFSETS, *tags_of(*tags)))
    place = len(data) - sum(len(each.encoded) for each in objects)
    for index, each in enumerate(objects):
        if table.value[2 * index : 2 * index + 2] != place.to_bytes(2):
            raise AnswerUnreadable(file.name, f"offset {place:04X} of {tags[index]}", "another offset")
        place += len(each.encoded)
    return objects


def tags_of(*tags: str) -> tuple[bytes, ...]:
    """Tags, from hexadecimal digits."""
    return tuple(bytes.fromhex(tag) for tag in tags)


def parse_key(file: File, value: bytes) -> RSAPublicKey:
    """An RSA key, written as exponent `90` and modulus `91` (§2.2)."""
    exponent, modulus = read_objects(file, value, tags_of("90", "91"))
    try:
        return load_key_numbers(modulus.value, exponent.value)
    except KeyRefused as fault:
        raise AnswerUnreadable(file.name, "an RSA key", str(fault)) from fault


def require_day(file: File, digits: str) -> None:
    """Passes for eight digits."""
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        raise AnswerUnreadable(file.name, "a date of eight digits", f"{len(digits)} characters of another form")


def require_sex(file: File, sex: str) -> None:
    """Passes for 1 男, 2 女, 9 適用不能, 0 不明 (spec/card.md §2.2)."""
    if sex not in {"0", "1", "2", "9"}:
        raise AnswerUnreadable(file.name, "sex 0, 1, 2 or 9", f"{len(sex)} characters of another form")


def read_ascii(file: File, value: bytes) -> str:
    """The text; `AnswerUnreadable` for other octets."""
    try:
        return value.decode("ascii")
    except UnicodeDecodeError:
        raise AnswerUnreadable(file.name, "ASCII", "other octets") from None


def sha256(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()
