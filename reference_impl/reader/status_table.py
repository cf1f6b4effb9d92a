"""What each status word means and what the person at the counter does about it (spec/card.md §1.4).

ISO: the sentence is that of ISO/IEC 7816-4:2013 Tables 5 and 6. Where a word is no client's business (a command that
was built wrongly), the advice says so: it is the software's fault, and nothing the holder does will mend it.
"""

from typing import Final, NamedTuple

from reference_impl.reader.words import Words


class Explanation(NamedTuple):
    """A status word in words."""

    meaning: Words
    advice: Words


_SOFTWARE: Final = Words(
    "ソフトウェアの不具合です。この番号を添えて開発元に連絡してください",
    "a defect of this software: report the number to its maker",
)
_AGAIN: Final = Words(
    "カードを置き直して、もう一度行ってください。続く場合は別のカードで確かめてください",
    "put the card down again and repeat; if it persists, try another card",
)
_PIN: Final = Words("暗証番号を入力してからやり直してください", "enter the PIN, then repeat")
_OFFICE: Final = Words(
    "この暗証番号はもう入力できません。市区町村の窓口で再設定してください",
    "this PIN cannot be tried again: the municipal office can set a new one",
)
_CARD_KIND: Final = Words(
    "マイナンバーカードか、必要な機能のあるカード・スマートフォンかを確かめてください",
    "check that it is a My Number card, or a phone, that has what is needed",
)
_OTHER_WAY: Final = Words(
    "このカードではできません。別の方法で手続きしてください", "not possible with this card: use another way"
)
_STATE: Final = Words(
    "このカードの状態ではできません。もう一度行い、続く場合は市区町村の窓口に相談してください",
    "not possible in the state the card is in: repeat once; if it persists, the municipal office can look at the card",
)
_NONE: Final = Words("何もする必要はありません", "nothing to do")

NAMED: Final[dict[int, Explanation]] = {
    0x9000: Explanation(Words("正常に終了しました", "done"), _NONE),
    0x6281: Explanation(Words("データが壊れている可能性があります", "part of the data may be corrupted"), _AGAIN),
    0x6282: Explanation(Words("ファイルが途中で終わりました", "the file ended before the length asked"), _AGAIN),
    0x6283: Explanation(Words("選択したファイルは無効化されています", "the selected file is deactivated"), _OTHER_WAY),
    0x6300: Explanation(Words("照合に失敗しました（回数制限なし）", "wrong value; it has no limit of tries"), _PIN),
    0x6400: Explanation(Words("カードが失敗しました（変更なし）", "the card failed; nothing was changed"), _AGAIN),
    0x6581: Explanation(Words("カードのメモリーに書き込めませんでした", "the card's memory failed"), _STATE),
    0x66F1: Explanation(Words("鍵配送が設定されていません", "no key delivery is configured"), _OTHER_WAY),
    0x6700: Explanation(Words("データの長さが誤っています", "wrong length"), _SOFTWARE),
    0x6881: Explanation(Words("論理チャネルは使えません", "logical channels are not supported"), _SOFTWARE),
    0x6882: Explanation(Words("セキュアメッセージングは使えません", "secure messaging is not supported"), _SOFTWARE),
    0x6884: Explanation(Words("コマンド連鎖は使えません", "command chaining is not supported"), _SOFTWARE),
    0x6981: Explanation(Words("ファイルの種類がコマンドに合いません", "the command does not fit this file"), _SOFTWARE),
    0x6982: Explanation(Words("暗証番号の照合が必要です", "a PIN has to be verified first"), _PIN),
    0x6983: Explanation(Words("暗証番号がロックされています", "the PIN is locked"), _OFFICE),
    0x6984: Explanation(Words("暗証番号がロックされています", "the PIN is locked"), _OFFICE),
    0x6985: Explanation(Words("この状態では利用できません", "conditions of use not satisfied"), _STATE),
    0x6986: Explanation(Words("ファイルが選択されていません", "no file is selected"), _SOFTWARE),
    0x6987: Explanation(Words("SM の要素がありません", "a secure messaging object is missing"), _SOFTWARE),
    0x6988: Explanation(Words("SM の要素が不正です", "a secure messaging object is wrong"), _SOFTWARE),
    0x69FC: Explanation(Words("SM のセッションがありません", "there is no secure messaging session"), _SOFTWARE),
    0x6A80: Explanation(Words("データの内容が不正です", "the data are not what the command takes"), _SOFTWARE),
    0x6A81: Explanation(Words("この機能はありません", "the function is not supported"), _OTHER_WAY),
    0x6A82: Explanation(Words("アプリケーションまたはファイルがありません", "no such application or file"), _CARD_KIND),
    0x6A83: Explanation(Words("レコードがありません", "no such record"), _CARD_KIND),
    0x6A84: Explanation(Words("空き容量が足りません", "not enough memory space"), Words(
        "不要な条例利用アプリケーションを市区町村の窓口で削除してください",
        "the municipal office can delete an application that is no longer needed")),
    0x6A86: Explanation(Words("パラメーター（P1-P2）が不正です", "wrong parameters P1-P2"), _SOFTWARE),
    0x6A88: Explanation(Words("データオブジェクトがありません", "no such data object"), _CARD_KIND),
    0x6A89: Explanation(Words("同じ識別子のファイルがあります", "a file of that identifier exists"), _SOFTWARE),
    0x6A8A: Explanation(Words("同じ名前のアプリケーションがあります", "an application of that name exists"), Words(
        "登録済みです。二重登録でないか確かめてください", "it is there already: check whether it was loaded twice")),
    0x6B00: Explanation(Words("ファイルの終わりを超えています", "beyond the end of the file"), _STATE),
    0x6D00: Explanation(Words("コマンドが未対応です", "unknown instruction"), _CARD_KIND),
    0x6E00: Explanation(Words("クラスが未対応です", "unknown class"), _CARD_KIND),
    0x6F00: Explanation(Words("カードが理由を告げずに失敗しました", "the card failed without saying why"), _AGAIN),
}  # fmt: skip
"""By status word; 63Cx, 61xx and 6Cxx are families."""

FAMILIES: Final[dict[int, Explanation]] = {
    0x61: Explanation(Words("続きのデータがあります", "more data are available"), _NONE),
    0x62: Explanation(Words("警告（変更なし）", "warning; nothing was changed"), _AGAIN),
    0x63: Explanation(Words("警告（変更あり）", "warning; something was changed"), _STATE),
    0x64: Explanation(Words("実行エラー（変更なし）", "execution error; nothing was changed"), _AGAIN),
    0x65: Explanation(Words("実行エラー（変更あり）", "execution error; something was changed"), _STATE),
    0x66: Explanation(Words("セキュリティに関するエラー", "security-related issue"), _STATE),
    0x67: Explanation(Words("データの長さが誤っています", "wrong length"), _SOFTWARE),
    0x68: Explanation(Words("クラスの機能が未対応です", "a function of the class is not supported"), _SOFTWARE),
    0x69: Explanation(Words("コマンドは許可されていません", "the command is not allowed"), _STATE),
    0x6A: Explanation(Words("パラメーターが不正です", "wrong parameters"), _SOFTWARE),
    0x6B: Explanation(Words("パラメーター（P1-P2）が不正です", "wrong parameters P1-P2"), _SOFTWARE),
    0x6C: Explanation(
        Words("要求した長さ（Le）が違います", "wrong Le; the second byte tells the right one"), _SOFTWARE
    ),
    0x6D: Explanation(Words("コマンドが未対応です", "unknown instruction"), _CARD_KIND),
    0x6E: Explanation(Words("クラスが未対応です", "unknown class"), _CARD_KIND),
    0x6F: Explanation(Words("カードが理由を告げずに失敗しました", "the card failed without saying why"), _AGAIN),
}
"""By SW1 (ISO/IEC 7816-4:2013 Table 5)."""

PROPRIETARY: Final = Explanation(Words("カード独自の終了コードです", "a status of the card's own"), _STATE)
NO_STATUS_WORD: Final = Explanation(
    Words("終了コードではありません", "no status word: ISO/IEC 7816-3 has 61 to 6F and 9x"), _AGAIN
)
BLOCKED_BY_THIS: Final = _OFFICE
TRY_AGAIN_CAREFULLY: Final = Words(
    "残り回数を持ち主に伝え、番号を確かめてから入力してください。0回になるとロックされます",
    "tell the holder how many tries are left and let them make sure of the number; at 0 the PIN is locked",
)
