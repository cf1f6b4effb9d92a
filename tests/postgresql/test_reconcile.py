"""The verb reconcile on PostgreSQL: once only, whichever process and whichever terminal brings a tap."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import URL

from tests.reference_impl.services import test_reconcile
from tests.reference_impl.services.kill_party import NOON, tap
from tests.reference_impl.services.test_reconcile import Office, counting, office

__all__ = ["counting", "office"]

test_record_counts_once_and_is_answered_alike = test_reconcile.test_record_counts_once_and_is_answered_alike
test_two_records_of_one_name_count_neither = test_reconcile.test_two_records_of_one_name_count_neither
test_one_challenge_is_good_for_one_use = test_reconcile.test_one_challenge_is_good_for_one_use
test_tap_whose_answer_was_lost_counts_once = test_reconcile.test_tap_whose_answer_was_lost_counts_once


@pytest.fixture
def place(store: URL) -> URL:
    """On the server."""
    return store


def test_two_terminals_at_once_share_no_challenge(counting: Office) -> None:
    """Each of twenty challenges is brought by both terminals in the same moment: one of each two is a replay."""
    records = [tap(f"t{number}", NOON, bytes([number]) * 32) for number in range(20)]
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda terminal: counting.send(*records, terminal=terminal), (1, 2))
    pairs = [sorted([first[name], second[name]]) for name in first]
    assert pairs == [["CHALLENGE_REPLAYED", "OK"]] * 20
    assert counting.accepted == 21
    assert counting.visits == 20
