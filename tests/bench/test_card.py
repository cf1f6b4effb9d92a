"""`kazashi bench card`: every row is there, what is reported follows from what was measured."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cardsim.apdu import parse_command
from cardsim.files import File
from harness.bench import card, card_memory, card_peer
from harness.bench.card import Plan
from harness.errors import ConfigurationError
from harness.keys import KeyPool
from harness.personalisation import IssuedCard
from harness.world import World

PLAN = Plan(rounds=1, commands=50, seconds=1, cards=300)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with keys of its own."""
    world = World.create(KeyPool(tmp_path_factory.mktemp("keys")), seed=3, start=datetime(2026, 12, 1, tzinfo=UTC))
    yield world
    world.close()


@pytest.fixture(scope="module")
def issued(world: World) -> IssuedCard:
    """A card of a world."""
    return world.issue_card(world.new_resident().id)


def test_rows_in_process(issued: IssuedCard) -> None:
    """Rates, their references and their targets belong together."""
    pure, whole = card.step_rows(PLAN, issued.profile)
    assert (pure.name, whole.name) == ("apdu.inprocess", "apdu.inprocess.bytes")
    assert pure.value is not None
    assert pure.met is (pure.value >= 1e6)
    assert whole.reference == pure.value
    assert 0 < (whole.ratio or 0) < 1
    durable = card.durable_row(PLAN, issued.profile)
    assert durable.value is not None
    assert durable.reference is not None
    assert durable.ratio == pytest.approx(durable.value / durable.reference)
    sign = card.sign_row(PLAN, issued.profile)
    assert sign.met is ((sign.ratio or 0) >= 0.90)


def test_what_is_measured_is_what_it_says(issued: IssuedCard) -> None:
    """Commands that are refused would be fast: the bench looks at the answer."""
    assert parse_command(card.READ).ne == 256
    broken = card_memory.copied(issued.profile, 1, set(), None)
    del broken.applications[bytes.fromhex("D392F000260100000001")].elements[0x0A]  # type: ignore[attr-defined]
    with pytest.raises(ConfigurationError, match="expected 256 bytes"):
        next(card.step_rows(PLAN, broken))


@pytest.mark.parametrize(("keys", "most"), [("pooled", 60.0), ("own", 200.0)])
def test_memory(keys: str, most: float) -> None:
    """The target of 10,000 cards in proportion; what files hold is a part of what was taken."""
    row = card.memory_row(keys, PLAN.cards, most)
    assert row.value is not None
    assert row.target == f"≤ {most * PLAN.cards / 10_000:g} MB"
    assert row.met is (row.value <= most * PLAN.cards / 10_000)


def test_cards_in_memory_share_what_all_have_and_nothing_else(issued: IssuedCard, world: World) -> None:
    """Each copy has contents of its own; keys of its own, or those of the pool."""
    other = world.issue_card(world.new_resident().id).profile
    common = card_memory.bodies(issued.profile) & card_memory.bodies(other)
    assert common
    pool = [card_memory.key_of(issued.profile, number) for number in range(3)]
    one, two = (card_memory.copied(issued.profile, number, common, pool) for number in (1, 2))
    shared = [
        first.body is second.body
        for aid, application in one.applications.items()
        for fid, first in application.elements.items()
        if isinstance(first, File) and isinstance(second := two.applications[aid].elements[fid], File)
    ]
    assert True in shared
    assert False in shared
    assert one.serial != two.serial


def test_a_peer_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No figure, and which package brings it."""
    monkeypatch.setattr(card_peer, "VICC", tmp_path / "vicc")
    assert shutil.which(str(tmp_path / "vicc")) is None
    rate, note = card_peer.vicc_rate(None, 1)  # type: ignore[arg-type]
    assert rate is None
    assert "apt-get install vsmartcard-vpicc" in note
