"""The clock of a story goes forward only, in Japanese time, and the product hears of every turn."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from harness.clock import ClockMode, ClockRow, WorldClock
from harness.contract.client import RelyingPartyClient
from harness.contract.http_binding import HttpBinding
from harness.errors import HarnessFault
from scenarios.clock import StoryClock
from scenarios.telling import Telling

EVENING = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
"""23:00 on 1 December in Japan."""


class Row:
    """A store of one row."""

    def __init__(self) -> None:
        self.row = ClockRow(ClockMode.FROZEN, EVENING, EVENING, 0)

    def load_clock(self) -> ClockRow:
        """The row."""
        return self.row

    def save_clock(self, row: ClockRow) -> None:
        """Replace it."""
        self.row = row


class Product(RelyingPartyClient):
    """A product that remembers what time it was told."""

    def __init__(self) -> None:
        super().__init__(HttpBinding("http://127.0.0.1:9"))
        self.told: list[tuple[str, int]] = []

    def set_time(self, instant: str, epoch: int) -> None:
        """Remember."""
        self.told.append((instant, epoch))


@pytest.fixture
def product() -> Iterator[Product]:
    """A product."""
    with Product() as product:
        yield product


@pytest.fixture
def clock(product: Product, telling: Telling) -> StoryClock:
    """A clock on a story's first morning, before a product that tolerates two seconds."""
    clock = StoryClock(WorldClock(Row()), product, telling, timedelta(seconds=2))
    clock.begins_a_day_of_its_own()
    return clock


def test_a_story_begins_on_the_next_morning_in_japan(clock: StoryClock, product: Product) -> None:
    """07:00 on 2 December, which is 22:00 UTC on the 1st."""
    assert product.told == [("2026-12-01T22:00:00Z", 1)]
    assert clock.today().isoformat() == "2026-12-02T07:00:00+09:00"


def test_the_product_hears_of_every_turn(clock: StoryClock, product: Product) -> None:
    """The same day, the next day across midnight, and what the product declared that clocks may differ."""
    clock.turns_to("23:59:58")
    clock.turns_to_next_day("00:00:00")
    clock.lets_the_declared_tolerance_pass()
    assert product.told[1:] == [
        ("2026-12-02T14:59:58Z", 2),
        ("2026-12-02T15:00:00Z", 3),
        ("2026-12-02T15:00:02Z", 4),
    ]


@pytest.mark.parametrize("time_of_day", ["06:59:59", "07:00:00"])
def test_it_does_not_go_back(clock: StoryClock, product: Product, time_of_day: str) -> None:
    """A story told in the wrong order is a fault of the story, and the product hears nothing of it."""
    with pytest.raises(HarnessFault, match="not after"):
        clock.turns_to(time_of_day)
    assert len(product.told) == 1
