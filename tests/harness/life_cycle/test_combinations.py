"""Events one after the other: what was said stays said, and each certificate stands on the list of its own place."""

from datetime import date, datetime

import pytest
from cryptography import x509

from harness.chronicle import EventRefused
from harness.events import Changes
from harness.jlis.entries import Entry
from harness.jlis.life_events import LifeEvent
from harness.municipalities import AOI, MUNICIPALITIES, WAKABA
from harness.world import World
from tests.harness.instants import jst
from tests.harness.life_cycle.observing import POPULATIONS, answer, leaf_of, listed, said
from tests.harness.life_cycle.scenes import NEW_NAME, WAKABA_ADDRESS, last_of_each, settle

HELD, REPLACED, CHANGED, STOPPED = "certificateHold", "superseded", "affiliationChanged", "cessationOfOperation"
ENDS = datetime.fromisoformat("2031-02-17T14:59:59+00:00")
"""The fifth birthday after issuance in December 2026."""


@pytest.fixture
def holder(world: World) -> str:
    """Somebody with a card and a phone since midnight of 1 December 2026, born on 17 February 1980, of 葵市."""
    return settle(world)


def happen(world: World, holder: str, at: str, event: LifeEvent, changes: Changes | None = None) -> None:
    """Let something happen at an instant of Japan."""
    world.clock.set(jst(at))
    world.happen(holder, event, changes or Changes())


def four(world: World, holder: str) -> dict[str, Entry]:
    """Return the last certificate of each population that somebody has."""
    return {name: entry for name, entry in last_of_each(world, holder).items() if entry is not None}


def statuses(world: World, entries: dict[str, Entry], at: str) -> dict[str, str]:
    """Return what OCSP says of certificates, and see that the lists agree; nothing happened since they were out."""
    said_of = {name: said(world, entry, jst(at)) for name, entry in entries.items()}
    for name, entry in entries.items():
        assert listed(world, entry, jst(at)) == (said_of[name].partition(" ")[2] or None), name
    return said_of


def test_lost_then_reissued(world: World, holder: str) -> None:
    """The hold of the old pair is never lifted and never becomes superseded; the new pair is good."""
    old = four(world, holder)
    happen(world, holder, "2026-12-02T09:07:00", LifeEvent.LOST)
    happen(world, holder, "2026-12-10T10:00:00", LifeEvent.CARD_REISSUED)
    assert statuses(world, old, "2026-12-11T12:00:00") == dict.fromkeys(old, f"revoked {HELD}")
    assert answer(world, old["sign card"], jst("2026-12-11T12:00:00")).revocation_time_utc == jst("2026-12-02T09:07:00")
    new = four(world, holder)
    assert [new[name].serial == old[name].serial for name in POPULATIONS] == [False, False, True, True]
    assert statuses(world, {name: new[name] for name in ("auth card", "sign card")}, "2026-12-11T12:00:00") == {
        "auth card": "good",
        "sign card": "good",
    }
    happen(world, holder, "2026-12-12T10:00:00", LifeEvent.PHONE_BOUND)
    assert statuses(world, old, "2026-12-13T12:00:00") == dict.fromkeys(old, f"revoked {HELD}")
    assert statuses(world, four(world, holder), "2026-12-13T12:00:00") == dict.fromkeys(POPULATIONS, "good")


def test_moved_then_signature_issued_then_moved_again(world: World, holder: str) -> None:
    """Each signature certificate tells the address of its day and stands on the list of that municipality only."""
    first = four(world, holder)
    move = Changes(municipality=WAKABA.code, address=WAKABA_ADDRESS)
    happen(world, holder, "2026-12-02T09:07:00", LifeEvent.MOVED_IN, move)
    happen(world, holder, "2026-12-03T10:00:00", LifeEvent.SIGNATURE_ISSUED)
    second = four(world, holder)
    assert second["sign card"].serial > first["sign card"].serial
    assert second["auth card"].serial == first["auth card"].serial
    assert WAKABA_ADDRESS.encode() in world.certificate(second["sign card"])
    assert WAKABA_ADDRESS.encode() not in world.certificate(first["sign card"])
    assert world.card_of(holder).sign_serial == second["sign card"].serial
    assert said(world, second["sign card"], jst("2026-12-03T10:15:00")) == "good"
    back = Changes(municipality=AOI.code, address=world.resident(holder).address.replace("若葉市", "葵市"))
    happen(world, holder, "2026-12-05T09:07:00", LifeEvent.MOVED_IN, back)
    later = jst("2026-12-06T12:00:00")
    for entry, home in ((first["sign card"], AOI), (second["sign card"], WAKABA)):
        assert said(world, entry, later) == f"revoked {CHANGED}"
        assert listed(world, entry, later) == CHANGED
        assert entry.resident.municipality == home.code
        elsewhere = {code for code in MUNICIPALITIES if _stands_on(world, entry, code, later)}
        assert elsewhere == {home.code}
    assert said(world, first["auth card"], later) == "good"
    assert four(world, holder)["sign card"].serial == second["sign card"].serial
    assert said(world, first["sign phone"], later) == f"revoked {CHANGED}"
    assert answer(world, first["sign phone"], later).revocation_time_utc == jst("2026-12-02T09:07:00")


def _stands_on(world: World, entry: Entry, code: str, instant: datetime) -> bool:
    der = world.jlis.crl(entry.kind, MUNICIPALITIES[code], instant, medium=entry.medium, generation=entry.generation)
    return x509.load_der_x509_crl(der).get_revoked_certificate_by_serial_number(entry.serial) is not None


def test_moved_out_then_in(world: World, holder: str) -> None:
    """Revoked when they left; arriving revokes nothing again, and the card tells the new address only then."""
    first = four(world, holder)
    old_address = world.card_of(holder).resident.address
    happen(world, holder, "2026-12-02T09:07:00", LifeEvent.MOVED_OUT)
    assert world.card_of(holder).resident.address == old_address
    move = Changes(municipality=WAKABA.code, address=WAKABA_ADDRESS)
    happen(world, holder, "2026-12-04T10:00:00", LifeEvent.MOVED_IN, move)
    assert world.card_of(holder).resident.address == WAKABA_ADDRESS
    found = answer(world, first["sign card"], jst("2026-12-05T12:00:00"))
    assert found.revocation_time_utc == jst("2026-12-02T09:07:00")
    persons = [
        world._register.person_at(holder, jst(at))
        for at in ("2026-12-02T09:06:59", "2026-12-02T09:07:00", "2026-12-04T09:59:59", "2026-12-04T10:00:00")
    ]
    assert [(person.standing.value, person.resident.municipality) for person in persons if person is not None] == [
        ("present", AOI.code),
        ("left", AOI.code),
        ("left", AOI.code),
        ("present", WAKABA.code),
    ]


def test_renewed_twice(world: World, holder: str) -> None:
    """Three pairs under three generations of the authorities: numbers ascend, and only the last is in force."""
    pairs = [four(world, holder)]
    for at in ("2029-06-01T10:00:00", "2032-06-01T10:00:00"):
        happen(world, holder, at, LifeEvent.RENEWED)
        pairs.append(four(world, holder))
    now = jst("2032-06-03T12:00:00")
    for name in ("auth card", "sign card"):
        one, two, three = (pair[name] for pair in pairs)
        assert one.serial < two.serial < three.serial
        issuers = {leaf_of(world, entry).issuer for entry in (one, two, three)}
        assert len(issuers) == 1
        assert [entry.generation for entry in (one, two, three)] == [3, 4, 5]
        assert [said(world, entry, now) for entry in (one, two, three)] == [
            f"revoked {REPLACED}",
            f"revoked {REPLACED}",
            "good",
        ]
        assert listed(world, two, jst("2032-06-02T03:00:00")) == REPLACED
        assert listed(world, one, jst("2029-06-02T03:00:00")) == REPLACED
        assert listed(world, one, now) is None, "it would have ended in February 2031"
        assert listed(world, three, now) is None
    assert world.card_of(holder).auth_serial == pairs[2]["auth card"].serial


def test_renewed_within_three_months_of_the_end(world: World, holder: str) -> None:
    """It runs to the sixth birthday after the renewal: the time that was left is not lost (spec/pki.md §1.7)."""
    happen(world, holder, "2030-12-01T10:00:00", LifeEvent.RENEWED)
    (end,) = {leaf_of(world, four(world, holder)[name]).not_valid_after_utc for name in ("auth card", "sign card")}
    assert end == datetime.fromisoformat("2036-02-17T14:59:59+00:00")


def test_renewed_long_before_the_end(world: World, holder: str) -> None:
    """Earlier than three months it is the fifth birthday, as at any issuance."""
    happen(world, holder, "2030-11-16T10:00:00", LifeEvent.RENEWED)
    (end,) = {leaf_of(world, four(world, holder)[name]).not_valid_after_utc for name in ("auth card", "sign card")}
    assert end == datetime.fromisoformat("2035-02-17T14:59:59+00:00")


def test_phone_bound_then_card_lost(world: World, holder: str) -> None:
    """Loss of the card ends both pairs; nothing can be bound to a phone any more."""
    old = four(world, holder)
    happen(world, holder, "2026-12-02T09:07:00", LifeEvent.LOST)
    assert statuses(world, old, "2026-12-03T12:00:00") == dict.fromkeys(POPULATIONS, f"revoked {HELD}")
    world.clock.set(jst("2026-12-04T12:00:00"))
    for event in (LifeEvent.PHONE_BOUND, LifeEvent.PHONE_REPLACED, LifeEvent.PHONE_STOPPED, LifeEvent.PHONE_LOST):
        with pytest.raises(EventRefused):
            world.happen(holder, event)


def test_one_phone_for_each_person(world: World, holder: str) -> None:
    """Binding another phone revokes the pair of the first by itself, and the card's stays (spec/pki.md §1.6)."""
    pairs = [four(world, holder)]
    for day in ("03", "04"):
        happen(world, holder, f"2026-12-{day}T10:00:00", LifeEvent.PHONE_REPLACED)
        pairs.append(four(world, holder))
    for name in ("auth phone", "sign phone"):
        found = [said(world, pair[name], jst("2026-12-05T12:00:00")) for pair in pairs]
        assert found == [f"revoked {REPLACED}", f"revoked {REPLACED}", "good"]
    for name in ("auth card", "sign card"):
        assert {pair[name].serial for pair in pairs} == {pairs[0][name].serial}


def test_died_with_a_phone(world: World, holder: str) -> None:
    """All four are revoked, and nothing befalls the dead."""
    old = four(world, holder)
    happen(world, holder, "2026-12-02T09:07:00", LifeEvent.DIED)
    assert statuses(world, old, "2026-12-03T12:00:00") == dict.fromkeys(POPULATIONS, f"revoked {STOPPED}")
    world.clock.set(jst("2026-12-04T12:00:00"))
    for event in LifeEvent:
        with pytest.raises(EventRefused):
            world.happen(holder, event)


def test_emigrated_returned_reissued(world: World, holder: str) -> None:
    """Abroad nothing but death befalls them; home again, another card brings certificates, and the old stay revoked."""
    old, first_card = four(world, holder), world.card_of(holder)
    happen(world, holder, "2026-12-02T09:07:00", LifeEvent.EMIGRATED)
    world.clock.set(jst("2026-12-03T09:00:00"))
    for event in set(LifeEvent) - {LifeEvent.RETURNED, LifeEvent.DIED}:
        with pytest.raises(EventRefused):
            world.happen(holder, event)
    back = Changes(municipality=WAKABA.code, address=WAKABA_ADDRESS)
    happen(world, holder, "2027-01-10T10:00:00", LifeEvent.RETURNED, back)
    with pytest.raises(EventRefused):
        world.happen(holder, LifeEvent.RETURNED)
    happen(world, holder, "2027-01-11T10:00:00", LifeEvent.CARD_REISSUED)
    assert statuses(world, old, "2027-01-12T12:00:00") == dict.fromkeys(POPULATIONS, f"revoked {STOPPED}")
    card = world.card_of(holder)
    assert card.profile.serial != first_card.profile.serial
    assert card.resident.address == WAKABA_ADDRESS
    new = {name: entry for name, entry in four(world, holder).items() if name.endswith("card")}
    assert {entry.resident.municipality for entry in new.values()} == {WAKABA.code}
    assert statuses(world, new, "2027-01-12T12:00:00") == {"auth card": "good", "sign card": "good"}


@pytest.mark.parametrize("withdrawn", [LifeEvent.SUSPENDED, LifeEvent.LOST])
def test_a_withdrawn_card_is_not_served(world: World, holder: str, withdrawn: LifeEvent) -> None:
    """No reset, no renewal, no new signature certificate: a hold is never lifted. Another card ends it."""
    happen(world, holder, "2026-12-02T09:07:00", withdrawn)
    world.clock.set(jst("2026-12-03T09:00:00"))
    for event in (
        LifeEvent.PIN_RESET_AT_COUNTER,
        LifeEvent.PIN_RESET_AT_KIOSK,
        LifeEvent.RENEWED,
        LifeEvent.SIGNATURE_ISSUED,
        LifeEvent.RESIDENCE_PERIOD_CHANGED,
    ):
        with pytest.raises(EventRefused, match="reported lost or suspended at 2026-12-02T00:07:00"):
            world.happen(holder, event)
    world.happen(holder, LifeEvent.CARD_REISSUED)
    for event in (LifeEvent.PIN_RESET_AT_COUNTER, LifeEvent.RENEWED, LifeEvent.SIGNATURE_ISSUED):
        world.clock.advance(jst("2026-12-01T00:00:01") - jst("2026-12-01T00:00:00"))
        world.happen(holder, event)


def test_suspended_then_lost(world: World, holder: str) -> None:
    """The first hold stays as it was; the loss takes the phone's pair with it."""
    old = four(world, holder)
    happen(world, holder, "2026-12-02T09:07:00", LifeEvent.SUSPENDED)
    happen(world, holder, "2026-12-03T09:07:00", LifeEvent.LOST)
    assert statuses(world, old, "2026-12-04T12:00:00") == dict.fromkeys(POPULATIONS, f"revoked {HELD}")
    times = {name: answer(world, old[name], jst("2026-12-04T12:00:00")).revocation_time_utc for name in POPULATIONS}
    assert times == {
        "auth card": jst("2026-12-02T09:07:00"),
        "sign card": jst("2026-12-02T09:07:00"),
        "auth phone": jst("2026-12-03T09:07:00"),
        "sign phone": jst("2026-12-03T09:07:00"),
    }


@pytest.mark.parametrize("then", [LifeEvent.STOPPED, LifeEvent.KEY_LEAKED, LifeEvent.SUSPENDED])
def test_what_is_held_is_not_revoked_again(world: World, holder: str, then: LifeEvent) -> None:
    """A hold that became a revocation would rewrite what was published."""
    happen(world, holder, "2026-12-02T09:07:00", LifeEvent.SUSPENDED)
    world.clock.set(jst("2026-12-03T09:07:00"))
    with pytest.raises(EventRefused, match="expected a certificate in force"):
        world.happen(holder, then)


def test_a_new_name_on_a_lost_card(world: World, holder: str) -> None:
    """Nobody can write on a card that is lost; the next one tells the new name."""
    old_name = world.resident(holder).name
    happen(world, holder, "2026-12-02T09:07:00", LifeEvent.LOST)
    happen(world, holder, "2026-12-03T09:07:00", LifeEvent.NAME_CHANGED, Changes(name=NEW_NAME))
    assert world.card_of(holder).resident.name == old_name
    happen(world, holder, "2026-12-04T09:07:00", LifeEvent.CARD_REISSUED)
    assert world.card_of(holder).resident.name == NEW_NAME
    assert NEW_NAME.encode() in world.card_of(holder).sign_certificate


def test_expired_then_renewed(world: World, holder: str) -> None:
    """What has expired is not revoked by its renewal: it stands on no list, and OCSP says what it said."""
    old = four(world, holder)
    world.clock.set(ENDS)
    happen(world, holder, "2031-03-01T10:00:00", LifeEvent.RENEWED)
    for name in ("auth card", "sign card"):
        assert listed(world, old[name], jst("2031-03-02T12:00:00")) is None
        assert said(world, old[name], jst("2031-03-02T12:00:00")) == "good"
    with pytest.raises(EventRefused):
        world.happen(holder, LifeEvent.PHONE_STOPPED)


def test_nobody_under_fifteen_has_a_signature_certificate(world: World) -> None:
    """A child's card has one certificate; with fifteen, and not a day sooner, they apply for the other (§1.7)."""
    child = world.new_resident(with_card=True, birth_date=date(2014, 2, 17)).id
    assert list(four(world, child)) == ["auth card"]
    world.clock.set(jst("2029-02-16T10:00:00"))
    with pytest.raises(EventRefused, match="fifteen"):
        world.happen(child, LifeEvent.SIGNATURE_ISSUED)
    with pytest.raises(EventRefused):
        world.happen(child, LifeEvent.PHONE_BOUND)
    world.happen(child, LifeEvent.RENEWED)
    assert list(four(world, child)) == ["auth card"]
    happen(world, child, "2029-02-17T10:00:00", LifeEvent.SIGNATURE_ISSUED)
    assert list(four(world, child)) == ["auth card", "sign card"]
    assert statuses(world, four(world, child), "2029-02-18T12:00:00") == {"auth card": "good", "sign card": "good"}


@pytest.mark.parametrize("event", [LifeEvent.MOVED_WITHIN, LifeEvent.MOVED_OUT, LifeEvent.RELABELLED])
def test_who_has_left_is_in_no_municipality(world: World, holder: str, event: LifeEvent) -> None:
    """Moved out and not yet in: no move within, no second leaving, no address to relabel; a name may change."""
    happen(world, holder, "2026-12-02T09:07:00", LifeEvent.MOVED_OUT)
    with pytest.raises(EventRefused, match="actual one who is left; let them move in first"):
        happen(world, holder, "2026-12-03T09:07:00", event, Changes(address=WAKABA_ADDRESS))
    happen(world, holder, "2026-12-03T10:00:00", LifeEvent.NAME_CHANGED, Changes(name=NEW_NAME))
    person = world._register.person_at(holder, jst("2026-12-03T10:00:00"))
    assert person is not None
    assert person.standing.value == "left"


def test_who_has_left_may_come_back(world: World, holder: str) -> None:
    """Moving to the municipality that one left is moving in."""
    happen(world, holder, "2026-12-02T09:07:00", LifeEvent.MOVED_OUT)
    world.clock.set(jst("2026-12-03T09:07:00"))
    world.move(holder, AOI.code)
    person = world._register.person_at(holder, jst("2026-12-03T09:07:00"))
    assert person is not None
    assert (person.standing.value, person.resident.municipality) == ("present", AOI.code)


def test_a_card_whose_certificates_are_over_can_be_lost(world: World, holder: str) -> None:
    """No certificate changes; but the card is none to be shown any more: it takes a re-issue to go on."""
    happen(world, holder, "2026-12-02T09:07:00", LifeEvent.PHONE_STOPPED)
    happen(world, holder, "2026-12-02T09:08:00", LifeEvent.STOPPED)
    before = four(world, holder)
    happen(world, holder, "2026-12-03T09:07:00", LifeEvent.LOST)
    assert four(world, holder) == before
    with pytest.raises(EventRefused, match="reported lost"):
        world.happen(holder, LifeEvent.RENEWED)
    happen(world, holder, "2026-12-10T09:07:00", LifeEvent.CARD_REISSUED)
    happen(world, holder, "2026-12-11T09:07:00", LifeEvent.RENEWED)


def test_the_period_of_stay_writes_the_day_alone(world: World, holder: str) -> None:
    """Back from abroad the card tells the old address until something writes it; another last day does not."""
    old = world.card_of(holder).resident
    happen(world, holder, "2026-12-02T09:07:00", LifeEvent.EMIGRATED)
    happen(
        world,
        holder,
        "2026-12-03T09:07:00",
        LifeEvent.RETURNED,
        Changes(municipality=WAKABA.code, address=WAKABA_ADDRESS),
    )
    ends = Changes(card_expiry=date(2029, 1, 31))
    happen(world, holder, "2026-12-04T09:07:00", LifeEvent.RESIDENCE_PERIOD_CHANGED, ends)
    told = world.card_of(holder).resident
    assert (told.address, told.municipality, told.card_expiry) == (old.address, old.municipality, date(2029, 1, 31))
    happen(world, holder, "2026-12-05T09:07:00", LifeEvent.NAME_CHANGED, Changes(name=NEW_NAME))
    assert world.card_of(holder).resident.address == WAKABA_ADDRESS
