"""The world: what may happen when, that a refusal changes nothing, and that a seed says everything."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cardsim.applications import text
from cardsim.files import File
from harness.chronicle import EventRefused, UnknownResident
from harness.contract.vocabulary import Kind
from harness.history import History, StoreUnusable
from harness.keys import KeyPool
from harness.municipalities import AOI, MUNICIPALITIES, WAKABA
from harness.personalisation import IssuedCard
from harness.residents import Resident
from harness.world import World
from tests.harness.asking import ask, request
from tests.harness.conftest import MakeWorld
from tests.harness.instants import jst

MARK = jst("2026-12-02T09:15:00")


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card of yesterday; it is 09:07."""
    card = world.issue_card(world.new_resident(municipality=AOI.code).id)
    world.clock.set(jst("2026-12-02T09:07:00"))
    return card


def snapshot(world: World, card: IssuedCard) -> list[object]:
    """Return all that an event could have changed."""
    return [world.residents(), world.certificates(card.resident.id), world.card_of(card.resident.id), world.clock.row]


@pytest.mark.parametrize("minute", [0, 14, 15])
def test_an_event_at_or_before_a_published_view_is_refused(world: World, card: IssuedCard, minute: int) -> None:
    """The OCSP answer of 09:15 is out: what is said to happen at 09:15 or before would make it false."""
    ask(world, Kind.AUTH, card.auth_serial, MARK + timedelta(minutes=3))
    world.clock.set(jst(f"2026-12-02T09:{minute:02}:00"))
    before = snapshot(world, card)
    with pytest.raises(
        EventRefused, match=r"2026-12-02T00:15:00\+00:00 was already published.*set the clock to a later"
    ):
        world.lose(card.resident.id)
    assert snapshot(world, card) == before


def test_the_same_event_a_microsecond_after_the_view_happens(world: World, card: IssuedCard) -> None:
    """One microsecond after the mark is late enough."""
    ask(world, Kind.AUTH, card.auth_serial, MARK)
    world.clock.set(MARK + timedelta(microseconds=1))
    world.lose(card.resident.id)
    assert all(entry.revoked for entry in world.certificates(card.resident.id))


def test_a_list_that_is_out_binds_as_an_answer_does(world: World, card: IssuedCard) -> None:
    """The list of 03:00 is out: an event of 03:00 is refused, one of 03:00:01 is not."""
    world.jlis.crl(Kind.AUTH, AOI, jst("2026-12-03T12:00:00"))
    world.clock.set(jst("2026-12-03T03:00:00"))
    with pytest.raises(EventRefused):
        world.lose(card.resident.id)
    world.clock.set(jst("2026-12-03T03:00:01"))
    world.lose(card.resident.id)


def test_an_event_before_the_last_one_is_refused(world: World, card: IssuedCard) -> None:
    """The history goes on, never back: nobody loses on Tuesday a card that they got on Wednesday."""
    world.clock.set(jst("2026-12-04T09:00:00"))
    world.new_resident()
    world.clock.set(jst("2026-12-03T09:00:00"))
    with pytest.raises(EventRefused, match="the history already goes to 2026-12-04T00:00:00"):
        world.lose(card.resident.id)


def test_nobody_of_that_name(world: World) -> None:
    """Each event says who is unknown."""
    for happen in (world.lose, world.move, world.issue_card, world.card_of, world.resident, world.certificates):
        with pytest.raises(UnknownResident, match="'r000666'"):
            happen("r000666")
    with pytest.raises(UnknownResident):
        world.revoke("r000666", "auth", "superseded")


def test_a_hold_is_never_lifted_nor_turned_into_a_revocation(world: World, card: IssuedCard) -> None:
    """spec/pki.md §2: what is on hold stays on hold, with the reason and the time it was published with."""
    world.lose(card.resident.id)
    before = world.certificates(card.resident.id)
    world.clock.advance(timedelta(hours=1))
    for kind in ("auth", "sign"):
        with pytest.raises(EventRefused, match="in force"):
            world.revoke(card.resident.id, kind, "keyCompromise")
    with pytest.raises(EventRefused, match="in force"):
        world.lose(card.resident.id)
    assert world.certificates(card.resident.id) == before


def test_losing_revokes_what_is_left(world: World, card: IssuedCard) -> None:
    """The signature certificate went with a move; the loss holds the other and leaves the first as it was."""
    world.move(card.resident.id)
    world.clock.advance(timedelta(hours=1))
    world.lose(card.resident.id)
    reasons = {entry.kind.value: entry.reason for entry in world.certificates(card.resident.id)}
    assert reasons == {"auth": "certificateHold", "sign": "affiliationChanged"}


def test_an_expired_certificate_is_past_revoking(world: World) -> None:
    """Expiry is no event: after notAfter there is nothing left to revoke, and a move still is a move."""
    resident = world.new_resident(municipality=AOI.code, card_expiry=date(2026, 12, 3)).id
    world.issue_card(resident)
    world.clock.set(jst("2026-12-04T00:00:00"))
    with pytest.raises(EventRefused, match="expired"):
        world.lose(resident)
    world.move(resident)
    assert world.resident(resident).municipality == WAKABA.code
    assert [entry.revoked for entry in world.certificates(resident)] == [None, None]


def test_a_certificate_in_its_last_second_can_be_revoked(world: World) -> None:
    """notAfter is inclusive (RFC 5280 §4.1.2.5)."""
    resident = world.new_resident(card_expiry=date(2026, 12, 3)).id
    world.issue_card(resident)
    world.clock.set(jst("2026-12-03T23:59:59"))
    world.lose(resident)
    assert all(entry.revoked for entry in world.certificates(resident))


def test_the_chip_keeps_its_certificates_in_a_move(world: World, card: IssuedCard) -> None:
    """At the counter the new address is written; the certificates stay, octet for octet, the revoked one too."""
    world.move(card.resident.id, WAKABA.code)
    assert world.resident(card.resident.id).municipality == WAKABA.code
    moved = world.card_of(card.resident.id)
    before, after = card.profile.applications, moved.profile.applications
    assert moved.certificates == card.certificates
    assert {aid for aid in before if after[aid] != before[aid]} == {text.AID}
    old, new = before[text.AID].elements, after[text.AID].elements
    assert {fid for fid in old if new[fid] != old[fid]} == {text.ATTRIBUTES, text.INTEGRITY}
    attributes = new[text.ATTRIBUTES]
    assert isinstance(attributes, File)
    assert moved.resident.address.encode() in attributes.body
    assert moved.resident.municipality == WAKABA.code


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("municipality", "13999"),
        ("birth_date", date(2027, 1, 1)),
        ("birth_date", date(1872, 12, 31)),
        ("sex", "4"),
        ("number", "123456789018"),
        ("number", "999900000002"),
        ("name", ""),
        ("address", "試" * 201),
        ("security_code", "12345"),
        ("id", "../r"),
    ],
)
def test_residents_that_no_register_would_carry(world: World, field: str, value: Any) -> None:
    """Refused with the field's name, and nobody is registered; a real-looking 個人番号 is refused like a wrong one."""
    with pytest.raises(EventRefused, match=field):
        world.new_resident(with_card=False, **{field: value})
    assert world.residents() == []


def test_an_id_is_given_once(world: World, card: IssuedCard) -> None:
    """A second resident of the same id would overwrite the first."""
    with pytest.raises(EventRefused, match="new id"):
        world.new_resident(id=card.resident.id, name="別人")
    assert world.resident(card.resident.id) == card.resident


@pytest.mark.parametrize("with_card", [True, False])
def test_a_card_that_has_already_ended_is_not_handed_over(world: World, *, with_card: bool) -> None:
    """Refused before anything happened: with the resident, nobody is left behind; for a resident, no card is."""
    ended: dict[str, Any] = {"card_expiry": date(2026, 11, 30)}
    if with_card:
        with pytest.raises(EventRefused, match="a card that ends after"):
            world.new_resident(with_card=True, **ended)
        assert world.residents() == []
    else:
        resident = world.new_resident(**ended).id
        with pytest.raises(EventRefused, match="a card that ends after"):
            world.issue_card(resident)
        assert world.certificates(resident) == []


def test_one_card_each(world: World, card: IssuedCard) -> None:
    """A second card is another event, which this world does not know yet; no serial number is spent on trying."""
    with pytest.raises(EventRefused, match="has a card"):
        world.issue_card(card.resident.id)
    assert world.issue_card(world.new_resident().id).auth_serial == card.auth_serial + 1


@pytest.mark.parametrize(
    ("kind", "reason"), [("mobile", "superseded"), ("auth", "removeFromCRL"), ("auth", "cACompromise")]
)
def test_reasons_that_jlis_does_not_use(world: World, card: IssuedCard, kind: str, reason: str) -> None:
    """A kind or reason of no list is refused with the lists."""
    with pytest.raises(EventRefused, match="kinds: auth, sign; reasons: unspecified, keyCompromise"):
        world.revoke(card.resident.id, kind, reason)


def test_a_municipality_that_does_not_exist(world: World, card: IssuedCard) -> None:
    """Refused with those that do."""
    with pytest.raises(EventRefused, match="such as 48201"):
        world.move(card.resident.id, "13999")
    assert world.resident(card.resident.id).municipality == AOI.code


class Full:
    """A disk that is full for whatever is appended."""

    def __call__(self, *_: object) -> None:
        raise StoreUnusable("disk full")


@pytest.mark.parametrize("what", ["lose", "move", "revoke", "resident", "card"])
def test_what_cannot_be_stored_has_not_happened(
    world: World, card: IssuedCard, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """A store that fails leaves register, residents and serial numbers as they were, in memory too."""
    other = world.new_resident().id
    before = snapshot(world, card)
    happen: dict[str, Callable[[], object]] = {
        "lose": lambda: world.lose(card.resident.id),
        "move": lambda: world.move(card.resident.id),
        "revoke": lambda: world.revoke(card.resident.id, "auth", "superseded"),
        "resident": lambda: world.new_resident(with_card=True),
        "card": lambda: world.issue_card(other),
    }
    with monkeypatch.context() as patched:
        patched.setattr(History, "append", Full())
        with pytest.raises(StoreUnusable):
            happen[what]()
    assert snapshot(world, card) == before
    assert world.certificates(other) == []
    happen[what]()


def test_a_view_that_cannot_be_remembered_is_not_handed_out(
    world: World, card: IssuedCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer whose publication was not stored could be contradicted after a restart: it does not leave."""
    with monkeypatch.context() as patched:
        patched.setattr(History, "save_published", Full())
        with pytest.raises(StoreUnusable):
            ask(world, Kind.AUTH, card.auth_serial, MARK)
        with pytest.raises(StoreUnusable):
            world.jlis.crl(Kind.AUTH, AOI, MARK)
    world.clock.set(jst("2026-12-02T09:07:00"))
    world.lose(card.resident.id)


def people(world: World, count: int) -> list[Resident]:
    """Return new residents."""
    return [world.new_resident() for _ in range(count)]


def test_a_seed_says_everything(make_world: MakeWorld) -> None:
    """Same seed and keys: same residents, serials, certificates and answers, octet for octet; another seed: not."""
    first, second, other = make_world(seed=5), make_world(seed=5), make_world(seed=6)
    assert people(first, 20) == people(second, 20)
    assert people(other, 20) != first.residents()
    cards = [[world.issue_card(f"r{n:06d}") for n in (1, 2)] for world in (first, second)]
    assert cards[0] == cards[1]
    assert first.trust() == second.trust()
    for world in (first, second):
        world.clock.set(MARK)
    answers = [
        world.jlis.ocsp(Kind.AUTH, request(world, Kind.AUTH, cards[0][0].auth_serial), MARK).der
        for world in (first, second)
    ]
    assert answers[0] == answers[1]


def test_residents_are_plausible(world: World) -> None:
    """Everybody has a municipality of the country, an address in it, and a number that nobody else has."""
    everybody = people(world, 200)
    assert len({resident.number for resident in everybody}) == 200
    for resident in everybody:
        place = MUNICIPALITIES[resident.municipality]
        assert resident.address.startswith(f"試験県{place.name}")
        assert resident.number.startswith("9999")


def test_no_two_cards_share_a_key(world: World) -> None:
    """Three keys a card, allotted one to one (DESIGN.md §4); the chip's serves each application that wants one."""
    cards = [world.issue_card(resident.id) for resident in people(world, 3)]
    keys = [
        element.pkcs8
        for card in cards
        for application in card.profile.applications.values()
        for element in application.elements.values()
        if hasattr(element, "pkcs8") and element.pkcs8
    ]
    assert len(keys) == 3 * 6
    assert len(set(keys)) == 9


def test_a_world_needs_an_instant_with_a_time_zone(keys: KeyPool) -> None:
    """A naive start is nobody's midnight."""
    with pytest.raises(ValueError, match="with a time zone"):
        World.create(keys, seed=1, start=datetime(2026, 12, 1))  # noqa: DTZ001  (that is the fault)
