"""The pytest plugin: a vendor's tests drive the world and the card, and with `--kazashi-target` their product in it.

world    a fresh world, its fake J-LIS answering on loopback
clock    sets the world's time, and the product's
jlis     addresses, anchors, journal and faults of the fake J-LIS
card     a fresh resident's card, and the events around it
reader   a reader, in the shape of pyscard's connection
target   the product, configured for this world

Every fixture is a test's own. Nothing of the harness is imported before a test asks for one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.contract.binding import Binding
    from harness.contract.client import RelyingPartyClient
    from harness.testing import CardInHand, Jlis, Reader, TurnableClock, WorldInTest

TARGET, SEED = "--kazashi-target", "--kazashi-seed"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, in a group of their own."""
    group = parser.getgroup("kazashi", "the My Number card test harness / マイナンバーカード試験環境")
    group.addoption(TARGET, help="the product: reference, http://…, command:…, lines:…, python:MODULE:FACTORY")
    group.addoption(SEED, type=int, default=1, help="residents follow from it (default 1)")


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
    """The way to the product, started once for all tests where it has to be started."""
    text = pytestconfig.getoption(TARGET)
    if text is None:
        pytest.fail(f"`target` needs a product: pytest {TARGET}=reference, or http://host:port", pytrace=False)
    from harness.contract.targets import bound_target, parse_target  # noqa: PLC0415
    from harness.errors import ConfigurationError  # noqa: PLC0415

    try:
        with bound_target(parse_target(text)) as binding:
            yield binding
    except ConfigurationError as fault:
        pytest.exit(f"kazashi: {fault}", returncode=pytest.ExitCode.USAGE_ERROR)


@pytest.fixture
def target(kazashi_binding: Binding, world: WorldInTest) -> RelyingPartyClient:
    """The product: introduced to this world, everything else forgotten, its clock the world's."""
    return world.introduce(kazashi_binding)
