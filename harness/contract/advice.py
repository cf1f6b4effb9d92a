"""What to change in an adapter, in both languages, for each thing that the smoke test can find."""

from typing import NamedTuple


class Advice(NamedTuple):
    """One sentence in each language."""

    ja: str
    en: str

    def about(self, word: str) -> "Advice":
        """Return the advice with `{}` filled in."""
        return Advice(self.ja.format(word), self.en.format(word))


HELLO = Advice(
    "hello の応答をスキーマ {}.hello.answer.json に合わせる",
    "make the answer to hello fit the schema {}.hello.answer.json",
)
CAPABILITIES = Advice(
    "hello の capabilities に製品の機能を一つ以上書く", "name at least one thing that the product does in capabilities"
)
VERSION = Advice(
    "知らない契約版には 4xx と error で答える", "answer another contract version with a 4xx and an error body"
)
CONFIGURE = Advice("configure を受け入れ、空のオブジェクトを返す", "take configure and answer with an empty object")
RESET = Advice(
    "reset で利用者・手続き・キャッシュを忘れ、設定と時計は残す",
    "forget accounts, sessions and caches at reset; keep configuration and clock",
)
CLOCK = Advice(
    "set_time の epoch をそのまま返し、以後の outcome にも入れる",
    "echo the epoch of set_time, and put it into every outcome from then on",
)
DECLARED = Advice(
    "{} を実装するか、hello の capabilities から外す", "implement {}, or take it out of the capabilities in hello"
)
CHALLENGE = Advice(
    "begin のたびに32バイトの乱数とセッション名を新しく作る",
    "draw 32 random bytes and a session name anew at each begin",
)
SESSION = Advice("{} の begin では session と challenge を返す", "answer begin for {} with session and challenge")
OUTCOME = Advice("何を判定しても 200 と outcome で答える", "answer 200 with an outcome, whatever is decided")
ACCEPTED = Advice("証明のない提示を受理しない", "never accept a presentation that proves nothing")
ECHO = Advice("最後の set_time の epoch を outcome に入れる", "put the epoch of the last set_time into the outcome")
ACCOUNT = Advice("account の応答をスキーマに合わせる", "make the answer to account fit its schema")
STRANGER = Advice("登録されていない利用者には null を返す", "answer null for a holder who never enrolled")
BROKEN = Advice(
    "契約にない電文には 4xx と error {what, where, expected, actual} で答える",
    "answer a message outside the contract with a 4xx and error {what, where, expected, actual}",
)
HANGING_UP = Advice(
    "壊れた電文で接続を切らず、4xx で答える", "answer a broken message with a 4xx instead of hanging up"
)
GOING_ON = Advice("壊れた電文の後も動き続ける", "go on working after a broken message")
SPEED = Advice("応答を速くする。試験は --timeout 秒で打ち切る", "answer faster; a run gives up after --timeout seconds")
