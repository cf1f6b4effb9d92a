"""Two towns: one that may ask the link service, one that may not."""

from collections.abc import Iterator

import pytest

from harness.keys import KeyPool
from tests.harness.conftest import keys
from tests.reference_impl.accounts.town import Town, town_over

__all__ = ["keys"]


@pytest.fixture
def linked(keys: KeyPool) -> Iterator[Town]:
    """A counter that asks the link service."""
    with town_over(keys, with_links=True) as town:
        yield town


@pytest.fixture
def alone(keys: KeyPool) -> Iterator[Town]:
    """A counter without one."""
    with town_over(keys, with_links=False) as town:
        yield town
