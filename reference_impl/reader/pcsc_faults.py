"""What PC/SC says instead of giving us a card.

PcscFault (a ReaderFault)
├── PcscMissing     pyscard is not installed
├── ServiceGone     no PC/SC service answers
├── NoReader        no reader of that name, or none at all
├── NoCardCame      nobody put a card down in time
├── SeveralCards    cards in two readers: which one is meant?
├── CardMute        something lies there and does not answer: two cards, a bent one, a coin
├── CardTaken       another program holds the card
└── WaitEnded       `Readers.cancel` was called
"""

from collections.abc import Sequence

from reference_impl.reader.faults import ReaderFault


class PcscFault(ReaderFault):
    """Between this program and the card."""


class PcscMissing(PcscFault):
    """The extra `pcsc` was left out."""

    def __init__(self) -> None:
        super().__init__(
            "PC/SC を使うには pyscard が必要です: pip install 'kazashi[pcsc]'",
            "PC/SC needs pyscard: pip install 'kazashi[pcsc]'",
        )


class ServiceGone(PcscFault):
    """SCARD_E_NO_SERVICE and its like."""

    def __init__(self, said: str) -> None:
        super().__init__(
            f"PC/SC サービスが応答しません。起動してからやり直してください（{said}）",
            f"no PC/SC service answers: start it, then begin again ({said})",
        )


class NoReader(PcscFault):
    """Nothing to put a card on."""

    def __init__(self, name: str) -> None:
        which_ja, which_en = (f"「{name}」という", f" named {name!r}") if name else ("", "")
        super().__init__(
            f"{which_ja}カードリーダーがありません。接続を確かめてください",
            f"no card reader{which_en}: check that it is plugged in",
        )


class NoCardCame(PcscFault):
    """The wait is over."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:g}秒以内にカードが置かれませんでした", f"no card was put down within {seconds:g} s")


class SeveralCards(PcscFault):
    """One must be named: a PIN for the wrong card costs a try of it."""

    def __init__(self, readers: Sequence[str]) -> None:
        listed = ", ".join(readers)
        super().__init__(
            f"カードが複数あります（{listed}）。1枚だけ置くか、リーダーを指定してください",
            f"more than one card ({listed}): leave one, or name a reader",
        )
        self.readers = tuple(readers)


class CardMute(PcscFault):
    """SCARD_STATE_MUTE: so some readers show two cards in one field."""

    def __init__(self, reader: str) -> None:
        super().__init__(
            f"{reader}: カードが応答しません。1枚だけを正しい向きで置き直してください",
            f"{reader}: what lies there does not answer; put one card down, the right way round",
        )


class CardTaken(PcscFault):
    """SCARD_E_SHARING_VIOLATION on connecting."""

    def __init__(self, reader: str) -> None:
        super().__init__(
            f"{reader}: ほかのプログラムがカードを使用中です。終えてからやり直してください",
            f"{reader}: another program holds the card; end it, then begin again",
        )


class WaitEnded(PcscFault):
    """Whoever waited no longer does."""

    def __init__(self) -> None:
        super().__init__("カードを待つのをやめました", "the wait for a card was ended")
