"""A resident who visits the product under test, with a card whose every command is traced."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from cardsim.holder import Pins
from cardsim.readers.inprocess import InProcessConnection
from cardsim.slot import InsertedCard
from cardsim.trace import Trace
from harness.personalisation import IssuedCard
from harness.terminal.card_reader import CardReader
from harness.world import World

PINS = Pins()
"""Those of a resident about whom nothing was said."""


class Visitor:
    """A fresh resident with a fresh card in a reader of this process."""

    def __init__(self, world: World, issued: IssuedCard, pins: Pins = PINS) -> None:
        self.pins = pins
        self.pin, self.password = pins.auth.decode(), pins.sign.decode()
        self.wrong_pin = f"{(int(self.pin) + 3087) % 10_000:04}"
        self._world = world
        self._issued = issued
        self.trace = Trace()
        self._card = InsertedCard.unused(issued.profile, self.trace)

    @classmethod
    def issue(cls, world: World, *, not_after: datetime | None = None, pins: Pins = PINS, **special: Any) -> "Visitor":
        """Return a visitor whose resident is new; `special` overrides what the resident would be by the seed."""
        wanted = {name: value for name, value in special.items() if value is not None}
        return cls(world, world.issue_card(world.new_resident(**wanted).id, pins, not_after=not_after), pins)

    @property
    def resident_id(self) -> str:
        """The resident's id in the world."""
        return self._issued.resident.id

    @property
    def birth_date(self) -> date:
        """The day the resident was born."""
        return self._issued.resident.birth_date

    @property
    def serials(self) -> dict[str, int]:
        """The serial numbers of the card's certificates by kind, as the journal names them."""
        return {kind.value: serial for kind, serial in self._issued.serials.items()}

    @property
    def authentication_certificate(self) -> bytes:
        """The 利用者証明用電子証明書 (DER)."""
        return self._issued.auth_certificate

    @property
    def card(self) -> IssuedCard:
        """What was handed over: the profile with its keys, for whoever plays a maker of cards."""
        return self._issued

    @contextmanager
    def card_in_reader(self) -> Iterator[CardReader]:
        """Hold the card in the reader: powered within the block, its session gone afterwards."""
        connection = InProcessConnection(self._card)
        connection.connect()
        try:
            yield CardReader(connection)
        finally:
            connection.disconnect()
