"""What the card alone answered, where no product is asked; each expectation returns the answer, to be chained."""

from typing import Self

from cardsim.status import explain
from cardsim.trace import spent_a_try
from scenarios.advice import Desk, advice_for
from scenarios.secrets import Secret
from scenarios.story import Words
from scenarios.telling import Seen, Telling

__tracebackhide__ = True  # pytest shows the line of the story, not of its machinery
DONE, BLOCKED, NO_TRIES = 0x9000, 0x6984, 0x63C0


class CardAnswer:
    """A status word, or none where the card was pulled out. Passed over in silence it has to be 9000."""

    def __init__(self, telling: Telling, secret: Secret, status: int | None, seen: Seen) -> None:
        self._telling, self._secret, self._status, self._seen = telling, secret, status, seen
        telling.say(Words("  ", "  ") + self._said())
        telling.await_judgement(self.is_right)

    @property
    def status(self) -> int | None:
        """The status word; None where the card was out before anybody had it."""
        return self._status

    def is_right(self) -> Self:
        """The card took it, and gave all tries back."""
        return self._is(DONE)

    def is_wrong(self, *, tries_left: int) -> Self:
        """The card counted it, and says how many are left (spec/card.md §3)."""
        return self._is(NO_TRIES + tries_left)

    def is_blocked(self) -> Self:
        """No try is left: the right value is refused like a wrong one."""
        return self._is(BLOCKED)

    def answers(self, status: int) -> Self:
        """The card answered this status word."""
        return self._is(status)

    def was_never_given(self) -> Self:
        """The card was out before anybody had its answer."""
        self._telling.judged()
        self._require(Words("no answer", "応答なし"), held=self._status is None)
        return self

    def tries_were_spent(self, count: int) -> Self:
        """The trace shows so many wrong values."""
        spent = sum(spent_a_try(line) for line in self._seen.trace)
        actual = Words(f"{spent}", f"{spent}")
        self._require(Words(f"{count} tries spent", f"減った試行回数 {count}"), held=spent == count, actual=actual)
        return self

    def sends_the_holder(self, *desks: Desk) -> Self:
        """What a terminal tells the holder names these places and no other."""
        advice = advice_for(self._secret, self._status)
        held = advice.desks == desks
        self._require(Words(f"advice to go to {desks}", f"案内先 {desks}"), held=held, actual=advice.words)
        return self

    def _is(self, status: int) -> Self:
        self._telling.judged()
        wanted = f"{status:04X}"
        self._require(Words(wanted, wanted), held=self._status == status)
        return self

    def _require(self, wanted: Words, *, held: bool, actual: Words | None = None) -> None:
        if not held:
            actual = actual or self._said()
            complaint = Words(f"expected {wanted.en}, actual {actual.en}", f"期待: {wanted.ja}、実際: {actual.ja}")
            self._telling.break_off(complaint, self._seen)

    def _said(self) -> Words:
        if self._status is None:
            return Words("no answer: the card is out", "応答なし（カードは抜かれた）")
        status, advice = self._status, advice_for(self._secret, self._status).words
        return Words(
            f"{status:04X} {explain(status, 'en')}{advice.en and f' – {advice.en}'}",
            f"{status:04X} {explain(status, 'ja')}{advice.ja and f'。{advice.ja}'}",
        )
