"""What the stories of a run share: worlds, the product, and a forger's tools."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import configuration
from harness.contract.targets import REFERENCE, REFERENCE_COMMAND, Command, running_target
from harness.contract.vocabulary import Capability
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.errors import ConfigurationError
from harness.jlis.faults import Faults
from harness.jlis.validity import JST
from harness.keys import KeyPool
from harness.terminal.hostile import SelfMadeChip
from harness.world import World
from scenarios.set_up import SetUp
from scenarios.story import USUALLY

SEED = 1
LATE = timedelta(days=200)
"""After so many days of stories a world is left: in a year another generation of authorities would take office."""


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
    keys: KeyPool
    own_door: str = ""
    """Where the reference's own API is, if it was set up for the story; contract 1.0 says less than that does."""


class NotApplicable(Exception):
    """The story is not about this product; `str()` says why."""


class Theatre:
    """The worlds of a run: most stories share one; a story that needs another day has a world of that day.

    So it is with products: most stories share the one that is tested, and each way of setting the reference up is
    another one.

    A generation of authorities takes office on 1 April of the year after a world's origin. A world that many stories
    share begins right after that day, so that none of them sees another one come.
    """

    def __init__(
        self, keys: KeyPool, client: RelyingPartyClient, product: messages.Introduction, *, is_reference: bool = True
    ) -> None:
        self._keys, self._client, self._product, self._is_reference = keys, client, product, is_reference
        self._forger = SelfMadeChip(*(keys.named(f"hostile-{part}") for part in ("issuer", "municipality", "chip")))
        self._stages: dict[tuple[date, str], Stage] = {}
        self._set_up: dict[tuple[date, SetUp], Stage] = {}
        self._current: tuple[date, str] | None = None
        self._held = ExitStack()

    @classmethod
    def open(cls, keys: KeyPool, client: RelyingPartyClient, target: str) -> "Theatre":
        """Return the theatre of a product; ConfigurationError where the product cannot be told the time."""
        product = client.hello()
        if Capability.SET_TIME not in product.capabilities:
            raise ConfigurationError(f"--target {target!r}: expected a product with set_time; stories turn the clock")
        return cls(keys, client, product, is_reference=target == REFERENCE)

    def stage(self, begins: date, set_up: SetUp = SetUp.ORDINARY, *, alone: str = "") -> Stage:
        """Return the stage of a world that begins that day, with a product configured for it.

        `alone` names a story that shares its world with none. NotApplicable for a product that cannot be set up so.
        """
        if set_up is not SetUp.ORDINARY:
            return self._otherwise(begins, set_up)
        if begins == USUALLY:
            self._leave_a_late_world()
        which = begins, alone
        if which not in self._stages:
            self._stages[which] = self._made(begins)
        stage = self._stages[which]
        if self._current != which:
            self._client.configure(configuration(stage.world, stage.addresses))
            self._current = which
        return stage

    def _leave_a_late_world(self) -> None:
        """Let the next stories begin in the spring again: each takes days, some take months."""
        stage = self._stages.get((USUALLY, ""))
        if stage is not None and stage.world.clock.now().astimezone(JST).date() - USUALLY > LATE:
            del self._stages[USUALLY, ""]
            self._set_up = {key: made for key, made in self._set_up.items() if key[0] != USUALLY}
            self._current = None

    def _otherwise(self, begins: date, set_up: SetUp) -> Stage:
        """Return the stage with a reference of its own: how it was started cannot be changed afterwards."""
        if not self._is_reference:
            raise NotApplicable(f"set-up: {set_up.words[0]}; contract 1.0 has no word for it, only the reference has")
        if (begins, set_up) not in self._set_up:
            usual = self.stage(begins)
            folder = self._held.enter_context(TemporaryDirectory(prefix="kazashi-story-"))
            options = set_up.options(usual.addresses, Path(folder))
            address = self._held.enter_context(self._started(options))
            client = self._held.enter_context(RelyingPartyClient.at(address))
            made = replace(
                usual,
                client=client,
                product=client.hello(),
                own_door=address,
                addresses=set_up.addresses(usual.addresses),
            )
            client.configure(configuration(made.world, made.addresses))
            self._set_up[begins, set_up] = made
        return self._set_up[begins, set_up]

    def _started(self, options: tuple[str, ...]) -> AbstractContextManager[str]:
        """Return the address of a reference that was started so, for the length of a block: a process of its own."""
        return running_target(Command((*REFERENCE_COMMAND, *options)))

    def close(self) -> None:
        """Close every world and its doors."""
        self._held.close()

    def _made(self, begins: date) -> Stage:
        world = World.create(self._keys, seed=SEED, start=datetime.combine(begins, time(), JST))
        self._held.callback(world.close)
        door = JlisDoor(world)
        served = self._held.enter_context(Served(door.app, garbled=door.garbled))
        return Stage(
            world, self._client, self._product, self._forger, door.addresses(served.url), door.faults, self._keys
        )
