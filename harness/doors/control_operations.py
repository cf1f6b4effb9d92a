"""The operations of the control API, in one table: routes, messages and OpenAPI are all made from it."""

from datetime import timedelta

import msgspec

from cardsim.profile import encode_profile
from harness.contract.messages import AuthorityAnchor, CardIssuerAnchor
from harness.contract.vocabulary import Kind
from harness.doors import control_messages as said
from harness.doors.control_app_operations import APP_OPERATIONS
from harness.doors.control_fault_operations import FAULT_OPERATIONS
from harness.doors.control_operation import Asked, Operation, Running
from harness.doors.control_policy_operations import POLICY_OPERATIONS
from harness.doors.control_slot_operations import SLOT_OPERATIONS
from harness.doors.which_card import which_of
from harness.jlis.entries import Entry
from harness.jlis.journal import Entry as JournalLine
from harness.personalisation import IssuedCard
from harness.presented import Form, present
from harness.printed_card import FirstPrint
from harness.residents import Resident
from harness.world import World


def get_clock(up: Running, _: Asked) -> said.ClockState:
    """Return the clock."""
    return said.ClockState(instant=up.world.clock.now(), mode=up.world.clock.row.mode, epoch=up.world.clock.epoch)


def set_clock(up: Running, asked: Asked) -> said.ClockState:
    """Set the clock and return it."""
    up.world.clock.set(asked.message.instant)
    return get_clock(up, asked)


def advance_clock(up: Running, asked: Asked) -> said.ClockState:
    """Move the clock on and return it."""
    up.world.clock.advance(timedelta(seconds=asked.message.seconds))
    return get_clock(up, asked)


def freeze_clock(up: Running, asked: Asked) -> said.ClockState:
    """Stop the clock and return it."""
    up.world.clock.freeze()
    return get_clock(up, asked)


def run_clock(up: Running, asked: Asked) -> said.ClockState:
    """Let the clock run and return it."""
    up.world.clock.run()
    return get_clock(up, asked)


def list_residents(up: Running, _: Asked) -> said.Residents:
    """Return everybody."""
    return said.Residents(residents=[_resident(up.world, resident) for resident in up.world.residents()])


def new_resident(up: Running, asked: Asked) -> said.ResidentState:
    """Register somebody, with a card unless none is wanted, and return them."""
    wanted = {
        name: value
        for name, value in msgspec.structs.asdict(asked.message).items()
        if name != "card" and value is not msgspec.UNSET
    }
    return _resident(up.world, up.world.new_resident(with_card=asked.message.card, **wanted))


def get_resident(up: Running, asked: Asked) -> said.ResidentState:
    """Return one resident."""
    return _resident(up.world, up.world.resident(asked.name))


def issue_card(up: Running, asked: Asked) -> said.Card:
    """Hand a card (新規交付) to a resident who has none, and return it."""
    return _card(up.world.issue_card(asked.name))


def get_card(up: Running, asked: Asked) -> said.Card:
    """Return a resident's card as it was personalised: the genuine one, a phone, the next one, or a forgery of it."""
    card = _card(present(up.world, asked.name, which_of(asked.message))[0])
    if asked.message.form is not Form.CARD:
        return card
    return msgspec.structs.replace(card, printed=_printed(up.world.printed_on_card_of(asked.name)))


def _card(card: IssuedCard) -> said.Card:
    return said.Card(
        serial=card.profile.serial,
        auth_certificate=card.auth_certificate,
        sign_certificate=card.certificates.get(Kind.SIGN),
        profile=msgspec.json.decode(encode_profile(card.profile)),
    )


def _printed(first: FirstPrint) -> said.PrintedState:
    return said.PrintedState(
        name=first.name,
        address=first.address,
        birth_date=first.birth_date,
        sex=first.sex,
        expiry=first.expiry,
        western_birth=first.western_birth,
        changes=[said.WrittenState(day=each.day, text=each.text) for each in first.changes],
    )


def lose_card(up: Running, asked: Asked) -> said.ResidentState:
    """Report a card lost (一時停止) and return its holder."""
    up.world.lose(asked.name)
    return get_resident(up, asked)


def move_resident(up: Running, asked: Asked) -> said.ResidentState:
    """Move a resident (転居・転入) and return them."""
    municipality = asked.message.municipality
    up.world.move(asked.name, None if municipality is msgspec.UNSET else municipality)
    return get_resident(up, asked)


def revoke_certificate(up: Running, asked: Asked) -> said.ResidentState:
    """Revoke one certificate (失効) and return its holder."""
    up.world.revoke(asked.name, asked.message.kind.value, asked.message.reason.value)
    return get_resident(up, asked)


def befall_resident(up: Running, asked: Asked) -> said.ResidentState:
    """Let something of the life cycle befall a resident, and return them."""
    message = asked.message
    reason = None if message.reason is msgspec.UNSET else message.reason
    up.world.happen(asked.name, message.what, message.changes, reason=reason)
    return get_resident(up, asked)


def list_certificates(up: Running, asked: Asked) -> said.Certificates:
    """Return every certificate that a resident was ever issued."""
    return said.Certificates(certificates=[_certificate(entry) for entry in up.world.all_certificates(asked.name)])


def new_crowd(up: Running, asked: Asked) -> said.CrowdState:
    """Register many people at once for load; their certificates share keys."""
    up.world.new_crowd(asked.message.count, keys=asked.message.keys)
    return said.CrowdState(residents=up.world.size())


def get_journal(up: Running, asked: Asked) -> said.JournalPage:
    """Return what was asked of the fake J-LIS since a mark; with `wait`, as soon as there is anything."""
    found = up.world.journal.look_back(asked.message.since)
    return said.JournalPage(
        mark=found.mark,
        entries=[_line(entry) for entry in found.entries if _is_meant(entry, asked.message)],
        forgotten=found.forgotten,
    )


def has_entries(up: Running, asked: Asked) -> bool:
    """Whether the journal has as many entries as are waited for, of those that are meant."""
    there = up.world.journal.look_back(asked.message.since).entries
    meant = (entry for entry in there if _is_meant(entry, asked.message))
    wanted: int = asked.message.at_least
    return sum(1 for _ in meant) >= wanted


def get_anchors(up: Running, _: Asked) -> said.Anchors:
    """Return what a relying party of this world has to trust."""
    trust = up.world.trust()
    return said.Anchors(
        authorities=[AuthorityAnchor(kind=kind, certificate=der) for kind, der in trust.anchors()],
        card_issuers=[CardIssuerAnchor(key_id=key_id, key=key) for key_id, key in trust.card_issuers],
    )


def get_addresses(up: Running, _: Asked) -> said.Addresses:
    """Return where the doors of this world are."""
    return said.Addresses(addresses=dict(up.addresses))


_NOTHING, _RESIDENT = said.Nothing, "/v1/residents/{resident_id}"
OPERATIONS = (
    Operation("GET", "/v1/clock", _NOTHING, said.ClockState, get_clock),
    Operation("PUT", "/v1/clock", said.SetClock, said.ClockState, set_clock),
    Operation("POST", "/v1/clock/advance", said.AdvanceClock, said.ClockState, advance_clock),
    Operation("POST", "/v1/clock/freeze", _NOTHING, said.ClockState, freeze_clock),
    Operation("POST", "/v1/clock/run", _NOTHING, said.ClockState, run_clock),
    Operation("GET", "/v1/residents", _NOTHING, said.Residents, list_residents),
    Operation("POST", "/v1/residents", said.NewResident, said.ResidentState, new_resident),
    Operation("GET", _RESIDENT, _NOTHING, said.ResidentState, get_resident),
    Operation("GET", f"{_RESIDENT}/card", said.WhichCard, said.Card, get_card),
    Operation("POST", f"{_RESIDENT}/card", _NOTHING, said.Card, issue_card),
    Operation("POST", f"{_RESIDENT}/lose", _NOTHING, said.ResidentState, lose_card),
    Operation("POST", f"{_RESIDENT}/move", said.Move, said.ResidentState, move_resident),
    Operation("POST", f"{_RESIDENT}/revoke", said.Revoke, said.ResidentState, revoke_certificate),
    Operation("POST", f"{_RESIDENT}/events", said.LifeEventWanted, said.ResidentState, befall_resident),
    Operation("GET", f"{_RESIDENT}/certificates", _NOTHING, said.Certificates, list_certificates),
    Operation("POST", "/v1/crowd", said.CrowdWanted, said.CrowdState, new_crowd),
    Operation("GET", "/v1/journal", said.JournalQuery, said.JournalPage, get_journal, ready=has_entries),
    Operation("GET", "/v1/anchors", _NOTHING, said.Anchors, get_anchors),
    Operation("GET", "/v1/addresses", _NOTHING, said.Addresses, get_addresses),
    *APP_OPERATIONS,
    *SLOT_OPERATIONS,
    *FAULT_OPERATIONS,
    *POLICY_OPERATIONS,
)


def _resident(world: World, resident: Resident) -> said.ResidentState:
    return said.ResidentState(
        resident=resident, certificates=[_certificate(entry) for entry in world.certificates(resident.id)]
    )


def _certificate(entry: Entry) -> said.CertificateState:
    return said.CertificateState(
        kind=entry.kind,
        medium=entry.medium,
        generation=entry.generation,
        serial=f"{entry.serial:x}",
        issued=entry.issued,
        not_after=entry.not_after,
        revoked=entry.revoked,
        reason=entry.reason,
    )


def _is_meant(entry: JournalLine, query: said.JournalQuery) -> bool:
    return (
        (query.serial is msgspec.UNSET or entry.serial == int(query.serial, 16))
        and (query.kind is msgspec.UNSET or entry.kind == query.kind.value)
        and (query.door is msgspec.UNSET or entry.door == query.door.value)
        and (query.partition is msgspec.UNSET or entry.partition == query.partition)
        and (query.answer is msgspec.UNSET or query.answer in entry.answer)
        and (query.http is msgspec.UNSET or entry.http == query.http)
    )


def _line(entry: JournalLine) -> said.JournalEntry:
    return said.JournalEntry(
        at=entry.at,
        door=entry.door,
        kind=None if entry.kind is None else Kind(entry.kind),
        serial=None if entry.serial is None else f"{entry.serial:x}",
        partition=entry.partition,
        answer=entry.answer,
        http=entry.http,
    )
