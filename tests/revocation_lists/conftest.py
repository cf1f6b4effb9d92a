"""A shop with the list of one town, and whoever keeps what it sells."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.revocation_lists.keeping import TOWN, Keeper
from tests.revocation_lists.shop import Shop, a_list_of, opened


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A list of one town, published six hours ago."""
    made = Shop({TOWN: a_list_of(TOWN)})
    made.gate.set()
    with opened(made):
        yield made


@pytest.fixture
def keeper(shop: Shop, tmp_path: Path) -> Keeper:
    """Nothing was fetched yet."""
    return Keeper(tmp_path, shop.url)
