"""Watches what a person does: the card's trace, the journal and the product's account, before and after."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from cardsim.faults import CardFault as CardUnusable
from harness.chronicle import EventRefused
from harness.contract.faults import AdapterFault
from harness.contract.messages import Account, Outcome
from harness.contract.vocabulary import Capability, Kind, Purpose
from harness.personalisation import IssuedCard
from harness.terminal.card_reader import CardFault
from scenarios.cards import Card
from scenarios.stage import Stage
from scenarios.story import Words
from scenarios.telling import Seen, Telling
from scenarios.terminal import Slot
from scenarios.verdict import Verdict

Deed = Callable[[Slot], Outcome | None]


class Observer:
    """Watches one resident."""

    def __init__(self, stage: Stage, telling: Telling, issued: IssuedCard, card: Card) -> None:
        self._stage, self._telling, self._issued, self._card = stage, telling, issued, card

    def watch(self, purpose: Purpose, words: Words, deed: Deed) -> Verdict:
        """Return the verdict on what a person did; a fault on the way breaks the story off with all that was seen."""
        telling = self._telling
        telling.settle()
        if purpose.value not in {capability.value for capability in self._stage.product.capabilities}:
            telling.skip(f"the product offers no {purpose.value}")
        telling.say(words)
        before, journal, trace = self._account(), self._stage.world.journal.mark(), len(self._card.trace())
        outcome, fault = None, None
        try:
            with ExitStack() as held:
                outcome = deed(Slot(held))
        except (CardFault, AdapterFault) as met:
            fault = met
        seen = Seen(
            outcome=outcome,
            trace=tuple(self._card.trace()[trace:]),
            questions=tuple(
                entry
                for entry in self._stage.world.journal.since(journal)
                if entry.serial in self._issued.serials.values()
            ),
            asked_about=Kind.SIGN if purpose is Purpose.SIGN else Kind.AUTH,
            epoch=self._stage.world.clock.epoch,
            account_before=before,
            account_after=self._account(),
        )
        if fault is not None:
            telling.break_off(Words(str(fault), str(fault)), seen, fault)
        return Verdict(telling, seen, self._stage.product.capabilities)

    @contextmanager
    def happening(self, words: Words) -> Iterator[None]:
        """Tell of something that happens in the world or to the card, and break the story off when it cannot."""
        self._telling.settle()
        self._telling.say(words)
        try:
            yield
        except (CardFault, CardUnusable, EventRefused) as fault:
            self._telling.break_off(Words(str(fault), str(fault)), cause=fault)

    def _account(self) -> Account | None:
        if Capability.ACCOUNT not in self._stage.product.capabilities:
            return None
        return self._stage.client.account(self._issued.auth_certificate)
