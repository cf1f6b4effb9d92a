"""A fake J-LIS and its control door on loopback, over one world with one card; and what must hold after every storm."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
from cryptography.x509 import ocsp

from harness.contract.vocabulary import Kind
from harness.doors.bounds import STANDARD, Bounds
from harness.doors.control import ControlDoor
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.keys import KeyPool
from harness.personalisation import IssuedCard
from harness.slots import Slots
from harness.world import World
from tests.harness.asking import request
from tests.harness.instants import jst

NOW = jst("2026-12-02T09:07:00")
TOKEN = "correct-horse-battery-staple"
PROOF = {"authorization": f"Bearer {TOKEN}"}


@dataclass(frozen=True)
class Doors:
    """The doors of one world, and the card that is in it."""

    world: World
    card: IssuedCard
    jlis_door: JlisDoor
    control_door: ControlDoor
    jlis: Served
    control: Served

    def told(self, mark: int) -> list[tuple[str, int]]:
        """Return the doors and numbers of the journal since a mark."""
        return [(entry.door, entry.http) for entry in self.world.journal.since(mark)]

    def answer_rightly(self) -> None:
        """Ask both doors what they were asked before the storm: the same is true."""
        self.jlis_door.faults.clear()
        self.world.clock.freeze()
        self.world.clock.set(NOW)
        asked = request(self.world, Kind.AUTH, self.card.auth_serial)
        said = httpx.post(f"{self.jlis.url}/ocsp/auth", content=asked, trust_env=False)
        assert ocsp.load_der_ocsp_response(said.content).certificate_status is ocsp.OCSPCertStatus.GOOD
        clock = httpx.get(f"{self.control.url}/v1/clock", headers=PROOF, trust_env=False)
        assert clock.json()["instant"].startswith("2026-12-02T00:07:")


Open = Callable[..., Doors]


@pytest.fixture(scope="session")
def session_keys(tmp_path_factory: pytest.TempPathFactory) -> KeyPool:
    """The keys of one installation, for all tests."""
    return KeyPool(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def doors(request: pytest.FixtureRequest, session_keys: KeyPool) -> Iterator[Doors]:
    """Both doors, with the bounds that the test names (indirect), the standard ones otherwise."""
    bounds: Bounds = getattr(request, "param", STANDARD)
    world = World.create(session_keys, seed=7, start=jst("2026-12-01T00:00:00"))
    try:
        card = world.issue_card(world.new_resident().id)
        world.clock.set(NOW)
        jlis_door = JlisDoor(world)
        with Slots(2) as slots:
            control_door = ControlDoor(world, TOKEN, faults=jlis_door.faults, slots=slots)
            with (
                Served(jlis_door.app, garbled=jlis_door.garbled, bounds=bounds) as jlis,
                Served(control_door.app, garbled=control_door.garbled, bounds=bounds) as control,
            ):
                yield Doors(world, card, jlis_door, control_door, jlis, control)
    finally:
        world.close()
