"""How long something took: percentiles by the nearest rank, and a histogram that counts each time once."""

from itertools import pairwise

import pytest

from scenarios.distribution import BARS, Distribution

HUNDRED = Distribution("contact", "接触リーダー", tuple(each / 100 for each in range(100, 0, -1)))
ONCE = Distribution("fast", "待ち時間なし", (0.25,))


@pytest.mark.parametrize(("share", "seconds"), [(0.5, 0.5), (0.9, 0.9), (0.99, 0.99), (1.0, 1.0), (0.001, 0.01)])
def test_percentile_is_a_time_that_was_taken(share: float, seconds: float) -> None:
    """The smallest time within which that share of them lay, whatever their order."""
    assert HUNDRED.percentile(share) == seconds


@pytest.mark.parametrize("times", [HUNDRED, ONCE], ids=["a hundred", "one"])
def test_each_time_is_in_one_bar(times: Distribution) -> None:
    """The bars follow one another from the shortest time to the longest, and none is lost at an edge."""
    bars = times.bars()
    assert len(bars) == BARS
    assert sum(count for _, _, count in bars) == len(times.seconds)
    assert bars[0][0] == min(times.seconds)
    assert all(before[1] == pytest.approx(after[0]) for before, after in pairwise(bars))


def test_one_line_says_it() -> None:
    """In both languages: the percentiles, a letter for each bar, how many."""
    words = ONCE.words()
    assert words.en == "  fast: p50 0.250 s, p90 0.250 s, p99 0.250 s [█       ] 1 taps"
    assert words.ja == "  待ち時間なし: p50 0.250 s, p90 0.250 s, p99 0.250 s [█       ] 1回"
