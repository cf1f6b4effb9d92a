"""The world of these tests: two cards handed over at its beginning, one of them lost an hour later."""

from datetime import datetime, timedelta

from harness.home import key_pool
from harness.municipalities import AOI
from harness.personalisation import IssuedCard
from harness.world import World


def make_world(start: datetime, now: datetime) -> tuple[World, IssuedCard, IssuedCard]:
    """Return the world at `now`, the card, and the lost card: the same bytes for the same home and instants."""
    world = World.create(key_pool(), seed=7, start=start)
    card, lost = (world.issue_card(world.new_resident(municipality=AOI.code).id) for _ in range(2))
    world.clock.advance(timedelta(hours=1))
    world.lose(lost.resident.id)
    world.clock.set(now)
    return world, card, lost
