"""`kazashi bench card`: every row is there, what is reported follows from what was measured."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from cardsim.apdu import parse_command
from cardsim.applications import jpki
from harness.bench import card, card_memory, card_peer
from harness.bench.card import Plan
from harness.errors import ConfigurationError
from harness.home import key_pool
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
    assert whole.value is not None
    assert whole.reference == pure.value
    assert whole.ratio == pytest.approx(whole.value / pure.value)
    durable = card.durable_row(PLAN, issued.profile)
    assert durable.value is not None
    assert durable.reference is not None
    assert durable.ratio == pytest.approx(durable.value / durable.reference)
    sign = card.sign_row(PLAN, issued.profile)
    assert sign.met is ((sign.ratio or 0) >= 0.90)


def test_what_is_measured_is_what_it_says(issued: IssuedCard) -> None:
    """Commands that are refused would be fast: the bench looks at the answer."""
    assert parse_command(card.READ).ne == 256
    application = issued.profile.applications[jpki.AID]
    elements = {fid: element for fid, element in application.elements.items() if fid != jpki.AUTH_CERTIFICATE}
    lacking = {jpki.AID: msgspec.structs.replace(application, elements=elements)}
    broken = msgspec.structs.replace(issued.profile, applications=lacking)
    with pytest.raises(ConfigurationError, match="expected 256 bytes"):
        next(card.step_rows(PLAN, broken))


@pytest.mark.parametrize(("keys", "most"), [("pooled", 60.0), ("own", 200.0)])
def test_memory(keys: str, most: float) -> None:
    """The target of 10,000 cards in proportion; what no other card has is a part of what was taken."""
    fresh, tapped = card.memory_rows(keys, PLAN.cards, most)
    assert fresh.value is not None
    assert tapped.value is not None
    assert fresh.target == f"≤ {most * PLAN.cards / 10_000:g} MB"
    assert fresh.met is (fresh.value <= most * PLAN.cards / 10_000)
    assert tapped.value >= fresh.value
    assert tapped.target in {None, ""}


@pytest.mark.parametrize("pooled", [True, False])
def test_cards_in_memory_share_what_all_have_and_nothing_else(*, pooled: bool) -> None:
    """Each has certificates and keys of its own, or the keys of the pool; authorities' certificates are one object."""
    key = key_pool().numbered(0)
    made = card_memory.cards(card_memory.issued_for_one(), [key] if pooled else None, card_memory.key_bytes(key))
    (one, holder), (two, other) = (next(made) for _ in range(2))
    assert one.profile.serial != two.profile.serial
    assert holder.number != other.number
    first, second = (each.profile.applications[jpki.AID].elements for each in (one, two))
    assert first[jpki.AUTH_CA_CERTIFICATE] == second[jpki.AUTH_CA_CERTIFICATE]
    for fid in (jpki.AUTH_CERTIFICATE, jpki.SIGN_CERTIFICATE):
        assert first[fid].body is not second[fid].body  # type: ignore[union-attr]
    assert (first[jpki.AUTH_KEY] == second[jpki.AUTH_KEY]) is pooled
    card_memory.use(one, holder)
    with pytest.raises(ConfigurationError, match="expected 9000 to 00200091"):
        card_memory.use(two, replace(other, birth_date=date(1901, 1, 1)))


def test_a_peer_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No figure, and which package brings it."""
    monkeypatch.setattr(card_peer, "VICC", tmp_path / "vicc")
    assert shutil.which(str(tmp_path / "vicc")) is None
    rate, note = card_peer.vicc_rate(None, 1)  # type: ignore[arg-type]
    assert rate is None
    assert "apt-get install vsmartcard-vpicc" in note
