"""Counts and balances under a crowd that comes by the relying party's own door, on SQLite."""

import os
from pathlib import Path

from tests.reference_impl.services import party_crowd

TAPS = int(os.environ.get("KAZASHI_PARTY_CROWD", "240"))
"""The whole proof is `python -m tests.reference_impl.services.party_crowd` (100,000)."""


def test_crowd_at_the_partys_door_is_exact(tmp_path: Path) -> None:
    """Four processes: answers, ledger, accounts and audit all say what arithmetic says."""
    of = party_crowd.crowd(TAPS, 6)
    told = party_crowd.run(tmp_path / "party.sqlite", tmp_path, of, 4)
    party_crowd.compare(tmp_path / "party.sqlite", tmp_path, of, told)
