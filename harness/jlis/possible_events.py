"""Whether an event can be the next one of a history; what it does then stands in the table of `life_cycle.py`."""

from collections.abc import Iterable
from datetime import datetime

from harness.contract.vocabulary import Kind
from harness.events import Befell, ConsentGiven, ConsentWithdrawn, Crowd, Event, Registered, Revoked
from harness.jlis.consent import SKEW
from harness.jlis.entries import SERIALS
from harness.jlis.issuing import Issuing
from harness.jlis.life_cycle import EFFECTS, Need, Standing, Write
from harness.jlis.life_events import LifeEvent
from harness.jlis.people import Dossier
from harness.jlis.populations import CARD_SIGN, PHONE_AUTH, PHONE_SIGN, Population
from harness.jlis.records import IllegalEvent, Records
from harness.jlis.validity import JST
from harness.residents import ImpossibleResident, Resident, checked


def check(records: Records, issuing: Issuing, event: Event) -> None:
    """Raise IllegalEvent when the event cannot be; folding cannot fail on what passes."""
    match event:
        case Registered(resident=resident):
            _check_new(records, resident, event.at)
        case Befell():
            check_life(records, issuing, records.dossier(event.resident_id), event)
        case Revoked(kind=kind, medium=medium):
            if records.current(event.resident_id, Population(kind, medium), event.at) is None:
                raise _nothing_in_force(event.resident_id, [Population(kind, medium)])
        case ConsentGiven() | ConsentWithdrawn():
            _check_consent(records, event)
        case Crowd():
            _check_crowd(records, event)


def check_life(records: Records, issuing: Issuing, dossier: Dossier, event: Befell) -> None:
    """Raise IllegalEvent when what befalls a person, who may be about to be registered, cannot be."""
    effect, who = EFFECTS[event.what], dossier.now.resident.id
    standing = dossier.now.standing
    if standing is Standing.ABROAD:
        if Need.ABROAD not in effect.needs and event.what is not LifeEvent.DIED:
            raise IllegalEvent(f"resident {who}: {event.what}: expected a resident, actual one who is abroad")
    elif Need.ABROAD in effect.needs or not standing.is_resident:
        raise IllegalEvent(f"resident {who}: {event.what}: not possible for somebody who is {standing.value}")
    for need in effect.needs:
        _check_need(records, issuing, need, dossier, event)
    changed = event.changes.applied(dossier.now.resident)
    try:
        checked(changed, event.at.astimezone(JST).date())
    except ImpossibleResident as fault:
        raise IllegalEvent(str(fault)) from fault
    if effect.issues and not event.certificates:
        raise IllegalEvent(
            f"resident {who}: {event.what}: expected somebody of fifteen or more and not under guardianship, "
            "actual one who may have no signature certificate"
        )
    _check_issued(records, event)
    for entry in issuing.brought(records, dossier, event, changed):
        if entry.not_after <= event.at:
            raise IllegalEvent(
                f"resident {who}: expected a card that ends after {event.at.isoformat()}, "
                f"actual one that ends at {entry.not_after.isoformat()}"
            )


def _check_issued(records: Records, event: Befell) -> None:
    """See that what an event brings is what its row of the table lets it bring, under numbers that nobody has."""
    who, effect = event.resident_id, EFFECTS[event.what]
    brought = [Population(issuance.kind, issuance.medium) for issuance in event.certificates]
    if brought != [population for population in effect.issues if population in brought]:
        expected = ", ".join(map(str, effect.issues)) or "no kind"
        raise IllegalEvent(
            f"resident {who}: {event.what}: expected certificates of {expected}, each once, "
            f"actual {', '.join(map(str, brought))}"
        )
    if (event.chip_key is not None) != (Write.NEW_CARD in effect.writes):
        raise IllegalEvent(
            f"resident {who}: {event.what}: expected a chip's key where there is a new card, and there only"
        )
    if any(each.serial not in SERIALS for each in event.certificates):
        raise IllegalEvent(
            f"resident {who}: expected serial numbers from {SERIALS.start:x} to {SERIALS.stop - 1:x}, actual others"
        )
    if any(records.is_issued(each.kind, each.serial) for each in event.certificates):
        raise IllegalEvent(f"resident {who}: expected new serial numbers, actual used ones")
    if any(key < 0 for key in (event.chip_key or 0, *(each.key for each in event.certificates))):
        raise IllegalEvent(f"resident {who}: expected keys by number, from 0 on, actual one below")


def _check_need(records: Records, issuing: Issuing, need: Need, dossier: Dossier, event: Befell) -> None:
    who, at = dossier.now.resident.id, event.at
    match need:
        case Need.AT_HOME if dossier.now.standing is not Standing.PRESENT:
            raise IllegalEvent(
                f"resident {who}: {event.what}: expected somebody whom a municipality has, actual one who is "
                f"{dossier.now.standing.value}; let them move in first"
            )
        case Need.NO_CARD if dossier.cards:
            raise IllegalEvent(f"resident {who}: has a card; a second one is another event (re-issue)")
        case Need.CARD | Need.CARD_NOT_LOST | Need.CARD_SHOWN:
            _check_card(issuing, need, dossier, event)
        case Need.SIGNATURE if records.current(who, CARD_SIGN, at) is None:
            raise _nothing_in_force(who, [CARD_SIGN])
        case Need.PHONE if all(records.current(who, each, at) is None for each in (PHONE_AUTH, PHONE_SIGN)):
            raise _nothing_in_force(who, [PHONE_AUTH, PHONE_SIGN])
        case Need.SOMETHING_TO_END:
            populations = [population for population, _ in EFFECTS[event.what].ends]
            if all(records.current(who, population, at) is None for population in populations):
                raise _nothing_in_force(who, populations)
        case _:
            pass


def _check_card(issuing: Issuing, need: Need, dossier: Dossier, event: Befell) -> None:
    who, day = dossier.now.resident.id, event.at.astimezone(JST).date()
    if not dossier.cards:
        raise IllegalEvent(f"resident {who}: {event.what}: expected a card, actual none; issue one first")
    if need is Need.CARD_NOT_LOST and dossier.lost is not None:
        raise IllegalEvent(
            f"resident {who}: {event.what}: expected a card that was not reported lost, actual one that was at "
            f"{dossier.lost.isoformat()}; re-issue the card"
        )
    if need is not Need.CARD_SHOWN:
        return
    if dossier.withdrawn is not None:
        raise IllegalEvent(
            f"resident {who}: {event.what}: expected a card in use, actual one reported lost or suspended at "
            f"{dossier.withdrawn.isoformat()}; a hold is never lifted, so re-issue the card"
        )
    last_day = issuing.last_day(dossier, dossier.cards[-1])
    if last_day < day:
        raise IllegalEvent(
            f"resident {who}: {event.what}: expected a card that ends on {day} or later, "
            f"actual one that ended on {last_day}; re-issue the card"
        )


def _check_consent(records: Records, event: ConsentGiven | ConsentWithdrawn) -> None:
    who = event.resident_id
    if isinstance(event, ConsentWithdrawn):
        if records.consent(who, event.service, event.at) is None:
            raise IllegalEvent(
                f"resident {who}: expected a consent to {event.service!r}, actual none, or one that ended"
            )
        return
    signed = records.entry_at(Kind.SIGN, event.serial, event.at)
    if signed is None or signed.resident.id != who or not signed.is_in_force_at(event.at):
        raise _nothing_in_force(who, [CARD_SIGN, PHONE_SIGN])
    first, last = signed.issued - SKEW, event.at + SKEW
    if not first <= event.signed_at <= last:
        raise IllegalEvent(
            f"resident {who}: consent: expected signed_at from {first.isoformat()}, when the certificate was issued, "
            f"to {last.isoformat()}, which is now (5 minutes' skew), actual {event.signed_at.isoformat()}"
        )
    given = records.dossier(who).consents.get(event.service)
    if given and event.signed_at <= (before := given[-1]).word:
        raise IllegalEvent(
            f"resident {who}: consent: expected one signed after {before.word.isoformat()}, the holder's last word on "
            f"{event.service!r}, actual one of {event.signed_at.isoformat()}: it was sent before, or taken back since"
        )


def _check_crowd(records: Records, event: Crowd) -> None:
    if event.first < 0 or event.count < 0 or event.keys < 1:
        raise IllegalEvent(
            f"crowd from {event.first}: expected a position, a number of people, and a key or more, "
            f"actual {event.count} people with {event.keys} keys"
        )
    if event.not_after is not None and (event.not_after <= event.at or event.not_after.microsecond):
        raise IllegalEvent(
            f"crowd from {event.first}: expected certificates that end on a whole second after {event.at.isoformat()}, "
            f"actual {event.not_after.isoformat()}"
        )
    if records.has_any(range(event.first, event.first + event.count)):
        raise IllegalEvent(f"crowd from {event.first}: expected new people, actual registered ones")
    if any(records.is_issued_from(kind, records.next_serial(kind)) for kind in Kind):
        raise IllegalEvent(f"crowd from {event.first}: expected new serial numbers, actual used ones")


def _check_new(records: Records, resident: Resident, at: datetime) -> None:
    if records.has(resident.id):
        raise IllegalEvent(f"resident {resident.id!r}: expected a new id, actual one that somebody has")
    try:
        checked(resident, at.astimezone(JST).date())
    except ImpossibleResident as fault:
        raise IllegalEvent(str(fault)) from fault


def _nothing_in_force(resident_id: str, populations: Iterable[Population]) -> IllegalEvent:
    named = ", ".join(str(population) for population in populations)
    return IllegalEvent(
        f"resident {resident_id}: expected a certificate in force ({named}), "
        "actual none, or one that is revoked or expired"
    )
