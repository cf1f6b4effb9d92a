"""Entitlements of services on PostgreSQL: four processes at once, and every sum exact."""

import os

from sqlalchemy import URL

from tests.reference_impl.services import crowd

TAPS = int(os.environ.get("KAZASHI_CROWD", "10000"))


def test_crowd_of_processes_is_exact_on_postgresql(store: URL) -> None:
    """Every sum is what arithmetic says, and so is every answer, whichever row waited for which."""
    crowd.compare(store, TAPS, crowd.run_crowd(store, TAPS, 4))
