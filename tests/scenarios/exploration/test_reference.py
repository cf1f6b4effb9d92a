"""The reference against the oracle: a short exploration that is the same each time; minutes are played by hand."""

from collections.abc import Iterator

import pytest

from harness.contract.client import RelyingPartyClient
from scenarios.exploration.exploring import Figures
from scenarios.exploration.machine import explore
from scenarios.exploration.stage import Venue, venue_of
from tests.scenarios.spoiled.product import reference_in_process

SEED, PLAYS = 5, 30
FEWEST_REASONS = 15
"""Of those that half a minute reaches; all of them are reached by hand (docs/exploration.md)."""


@pytest.fixture
def venue() -> Iterator[Venue]:
    """The reference, with nothing wrong."""
    with reference_in_process() as binding, RelyingPartyClient(binding) as client, venue_of(client) as venue:
        yield venue


def test_reference_decides_as_the_tables_say(venue: Venue) -> None:
    """Every outcome, account and status word of thirty plays is one that the oracle foretold."""
    figures = Figures()
    broken = explore(venue, seeded=SEED, plays=PLAYS, watch=figures.count)
    assert broken is None, broken.report
    assert figures.plays >= PLAYS
    assert len(figures.reasons()) >= FEWEST_REASONS, figures.table()
