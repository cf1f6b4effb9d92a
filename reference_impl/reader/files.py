"""Applications and files of the card, and reading them (spec/card.md §2, §4). The client's own table."""

from enum import Enum, IntEnum
from typing import Final

from reference_impl.reader.connection import Answer, Connection, exchange
from reference_impl.reader.faults import AnswerUnreadable, CardRefused
from reference_impl.reader.status_words import StatusWord


class Application(Enum):
    """By AID."""

    JPKI = bytes.fromhex("D392F000260100000001")
    VISUAL = bytes.fromhex("D3921000310001010402")


class JpkiFile(IntEnum):
    """公的個人認証AP (spec/card.md §2.1)."""

    SIGN_CERTIFICATE = 0x0001
    TOKEN_INFORMATION = 0x0006
    AUTH_CERTIFICATE = 0x000A
    AUTH_KEY = 0x0017
    AUTH_PIN = 0x0018
    SIGN_KEY = 0x001A
    SIGN_PIN = 0x001B


class VisualFile(IntEnum):
    """券面事項確認AP (spec/card.md §2.3)."""

    BIRTH_RECORD = 0x0001
    CARD_CERTIFICATE = 0x0004
    BIRTH_DATE_KEY = 0x0011


_BLOCK: Final = 256
_MAXIMUM_FILE: Final = 0x7FFF
"""READ BINARY offsets have 15 bits (ISO 7816-4:2005 §7.2.3)."""


def require_ok(answer: Answer, doing: str) -> bytes:
    """The data of an answer that ended with 9000."""
    if answer.sw != StatusWord.OK:
        raise CardRefused(doing, answer.sw)
    return answer.data


def select_application(connection: Connection, application: Application) -> None:
    """Makes the application current, without FCI."""
    command = bytes.fromhex("00A4040C") + bytes([len(application.value)]) + application.value
    require_ok(exchange(connection, command), f"SELECT {application.name}")


def select_file(connection: Connection, file: JpkiFile | VisualFile) -> None:
    """Makes a file or key of the current application current."""
    command = bytes.fromhex("00A4020C02") + file.to_bytes(2)
    require_ok(exchange(connection, command), f"SELECT {file.name}")


def read_range(connection: Connection, offset: int, length: int) -> bytes:
    """`length` octets of the current file from `offset`, in blocks of at most 256."""
    data = b""
    while len(data) < length:
        position = offset + len(data)
        wanted = min(_BLOCK, length - len(data))
        command = bytes.fromhex("00B0") + position.to_bytes(2) + bytes([wanted % _BLOCK])
        block = require_ok(exchange(connection, command), f"READ BINARY {position:04X}")
        if not block or len(block) > wanted:
            raise AnswerUnreadable("READ BINARY", f"1 to {wanted} octets", f"{len(block)}")
        data += block
    return data


def read_tagged_file(connection: Connection, file: JpkiFile | VisualFile, tag: bytes) -> bytes:
    """The one object with this tag and an `82 hi lo` length that the file begins with, without the filler after it."""
    select_file(connection, file)
    head = read_range(connection, 0, len(tag) + 3)
    if head[:-2] != tag + b"\x82":
        raise AnswerUnreadable(file.name, f"{tag.hex()}82", head.hex())
    length = len(head) + int.from_bytes(head[-2:])
    if length > _MAXIMUM_FILE:
        raise AnswerUnreadable(file.name, f"at most {_MAXIMUM_FILE} octets", f"{length}")
    return head + read_range(connection, len(head), length - len(head))
