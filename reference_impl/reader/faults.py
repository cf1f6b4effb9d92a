"""What can go wrong at the reader.

ReaderFault
├── NoAnswer            a command went out and nothing came back            (its own tree: `lost`)
├── CardRefused         the card answered with a status word that ends the work
├── AnswerUnreadable    the card answered something that is not what the file or command should give
├── CardEndless         the card answers, and comes to no end
├── NotGenuine          what the card says is contradicted by its own signatures, or by how it counts
├── CertificateAbsent   the card says that it has no such certificate; nothing else was sent
├── CounterRefused      the counter does not hold that much, or takes no more
├── ReaderRefused       not a reader a PIN may be sent to; nothing was sent
├── PcscFault           no reader, no card, two cards, no PC/SC                (`pcsc`)
└── PinFault            which PIN it is about is in `reference`
    ├── PinWrong        it was compared and is not the one; says how many tries are left
    ├── PinUnusable     it has a form that no card has; nothing was sent
    ├── KeyDoesNotOpen  it does not open what was asked for; nothing was sent
    ├── PinBlocked      no try is left
    └── TryRefused      fewer tries would be left than the caller said must remain; nothing was sent
        └── LastTryRefused   it would have been the last

No message repeats a PIN, a 照合番号 or a 個人番号.
"""

from reference_impl.reader.references import Reference
from reference_impl.reader.status_words import explain
from reference_impl.reader.words import Language, Words


class ReaderFault(Exception):
    """Root of the tree; `ja` and `en` are for the person at the reader."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.ja = ja
        self.en = en

    def said(self, language: Language) -> str:
        """The message in one language."""
        return self.ja if language == "ja" else self.en


class CardRefused(ReaderFault):
    """The card's answer to `doing` was not 9000."""

    def __init__(self, doing: Words, sw: int) -> None:
        super().__init__(f"{doing.ja}: {explain(sw, 'ja')}", f"{doing.en}: {explain(sw, 'en')}")
        self.doing = doing
        self.sw = sw


class AnswerUnreadable(ReaderFault):
    """An answer or a file of another form."""

    def __init__(self, what: Words, expected: str, actual: str) -> None:
        super().__init__(
            f"{what.ja}を読めません（想定: {expected}、実際: {actual}）。"
            "別のカードで確かめ、続く場合は開発元に連絡してください",
            f"{what.en}: expected {expected}, found {actual}; try another card, and report it if it persists",
        )


class CardEndless(ReaderFault):
    """More exchanges than any of our operations needs."""

    def __init__(self, doing: Words, most: int) -> None:
        super().__init__(
            f"{doing.ja}: {most}回のやりとりで終わりません。カードの異常です。使わないでください",
            f"{doing.en}: no end after {most} exchanges; something is wrong with this card, do not use it",
        )


class NotGenuine(ReaderFault):
    """A signature that does not hold, or tries that do not go down: a forged card, or one that is broken."""

    def __init__(self, what: Words) -> None:
        super().__init__(
            f"{what.ja}。偽造または故障の疑いがあります。受け付けないでください",
            f"{what.en}; the card is forged or broken, do not accept it",
        )
        self.what = what


class CertificateAbsent(ReaderFault):
    """EF 0008 says that it is not there: a child's card, or one whose holder did not want it (spec/card.md §2.1)."""

    def __init__(self, which: Words) -> None:
        super().__init__(
            f"このカードに{which.ja}はありません。別の方法で手続きしてください",
            f"this card has no {which.en}; use another way",
        )


class CounterRefused(ReaderFault):
    """Below zero or above the limit; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            "残数が足りません。カードの内容は変わっていません",
            "the counter does not hold that much; nothing was changed",
        )


class ReaderRefused(ReaderFault):
    """The reader is not an emulated one, or the card in it not the test card that was named."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(
            f"このリーダーには暗証番号を送信しません（想定: {expected}、実際: {actual}）",
            f"no PIN is sent to this reader: expected {expected}, found {actual}",
        )


class PinFault(ReaderFault):
    """About one PIN."""

    def __init__(self, reference: Reference, ja: str, en: str) -> None:
        super().__init__(f"{reference.name.ja}: {ja}", f"{reference.name.en}: {en}")
        self.reference = reference


class PinWrong(PinFault):
    """A try was spent."""

    def __init__(self, reference: Reference, tries: int) -> None:
        super().__init__(reference, explain(0x63C0 | tries, "ja"), explain(0x63C0 | tries, "en"))
        self.tries = tries


class PinUnusable(PinFault):
    """No card has a PIN of this form."""

    def __init__(self, reference: Reference) -> None:
        form = reference.form.told
        super().__init__(reference, f"{form.ja}です。送信しませんでした", f"it has {form.en}; this one was not sent")


class KeyDoesNotOpen(PinFault):
    """The card would compare it, and go on refusing to show the file: the try would be for nothing."""

    def __init__(self, reference: Reference, what: Words) -> None:
        super().__init__(
            reference,
            f"これでは{what.ja}を読めません。送信しませんでした",
            f"it does not open {what.en}; it was not sent",
        )


class PinBlocked(PinFault):
    """No try is left."""

    def __init__(self, reference: Reference, sw: int) -> None:
        super().__init__(reference, explain(sw, "ja"), explain(sw, "en"))
        self.sw = sw


class TryRefused(PinFault):
    """Fewer would remain than the caller takes; the try is the holder's to spend, knowingly."""

    def __init__(self, reference: Reference, tries: int, must_remain: int) -> None:
        super().__init__(
            reference,
            f"残り{tries}回です。誤ると指定の下限（{must_remain}回）を割るため、送信しませんでした",
            f"tries left: {tries}; a mistake would leave fewer than {must_remain}; it was not sent",
        )
        self.tries = tries


class LastTryRefused(TryRefused):
    """One try is left: a mistake locks the PIN until the holder goes to the municipal office."""

    def __init__(self, reference: Reference, must_remain: int) -> None:
        super().__init__(reference, 1, must_remain)
        self.ja += "。残り1回を誤るとロックされ、市区町村の窓口でしか解除できません"
        self.en += "; it is the last try, and a locked PIN is set anew at the municipal office only"
        self.args = (self.en,)
