"""A service limited to residents: it asks again once the holder has moved, and goes on when it has seen where to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.jlis.life_events import LifeEvent
from harness.keys import KeyPool
from harness.municipalities import AOI, WAKABA
from reference_impl.services.request import UseRequest
from reference_impl.services.starting import Options, open_services
from reference_impl.verification.purpose import Purpose
from tests.reference_impl.accounts.town import Town, town_over

RESIDENTS = """services:
  - id: library
    name: {ja: 図書館, en: Library}
    archetype: serial-tap
    place: {where: [attended]}
    net: online
    status: {method: ocsp, source: jlis}
    enrolment: {by: [pin, text]}
    serves: {residence: ["48201", "48202"]}
"""
ENROL, TAP = Purpose.ENROL, Purpose.TAP
HERE, THERE = UseRequest(municipality=AOI.code), UseRequest(municipality=WAKABA.code)


@pytest.fixture
def town(keys: KeyPool, tmp_path: Path) -> Iterator[Town]:
    """A library for residents of both towns."""
    policies = tmp_path / "services.yaml"
    policies.write_text(RESIDENTS, encoding="utf-8")
    opened = open_services([policies], Options(municipality=AOI.code))
    with town_over(keys, with_links=True, services=opened) as made:
        yield made


def test_who_has_moved_is_asked_again(town: Town) -> None:
    """What was told before the move is forgotten; told anew it is kept, until the next move."""
    resident = town.world.new_resident(with_card=True, municipality=AOI.code).id
    town.next_mark()
    card = town.card(resident)
    assert [town.reason(ENROL, card, request=HERE), town.reason(TAP, card), town.reason(TAP, card)] == ["OK"] * 3
    town.world.move(resident, WAKABA.code)
    town.next_mark()
    verdict = town.attempt(TAP, card)
    assert verdict.reason == "ASSURANCE_TOO_LOW"
    assert verdict.finding is not None
    assert "住所" in verdict.finding.ja
    assert town.reason(TAP, card, request=THERE) == "OK"
    assert town.reason(TAP, card) == "OK"
    town.happen(resident, LifeEvent.SIGNATURE_ISSUED)
    assert town.reason(TAP, card) == "OK"


def test_the_next_move_is_seen_too(town: Town) -> None:
    """The pair that is in force when the residence is told is the one that is watched from then on."""
    resident = town.world.new_resident(with_card=True, municipality=AOI.code).id
    town.next_mark()
    card = town.card(resident)
    assert town.reason(ENROL, card, request=HERE) == "OK"
    town.world.move(resident, WAKABA.code)
    town.happen(resident, LifeEvent.SIGNATURE_ISSUED)
    assert [town.reason(TAP, card), town.reason(TAP, card, request=THERE)] == ["ASSURANCE_TOO_LOW", "OK"]
    town.world.move(resident, AOI.code)
    town.next_mark()
    assert [town.reason(TAP, card), town.reason(TAP, card, request=HERE)] == ["ASSURANCE_TOO_LOW", "OK"]
