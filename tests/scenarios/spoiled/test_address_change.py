"""Each story of the family address_change goes red under the change that the table names, at its step."""

import pytest

from tests.scenarios.spoiled.breaking import require_broken
from tests.scenarios.spoiled.table import Row, rows_of

ROWS = rows_of("address_change")


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.story}-{row.change.id}" for row in ROWS])
def test_story_notices(row: Row, request: pytest.FixtureRequest) -> None:
    """The story breaks off in its own words where the table says, and stays whole without the change (scenarios)."""
    require_broken(row, request)
