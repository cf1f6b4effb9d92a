"""PIN references: which file of which application, what a value looks like (spec/card.md §3).

A value that no card can have is refused here, before a card sees it: that costs no try. 照合番号A is the 個人番号,
whose last digit checks the others, so a typing error in it is found here as well.
"""

import re
from enum import Enum
from typing import Final

import msgspec

from reference_impl.reader.words import Words

JPKI: Final = bytes.fromhex("D392F000260100000001")
TEXT: Final = bytes.fromhex("D3921000310001010408")
VISUAL: Final = bytes.fromhex("D3921000310001010402")
COMMON: Final = bytes.fromhex("D3921000310001010100")
CARD_MANAGER: Final = bytes.fromhex("A0000001510000")
"""The issuer security domain: current after power-on; selecting it ends every verified PIN (spec/card.md §1.2, §3)."""

_WEIGHTS: Final = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
"""Of the first eleven digits of a 個人番号, from the left (平成26年総務省令第85号 第5条)."""


class Form(Enum):
    """What values a PIN may take."""

    FOUR_DIGITS = ("[0-9]{4}", Words("数字4桁", "4 digits"))
    PASSWORD = ("[A-Z0-9]{6,16}", Words("英大文字と数字の6〜16文字", "6 to 16 capital letters and digits"))
    BIRTH_DATE = ("[0-9]{6}", Words("数字6桁（和暦YYMMDD）", "6 digits, YYMMDD in the Japanese era"))
    PERSONAL_NUMBER = ("[0-9]{12}", Words("検査用数字の合う数字12桁", "12 digits, the last of which checks the others"))
    CODE_B = ("[0-9]{14}", Words("数字14桁", "14 digits"))

    @property
    def told(self) -> Words:
        """The form in words."""
        return self.value[1]

    def encode(self, value: str) -> bytes | None:
        """The value as the card compares it, ASCII and unpadded; None where it has another form.

        Clients send the password in capitals (spec/card.md §3).
        """
        written = value.upper() if self is Form.PASSWORD and value.isascii() else value
        if re.fullmatch(self.value[0], written) is None or (self is Form.PERSONAL_NUMBER and not is_number(written)):
            return None
        return written.encode("ascii")

    def encode_new(self, value: str) -> bytes | None:
        """The same for a PIN that is to be set: a password then has a letter and a digit (spec/card.md §3)."""
        encoded = self.encode(value)
        if encoded is None or self is not Form.PASSWORD:
            return encoded
        return None if encoded.isdigit() or encoded.isalpha() else encoded


def is_number(digits: str) -> bool:
    """Whether the check digit of a 個人番号 is right (平成26年総務省令第85号 第5条)."""
    left = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False)) % 11
    return int(digits[-1]) == (0 if left <= 1 else 11 - left)


class Reference(msgspec.Struct, frozen=True):
    """One PIN of a card."""

    application: bytes
    file: int
    form: Form
    name: Words


AUTH_PIN: Final = Reference(JPKI, 0x0018, Form.FOUR_DIGITS, Words("利用者証明用暗証番号", "authentication PIN"))
SIGN_PASSWORD: Final = Reference(JPKI, 0x001B, Form.PASSWORD, Words("署名用パスワード", "signature password"))
TEXT_PIN: Final = Reference(TEXT, 0x0011, Form.FOUR_DIGITS, Words("券面事項入力補助用暗証番号", "text PIN"))
TEXT_CODE_A: Final = Reference(TEXT, 0x0014, Form.PERSONAL_NUMBER, Words("照合番号A（入力補助）", "code A (text)"))
TEXT_CODE_B: Final = Reference(TEXT, 0x0015, Form.CODE_B, Words("照合番号B（入力補助）", "code B (text)"))
BIRTH_DATE: Final = Reference(VISUAL, 0x0011, Form.BIRTH_DATE, Words("生年月日（券面確認）", "birth date (visual)"))
VISUAL_CODE_B: Final = Reference(VISUAL, 0x0012, Form.CODE_B, Words("照合番号B（券面確認）", "code B (visual)"))
VISUAL_CODE_A: Final = Reference(
    VISUAL, 0x0013, Form.PERSONAL_NUMBER, Words("照合番号A（券面確認）", "code A (visual)")
)

REFERENCES: Final = (
    AUTH_PIN, SIGN_PASSWORD, TEXT_PIN, TEXT_CODE_A, TEXT_CODE_B, BIRTH_DATE, VISUAL_CODE_B, VISUAL_CODE_A,
)  # fmt: skip
"""Those of a card, whose tries can be asked; the 住民基本台帳用 PIN is the town hall's."""


def pin_of_application(aid: bytes) -> Reference:
    """The PIN of an application in the free area. INVENTED (docs/free-area.md)."""
    return Reference(
        aid, 0x0012, Form.FOUR_DIGITS, Words("条例利用アプリケーションの暗証番号", "PIN of the card application")
    )
