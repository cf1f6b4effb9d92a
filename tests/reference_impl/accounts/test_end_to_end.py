"""Renewals and strangers at a counter, over real cards of the emulator and the fake J-LIS's link service and OCSP."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from harness.jlis.life_events import LifeEvent
from reference_impl.accounts.standing import Attributes, State
from reference_impl.store.tables import credentials
from reference_impl.verification.place import Environment
from reference_impl.verification.purpose import Purpose
from tests.reference_impl.accounts.town import Town

ENROL, LOGIN, TAP, RELINK = Purpose.ENROL, Purpose.LOGIN, Purpose.TAP, Purpose.RELINK


def enrolled(town: Town) -> str:
    """A resident who enrolled at the library and tapped once."""
    resident = town.resident()
    card = town.card(resident)
    assert [town.reason(ENROL, card), town.reason(TAP, card)] == ["OK", "OK"]
    return resident


@pytest.mark.parametrize("purpose", [TAP, LOGIN, ENROL, RELINK])
def test_a_renewed_certificate_goes_on_with_the_account(linked: Town, purpose: Purpose) -> None:
    """With a link service whatever the holder does next moves the account; id, PPID, services and count stay."""
    resident = enrolled(linked)
    old = linked.card(resident)
    account, name = linked.id_of(old), linked.ppid(old)
    linked.happen(resident, LifeEvent.RENEWED)
    new = linked.card(resident)
    assert new.auth_serial != old.auth_serial
    assert linked.reason(purpose, new) == "OK"
    assert (linked.id_of(new), linked.ppid(new)) == (account, name)
    view = linked.party.account(new.auth_certificate)
    assert view is not None
    assert (view.services, view.accepted) == (["library"], 2 if purpose is RELINK else 3)
    assert linked.reason(TAP, new) == "OK"
    assert linked.reason(TAP, old) == "REVOKED"


def test_what_is_not_announced_is_recognised_at_the_end_too(linked: Town) -> None:
    """A tap without a hint at its beginning is looked up once its chip proved itself."""
    resident = enrolled(linked)
    linked.happen(resident, LifeEvent.RENEWED)
    assert linked.reason(TAP, linked.card(resident), hinted=False) == "OK"


def test_a_new_chip_is_learnt_with_the_pin_and_not_from_a_tap(linked: Town) -> None:
    """A re-issued card: the tap is pending, a login goes on, and the tap stays pending until the chip was shown."""
    resident = enrolled(linked)
    account = linked.id_of(linked.card(resident))
    linked.happen(resident, LifeEvent.CARD_REISSUED)
    new = linked.card(resident)
    verdict = linked.attempt(TAP, new)
    assert (verdict.reason, verdict.decision.value) == ("RENEWAL_PENDING", "pending")
    assert verdict.finding is not None
    assert "暗証番号" in verdict.finding.ja
    assert linked.id_of(new) is None
    assert linked.reason(LOGIN, new) == "OK"
    assert linked.reason(TAP, new) == "RENEWAL_PENDING"
    assert linked.reason(RELINK, new) == "OK"
    assert (linked.reason(TAP, new), linked.id_of(new)) == ("OK", account)
    assert linked.reason(RELINK, new) == "ALREADY_ENROLLED"


def test_a_stranger_is_none_of_those_we_know(linked: Town) -> None:
    """A genuine card of somebody else is a stranger's, whatever it is used for, and enrols as one."""
    known = linked.card(enrolled(linked))
    card = linked.card(linked.resident())
    assert [linked.reason(each, card) for each in (TAP, LOGIN, RELINK)] == ["NOT_ENROLLED"] * 3
    assert linked.reason(ENROL, card) == "OK"
    assert linked.id_of(card) not in {None, linked.id_of(known)}


def test_a_stranger_with_a_known_chip_is_refused(linked: Town) -> None:
    """Somebody's own new card beside the stolen one: the link service knows them for strangers."""
    victim = linked.card(enrolled(linked))
    thief = linked.world.issue_card(linked.world.new_resident(birth_date=victim.resident.birth_date).id)
    linked.next_mark()
    assert linked.reason(RELINK, thief, chip=victim) == "NOT_ENROLLED"
    assert linked.reason(ENROL, thief, chip=victim) == "RENEWAL_PENDING"
    assert linked.id_of(thief) is None


def test_a_lost_card_leads_on_to_the_next_one(linked: Town) -> None:
    """On hold the account waits; the hold is never lifted, the new card is linked, and everything is as before."""
    resident = enrolled(linked)
    old = linked.card(resident)
    linked.happen(resident, LifeEvent.LOST)
    assert linked.reason(TAP, old) == "ON_HOLD"
    account = linked.id_of(old)
    assert account is not None
    standing = linked.party.holders.standing(account, linked.world.clock.now())
    assert standing is not None
    assert standing.state is State.WAITING
    assert "解除されない" in standing.told[0].ja
    linked.happen(resident, LifeEvent.CARD_REISSUED)
    assert linked.reason(RELINK, linked.card(resident)) == "OK"
    assert linked.id_of(linked.card(resident)) == account


@pytest.mark.parametrize("event", [LifeEvent.DIED, LifeEvent.EMIGRATED, LifeEvent.STOPPED])
def test_who_died_moved_abroad_or_gave_up_looks_alike(linked: Town, event: LifeEvent) -> None:
    """The account is dormant and kept, and nothing that is told names a cause (RP-ACC-005)."""
    resident = enrolled(linked)
    card = linked.card(resident)
    linked.happen(resident, event)
    verdict = linked.attempt(TAP, card)
    assert verdict.reason == "REVOKED"
    account = linked.id_of(card)
    assert account is not None
    standing = linked.party.holders.standing(account, linked.world.clock.now())
    assert standing is not None
    assert standing.state is State.DORMANT
    assert verdict.finding is not None
    words = " ".join([verdict.finding.ja, *(each.ja for each in standing.told)])
    assert not {each for each in ("死", "国外", "転出") if each in words}


def test_who_comes_back_from_abroad_goes_on(linked: Town) -> None:
    """A new card after the return is linked to the dormant account."""
    resident = enrolled(linked)
    account = linked.id_of(linked.card(resident))
    linked.happen(resident, LifeEvent.EMIGRATED, LifeEvent.RETURNED, LifeEvent.CARD_REISSUED)
    new = linked.card(resident)
    assert [linked.reason(RELINK, new), linked.reason(TAP, new)] == ["OK", "OK"]
    assert linked.id_of(new) == account


def test_a_move_is_seen_in_the_paired_certificate_and_stops_no_tap(linked: Town) -> None:
    """Taps go on, the attributes are known to have changed, until the service has seen what holds now."""
    resident = enrolled(linked)
    card = linked.card(resident)
    account = linked.id_of(card)
    assert account is not None
    assert linked.party.holders.attributes(account, linked.world.clock.now()) is Attributes.UNCHANGED
    linked.world.move(resident)
    linked.next_mark()
    assert linked.reason(TAP, card) == "OK"
    assert linked.party.holders.attributes(account, linked.world.clock.now()) is Attributes.CHANGED
    linked.happen(resident, LifeEvent.SIGNATURE_ISSUED)
    assert linked.party.holders.attributes(account, linked.world.clock.now()) is Attributes.CHANGED


def test_a_renewal_hides_no_move(linked: Town) -> None:
    """A move before a renewal is still seen after it: the pair remembered is the one of the enrolment."""
    resident = enrolled(linked)
    account = linked.id_of(linked.card(resident))
    assert account is not None
    linked.world.move(resident)
    linked.happen(resident, LifeEvent.RENEWED)
    assert linked.reason(TAP, linked.card(resident)) == "OK"
    assert linked.party.holders.attributes(account, linked.world.clock.now()) is Attributes.CHANGED


def test_without_links_a_renewed_card_is_not_linked(alone: Town) -> None:
    """Refused with advice in both languages, and no new person is made of the chip that is known."""
    resident = enrolled(alone)
    alone.happen(resident, LifeEvent.RENEWED)
    new = alone.card(resident)
    verdict = alone.attempt(TAP, new)
    assert verdict.reason == "NOT_ENROLLED"
    assert verdict.finding is not None
    assert ("紐付け直し" in verdict.finding.ja, "link it again" in verdict.finding.en) == (True, True)
    assert alone.reason(LOGIN, new) == "NOT_ENROLLED"
    enrolment = alone.attempt(ENROL, new)
    assert enrolment.reason == "RENEWAL_PENDING"
    assert enrolment.finding is not None
    assert "別の電子証明書で登録" in enrolment.finding.ja


def test_without_links_the_same_chip_and_the_pin_are_the_proof(alone: Town) -> None:
    """At the counter: PIN of the new certificate, the enrolled chip, and the old certificate superseded."""
    resident = enrolled(alone)
    account, name = alone.id_of(alone.card(resident)), alone.ppid(alone.card(resident))
    alone.happen(resident, LifeEvent.RENEWED)
    new = alone.card(resident)
    assert alone.reason(RELINK, new, where=Environment.MANAGED) == "NOT_ENROLLED"
    assert alone.reason(RELINK, new, with_chip=False) == "NOT_ENROLLED"
    assert alone.reason(RELINK, new) == "OK"
    assert (alone.id_of(new), alone.ppid(new)) == (account, name)
    assert alone.reason(TAP, new) == "OK"


def test_without_links_another_chip_ties_nothing(alone: Town) -> None:
    """A re-issued card has neither proof: not linked, whatever is shown."""
    resident = enrolled(alone)
    alone.happen(resident, LifeEvent.CARD_REISSUED)
    new = alone.card(resident)
    assert [alone.reason(each, new) for each in (TAP, LOGIN, RELINK)] == ["NOT_ENROLLED"] * 3


@pytest.mark.parametrize("befell", [(), (LifeEvent.LOST,), (LifeEvent.STOPPED,)], ids=["good", "on-hold", "given-up"])
def test_without_links_a_stolen_card_ties_nothing(alone: Town, befell: tuple[LifeEvent, ...]) -> None:
    """A thief's own certificate with the victim's chip and birth date: the victim's certificate was not renewed."""
    resident = enrolled(alone)
    victim = alone.card(resident)
    alone.happen(resident, *befell)
    thief = alone.world.issue_card(alone.world.new_resident(birth_date=victim.resident.birth_date).id)
    alone.next_mark()
    verdict = alone.attempt(RELINK, thief, chip=victim)
    assert verdict.reason == "NOT_ENROLLED"
    assert verdict.finding is not None
    assert "was not renewed" in verdict.finding.en
    assert alone.id_of(thief) is None


@pytest.mark.parametrize("befell", [LifeEvent.LOST, LifeEvent.STOPPED])
@pytest.mark.parametrize("is_seen", [True, False])
def test_without_links_a_stolen_card_that_ran_out_ties_nothing(alone: Town, befell: LifeEvent, is_seen: bool) -> None:  # noqa: FBT001
    """A thief waits until the certificate on hold is over by its date as well: it was never renewed.

    The date is written into the store: the world would have new authorities by then.
    """
    resident = enrolled(alone)
    victim = alone.card(resident)
    alone.happen(resident, befell)
    if is_seen:
        assert alone.reason(LOGIN, victim) in {"ON_HOLD", "REVOKED"}
    over = (alone.world.clock.now() - timedelta(hours=1)).timestamp()
    with alone.database.transaction() as connection:
        connection.execute(update(credentials).values(ends=over))
    thief = alone.world.issue_card(alone.world.new_resident(birth_date=victim.resident.birth_date).id)
    alone.next_mark()
    assert alone.reason(RELINK, thief, chip=victim) == "NOT_ENROLLED"
    assert alone.id_of(thief) is None


def test_without_links_an_older_certificate_ties_nothing(alone: Town) -> None:
    """The victim's certificate was renewed, but the one shown was issued before: it is not the one that followed."""
    resident = enrolled(alone)
    victim = alone.card(resident)
    thief = alone.world.issue_card(alone.world.new_resident(birth_date=victim.resident.birth_date).id)
    alone.world.clock.advance(timedelta(days=2))
    alone.happen(resident, LifeEvent.RENEWED)
    verdict = alone.attempt(RELINK, thief, chip=victim)
    assert verdict.reason == "NOT_ENROLLED"
    assert verdict.finding is not None
    assert "not issued when the old one was renewed" in verdict.finding.en
    assert alone.id_of(thief) is None


def test_leaving_erases_and_enrolling_again_is_a_new_name(linked: Town) -> None:
    """After the last service nothing of the account is left; who comes back is known by another PPID."""
    card = linked.card(enrolled(linked))
    name = linked.ppid(card)
    assert [linked.unlink(card), linked.unlink(card)] == ["OK", "NOT_ENROLLED"]
    assert linked.party.account(card.auth_certificate) is None
    assert [linked.reason(TAP, card), linked.reason(ENROL, card)] == ["NOT_ENROLLED", "OK"]
    assert linked.ppid(card) not in {None, name}


def test_an_old_card_lets_nobody_leave(linked: Town) -> None:
    """Whoever finds the card that was replaced cannot close its holder's account with it."""
    resident = enrolled(linked)
    old = linked.card(resident)
    linked.happen(resident, LifeEvent.RENEWED)
    assert linked.reason(TAP, linked.card(resident)) == "OK"
    assert linked.unlink(old) == "REVOKED"
    assert linked.unlink(linked.card(resident)) == "OK"
