"""When lists are asked for again: by publication, by nextUpdate, by the carrier, and after a pause."""

from datetime import timedelta

import pytest

from reference_impl.lists import schedule
from reference_impl.lists.schedule import Window, due_at, fresh_until, pause_after
from tests.revocation_lists import making as m

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
YOUNG = Window(m.THIS_UPDATE, m.NEXT_UPDATE)
OLDER = Window(m.THIS_UPDATE - 3 * HOUR, m.NEXT_UPDATE)
SHORT = Window(m.THIS_UPDATE, m.NOW + HOUR)
ENDED = Window(m.THIS_UPDATE - 90 * HOUR, m.NOW - HOUR)
NEXT = m.THIS_UPDATE + schedule.LIST_PERIOD


@pytest.mark.parametrize(
    ("windows", "carrier", "jitter", "hours"),
    [
        ([], None, 0.0, 0),
        ([ENDED], None, 0.5, 0),
        ([YOUNG], None, 0.0, 18),
        ([YOUNG, OLDER], None, 0.0, 15),
        ([YOUNG, ENDED], None, 0.0, 18),
        ([YOUNG, SHORT], None, 1.0, 1),
        ([YOUNG], 2, 1.0, 2),
        ([YOUNG], 20, 0.0, 18),
        ([SHORT], 2, 0.0, 1),
    ],
    ids=[
        "none",
        "ended",
        "a day",
        "the oldest",
        "ended ones do not count",
        "nextUpdate",
        "sooner",
        "never later",
        "both",
    ],
)
def test_due(windows: list[Window], carrier: int | None, jitter: float, hours: float) -> None:
    """Six hours after a publication: so many hours from now."""
    said = None if carrier is None else m.NOW + carrier * HOUR
    assert due_at(windows, said, m.NOW, jitter) == m.NOW + hours * HOUR


def test_verifiers_are_spread_and_none_beyond_next_update() -> None:
    """The number that was drawn moves the instant, up to twenty minutes, but not past nextUpdate."""
    times = [due_at([YOUNG], None, m.NOW, jitter) - NEXT for jitter in (0.0, 0.25, 1.0)]
    assert times == [0 * MINUTE, 5 * MINUTE, 20 * MINUTE]
    soon = Window(m.THIS_UPDATE, NEXT + MINUTE)
    assert due_at([soon], None, m.NOW, 1.0) == NEXT + MINUTE


def test_pauses_double_up_to_a_quarter_of_an_hour() -> None:
    """Thirty seconds, a minute, two ...; by chance half of it; and no overflow however long nothing comes of it."""
    assert [pause_after(failures, 1.0) / MINUTE for failures in (0, 1, 2, 4, 5, 10**6)] == [0.5, 1, 2, 8, 15, 15]
    assert pause_after(1, 0.0) == MINUTE / 2


def test_carrier_that_says_less_than_the_least() -> None:
    """The shortest that was said counts, but nobody makes us ask every second."""
    assert fresh_until(m.NOW, [None, HOUR, 2 * HOUR]) == m.NOW + HOUR
    assert fresh_until(m.NOW, [HOUR, timedelta(0)]) == m.NOW + schedule.LEAST_FRESH
    assert fresh_until(m.NOW, [None]) is None
