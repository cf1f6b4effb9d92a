"""The card client: one card in one reader, and what a counter asks of it.

    with CardClient(connection, card_issuers=pinned) as client:
        client.tries_left(AUTH_PIN)                                              # spends none
        client.jpki.authenticate(challenge, PinTry(entered, must_remain=1))      # keeps the last try

What it promises (docs/reader.md): a PIN is sent once, never again by itself, never where fewer tries would remain than
the caller said; every fault tells what happened in both languages; a lost answer is settled before anything else.
"""

from types import TracebackType
from typing import Final, Self

from reference_impl.reader.card import Card
from reference_impl.reader.card_application import CardApplication
from reference_impl.reader.common import CardRecord, read_card_record
from reference_impl.reader.connection import Connection
from reference_impl.reader.doubt import Doubt, Settled
from reference_impl.reader.faults import CardRefused, ReaderFault
from reference_impl.reader.jpki import Jpki
from reference_impl.reader.layout import CURRENT, Layout
from reference_impl.reader.link import Link, Progress
from reference_impl.reader.references import REFERENCES, Reference
from reference_impl.reader.status_words import StatusWord
from reference_impl.reader.text import Text
from reference_impl.reader.visual import Visual
from reference_impl.verification.trust import CardIssuer


class CardClient:
    """A card in a reader. Every method selects what it needs and assumes nothing about what was current.

    `test_card` is the serial number of a real test card that may get PINs in a reader that is not emulated;
    `time_limit` the seconds an exchange may take; `progress` is told before each. Where `card_issuers` are pinned,
    records that none of them stands behind are refused.
    """

    def __init__(  # noqa: PLR0913  (what a counter configures; each has a default)
        self,
        connection: Connection,
        *,
        test_card: str | None = None,
        time_limit: float | None = None,
        progress: Progress | None = None,
        card_issuers: tuple[CardIssuer, ...] = (),
        layout: Layout = CURRENT,
    ) -> None:
        self._card = Card(Link(connection, time_limit=time_limit, progress=progress), test_card)
        self.jpki: Final = Jpki(self._card, layout)
        self.text: Final = Text(self._card, card_issuers)
        self.visual: Final = Visual(self._card, card_issuers)

    def card_application(self, aid: bytes) -> CardApplication:
        """An application in the free area."""
        return CardApplication(self._card, aid)

    def read_card_record(self) -> CardRecord:
        """Number, municipality and expiry of the card. Free to read."""
        return read_card_record(self._card)

    def tries_left(self, reference: Reference) -> int:
        """The tries left of a PIN, which asking does not spend; 0 is a locked one."""
        return self._card.tries_left(reference)

    def all_tries(self) -> dict[Reference, int | None]:
        """The same of every PIN; None where the card has no such application or PIN."""
        return {reference: self._tries_or_none(reference) for reference in REFERENCES}

    @property
    def doubt(self) -> Doubt | None:
        """The VERIFY whose answer was lost, until its counter was read."""
        return self._card.doubt

    def settle(self) -> Settled | None:
        """What became of it, read from the counter; None where there is no doubt. Every other method does it first."""
        return self._card.settle()

    def reinserted(self, connection: Connection | None = None) -> Settled | None:
        """Goes on after a lost answer: with the same connection, connected again, or with another."""
        self._card.renew(connection)
        return self._card.settle()

    def forget(self) -> None:
        """Ends every verified PIN in the card."""
        self._card.forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leaves no verified PIN behind; a card that is gone has forgotten them."""
        try:
            self.forget()
        except ReaderFault:
            return

    def _tries_or_none(self, reference: Reference) -> int | None:
        try:
            return self._card.tries_left(reference)
        except CardRefused as refused:
            if refused.sw == StatusWord.NOT_FOUND:
                return None
            raise
