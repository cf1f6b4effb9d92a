"""Watches what a person does: the card's trace, the journal and the product's account, before and after."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from cardsim.faults import CardFault as CardUnusable
from cardsim.faults import CardLost, CardTorn
from cardsim.readers.conditions import ORDINARY, Conditions
from harness.chronicle import EventRefused
from harness.contract.faults import AdapterFault
from harness.contract.messages import Account, Outcome
from harness.contract.vocabulary import Capability, Kind, Purpose
from harness.terminal.card_reader import DONE, TEXT, CardFault, CardReader
from scenarios.card_answer import CardAnswer
from scenarios.cards import Card, Untellable
from scenarios.page import BY_PURPOSE, Archetype
from scenarios.secrets import Secret
from scenarios.stage import Stage
from scenarios.story import Words
from scenarios.telling import Seen, Telling
from scenarios.terminal import Prepared, Slot
from scenarios.verdict import Verdict

Deed = Callable[[Slot], Outcome | None]


class Observer:
    """Watches one resident."""

    def __init__(self, stage: Stage, telling: Telling, card: Card) -> None:
        self._stage, self._telling, self._card = stage, telling, card

    def watch(self, purpose: Purpose, words: Words, deed: Deed) -> Verdict:
        """Return the verdict on what a person did; a fault on the way breaks the story off with all that was seen."""
        telling = self._telling
        telling.settle()
        self._require_offered(purpose)
        telling.say(words)
        before, journal, trace = self._account(), self._stage.world.journal.mark(), len(self._card.trace())
        took, asked = len(self._card.took), len(self._stage.client.exchanges)
        outcome, fault = None, None
        try:
            with ExitStack() as held:
                outcome = deed(Slot(held))
        except (CardTorn, CardLost):
            pass  # the story told that it is pulled out, or its field too weak: nothing more came of it
        except (CardFault, AdapterFault) as met:
            fault = met
        except Untellable as limit:
            telling.skip(str(limit))
        product_seconds = sum(each.seconds for each in self._stage.client.exchanges[asked:])
        seen = Seen(
            outcome=outcome,
            trace=tuple(self._card.trace()[trace:]),
            questions=tuple(
                entry for entry in self._stage.world.journal.since(journal) if entry.serial in self._serials()
            ),
            asked_about=Kind.SIGN if purpose is Purpose.SIGN else Kind.AUTH,
            epoch=self._stage.world.clock.epoch,
            account_before=before,
            account_after=self._account(),
            card_seconds=tuple(self._card.took[took:]),
            product_seconds=product_seconds,
        )
        if fault is not None:
            telling.break_off(Words(str(fault), str(fault)), seen, fault)
        telling.decided(BY_PURPOSE[purpose], "card" if outcome is None else outcome.decision.value)
        return Verdict(telling, seen, self._stage.product.capabilities)

    def prepare(self, purpose: Purpose, words: Words, deed: Callable[[Slot], Prepared]) -> Prepared:
        """Return what a terminal got from the card, which is out again."""
        self._telling.settle()
        self._require_offered(purpose)
        self._telling.say(words)
        try:
            with ExitStack() as held:
                return deed(Slot(held))
        except (CardFault, CardUnusable, AdapterFault) as fault:
            self._telling.break_off(Words(str(fault), str(fault)), cause=fault)

    def _require_offered(self, purpose: Purpose) -> None:
        if purpose.value not in {capability.value for capability in self._stage.product.capabilities}:
            self._telling.skip(f"the product offers no {purpose.value}")

    @contextmanager
    def happening(self, words: Words) -> Iterator[None]:
        """Tell of something that happens in the world or to the card, and break the story off when it cannot."""
        self._telling.settle()
        self._telling.say(words)
        try:
            yield
        except (CardFault, CardUnusable, EventRefused) as fault:
            self._telling.break_off(Words(str(fault), str(fault)), cause=fault)

    def answering(
        self, words: Words, secret: Secret, deed: Callable[[CardReader], int], conditions: Conditions = ORDINARY
    ) -> CardAnswer:
        """Return what the card alone answered to something that no product sees: a status word, or nothing."""

        def put_in() -> int:
            with self._card.in_reader(conditions) as connection:
                return deed(CardReader(connection))

        return self.asking(words, secret, put_in)

    def asking(self, words: Words, secret: Secret, deed: Callable[[], int]) -> CardAnswer:
        """Return what a card answered that is in a reader already, or that `deed` puts into one."""
        telling = self._telling
        telling.settle()
        telling.say(words)
        trace, status = len(self._card.trace()), None
        try:
            status = deed()
        except CardTorn:
            pass  # the story told that it is pulled out: nobody has its answer
        except (CardFault, CardUnusable) as fault:
            telling.break_off(Words(str(fault), str(fault)), cause=fault)
        except Untellable as limit:
            telling.skip(str(limit))
        if secret.value.application == TEXT:
            telling.decided(Archetype.TEXT, "accept" if status == DONE else "card")
        seen = Seen(None, tuple(self._card.trace()[trace:]), (), Kind.AUTH, self._stage.world.clock.epoch)
        return CardAnswer(telling, secret, status, seen)

    def _serials(self) -> set[int]:
        """The numbers of every certificate that the holder was ever given."""
        return {entry.serial for entry in self._stage.world.all_certificates(self._card.issued.resident.id)}

    def _account(self) -> Account | None:
        if Capability.ACCOUNT not in self._stage.product.capabilities:
            return None
        return self._stage.client.account(self._card.issued.auth_certificate)
