"""券面事項確認AP: of it what a genuine tap needs; spec/card.md §2.3, spec/pki.md §5.

The birth record (EF 0001) opens with the birth date as a key, the card-verifiable certificate (EF 0004) is free, and
key 001A signs a challenge without any PIN.
"""

import msgspec

from cardsim.files import Application, File, SigningKey, build_application
from cardsim.pins import Pin, PinFormat

AID = bytes.fromhex("D3921000310001010402")
BIRTH_RECORD = 0x0001
CVC = 0x0004
BIRTH_KEY = 0x0011
CHIP_KEY = 0x001A

CVC_SIZE = 568
"""Size of a card-verifiable certificate; two clients demand it exactly (spec/card.md §2.2)."""
BIRTH_TRIES = 10
"""Unknown; the choice of spec/card.md §3."""
FILLER = 2
"""Bytes of FF behind the birth record: number unknown (spec/card.md §8), taken from text EF 0001 (§2.2)."""


class VisualContent(msgspec.Struct, frozen=True):
    """What personalisation puts into the application."""

    birth_record: bytes
    cvc: bytes
    chip_key: bytes
    birth_digits: bytes


def build_visual(content: VisualContent, *, birth_tries: int = BIRTH_TRIES, filler: int = FILLER) -> Application:
    """The application as a table."""
    return build_application(
        AID,
        "券面事項確認AP",
        (
            File(BIRTH_RECORD, "生年月日", content.birth_record + b"\xff" * filler, (BIRTH_KEY,)),
            File(CVC, "CV証明書", content.cvc),
            Pin(
                BIRTH_KEY, "生年月日読出用照合番号", PinFormat.BIRTH_DIGITS, birth_tries,
                content.birth_digits, "visual.birth", changeable=False,
            ),
            SigningKey(CHIP_KEY, "内部認証用秘密鍵", content.chip_key),
        ),
        default_key=CHIP_KEY,
    )  # fmt: skip
