"""The fonts of the tests: this machine's Japanese one, and none."""

import pytest

from cardsim.faces.system_font import ADVICE, find_typeface
from cardsim.faces.typeface import Typeface
from tests.cardsim.faces.programs import leave_out


@pytest.fixture(scope="session")
def japanese() -> Typeface:
    """A Japanese font of this machine."""
    found = find_typeface()
    if found.file is None:
        leave_out(ADVICE)
    return found


@pytest.fixture(scope="session")
def no_font() -> Typeface:
    """No font at all: what needs only digits must work all the same."""
    return Typeface()
