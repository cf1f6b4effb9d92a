"""Entitlements of services on PostgreSQL: four processes at once, and every sum exact."""

import os
from pathlib import Path

from sqlalchemy import URL

from tests.reference_impl.services import crowd, uploads

TAPS = int(os.environ.get("KAZASHI_CROWD", "10000"))


def test_crowd_of_processes_is_exact_on_postgresql(store: URL) -> None:
    """Every sum is what arithmetic says, and so is every answer, whichever row waited for which."""
    crowd.compare(store, TAPS, crowd.run_crowd(store, TAPS, 4))


def test_uploads_in_parallel_end_where_one_after_the_other_does(store: URL, tmp_path: Path) -> None:
    """Four processes take in the same records in orders of their own: the same rows as on SQLite, in order."""
    uploads.run_all(store, 4)
    alone = tmp_path / "alone.db"
    uploads.work(alone, 99)
    assert uploads.state(store) == uploads.state(alone)
