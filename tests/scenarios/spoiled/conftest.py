"""A story under a change: the story's own fixtures, over a world and a product of its own that the change reaches."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from harness.contract.client import RelyingPartyClient
from harness.contract.targets import REFERENCE
from harness.home import key_pool
from harness.keys import KeyPool
from scenarios.fixtures import clock, jlis, reader, resident, stage, telling, town, verifier
from scenarios.stage import Theatre
from scenarios.story import Story, load_stories
from tests.scenarios.spoiled.edits import in_force
from tests.scenarios.spoiled.product import TheatreOfThisProcess, reference_in_process
from tests.scenarios.spoiled.table import Row

__all__ = ["clock", "jlis", "reader", "resident", "stage", "telling", "town", "verifier"]


@pytest.fixture
def tale(row: Row) -> Story:
    """The story of the row."""
    return load_stories()[row.story]


@pytest.fixture(scope="session")
def keys() -> KeyPool:
    """The keys of the installation, read once."""
    return key_pool()


@pytest.fixture
def theatre(row: Row, keys: KeyPool) -> Iterator[Theatre]:
    """A world and a product for one story, made and used while the change holds."""
    with (
        in_force(row.change.edits_made()),
        reference_in_process() as binding,
        RelyingPartyClient(binding) as client,
        closing(TheatreOfThisProcess.open(keys, client, REFERENCE)) as theatre,
    ):
        yield theatre
