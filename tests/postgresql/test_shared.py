"""The tests of tests/reference_impl/test_shared.py over PostgreSQL."""

import pytest
from sqlalchemy import URL

from tests.postgresql.same import same_tests
from tests.reference_impl import test_shared

vars().update(same_tests(test_shared))


@pytest.fixture
def shared_store(store: URL) -> URL:
    """A store that two processes open."""
    return store
