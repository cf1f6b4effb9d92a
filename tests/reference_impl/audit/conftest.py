"""The ordinary story, told once; each test has a copy of its own."""

import shutil
from pathlib import Path

import pytest

from tests.reference_impl.audit import stories


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound store; not to be changed."""
    return stories.tell(tmp_path_factory.mktemp("audit") / "told.db")


@pytest.fixture
def store(told: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copy(told, tmp_path / "audit.db"))
