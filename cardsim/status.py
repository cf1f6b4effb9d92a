"""Status words: what a card answers beside its data; spec/card.md §1.4 (MC, and who else saw them).

A status word other than 9000 and 63Cx is a *refusal*: a handler raises it before it has changed anything and
`card.step` catches it in one place. A wrong PIN (63Cx) is an answer, for it comes with a new state.
"""

from enum import IntEnum
from typing import Literal

Language = Literal["ja", "en"]


class StatusWord(IntEnum):
    """The status words of spec/card.md §1.4; meanings per ISO/IEC 7816-4:2013 Tables 5 and 6 unless noted."""

    OK = 0x9000
    """Done."""
    NO_TRIES_LEFT = 0x63C0
    """Verification failed (or was asked about), no tries left; 63C1 to 63CF count them."""
    WRONG_LENGTH = 0x6700
    """Lc, Le or the whole command has a length that does not fit."""
    NO_KEY_DELIVERY = 0x66F1
    """SET SESSION KEY where no key delivery is configured (measured, spec/card.md §1.4)."""
    CHANNEL_NOT_SUPPORTED = 0x6881
    """Logical channels other than 0 (spec/card.md §1.2)."""
    SECURE_MESSAGING_NOT_SUPPORTED = 0x6882
    """Secure messaging class on a command that has none (spec/card.md §1.2)."""
    CHAINING_NOT_SUPPORTED = 0x6884
    """Command chaining."""
    WRONG_FILE_KIND = 0x6981
    """The command does not fit the file: READ BINARY on a PIN or key, VERIFY on a transparent file."""
    SECURITY_NOT_SATISFIED = 0x6982
    """A PIN must be verified first."""
    METHOD_BLOCKED = 0x6983
    """What two clients expect of a blocked PIN; cards send 6984 (spec/card.md §8)."""
    REFERENCE_BLOCKED = 0x6984
    """A try against a blocked PIN (measured, spec/card.md §1.4)."""
    CONDITIONS_NOT_SATISFIED = 0x6985
    """The condition of use does not hold: signing with what is no key, or input no key can sign."""
    NO_CURRENT_FILE = 0x6986
    """No elementary file is current."""
    MISSING_SECURE_OBJECT = 0x6987
    """Secure messaging: an expected data object is missing (measured, spec/card.md §1.4)."""
    BAD_SECURE_OBJECT = 0x6988
    """Secure messaging: a data object is wrong (measured, spec/card.md §1.4)."""
    NO_SECURE_SESSION = 0x69FC
    """Secure messaging without a session (measured for READ BINARY and VERIFY, spec/card.md §1.2)."""
    WRONG_DATA = 0x6A80
    """The data field is not what the command takes."""
    NOT_FOUND = 0x6A82
    """No such application or file."""
    NO_ROOM = 0x6A84
    """Not enough memory space: the free area, or the file, does not hold it."""
    FILE_EXISTS = 0x6A89
    """A file of that identifier is there already."""
    NAME_EXISTS = 0x6A8A
    """An application of that name is there already."""
    RECORD_NOT_FOUND = 0x6A83
    """No record has that number."""
    WRONG_P1P2 = 0x6A86
    """P1 or P2 is out of range."""
    OBJECT_NOT_FOUND = 0x6A88
    """No such data object."""
    OFFSET_OUTSIDE = 0x6B00
    """The offset lies at or beyond the end of the file."""
    UNKNOWN_INSTRUCTION = 0x6D00
    """INS is unknown."""
    UNKNOWN_CLASS = 0x6E00
    """CLA is unknown, or unknown for this INS."""


class Refusal(Exception):
    """A command refused: the state stays as it was and the card answers `status`."""

    __slots__ = ("status",)

    def __init__(self, status: StatusWord) -> None:
        super().__init__(status)
        self.status = status


_TRIES = 0x63C0
_MEANINGS: dict[int, tuple[str, str]] = {
    StatusWord.OK: ("正常終了", "done"),
    StatusWord.WRONG_LENGTH: ("長さが不正", "wrong length"),
    StatusWord.NO_KEY_DELIVERY: ("鍵配送が設定されていない", "no key delivery configured"),
    StatusWord.CHANNEL_NOT_SUPPORTED: ("論理チャネルは使えない", "logical channel not supported"),
    StatusWord.SECURE_MESSAGING_NOT_SUPPORTED: ("セキュアメッセージングは使えない", "secure messaging not supported"),
    StatusWord.CHAINING_NOT_SUPPORTED: ("コマンド連鎖は使えない", "command chaining not supported"),
    StatusWord.WRONG_FILE_KIND: ("ファイルの種類がコマンドに合わない", "command does not fit this kind of file"),
    StatusWord.SECURITY_NOT_SATISFIED: ("暗証番号の照合が必要", "a PIN must be verified first"),
    StatusWord.METHOD_BLOCKED: ("認証方法が閉塞", "authentication method blocked"),
    StatusWord.REFERENCE_BLOCKED: ("暗証番号がロックされている", "the PIN is blocked"),
    StatusWord.CONDITIONS_NOT_SATISFIED: ("使用条件が満たされていない", "conditions of use not satisfied"),
    StatusWord.NO_CURRENT_FILE: ("カレントEFがない", "no current file"),
    StatusWord.MISSING_SECURE_OBJECT: (
        "セキュアメッセージングのデータオブジェクトがない",
        "secure messaging object missing",
    ),
    StatusWord.BAD_SECURE_OBJECT: ("セキュアメッセージングのデータオブジェクトが不正", "wrong secure messaging object"),
    StatusWord.NO_SECURE_SESSION: ("セキュアメッセージングのセッションがない", "no secure messaging session"),
    StatusWord.WRONG_DATA: ("データが不正", "wrong data"),
    StatusWord.NOT_FOUND: ("アプリケーションまたはファイルがない", "no such application or file"),
    StatusWord.NO_ROOM: ("空き容量が足りない", "not enough memory space"),
    StatusWord.FILE_EXISTS: ("同じ識別子のファイルがある", "file already exists"),
    StatusWord.NAME_EXISTS: ("同じ名前のアプリケーションがある", "application name already exists"),
    StatusWord.RECORD_NOT_FOUND: ("レコードがない", "no such record"),
    StatusWord.WRONG_P1P2: ("P1-P2が不正", "wrong P1-P2"),
    StatusWord.OBJECT_NOT_FOUND: ("データオブジェクトがない", "no such data object"),
    StatusWord.OFFSET_OUTSIDE: ("オフセットがファイルの外", "offset outside the file"),
    StatusWord.UNKNOWN_INSTRUCTION: ("INSが未知", "unknown instruction"),
    StatusWord.UNKNOWN_CLASS: ("CLAが未知", "unknown class"),
}


def tries_left(tries: int) -> int:
    """63Cx with x tries left; ISO/IEC 7816-4:2013 Table 6, at most 15 fit into the nibble."""
    if not 0 <= tries <= 15:
        raise ValueError(f"63Cx counts 0 to 15 tries, got {tries}")
    return _TRIES | tries


def read_tries(status: int) -> int | None:
    """The tries a 63Cx status word counts, or nothing where it is another."""
    return status & 0x0F if status & 0xFFF0 == _TRIES else None


def explain(status: int, language: Language = "en") -> str:
    """What a status word means, in one phrase."""
    tries = read_tries(status)
    if tries is not None:
        return f"残り{tries}回" if language == "ja" else f"{tries} tries left"
    japanese, english = _MEANINGS.get(status, ("未知のステータス", "unknown status"))
    return japanese if language == "ja" else english
