"""A card in a reader, as the applications use it: opened, its tries asked, a PIN presented at most once.

VERIFY goes out in this order, and nowhere else:

(1) the value has the form of this PIN                     no card is touched
(2) the reader is ours, or the card is the named test card
(3) the application is open, doubts are settled
(4) the tries are asked by an empty VERIFY                  spends none (spec/card.md §3)
(5) a mistake would leave as many as the caller said
(6) VERIFY, once; until its answer is understood there is a doubt
"""

from typing import Final

from reference_impl.reader.connection import Connection
from reference_impl.reader.doubt import Doubt, Settled
from reference_impl.reader.faults import CardRefused, NotGenuine, PinBlocked, PinWrong
from reference_impl.reader.link import Command, Link
from reference_impl.reader.lost import Risk
from reference_impl.reader.own_reader import require_own_reader
from reference_impl.reader.pins import PinTry, encode_new
from reference_impl.reader.reading import select_application, select_file
from reference_impl.reader.references import CARD_MANAGER, Reference
from reference_impl.reader.status_words import StatusWord, tries_left
from reference_impl.reader.words import Words

_BLOCKED: Final = frozenset({StatusWord.PIN_BLOCKED, StatusWord.PIN_BLOCKED_ISO})
_TRIES_STAY: Final = Words(
    "暗証番号を誤っても残り回数が正しく減りません", "a wrong PIN does not lower the tries as it must"
)


class Card:
    """One card, as long as it lies there; `renew` when it is back."""

    def __init__(self, link: Link, test_card: str | None = None) -> None:
        self.link = link
        self._test_card = test_card
        self._doubt: Doubt | None = None

    @property
    def doubt(self) -> Doubt | None:
        """The VERIFY whose answer was lost, until the counter was read."""
        return self._doubt

    def renew(self, connection: Connection | None = None) -> None:
        """The card is back: on the same connection, connected again, or on another. A doubt stays."""
        self.link.renew(connection)

    def settle(self) -> Settled | None:
        """What became of a VERIFY whose answer was lost; None where there is no doubt."""
        if self._doubt is None:
            return None
        doubt = self._doubt
        self.link.allow()
        try:
            self.require_own_reader()
            select_application(self.link, doubt.reference.application)
            select_file(self.link, doubt.reference)
            settled = Settled(doubt, self._ask_tries(doubt.reference))
        except CardRefused as refused:
            if refused.sw != StatusWord.NOT_FOUND:
                raise
            settled = Settled(doubt, None)
        self._doubt = None
        return settled

    def require_own_reader(self) -> None:
        """Passes where a PIN may be sent, or the card be written on."""
        require_own_reader(self.link, self._test_card)

    def open(self, aid: bytes) -> None:
        """Makes an application current; a doubt is settled first."""
        self.settle()
        self.link.allow()
        select_application(self.link, aid)

    def tries_left(self, reference: Reference) -> int:
        """The tries left, which asking does not spend; 0 is a locked PIN."""
        self.require_own_reader()
        self.open(reference.application)
        select_file(self.link, reference)
        return self._ask_tries(reference)

    def verify(self, reference: Reference, attempt: PinTry) -> None:
        """Opens what the PIN protects; its application is current afterwards."""
        value = attempt.encoded_for(reference)  # (1)
        tries = self.tries_left(reference)  # (2) to (4)
        attempt.require_tries(reference, tries)  # (5)
        command = Command(bytes.fromhex("00200080") + bytes([len(value)]) + value, reference.name, Risk.TRY_SPENT)
        self._doubt = Doubt(reference, tries)  # (6)
        sw = self.link.send(command).sw
        left = tries_left(sw)
        if sw != StatusWord.OK and sw not in _BLOCKED and left is None:
            raise CardRefused(reference.name, sw)  # and the doubt stays: nobody knows what that did
        self._doubt = None
        if sw in _BLOCKED:
            raise PinBlocked(reference, sw)
        if left is not None:
            if left >= tries:  # fewer than expected is another program's doing
                raise NotGenuine(_TRIES_STAY)
            raise PinWrong(reference, left)

    def change(self, reference: Reference, old: PinTry, new: str) -> None:
        """Gives a PIN another value: VERIFY with the old one, then the new one alone (spec/card.md §1.3, §3)."""
        value = encode_new(reference, new)
        self.verify(reference, old)
        octets = bytes.fromhex("00240180") + bytes([len(value)]) + value
        self.link.must(Command(octets, reference.name, Risk.PIN_CHANGED))

    def forget(self) -> None:
        """Ends every verified PIN: the card manager is selected, as at power-on (spec/card.md §3)."""
        self.link.allow()
        select_application(self.link, CARD_MANAGER)

    def _ask_tries(self, reference: Reference) -> int:
        """The tries of the current PIN file: an empty VERIFY answers 63Cx, whatever was verified before."""
        sw = self.link.send(Command(bytes.fromhex("00200080"), reference.name)).sw
        tries = 0 if sw in _BLOCKED else tries_left(sw)
        if tries is None:
            raise CardRefused(reference.name, sw)
        return tries
