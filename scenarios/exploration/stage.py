"""Where explorations are played: one product and one door of the fake J-LIS, and a new world for each play."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn, Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import configuration
from harness.contract.messages import Introduction
from harness.contract.targets import bound_target, parse_target
from harness.contract.vocabulary import Capability
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.errors import ConfigurationError
from harness.home import key_pool
from harness.jlis.validity import JST
from harness.keys import KeyPool
from harness.terminal.hostile import SelfMadeChip
from harness.world import World
from scenarios.cards import InProcessReader, Reader
from scenarios.stage import SEED, Stage

MEMORY = Path("/dev/shm")  # noqa: S108  (cards are written durably, and end with the play)


class NotTellable(Exception):
    """The product lacks what a step needs; `str()` says what."""


def not_tellable(reason: str, /) -> NoReturn:
    """End a play that this product cannot be put through."""
    raise NotTellable(reason)


class Spoiling(Protocol):
    """What is wrong with a world on purpose, to see that it is found (`tests/scenarios/exploration`)."""

    def __call__(self, world: World, /) -> World:
        """Return the world as it is to be, or another one that behaves almost like it."""


class _Relay:
    """Hands requests to the world that is played in: one door for all of them."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Set:
    """A stage that is set, and where cards lie and are put in."""

    stage: Stage
    folder: Path
    reader: Reader


class Venue:
    """A product, and everything that a world needs to be played in."""

    def __init__(  # noqa: PLR0913, PLR0917  (what a play needs)
        self, keys: KeyPool, client: RelyingPartyClient, served: Served, relay: _Relay, reader: Reader, spoil: Spoiling
    ) -> None:
        self._keys, self._client, self._served, self._relay = keys, client, served, relay
        self._reader, self._spoil = reader, spoil
        self.product: Introduction = client.hello()
        self._forger = SelfMadeChip(*(keys.named(f"hostile-{part}") for part in ("issuer", "municipality", "chip")))

    @contextmanager
    def set(self, begins: date) -> Iterator[Set]:
        """Yield a stage whose world begins that day; the product has forgotten everything."""
        start = datetime.combine(begins, time(), JST)
        with (
            closing(World.create(self._keys, seed=SEED, start=start)) as made,
            TemporaryDirectory(prefix="kazashi-play-", dir=MEMORY if MEMORY.is_dir() else None) as folder,
        ):
            world = self._spoil(made)
            door = JlisDoor(world)
            self._relay.app = door.app
            addresses = door.addresses(self._served.url)
            self._client.configure(configuration(world, addresses))
            self._client.reset()
            stage = Stage(world, self._client, self.product, self._forger, addresses, door.faults, self._keys)
            yield Set(stage, Path(folder), self._reader)
            door.faults.clear()


def as_it_is(world: World) -> World:
    """Spoil nothing."""
    return world


@contextmanager
def open_venue(target: str) -> Iterator[Venue]:
    """Yield the venue of a product; ConfigurationError where it cannot be told the time."""
    with (
        bound_target(parse_target(target)) as binding,
        RelyingPartyClient(binding) as client,
        venue_of(client) as venue,
    ):
        yield venue


@contextmanager
def venue_of(
    client: RelyingPartyClient, *, spoil: Spoiling = as_it_is, reader: Reader | None = None
) -> Iterator[Venue]:
    """Yield the same where somebody stands already between the product, the world or the card and whoever looks."""
    if Capability.SET_TIME not in client.hello().capabilities:
        raise ConfigurationError(f"{client.where}: expected a product with set_time; stories turn the clock")
    relay = _Relay()
    with Served(relay) as served:
        yield Venue(key_pool(), client, served, relay, reader or InProcessReader(), spoil)
