"""What can go wrong at the reader.

ReaderFault
├── CardRefused        the card answered with a status word that ends the work
├── PinWrong           the PIN was compared and is not the one; says how many tries are left
├── PinUnusable        the PIN has a form that no card has; nothing was sent
├── PinBlocked         no try is left; nothing was sent
├── LastTryRefused     one try is left and nobody said it may be spent; nothing was sent
├── ReaderRefused      not a reader a PIN may be sent to; nothing was sent
└── AnswerUnreadable   the card answered something that is not what the file should hold
"""

from reference_impl.reader.status_words import explain


class ReaderFault(Exception):
    """Root of the tree; `ja` and `en` are for the person at the reader."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.ja = ja
        self.en = en


class CardRefused(ReaderFault):
    """The card's answer to `doing` was not 9000."""

    def __init__(self, doing: str, sw: int) -> None:
        super().__init__(f"{doing}: {explain(sw, 'ja')}", f"{doing}: {explain(sw, 'en')}")
        self.sw = sw


class PinWrong(ReaderFault):
    """A try was spent."""

    def __init__(self, sw: int, tries: int) -> None:
        super().__init__(explain(sw, "ja"), explain(sw, "en"))
        self.tries = tries


class PinUnusable(ReaderFault):
    """No card has a PIN of this form."""

    def __init__(self) -> None:
        super().__init__("暗証番号は半角の1〜16文字です", "a PIN has 1 to 16 ASCII characters; this one was not sent")


class PinBlocked(ReaderFault):
    """No try is left."""

    def __init__(self, sw: int) -> None:
        super().__init__(explain(sw, "ja"), explain(sw, "en"))


class LastTryRefused(ReaderFault):
    """The last try is the holder's to spend, knowingly."""

    def __init__(self) -> None:
        super().__init__(
            "残り1回です。誤るとロックされるため送信しませんでした",
            "one try is left and a mistake would lock the PIN; it was not sent",
        )


class ReaderRefused(ReaderFault):
    """The reader is not an emulated one, or the card in it not the test card that was named."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(
            f"このリーダーには暗証番号を送信しません（想定: {expected}、実際: {actual}）",
            f"no PIN is sent to this reader: expected {expected}, found {actual}",
        )


class AnswerUnreadable(ReaderFault):
    """A file that does not begin as it should."""

    def __init__(self, what: str, expected: str, actual: str) -> None:
        super().__init__(f"{what} を読めません", f"{what}: expected {expected}, found {actual}")
