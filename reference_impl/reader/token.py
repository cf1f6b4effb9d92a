"""What the JPKI application says of itself: EF 0006, a CK_TOKEN_INFO of 160 octets, and EF 0008 (spec/card.md §2.1)."""

from enum import Enum
from typing import Final

import msgspec

from reference_impl.reader.faults import AnswerUnreadable
from reference_impl.reader.files import AVAILABILITY, TOKEN_INFORMATION
from reference_impl.reader.words import Words

TOKEN_SIZE: Final = 160
_PRESENT: Final = 0x8F
_ABSENT: Final = 0x00


class TokenKind(Enum):
    """What carries the certificates, by its label."""

    OLD_CARD = "JPKIAPICCTOKEN"
    CARD = "JPKIAPICCTOKEN2"
    ANDROID = "JPKIAPGPSETOKEN"
    IPHONE = "JPKIAPIOSTOKEN"
    UNKNOWN = ""

    @property
    def told(self) -> Words:
        """The carrier in words."""
        return _KINDS[self]

    @property
    def hides_certificate(self) -> bool:
        """Whether the authentication certificate opens with its PIN: seen on Android; assumed of the iPhone (§7)."""
        return self in {TokenKind.ANDROID, TokenKind.IPHONE}


_KINDS: Final = {
    TokenKind.OLD_CARD: Words("住民基本台帳カード", "a Basic Resident Register card, the one before"),
    TokenKind.CARD: Words("マイナンバーカード", "a My Number card"),
    TokenKind.ANDROID: Words("スマホ用電子証明書（Android）", "the certificates of an Android phone"),
    TokenKind.IPHONE: Words("スマホ用電子証明書（iPhone）", "the certificates of an iPhone"),
    TokenKind.UNKNOWN: Words("不明なトークン", "an unknown token"),
}


class TokenInformation(msgspec.Struct, frozen=True):
    """EF 0006, as far as anybody knows what it means."""

    label: str
    manufacturer: str
    model: str
    serial: str
    longest_pin: int
    shortest_pin: int

    @property
    def kind(self) -> TokenKind:
        """What carries the certificates."""
        known = {each.value for each in TokenKind}
        return TokenKind(self.label) if self.label in known else TokenKind.UNKNOWN


class Presence(msgspec.Struct, frozen=True):
    """Which certificates there are. What the third octet of EF 0008 tells is unknown."""

    sign: bool
    auth: bool
    third: bool


def parse_token(data: bytes) -> TokenInformation:
    """EF 0006; numbers are big-endian."""
    if len(data) != TOKEN_SIZE:
        raise AnswerUnreadable(TOKEN_INFORMATION.name, f"{TOKEN_SIZE} octets", f"{len(data)}")
    try:
        label, manufacturer, model, serial = (
            data[begin:end].decode("ascii").rstrip(" \0") for begin, end in ((0, 32), (32, 64), (64, 80), (80, 96))
        )
    except UnicodeDecodeError:
        raise AnswerUnreadable(TOKEN_INFORMATION.name, "four texts in ASCII", "other octets") from None
    longest, shortest = int.from_bytes(data[116:120]), int.from_bytes(data[120:124])
    return TokenInformation(label, manufacturer, model, serial, longest, shortest)


def parse_presence(data: bytes) -> Presence:
    """EF 0008: 8F is present, 00 absent."""
    if len(data) != 3 or not set(data) <= {_PRESENT, _ABSENT}:
        raise AnswerUnreadable(AVAILABILITY.name, "three octets, 8F or 00", data[:8].hex())
    return Presence(*(octet == _PRESENT for octet in data))
