"""How a card and a reader meet: the interface, how long things take, and what goes wrong on the way."""

from enum import Enum

import msgspec

from cardsim.readers.interface import Interface, UidAnswer
from cardsim.readers.latency import FAST, PROFILES, Latency
from cardsim.readers.weak_field import WeakField
from cardsim.slot import Tear


class TwoCards(Enum):
    """What a reader does with two cards in its field; readers differ, nothing is prescribed."""

    NEITHER = "neither"
    """It reports none of them."""
    FIRST = "first"
    """It keeps to the one that was there before."""


class TakenOut(msgspec.Struct, frozen=True):
    """The card is taken out at the n-th command from now, and at which moment of it."""

    at: int
    when: Tear


class Conditions(msgspec.Struct, frozen=True):
    """Of one slot. The defaults are a contact reader where nothing takes time or goes wrong."""

    interface: Interface = Interface.CONTACT
    atr: bytes | None = None
    """Instead of the card's own (contact) or the first of `interface.CONTACTLESS_ATRS`."""
    pupi_in_atr: bool = False
    """Contactless: whether the reader puts the PUPI into the ATR (spec/card.md §1.1: some do)."""
    uid: UidAnswer = UidAnswer.NUMBER
    latency: str = FAST.name
    weak: WeakField | None = None
    taken_out: TakenOut | None = None
    two_cards: TwoCards = TwoCards.NEITHER
    seed: int = 0
    """What a PUPI is drawn from."""

    def __post_init__(self) -> None:
        if self.latency not in PROFILES:
            raise ValueError(f"latency {self.latency!r}: expected one of {', '.join(PROFILES)}")
        if self.interface is Interface.CONTACT and (self.weak is not None or self.pupi_in_atr):
            raise ValueError(
                "a weak field and a PUPI in the ATR need a contactless slot: a contact reader has no field"
            )
        if self.taken_out is not None and self.taken_out.at < 1:
            raise ValueError(f"a card is taken out at a command from 1 on, got {self.taken_out.at}")

    @property
    def times(self) -> Latency:
        """What an exchange takes."""
        return PROFILES[self.latency]


ORDINARY = Conditions()


def parse_conditions(text: str) -> Conditions:
    """The conditions written as INTERFACE or INTERFACE:LATENCY; ValueError when it is neither."""
    interface, _, latency = text.partition(":")
    if interface not in {each.value for each in Interface}:
        known = " or ".join(each.value for each in Interface)
        raise ValueError(f"slot {text!r}: expected {known}, and :LATENCY where it should take time")
    return Conditions(Interface(interface), latency=latency or FAST.name)
