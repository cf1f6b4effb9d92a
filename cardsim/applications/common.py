"""共通カードAP: the card's own number, municipality and expiry, in records; spec/card.md §2.5, §3 (MC, MYN)."""

from datetime import date

import msgspec

from cardsim.applications.references import four_digits, unknown_files
from cardsim.files import Application, AuthenticationKey, RecordFile, build_application
from cardsim.options import STANDARD_OPTIONS, Options
from cardsim.pins import ChangeBy

AID = bytes.fromhex("D3921000310001010100")
CARD_RECORD = 0x0001
KEY_REFERENCE = 0x0002
AUTHENTICATION_KEY = 0x0019
PIN = 0x001C
UNKNOWN = (0x1E,)
_RECORD_TAG = 0x01
"""Of record 1 of EF 0001 (§2.5); that of EF 0002 is unknown and taken to be the same."""


class CommonContent(msgspec.Struct, frozen=True):
    """What personalisation puts into the application."""

    card_number: str
    municipality_code: str
    expiry: date
    key_name: bytes
    key: bytes
    pin: bytes


def build_common(content: CommonContent, options: Options = STANDARD_OPTIONS) -> Application:
    """The application as a table."""
    card = f"{content.card_number}{content.municipality_code}{content.expiry:%Y%m%d}".encode("ascii")
    return build_application(
        AID,
        "共通カードAP",
        (
            RecordFile(CARD_RECORD, "カード情報", (simple_tlv(_RECORD_TAG, card),)),
            RecordFile(KEY_REFERENCE, "鍵識別子", (simple_tlv(_RECORD_TAG, content.key_name),)),
            AuthenticationKey(AUTHENTICATION_KEY, "内部認証用秘密鍵", content.key),
            four_digits(PIN, "住民基本台帳用暗証番号", content.pin, "common.pin", ChangeBy.KEY),
            *(unknown_files(*UNKNOWN) if options.unknown_files_exist else ()),
        ),
    )


def card_number_of(serial: str) -> str:
    """The 15 digits by which the card names itself (§2.5): the last of its 16. How the two hang together is unknown."""
    return serial[1:]


def simple_tlv(tag: int, value: bytes) -> bytes:
    """A SIMPLE-TLV object: one byte of tag, one of length (ISO/IEC 7816-4:2013 §5.2.1)."""
    if len(value) >= 0xFF:
        raise ValueError(f"a simple-TLV value of this card has at most 254 bytes, got {len(value)}")
    return bytes([tag, len(value)]) + value
