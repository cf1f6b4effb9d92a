"""A command went out and nothing came back: at which step, and what may have happened in the card meanwhile.

NoAnswer (a ReaderFault)
├── CardRemoved    it was taken out, or lost its power or its field
├── CardReset      another program reset it: what was verified is forgotten
├── CardTooSlow    it took longer than the caller waits; it may still be working
├── CardInUse      another program holds it; the command did not reach it
├── ReaderGone     the reader, or the PC/SC service, is gone
└── LinkClosed     an answer was lost before this; nothing was sent
"""

from enum import Enum

from reference_impl.reader.faults import ReaderFault
from reference_impl.reader.words import Words


class Risk(Enum):
    """What a command may have done in a card whose answer nobody saw. Only NONE may ever be sent twice."""

    NONE = Words("カードの内容は変わっていません", "nothing on the card was changed")
    TRY_SPENT = Words(
        "暗証番号の試行回数が1回減った可能性があります。次に使う前に残り回数を読み直します",
        "a try may have been spent; the counter is read again before anything else is done",
    )
    PIN_CHANGED = Words(
        "暗証番号が新しいものに変わった可能性があります。新旧どちらが有効かは、試すと回数を使います",
        "the PIN may have been changed; which one holds is known only by trying, which may cost a try",
    )
    COUNT_CHANGED = Words(
        "カードの残数が減った可能性があります。もう一度減らす前に記録の印を読んで確かめてください",
        "the counter may have been changed; read the mark in its record before it is changed again",
    )


class NoAnswer(ReaderFault):
    """Nobody has the answer to `doing`; `risk` is what may have happened."""

    why = Words("応答がありません", "no answer")
    mend = Words("カードを置き直してやり直してください", "put the card back and begin again")

    def __init__(self, doing: Words, risk: Risk) -> None:
        super().__init__(
            f"{doing.ja}: {self.why.ja}。{risk.value.ja}。{self.mend.ja}",
            f"{doing.en}: {self.why.en}; {risk.value.en}; {self.mend.en}",
        )
        self.doing = doing
        self.risk = risk


class CardRemoved(NoAnswer):
    """It is out of the reader, or out of the field."""

    why = Words("カードが離れたか、電源が切れました", "the card was removed or lost its power")


class CardReset(NoAnswer):
    """Somebody else reset it."""

    why = Words("ほかのプログラムがカードをリセットしました", "another program reset the card")
    mend = Words("はじめからやり直してください", "begin again")


class CardTooSlow(NoAnswer):
    """The time per exchange is over."""

    why = Words("時間内に応答がありません", "no answer within the time given")


class CardInUse(NoAnswer):
    """SCARD_E_SHARING_VIOLATION."""

    why = Words("ほかのプログラムがカードを使用中です", "another program holds the card")
    mend = Words("そのプログラムを終えてからやり直してください", "end it, then begin again")


class ReaderGone(NoAnswer):
    """The reader was unplugged, or its service ended."""

    why = Words("カードリーダーまたはPC/SCサービスがなくなりました", "the reader or the PC/SC service is gone")
    mend = Words("リーダーを接続し直し、カードを置き直してください", "plug the reader in again, then put the card back")


class LinkClosed(NoAnswer):
    """After a lost answer the next one could be that of the command before: nobody listens any more."""

    why = Words("先ほど応答が失われたため、この接続は使えません", "an answer was lost on this connection before")
    mend = Words("カードを置き直し、接続し直してください", "put the card back and connect again")
