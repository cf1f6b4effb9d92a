"""A PIN was sent and nobody saw the answer: was a try spent? The counter tells, and is asked before anything else."""

from enum import Enum

import msgspec

from reference_impl.reader.references import Reference
from reference_impl.reader.words import Words


class Doubt(msgspec.Struct, frozen=True):
    """A VERIFY without an answer, and how many tries there were before."""

    reference: Reference
    tries: int


class Outcome(Enum):
    """What the counter says happened."""

    NOT_SPENT = Words("試行回数は減っていません", "no try was spent")
    SPENT = Words("試行回数が1回減っています", "a try was spent")
    RIGHT = Words("暗証番号は正しく、回数は元に戻っています", "the PIN was right: all tries are back")
    OTHER_CARD = Words(
        "別のカードです。元のカードの残り回数は分かりません", "another card: that of the first one is unknown"
    )


class Settled(msgspec.Struct, frozen=True):
    """The doubt, and the tries that are left now; None where the card in the reader has no such PIN."""

    doubt: Doubt
    tries: int | None

    @property
    def outcome(self) -> Outcome:
        """What happened. A card torn out while it compares a right PIN may have spent a try for it, too."""
        if self.tries is None:
            return Outcome.OTHER_CARD
        if self.tries > self.doubt.tries:
            return Outcome.RIGHT
        return Outcome.NOT_SPENT if self.tries == self.doubt.tries else Outcome.SPENT
