"""The fixtures of the stories: one world and one product a run; a clock, a town and a resident for each story."""

from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from cardsim.status import Language
from harness.contract.client import RelyingPartyClient
from harness.contract.faults import AdapterFault
from harness.contract.targets import REFERENCE, bound_target, parse_target
from harness.errors import ConfigurationError
from harness.home import key_pool
from harness.pcsc_lane import OUR_READER, running_lane
from harness.pcsc_lane.many_cards import ManyCards, many_cards
from scenarios.cards import InProcessReader, PcscReader, Reader
from scenarios.clock import StoryClock
from scenarios.jlis import Jlis
from scenarios.resident import Resident
from scenarios.stage import NotApplicable, Stage, Theatre
from scenarios.story import Story, story_of
from scenarios.telling import Telling
from scenarios.town import Town
from scenarios.verifier import Verifier

CONFIGURATION = 2
TELLING = pytest.StashKey[Telling]()
"""Where a story's test keeps what was told of it."""
BACKENDS = ("inprocess", "pcsc")
READERS = 4
"""Of the lane, two slots each: cards go from one to the next, for pcscd takes its time to see one leave."""


@pytest.fixture(scope="session")
def theatre(pytestconfig: pytest.Config) -> Iterator[Theatre]:
    """The worlds with their doors, and the product."""
    target = pytestconfig.getoption("--target", default=REFERENCE)
    try:
        with (
            bound_target(parse_target(target)) as binding,
            RelyingPartyClient(binding) as client,
            closing(Theatre.open(key_pool(), client, target)) as theatre,
        ):
            yield theatre
    except (ConfigurationError, AdapterFault) as fault:
        pytest.exit(f"kazashi: {fault}", returncode=CONFIGURATION)


@pytest.fixture
def tale(request: pytest.FixtureRequest) -> Story:
    """The story that this test tells."""
    story = story_of(request.function)
    if story is None:
        raise TypeError(f"{request.node.nodeid}: a story needs the decorator `story`")
    return story


@pytest.fixture
def stage(tale: Story, theatre: Theatre) -> Iterator[Stage]:
    """The world of the story's day, in which nothing is wrong."""
    try:
        stage = theatre.stage(tale.begins, tale.set_up, alone=tale.name if tale.alone else "")
    except NotApplicable as limit:
        pytest.skip(str(limit))
    except AdapterFault as fault:
        pytest.exit(f"kazashi: {fault}", returncode=CONFIGURATION)
    yield stage
    stage.faults.clear()


@pytest.fixture(scope="session")
def pcsc_cards() -> Iterator[ManyCards]:
    """A pcscd of the run's own with readers for many cards, for `--card-backend pcsc`."""
    try:
        with running_lane([f"{OUR_READER} {number}" for number in range(READERS)]) as lane, many_cards(lane) as cards:
            yield cards
    except ConfigurationError as fault:
        pytest.exit(f"kazashi: {fault}", returncode=CONFIGURATION)


@pytest.fixture
def reader(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Iterator[Reader]:
    """Where cards are put in, as `--card-backend` says."""
    if pytestconfig.getoption("--card-backend", default="inprocess") == "pcsc":
        with closing(PcscReader(request.getfixturevalue("pcsc_cards"))) as reader:
            yield reader
    else:
        yield InProcessReader()


@pytest.fixture
def telling(
    request: pytest.FixtureRequest, tale: Story, stage: Stage, pytestconfig: pytest.Config
) -> Iterator[Telling]:
    """The story so far; at its end the last verdict has to be judged."""
    language: Language = pytestconfig.getoption("--lang", default="en")
    stage.client.reset()
    aloud = _aloud(pytestconfig) if pytestconfig.getoption("--tell", default=False) else lambda _: None
    aloud(f"{tale.name}: {tale.title.in_language(language)}")
    telling = Telling(
        tale,
        now=stage.world.clock.now,
        journal=stage.world.journal,
        language=language,
        skip=pytest.skip,
        aloud=aloud,
    )
    request.node.stash[TELLING] = telling
    yield telling
    telling.settle()


def _aloud(config: pytest.Config) -> Callable[[str], None]:
    """Return what writes a line to the terminal at once, past what pytest keeps for failures."""
    reporter, captured = (config.pluginmanager.get_plugin(name) for name in ("terminalreporter", "capturemanager"))

    def write(line: str) -> None:
        with captured.global_and_fixture_disabled() if captured else nullcontext():
            if reporter is not None:
                reporter.ensure_newline()
                reporter.write_line(line)

    return write


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


@pytest.fixture
def verifier(stage: Stage, telling: Telling) -> Verifier:
    """A certified verifier, who may ask more than a service may."""
    return Verifier(stage, telling)
