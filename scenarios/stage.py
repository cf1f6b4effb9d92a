"""What the stories of a run share: worlds, the product, and a forger's tools."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time

from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import configuration
from harness.contract.vocabulary import Capability
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.errors import ConfigurationError
from harness.jlis.faults import Faults
from harness.jlis.validity import JST
from harness.keys import KeyPool
from harness.terminal.hostile import SelfMadeChip
from harness.world import World

SEED = 1


@dataclass(frozen=True, slots=True)
class Stage:
    """One world, on a clock that only goes forward, and the product that lives in it."""

    world: World
    client: RelyingPartyClient
    product: messages.Introduction
    forger: SelfMadeChip
    addresses: Mapping[str, str]
    """Where the doors of the fake J-LIS are."""
    faults: Faults
    """What is wrong with its answers."""


class Theatre:
    """The worlds of a run: most stories share one; a story that needs another day has a world of that day.

    A generation of authorities takes office on 1 April of the year after a world's origin. A world that many stories
    share begins right after that day, so that none of them sees another one come.
    """

    def __init__(self, keys: KeyPool, client: RelyingPartyClient, product: messages.Introduction) -> None:
        self._keys, self._client, self._product = keys, client, product
        self._forger = SelfMadeChip(*(keys.named(f"hostile-{part}") for part in ("issuer", "municipality", "chip")))
        self._stages: dict[date, Stage] = {}
        self._current: date | None = None
        self._held = ExitStack()

    @classmethod
    def open(cls, keys: KeyPool, client: RelyingPartyClient, target: str) -> "Theatre":
        """Return the theatre of a product; ConfigurationError where the product cannot be told the time."""
        product = client.hello()
        if Capability.SET_TIME not in product.capabilities:
            raise ConfigurationError(f"--target {target!r}: expected a product with set_time; stories turn the clock")
        return cls(keys, client, product)

    def stage(self, begins: date) -> Stage:
        """Return the stage of a world that begins that day, the product configured for it."""
        if begins not in self._stages:
            self._stages[begins] = self._made(begins)
        stage = self._stages[begins]
        if self._current != begins:
            self._client.configure(configuration(stage.world, stage.addresses))
            self._current = begins
        return stage

    def close(self) -> None:
        """Close every world and its doors."""
        self._held.close()

    def _made(self, begins: date) -> Stage:
        world = World.create(self._keys, seed=SEED, start=datetime.combine(begins, time(), JST))
        self._held.callback(world.close)
        door = JlisDoor(world)
        served = self._held.enter_context(Served(door.app, garbled=door.garbled))
        return Stage(world, self._client, self._product, self._forger, door.addresses(served.url), door.faults)
