"""The fixtures of the stories: one world and one product a run; a clock, a town and a resident for each story."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cardsim.status import Language
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import configuration
from harness.contract.faults import AdapterFault
from harness.contract.messages import Introduction
from harness.contract.targets import REFERENCE, bound_target, parse_target
from harness.contract.vocabulary import Capability
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.errors import ConfigurationError
from harness.home import key_pool
from harness.jlis.validity import JST
from harness.pcsc_lane import PcscLane, running_lane
from harness.terminal.hostile import SelfMadeChip
from harness.world import World
from scenarios.cards import InProcessReader, PcscReader, Reader
from scenarios.clock import StoryClock
from scenarios.jlis import Jlis
from scenarios.resident import Resident
from scenarios.stage import Stage
from scenarios.story import story_of
from scenarios.telling import Telling
from scenarios.town import Town

START = datetime(2026, 12, 1, tzinfo=JST)
"""The host's calendar plays no part in a story."""
SEED = 1
CONFIGURATION = 2
BACKENDS = ("inprocess", "pcsc")


@pytest.fixture(scope="session")
def stage(pytestconfig: pytest.Config) -> Iterator[Stage]:
    """The world with its doors, and the product configured for it."""
    target = pytestconfig.getoption("--target", default=REFERENCE)
    keys = key_pool()
    forger = SelfMadeChip(*(keys.named(f"hostile-{part}") for part in ("issuer", "municipality", "chip")))
    with closing(World.create(keys, seed=SEED, start=START)) as world:
        door = JlisDoor(world)
        with Served(door.app, garbled=door.garbled) as served:
            addresses = door.addresses(served.url)
            try:
                with bound_target(parse_target(target)) as binding, RelyingPartyClient(binding) as client:
                    product = _introduced(client, target)
                    client.configure(configuration(world, addresses))
                    yield Stage(world, client, product, forger, addresses)
            except (ConfigurationError, AdapterFault) as fault:
                pytest.exit(f"kazashi: {fault}", returncode=CONFIGURATION)


def _introduced(client: RelyingPartyClient, target: str) -> Introduction:
    product = client.hello()
    if Capability.SET_TIME not in product.capabilities:
        raise ConfigurationError(f"--target {target!r}: expected a product with set_time; stories turn the clock")
    return product


@pytest.fixture(scope="session")
def pcsc_lane() -> Iterator[PcscLane]:
    """A pcscd of the run's own, for `--card-backend pcsc`."""
    try:
        with running_lane() as lane:
            yield lane
    except ConfigurationError as fault:
        pytest.exit(f"kazashi: {fault}", returncode=CONFIGURATION)


@pytest.fixture
def reader(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Reader:
    """Where cards are put in, as `--card-backend` says."""
    if pytestconfig.getoption("--card-backend", default="inprocess") == "pcsc":
        return PcscReader(request.getfixturevalue("pcsc_lane"))
    return InProcessReader()


@pytest.fixture
def telling(request: pytest.FixtureRequest, stage: Stage, pytestconfig: pytest.Config) -> Iterator[Telling]:
    """The story so far; at its end the last verdict has to be judged."""
    story = story_of(request.function)
    if story is None:
        raise TypeError(f"{request.node.nodeid}: a story needs the decorator `story`")
    language: Language = pytestconfig.getoption("--lang", default="en")
    stage.client.reset()
    telling = Telling(
        story, now=stage.world.clock.now, journal=stage.world.journal, language=language, skip=pytest.skip
    )
    yield telling
    telling.settle()


@pytest.fixture
def clock(stage: Stage, telling: Telling) -> StoryClock:
    """The clock, on a day of the story's own."""
    tolerance = timedelta(seconds=stage.product.tolerances.clock_seconds)
    clock = StoryClock(stage.world.clock, stage.client, telling, tolerance)
    clock.begins_a_day_of_its_own()
    return clock


@pytest.fixture
def town(stage: Stage, telling: Telling, clock: StoryClock, tmp_path: Path, reader: Reader) -> Town:
    """The counter where cards are handed out."""
    return Town(stage, telling, clock, tmp_path, reader)


@pytest.fixture
def resident(town: Town) -> Resident:
    """Somebody with a fresh card."""
    return town.issues_a_card()


@pytest.fixture
def jlis(stage: Stage, telling: Telling) -> Jlis:
    """The fake J-LIS from outside."""
    return Jlis(stage, telling)
