"""The world as a test holds it: what the fixtures of the pytest plugin give, also for use without pytest."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from cardsim.faults import CardNotPowered
from cardsim.readers.inprocess import READER_NAME, InProcessConnection
from cardsim.slot import InsertedCard
from cardsim.trace import Trace
from harness.contract.binding import Binding
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import configuration
from harness.contract.vocabulary import Capability
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.forgery import Variant
from harness.home import key_pool
from harness.jlis.journal import Entry
from harness.jlis.life_events import LifeEvent
from harness.jlis.populations import Medium
from harness.jlis.validity import JST
from harness.personalisation import IssuedCard
from harness.presented import Form, Which, present
from harness.world import Trust, World

OPENING = datetime(2026, 12, 1, 9, 0, 1, tzinfo=JST)
"""A second after a mark: what happens next comes after everything that OCSP has said."""
BEFORE = timedelta(hours=1)
"""How long before a test begins its first cards were issued: OCSP knows them by then."""
STOCK = 2
POLL_SECONDS = 0.01


class TurnableClock:
    """The world's clock, and with it the product's."""

    def __init__(self, world: World) -> None:
        self._clock = world.clock
        self.followers: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """Return the world's instant, in UTC."""
        return self._clock.now()

    def set(self, instant: datetime) -> None:
        """Set the clock to an aware instant."""
        self._clock.set(instant)
        self._tell()

    def advance(self, span: timedelta) -> None:
        """Move the clock on."""
        self._clock.advance(span)
        self._tell()

    def next_mark(self) -> None:
        """Move the clock to the next quarter of an hour, at which OCSP speaks anew."""
        now = self.now()
        self.set(now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0) + timedelta(minutes=15))

    def _tell(self) -> None:
        for follower in self.followers:
            follower()


class Jlis:
    """The fake J-LIS from outside: where it answers, what to trust, what it was asked, what it does wrong."""

    def __init__(self, world: World, door: JlisDoor, url: str) -> None:
        self._world, self._door = world, door
        self.addresses = door.addresses(url)
        self.faults = door.faults

    @property
    def trust(self) -> Trust:
        """The anchors of this world."""
        return self._world.trust()

    @property
    def journal(self) -> list[Entry]:
        """Every request so far, the latest last."""
        return self._world.journal.since(0)

    def await_question(self, serial: int, *, seconds: float = 5.0) -> Entry:
        """Return the first question about a certificate, waiting for it; AssertionError when none comes."""
        give_up = time.monotonic() + seconds
        while True:
            found = [entry for entry in self.journal if entry.serial == serial]
            if found:
                return found[0]
            if time.monotonic() > give_up:
                raise AssertionError(f"expected a question about serial {serial:X} within {seconds} s, actual none")
            time.sleep(POLL_SECONDS)


class Reader:
    """A reader with at most one card; `connection()` has the shape of pyscard's CardConnection."""

    name = READER_NAME

    def __init__(self) -> None:
        self._card: InsertedCard | None = None

    def put_in(self, card: InsertedCard) -> None:
        """Put a card in, in place of the one that is there."""
        self.take_out()
        self._card = card

    def take_out(self) -> None:
        """Take the card out: its power and its session are gone."""
        if self._card is not None:
            self._card.power_off()
        self._card = None

    def connection(self) -> InProcessConnection:
        """Return a connection to the card in the reader; CardNotPowered when there is none."""
        if self._card is None:
            raise CardNotPowered(f"{self.name}: expected a card, actual none; `card.insert()` first")
        connection = InProcessConnection(self._card, self.name)
        connection.connect()
        return connection


class CardInHand:
    """A resident's card, and what can happen to it and its holder."""

    pin = "1234"
    password = "ABC123"  # noqa: S105  (the password of a synthetic card)

    def __init__(self, world: World, issued: IssuedCard, reader: Reader) -> None:
        self._world, self._reader = world, reader
        self.issued = issued
        self.trace = Trace()
        self._card = InsertedCard.unused(issued.profile, self.trace)

    def insert(self) -> None:
        """Put the card into the reader."""
        self._reader.put_in(self._card)

    def remove(self) -> None:
        """Take it out."""
        self._reader.take_out()

    def variant(self, word: str) -> "CardInHand":
        """Return a card that is not genuine, made of this one: `kazashi card variants` lists the words."""
        return self._beside(Which(variant=Variant(word)))

    def phone(self, form: str = "android") -> "CardInHand":
        """Return the holder's phone, bound when they have none: its certificates are behind its PIN."""
        if not any(each.medium is Medium.PHONE for each in self._world.all_certificates(self.issued.resident.id)):
            self._world.happen(self.issued.resident.id, LifeEvent.PHONE_BOUND)
        return self._beside(Which(Form(form)))

    def _beside(self, which: Which) -> "CardInHand":
        card, _ = present(self._world, self.issued.resident.id, which)
        return CardInHand(self._world, card, self._reader)

    def tries_left(self, pin: str = "jpki.auth") -> int:
        """Return the tries that are left of a PIN, without asking the card."""
        return self._card.kept.pins[pin].left

    def lose(self) -> None:
        """The holder reports the card lost (一時停止)."""
        self._world.lose(self.issued.resident.id)

    def move(self) -> None:
        """The holder moves to the other municipality (転居): the signature certificate is revoked."""
        self._world.move(self.issued.resident.id)

    def revoke(self, kind: str, reason: str) -> None:
        """One certificate is revoked, `kind` auth or sign, for a reason of RFC 5280 §5.3.1."""
        self._world.revoke(self.issued.resident.id, kind, reason)


class WorldInTest:
    """A world, its doors open, and the product that was introduced to it."""

    def __init__(self, world: World, door: JlisDoor, url: str) -> None:
        self.world = world
        self._stock = [world.issue_card(world.new_resident().id) for _ in range(STOCK)]
        world.clock.set(OPENING)
        self.clock = TurnableClock(world)
        self.jlis = Jlis(world, door, url)

    def new_card(self, reader: Reader) -> CardInHand:
        """Return a resident's card; the first two were issued an hour ago, OCSP knows others at the next mark."""
        issued = self._stock.pop() if self._stock else self.world.issue_card(self.world.new_resident().id)
        return CardInHand(self.world, issued, reader)

    def introduce(self, binding: Binding) -> RelyingPartyClient:
        """Return the product, configured for this world, empty, and in step with its clock."""
        client = RelyingPartyClient(binding)
        client.revive()
        capabilities = client.hello().capabilities
        client.configure(configuration(self.world, self.jlis.addresses))
        client.reset()
        if Capability.SET_TIME in capabilities:

            def follow() -> None:
                instant = self.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                client.set_time(instant, self.world.clock.epoch)

            follow()
            self.clock.followers.append(follow)
        return client


@contextmanager
def world_in_test(seed: int) -> Iterator[WorldInTest]:
    """Yield a fresh world on 1 December 2026, 09:00 JST, its doors open on loopback."""
    world = World.create(key_pool(), seed=seed, start=OPENING - BEFORE)
    try:
        door = JlisDoor(world)
        with Served(door.app, garbled=door.garbled) as served:
            yield WorldInTest(world, door, served.url)
    finally:
        world.close()
