"""A person of the world with a card: what everything that they do has in common."""

from datetime import date

from cardsim.readers.conditions import ORDINARY, Conditions, TakenOut
from cardsim.slot import Tear
from harness.personalisation import IssuedCard
from scenarios.cards import Card
from scenarios.observer import Observer
from scenarios.secrets import Secret
from scenarios.stage import Stage
from scenarios.story import NOTHING, Words
from scenarios.telling import Telling
from scenarios.terminal import Holder


class Person:
    """Everything a person does puts the card into a reader and takes it out again."""

    def __init__(self, stage: Stage, telling: Telling, card: Card) -> None:
        self._stage, self._telling, self._card = stage, telling, card
        self._observer = Observer(stage, telling, card)
        self._chosen: dict[Secret, str] = {}
        """What they chose since the card was made."""

    @property
    def issued(self) -> IssuedCard:
        """The card as it was last written."""
        return self._card.issued

    @property
    def birth_date(self) -> date:
        """The day the resident was born."""
        return self.issued.resident.birth_date

    @property
    def signature_certificate(self) -> bytes:
        """The 署名用電子証明書 (DER), as the authority issued it."""
        return self.issued.sign_certificate

    def knows(self, secret: Secret) -> str:
        """Return what opens it: as last chosen, or as the card was made."""
        return self._chosen.get(secret) or secret.right_value(self.issued.profile)

    @property
    def _holder(self) -> Holder:
        return Holder(self._card, self.birth_date)


def pulled_out(at: int, when: Tear | None) -> Conditions:
    """Return the conditions of a card that is pulled out at the n-th command; ordinary ones without a moment."""
    return ORDINARY if when is None else Conditions(taken_out=TakenOut(at, when))


def pulling(when: Tear | None) -> Words:
    """Return how a story says so."""
    return NOTHING if when is None else _PULLED[when]


_PULLED = {
    Tear.BEFORE: Words(", and pulls the card before it is asked", "（カードは照合の前に抜かれる）"),
    Tear.DURING: Words(", and pulls the card while it compares", "（カードは照合の最中に抜かれる）"),
    Tear.AFTER: Words(", and pulls the card before its answer is read", "（カードは応答の前に抜かれる）"),
}
