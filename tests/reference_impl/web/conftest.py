"""The service over a relying party with a test PKI."""

from collections.abc import Iterator

import pytest

from tests.reference_impl.conftest import World, enrolled, world
from tests.reference_impl.web.client import Site

__all__ = ["enrolled", "world"]


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    """The service; nobody is enrolled."""
    made = Site(world)
    yield made
    made.close()


@pytest.fixture
def served(site: Site) -> Site:
    """The same, with the holder enrolled at the library."""
    assert site.attempt("enrol")["reason"] == "OK"
    return site
