"""What `verify` finds: which kind, where, what was expected and what is there, in Japanese and English."""

from enum import StrEnum
from typing import Final

import msgspec


class Kind(StrEnum):
    """What is wrong with a chain."""

    CHANGED = "CHANGED"
    """A row's hash is not the one stored with it."""
    REPLACED = "REPLACED"
    """A row is sound in itself and does not follow the one before it: one of the two was made anew."""
    REMOVED = "REMOVED"
    """Sequence numbers are missing."""
    TRUNCATED = "TRUNCATED"
    """Rows are missing at the end."""
    REORDERED = "REORDERED"
    """A row stands in another row's place."""
    DUPLICATED = "DUPLICATED"
    """A sequence number occurs again."""
    ADDED = "ADDED"
    """Rows follow the end that the store itself has on record."""
    UNREADABLE = "UNREADABLE"
    """A stored line is no row."""
    SEAL_BROKEN = "SEAL_BROKEN"
    """What retention left behind does not fit what is there."""
    HEAD_MISSED = "HEAD_MISSED"
    """A head that was kept elsewhere is not one of this chain."""


_JA: Final = {
    Kind.CHANGED: "行の内容が変更されています",
    Kind.REPLACED: "直前の行とつながらない行です(差し替えの疑い)",
    Kind.REMOVED: "行が削除されています",
    Kind.TRUNCATED: "末尾の行が削除されています",
    Kind.REORDERED: "行の順序が入れ替わっています",
    Kind.DUPLICATED: "行が重複しています",
    Kind.ADDED: "記録上の末尾より後ろに行があります",
    Kind.UNREADABLE: "行として解読できません",
    Kind.SEAL_BROKEN: "保存期間満了の封印が合いません",
    Kind.HEAD_MISSED: "控えの末尾ハッシュと一致しません",
}
_EN: Final = {
    Kind.CHANGED: "a row was changed",
    Kind.REPLACED: "a row does not follow the one before it (one of the two was made anew)",
    Kind.REMOVED: "rows were removed",
    Kind.TRUNCATED: "rows were removed at the end",
    Kind.REORDERED: "a row stands in another's place",
    Kind.DUPLICATED: "a row occurs again",
    Kind.ADDED: "rows follow the end on record",
    Kind.UNREADABLE: "a line is no row",
    Kind.SEAL_BROKEN: "a seal of retention does not fit",
    Kind.HEAD_MISSED: "a head kept elsewhere is not in this chain",
}


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong. It quotes hashes and numbers, never what a row says."""

    kind: Kind
    first: int
    """The sequence number it is about, or the first of several."""
    last: int
    expected: str
    actual: str

    def say(self, language: str) -> str:
        """One line for a person."""
        rows = str(self.first) if self.first == self.last else f"{self.first}–{self.last}"
        if language == "ja":
            what = f"{self.kind} 第 {rows} 行: {_JA[self.kind]}。期待値 {self.expected}、実際 {self.actual}"
        else:
            what = f"{self.kind} row {rows}: {_EN[self.kind]}; expected {self.expected}, actual {self.actual}"
        return what
