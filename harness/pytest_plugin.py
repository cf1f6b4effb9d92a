"""The pytest plugin: a vendor's tests drive the world and the card, and with `--kazashi-target` their product in it.

world    a fresh world, its fake J-LIS answering on loopback
clock    sets the world's time, and the product's
jlis     addresses, anchors, journal and faults of the fake J-LIS
card     a fresh resident's card, and the events around it
reader   a reader, in the shape of pyscard's connection
target   the product, configured for this world

Every fixture is a test's own. Nothing of the harness is imported before a test asks for one of them.

A product that cannot be tested is a usage error and never a failed test: one line, exit code 4. In a worker of
pytest-xdist, which cannot end a run, it is that line for each test that asked for `target`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.contract.binding import Binding
    from harness.contract.client import RelyingPartyClient
    from harness.contract.targets import Target
    from harness.testing import CardInHand, Jlis, Reader, TurnableClock, WorldInTest

TARGET, SEED = "--kazashi-target", "--kazashi-seed"
NAMELESS = f"`target` needs a product; name one: pytest {TARGET} reference, or http://host:port, or command:PROGRAM"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, in a group of their own."""
    group = parser.getgroup("kazashi", "the My Number card test harness / マイナンバーカード試験環境")
    group.addoption(TARGET, help="the product: reference, http://…, command:…, lines:…, python:MODULE:FACTORY")
    group.addoption(SEED, type=int, default=1, help="residents follow from it (default 1)")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a target that means nothing before anything runs."""
    if config.getoption(TARGET) is not None:
        _named(config)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to run tests of a product that nobody named; an editor that merely lists them may."""
    config = session.config
    if config.getoption(TARGET) is None and not config.getoption("collectonly") and not _workers(config):
        wanting = [item.nodeid for item in session.items if "kazashi_binding" in getattr(item, "fixturenames", ())]
        if wanting:
            raise pytest.UsageError(f"{wanting[0]}: {NAMELESS}")


@pytest.fixture
def world(pytestconfig: pytest.Config) -> Iterator[WorldInTest]:
    """A fresh world whose clock stands on 1 December 2026, 09:00 JST."""
    from harness.testing import world_in_test  # noqa: PLC0415

    with world_in_test(pytestconfig.getoption(SEED)) as made:
        yield made


@pytest.fixture
def clock(world: WorldInTest) -> TurnableClock:
    """The world's clock; a product that was asked for with `target` is kept in step."""
    return world.clock


@pytest.fixture
def jlis(world: WorldInTest) -> Jlis:
    """The fake J-LIS."""
    return world.jlis


@pytest.fixture
def reader() -> Reader:
    """An empty reader."""
    from harness.testing import Reader  # noqa: PLC0415

    return Reader()


@pytest.fixture
def card(world: WorldInTest, reader: Reader) -> CardInHand:
    """A fresh resident's card, lying in the reader."""
    made = world.new_card(reader)
    made.insert()
    return made


@pytest.fixture(scope="session")
def kazashi_binding(pytestconfig: pytest.Config) -> Iterator[Binding]:
    """The way to the product, started once for all tests of this process where it has to be started."""
    if pytestconfig.getoption(TARGET) is None:
        _refuse(pytestconfig, NAMELESS)
    from harness.contract.faults import AdapterFault  # noqa: PLC0415
    from harness.contract.targets import bound_target  # noqa: PLC0415
    from harness.errors import ConfigurationError  # noqa: PLC0415

    target = _named(pytestconfig)
    try:
        _require_one_world(target, _workers(pytestconfig))
        with bound_target(target) as binding:
            _require_set_time(binding)
            yield binding
    except (ConfigurationError, AdapterFault) as fault:
        _refuse(pytestconfig, str(fault))


@pytest.fixture
def target(kazashi_binding: Binding, world: WorldInTest) -> RelyingPartyClient:
    """The product: introduced to this world, everything else forgotten, its clock the world's."""
    return world.introduce(kazashi_binding)


def _named(config: pytest.Config) -> Target:
    """Return the target of the option; UsageError when it means nothing."""
    from harness.contract.targets import parse_target  # noqa: PLC0415
    from harness.errors import ConfigurationError  # noqa: PLC0415

    try:
        return parse_target(config.getoption(TARGET))
    except ConfigurationError as fault:
        raise pytest.UsageError(str(fault).replace("--target", TARGET, 1)) from fault


def _require_one_world(target: Target, workers: int) -> None:
    """Several workers of pytest-xdist are several worlds, and a product can be configured for one."""
    from harness.contract.targets import Address  # noqa: PLC0415
    from harness.errors import ConfigurationError  # noqa: PLC0415

    if workers > 1 and isinstance(target, Address):
        raise ConfigurationError(
            f"{TARGET} {target.url}: expected a product for each of {workers} workers, actual one for all; "
            "leave out -n, or let each worker start its own with command:PROGRAM"
        )


def _require_set_time(binding: Binding) -> None:
    """A product at the host's time would refuse cards of 2026-12-01, and the blame would be ours."""
    from harness.contract.client import RelyingPartyClient  # noqa: PLC0415
    from harness.contract.vocabulary import Capability  # noqa: PLC0415
    from harness.errors import ConfigurationError  # noqa: PLC0415

    if Capability.SET_TIME not in RelyingPartyClient(binding).hello().capabilities:
        raise ConfigurationError(
            f"{TARGET}: expected a product with set_time, actual none at {binding.where}; "
            "the fixtures turn the clock, so test it with `kazashi certify`, which can do without"
        )


def _refuse(config: pytest.Config, why: str) -> NoReturn:
    if _workers(config):
        pytest.fail(f"kazashi: {why}", pytrace=False)
    pytest.exit(f"kazashi: {why}", returncode=pytest.ExitCode.USAGE_ERROR)


def _workers(config: pytest.Config) -> int:
    """Return how many workers of pytest-xdist there are if this process is one of them, or 0."""
    return int(getattr(config, "workerinput", {}).get("workercount", 0))
