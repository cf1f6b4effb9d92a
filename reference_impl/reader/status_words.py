"""Status words in words, Japanese and English (spec/card.md §1.4)."""

from enum import IntEnum
from typing import Final, Literal

Language = Literal["ja", "en"]


class StatusWord(IntEnum):
    """Those a client of the card meets."""

    OK = 0x9000
    WRONG_LENGTH = 0x6700
    NOT_VERIFIED = 0x6982
    PIN_BLOCKED_ISO = 0x6983
    """ISO 7816-4's word for a blocked PIN; cards answer 6984 instead, and readers accept both (spec/rfc.md B37)."""
    PIN_BLOCKED = 0x6984
    NOT_POSSIBLE_NOW = 0x6985
    NOT_FOUND = 0x6A82
    BEYOND_END = 0x6B00


_TEXTS: Final = {
    StatusWord.OK: ("正常に終了しました", "done"),
    StatusWord.WRONG_LENGTH: ("データの長さが誤っています", "wrong length"),
    StatusWord.NOT_VERIFIED: ("暗証番号の照合が必要です", "a PIN has to be verified first"),
    StatusWord.PIN_BLOCKED_ISO: ("暗証番号がロックされています。市区町村の窓口で再設定してください",
                                 "the PIN is locked; the municipal office can set a new one"),
    StatusWord.PIN_BLOCKED: ("暗証番号がロックされています。市区町村の窓口で再設定してください",
                             "the PIN is locked; the municipal office can set a new one"),
    StatusWord.NOT_POSSIBLE_NOW: ("この状態では利用できません", "conditions of use not satisfied"),
    StatusWord.NOT_FOUND: ("アプリケーションまたはファイルがありません", "no such application or file"),
    StatusWord.BEYOND_END: ("ファイルの終わりを超えています", "beyond the end of the file"),
}  # fmt: skip


def tries_left(sw: int) -> int | None:
    """The tries of a 63Cx, or None for any other status word."""
    return sw & 0x000F if sw & 0xFFF0 == 0x63C0 else None


def explain(sw: int, language: Language) -> str:
    """What a status word means to the person at the reader."""
    tries = tries_left(sw)
    if tries is not None:
        return (
            f"暗証番号が違います。残り{tries}回です"
            if language == "ja"
            else f"wrong PIN, {tries} {'try' if tries == 1 else 'tries'} left"
        )
    try:
        ja, en = _TEXTS[StatusWord(sw)]
    except ValueError:
        ja, en = "カードが要求を受け付けませんでした", "the card refused the command"
    return f"{ja if language == 'ja' else en} ({sw:04X})"
