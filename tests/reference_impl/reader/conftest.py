"""One world a session, with a resident who has a card and a phone."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from harness.jlis.life_events import LifeEvent
from harness.jlis.validity import JST
from harness.keys import KeyPool
from harness.world import World
from tests.reference_impl.reader.cards import Desk


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A world that is closed at the end; its keys are its own."""
    keys = KeyPool(tmp_path_factory.mktemp("keys") / "keys")
    world = World.create(keys, seed=7, start=datetime(2026, 12, 1, 9, 0, tzinfo=JST))
    try:
        resident = world.new_resident().id
        world.issue_card(resident)
        world.happen(resident, LifeEvent.PHONE_BOUND)
        yield Desk(world, resident)
    finally:
        world.close()
