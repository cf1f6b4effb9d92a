"""Cards of one world for the client to read: as personalised, their secrets, and connections that misbehave."""

from collections.abc import Callable
from dataclasses import dataclass, field

from cardsim.pins import Pin
from cardsim.profile import Profile
from cardsim.readers.conditions import Conditions, TakenOut
from cardsim.readers.exchange import CardInReader
from cardsim.readers.inprocess import READER_NAME, InProcessConnection
from cardsim.slot import InsertedCard, Tear
from harness.forgery import Variant
from harness.presented import Form, Which, present
from harness.world import World
from reference_impl.reader.client import CardClient
from reference_impl.reader.layout import CURRENT, NEXT_CARD
from reference_impl.reader.pins import PinTry
from reference_impl.reader.references import Reference
from reference_impl.verification.trust import CardIssuer, read_card_issuer

CHALLENGE = bytes(range(32))


@dataclass(frozen=True, slots=True)
class Desk:
    """A world with one resident who has a card and a phone."""

    world: World
    resident: str
    _made: dict[Which, Profile] = field(default_factory=dict)

    def profile(
        self, form: Form = Form.CARD, variant: Variant | None = None, options: str = "", other: str | None = None
    ) -> Profile:
        """What they lay on the reader; the same object each time, for a profile never changes."""
        which = Which(form, variant, other, options)
        if which not in self._made:
            self._made[which] = present(self.world, self.resident, which)[0].profile
        return self._made[which]

    @property
    def issuers(self) -> tuple[CardIssuer, ...]:
        """The card issuers of this world, to be pinned."""
        return tuple(read_card_issuer(key_id, key) for key_id, key in self.world.trust().card_issuers)

    def secret(self, reference: Reference) -> str:
        """The value of a PIN of their card."""
        return secret_of(self.profile(), reference)

    def attempt(self, reference: Reference, must_remain: int = 1) -> PinTry:
        """The right value, ready to be presented."""
        return PinTry(self.secret(reference), must_remain=must_remain)


def secret_of(profile: Profile, reference: Reference) -> str:
    """The value that a PIN has at personalisation."""
    pin = profile.applications[reference.application].elements[reference.file]
    assert isinstance(pin, Pin)
    assert pin.initial is not None
    return pin.initial.decode()


def kept_name(profile: Profile, reference: Reference) -> str:
    """The name under which the card keeps a PIN's tries."""
    pin = profile.applications[reference.application].elements[reference.file]
    assert isinstance(pin, Pin)
    return pin.kept_as


def tries_kept(card: InsertedCard, reference: Reference) -> int:
    """The tries that the card keeps, without asking it."""
    return card.kept.pins[kept_name(card.profile, reference)].left


def connected(card: InsertedCard | CardInReader, name: str = READER_NAME) -> InProcessConnection:
    """A connection to the card, in a reader of that name."""
    connection = InProcessConnection(card, name)
    connection.connect()
    return connection


def client_of(profile: Profile, desk: Desk | None = None) -> CardClient:
    """A client before a fresh card; with the desk's issuers pinned where it is given."""
    layout = NEXT_CARD if profile.serial.endswith("-next") else CURRENT
    issuers = () if desk is None else desk.issuers
    return CardClient(connected(InsertedCard.unused(profile)), card_issuers=issuers, layout=layout)


def pulled(card: InsertedCard, at: int, when: Tear) -> InProcessConnection:
    """A connection whose card is taken out at its n-th command, at that moment of it."""
    return connected(CardInReader(card, Conditions(taken_out=TakenOut(at, when))))


class Bent:
    """A connection whose n-th answer is another than the card's; what was sent is kept."""

    def __init__(self, inner: InProcessConnection, bend: Callable[[int, bytes, bytes], object]) -> None:
        self.sent: list[bytes] = []
        self._inner = inner
        self._bend = bend

    def transmit(self, apdu: list[int]) -> tuple[list[int], int, int]:
        """The bent answer; `bend` gets the number of the command, the command, and the answer with its status word."""
        self.sent.append(bytes(apdu))
        data, sw1, sw2 = self._inner.transmit(apdu)
        return self._bend(len(self.sent), bytes(apdu), bytes([*data, sw1, sw2]))  # type: ignore[return-value]

    def getReader(self) -> str:  # noqa: N802 - pyscard's name
        """The reader's name."""
        return self._inner.getReader()


def answer(raw: bytes) -> tuple[list[int], int, int]:
    """An answer as a connection gives it."""
    return list(raw[:-2]), raw[-2], raw[-1]


def verifies(sent: list[bytes]) -> list[bytes]:
    """The VERIFY commands that carry a value."""
    return [each for each in sent if each[1] == 0x20 and len(each) > 5]


class Recorded(Bent):
    """A connection that changes nothing and keeps what was sent."""

    def __init__(self, inner: InProcessConnection) -> None:
        super().__init__(inner, lambda _, __, raw: answer(raw))
