"""The library of 2017, which links a card by the serial number of its certificate alone (spec/pki.md §5, Chiba).

It reads the authentication certificate, which no PIN guards, and looks its number up in a table of its own. It asks no
chip for a proof and no J-LIS for the status, and looks at no date: a documented profile of before the rule that wants
all three, which no new service may copy. It is told beside a tap of today, for what it cannot see.
"""

from contextlib import ExitStack

from cryptography import x509

from scenarios.desk_answer import DeskAnswer, Why
from scenarios.page import Archetype
from scenarios.resident import Resident
from scenarios.story import Words
from scenarios.telling import Telling
from scenarios.terminal import Slot


class LibraryOf2017:
    """A table of serial numbers and library cards, offline."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._cards: dict[int, str] = {}

    def links(self, resident: Resident) -> None:
        """Write the number of the certificate beside a library card, at the counter."""
        self._telling.settle()
        self._telling.say(Words("the library of 2017 links the serial", "2017年方式の図書館が発行番号を紐付ける"))
        self._cards[self._serial_on(resident)] = f"library card {len(self._cards) + 1}"

    def lends_to(self, resident: Resident) -> DeskAnswer:
        """Return what the counter says to whoever holds this card to its reader."""
        self._telling.settle()
        self._telling.say(Words("the library of 2017 reads the card", "2017年方式の図書館がカードを読む"))
        known = self._serial_on(resident) in self._cards
        return DeskAnswer(self._telling, Archetype.SERIAL_ALONE, None if known else Why.UNKNOWN)

    def _serial_on(self, resident: Resident) -> int:
        with ExitStack() as held:
            certificate = Slot(held).put_in(resident.card).authentication_certificate()
        return x509.load_der_x509_certificate(certificate).serial_number
