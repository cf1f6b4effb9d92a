"""What a service answers that asks no product: accepted, or refused, and why; each expectation returns the answer.

Passed over in silence it has to be an acceptance, as a product's verdict has to be.
"""

from enum import Enum
from typing import Self

from scenarios.page import Archetype
from scenarios.story import Words
from scenarios.telling import Telling

__tracebackhide__ = True  # pytest shows the line of the story, not of its machinery


class Why(Enum):
    """Why such a service refuses."""

    UNKNOWN = Words("nobody it knows", "登録がない")
    NO_APPLICATION = Words("no application of its on the card", "カードにアプリケーションがない")
    ANOTHER_USER = Words("a number that it does not know", "登録のない利用者番号")
    OUT_OF_DATE = Words("the application's last day is over", "アプリケーションの有効期限切れ")
    USED_UP = Words("no ride is left", "残り回数がない")
    LOCKED = Words("the card: no try is left", "カード: 残り回数なし")
    WRONG_PIN = Words("the card: a wrong PIN", "カード: 暗証番号の誤り")
    ELSEWHERE = Words("an address outside the city", "市外の住所")
    CARD_GONE = Words("the card is gone", "カードが離れた")


class DeskAnswer:
    """Accepted where there is no reason against it."""

    def __init__(self, telling: Telling, archetype: Archetype, why: Why | None) -> None:
        self._telling, self._why = telling, why
        telling.say(Words("  ", "  ") + _said(why))
        decision = "accept" if why is None else "card" if why in _BY_THE_CARD else "reject"
        telling.decided(archetype, decision)
        telling.await_judgement(self.is_accepted)

    def is_accepted(self) -> Self:
        """It was served."""
        return self._is(None)

    def is_refused(self, why: Why) -> Self:
        """It was not served, for this reason."""
        return self._is(why)

    def _is(self, wanted: Why | None) -> Self:
        self._telling.judged()
        if self._why is not wanted:
            expected, actual = _said(wanted), _said(self._why)
            en = f"expected {expected.en}, actual {actual.en}"
            self._telling.break_off(Words(en, f"期待: {expected.ja}、実際: {actual.ja}"))
        return self


_BY_THE_CARD = {Why.LOCKED, Why.WRONG_PIN, Why.CARD_GONE}


def _said(why: Why | None) -> Words:
    if why is None:
        return Words("served", "利用できる")
    return Words("not served: ", "利用できない: ") + why.value
