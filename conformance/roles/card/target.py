"""Where cards come from: fresh ones of the emulator in this process, or whatever lies in a PC/SC reader."""

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from cardsim.era import era_birth_digits
from cardsim.personalise import Pins
from cardsim.profile import Profile
from cardsim.readers.conditions import ORDINARY, Conditions
from cardsim.readers.exchange import CardInReader
from cardsim.readers.inprocess import InProcessConnection
from cardsim.slot import InsertedCard
from conformance.roles.card.facts import CardFacts
from harness.clock import host_now
from harness.errors import ConfigurationError
from harness.keys import KeyPool
from harness.world import KEYS_PER_CARD, World

OUR_READERS = "Kazashi"
IN_PROCESS = "Kazashi In-process Reader 00 00"


class Line(Protocol):
    """A connection as pyscard has it, as far as cases need it."""

    def connect(self, protocol: int | None = None, mode: int | None = None, disposition: int | None = None) -> None:
        """Give the card power."""

    def disconnect(self) -> None:
        """Leave the card as the disposition says."""

    def transmit(self, command: list[int], /) -> tuple[list[int], int, int]:
        """Return data, SW1, SW2."""

    def getATR(self) -> list[int]:  # noqa: N802  (pyscard's name)
        """Return the answer to reset."""


class CardTarget(Protocol):
    """A reader, and the card in it."""

    @property
    def reader(self) -> str:
        """The reader's name: PINs go only to those that begin with Kazashi, or to a test card that was named."""

    @property
    def is_fresh(self) -> bool:
        """Whether `renew` brings a card that nobody used."""

    def renew(self) -> None:
        """Put the card of the next case in."""

    def line(self) -> Line:
        """Return another connection to the card."""


class EmulatedCards:
    """Fresh cards of one profile, in this process."""

    reader = IN_PROCESS
    is_fresh = True

    def __init__(self, profile: Profile, conditions: Conditions = ORDINARY) -> None:
        self.profile, self._conditions = profile, conditions
        self.renew()

    def renew(self) -> None:
        """Put a card in that nobody used."""
        self._card = CardInReader(InsertedCard.unused(self.profile), self._conditions)

    def line(self) -> InProcessConnection:
        """Return a connection."""
        return InProcessConnection(self._card, self.reader)


class ReaderCards:
    """The card in a reader; `inserted`, where it is given, puts a fresh one in."""

    def __init__(self, reader: str, connect: Callable[[], Line], inserted: Callable[[], None] | None = None) -> None:
        self.reader = reader
        self._connect, self._inserted = connect, inserted
        self.is_fresh = inserted is not None

    def renew(self) -> None:
        """Put a fresh card in, where that can be done."""
        if self._inserted is not None:
            self._inserted()

    def line(self) -> Line:
        """Return a connection."""
        return self._connect()


def pcsc_cards(name: str | None) -> ReaderCards:
    """Return the card in the PC/SC reader of that name, or in the first of ours; ConfigurationError for none."""
    try:
        system: Any = importlib.import_module("smartcard.System")
        readers = list(system.readers())
    except ImportError as fault:
        raise ConfigurationError(
            "--reader: expected pyscard, actual none; install the extra kazashi[pcsc], or use --reader inprocess"
        ) from fault
    except Exception as fault:  # pyscard's own faults; no daemon among them
        raise ConfigurationError(f"--reader: expected PC/SC readers, actual {fault}; start pcscd") from fault
    names = [str(reader) for reader in readers]
    wanted = [each for each in names if each == name or (name is None and each.startswith(OUR_READERS))]
    if not wanted:
        raise ConfigurationError(
            f"--reader {name or 'pcsc'}: expected a reader of that name, actual {', '.join(names) or 'none'}"
        )
    if names.count(wanted[0]) > 1:
        raise ConfigurationError(
            f"--reader {wanted[0]!r}: expected one reader of that name, actual {names.count(wanted[0])}; "
            "a PIN could go to the card in the other: give them different names, or unplug one"
        )
    return ReaderCards(wanted[0], partial(_pcsc_line, readers[names.index(wanted[0])]))


def _pcsc_line(reader: Any) -> Line:
    line: Line = reader.createConnection()
    return line


def synthetic_card(keys: KeyPool, *, seed: int, before: int = 0) -> tuple[Profile, CardFacts]:
    """Return a card of a fresh resident, and its secrets; so many others were issued `before`, with keys of theirs."""
    keys.prepare(KEYS_PER_CARD * (before + 1))
    world = World.create(keys, seed=seed, start=host_now())
    try:
        issued = [world.issue_card(world.new_resident().id) for _ in range(before + 1)][-1]
    finally:
        world.close()
    pins = Pins()
    facts = CardFacts(
        auth_pin=pins.auth.decode(),
        password=pins.sign.decode(),
        text_pin=pins.text.decode(),
        birth_date=era_birth_digits(issued.resident.birth_date),
    )
    return issued.profile, facts
