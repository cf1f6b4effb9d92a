"""A home for the worlds that clients start, and the command that starts them."""

import sys
from pathlib import Path

import pytest

KAZASHI = f"{sys.executable} -m harness.cli"
"""What a vendor's `kazashi` is, with this very Python."""


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of one world at a time; its keys are made once."""
    return tmp_path_factory.mktemp("home")
