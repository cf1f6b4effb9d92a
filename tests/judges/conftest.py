"""One of everything, made once: the judges only read it."""

import pytest

from tests.judges.issued import Issued, issue


@pytest.fixture(scope="session")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    """What is judged, on keys of its own."""
    return issue(tmp_path_factory.mktemp("keys"), tmp_path_factory.mktemp("issued"))
