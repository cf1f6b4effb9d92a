"""Every status word in words: what it means, and what the person at the counter does (ISO/IEC 7816-4:2013 §5.6)."""

from enum import IntEnum

from reference_impl.reader import status_table as table
from reference_impl.reader.status_table import Explanation
from reference_impl.reader.words import Language, Words

__all__ = ["Explanation", "Language", "StatusWord", "explain", "explanation_of", "is_status_word", "tries_left"]


class StatusWord(IntEnum):
    """Those on which the client itself acts."""

    OK = 0x9000
    NOT_VERIFIED = 0x6982
    PIN_BLOCKED_ISO = 0x6983
    """ISO 7816-4's word for a blocked PIN; cards answer 6984 instead, and readers accept both (spec/rfc.md B37)."""
    PIN_BLOCKED = 0x6984
    NOT_POSSIBLE_NOW = 0x6985
    NOT_FOUND = 0x6A82
    WRONG_P1P2 = 0x6A86
    BEYOND_END = 0x6B00
    NO_DIAGNOSIS = 0x6F00
    """What one measured card said to the first command after a power cycle (spec/card.md §1.4)."""


def tries_left(sw: int) -> int | None:
    """The tries of a 63Cx, or None for any other status word."""
    return sw & 0x000F if sw & 0xFFF0 == 0x63C0 else None


def is_status_word(sw: int) -> bool:
    """Whether it can end an answer: SW1 is 61 to 6F or 90 to 9F (ISO/IEC 7816-3:2006 §10.3.3)."""
    return 0x6100 <= sw <= 0x6FFF or 0x9000 <= sw <= 0x9FFF


def explanation_of(sw: int) -> Explanation:
    """Meaning and advice, for each of the 65,536."""
    tries = tries_left(sw)
    if tries == 0:
        return Explanation(
            Words("暗証番号が違い、ロックされました。残り0回です", "wrong PIN, and it is locked now: no try left"),
            table.BLOCKED_BY_THIS,
        )
    if tries is not None:
        return Explanation(
            Words(
                f"暗証番号が違います。残り{tries}回です", f"wrong PIN, {tries} {'try' if tries == 1 else 'tries'} left"
            ),
            table.TRY_AGAIN_CAREFULLY,
        )
    if not is_status_word(sw):
        return table.NO_STATUS_WORD
    return table.NAMED.get(sw) or table.FAMILIES.get(sw >> 8, table.PROPRIETARY)


def explain(sw: int, language: Language) -> str:
    """Meaning, advice and the number, on one line."""
    meaning, advice = explanation_of(sw)
    if language == "ja":
        return f"{meaning.ja}（{sw:04X}）。{advice.ja}"
    return f"{meaning.en} ({sw:04X}); {advice.en}"
