"""Each kept story goes red under the one change that the table names, at the step that it names."""

import pytest

from tests.scenarios.spoiled.breaking import require_broken
from tests.scenarios.spoiled.table import Row, rows_of

ROWS = rows_of("kept")


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.story}-{row.change.id}" for row in ROWS])
def test_story_notices(row: Row, request: pytest.FixtureRequest) -> None:
    """The story breaks off in its own words where the table says, and stays whole without the change (scenarios)."""
    require_broken(row, request)
