"""The operations of the control API, in one table: routes, messages and OpenAPI are all made from it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from harness.contract.messages import AuthorityAnchor, CardIssuerAnchor, Message
from harness.contract.vocabulary import Kind
from harness.doors import control_messages as said
from harness.jlis.journal import Entry as JournalLine
from harness.jlis.register import Entry
from harness.residents import Resident
from harness.world import World


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the resident in its address, if one is, and its message."""

    resident_id: str
    message: Any


@dataclass(frozen=True, slots=True)
class Operation:
    """One row: how it is asked for, what it answers, and what it does to the world."""

    method: str
    path: str
    asks: type[Message]
    answers: type[Message]
    act: Callable[[World, Asked], Message]

    @property
    def name(self) -> str:
        """The name that generated clients call it by: the function's, in their manner."""
        first, *others = self.act.__name__.split("_")
        return first + "".join(word.title() for word in others)

    @property
    def summary(self) -> str:
        """What it does, in the function's own words."""
        return (self.act.__doc__ or self.name).splitlines()[0]


def get_clock(world: World, _: Asked) -> said.ClockState:
    """Return the clock."""
    return said.ClockState(instant=world.clock.now(), mode=world.clock.row.mode, epoch=world.clock.epoch)


def set_clock(world: World, asked: Asked) -> said.ClockState:
    """Set the clock and return it."""
    world.clock.set(asked.message.instant)
    return get_clock(world, asked)


def advance_clock(world: World, asked: Asked) -> said.ClockState:
    """Move the clock on and return it."""
    world.clock.advance(timedelta(seconds=asked.message.seconds))
    return get_clock(world, asked)


def freeze_clock(world: World, asked: Asked) -> said.ClockState:
    """Stop the clock and return it."""
    world.clock.freeze()
    return get_clock(world, asked)


def run_clock(world: World, asked: Asked) -> said.ClockState:
    """Let the clock run and return it."""
    world.clock.run()
    return get_clock(world, asked)


def list_residents(world: World, _: Asked) -> said.Residents:
    """Return everybody."""
    return said.Residents(residents=[_resident(world, resident) for resident in world.residents()])


def new_resident(world: World, asked: Asked) -> said.ResidentState:
    """Register somebody, with a card unless none is wanted, and return them."""
    wanted = {
        name: value
        for name, value in msgspec.structs.asdict(asked.message).items()
        if name != "card" and value is not msgspec.UNSET
    }
    return _resident(world, world.new_resident(with_card=asked.message.card, **wanted))


def get_resident(world: World, asked: Asked) -> said.ResidentState:
    """Return one resident."""
    return _resident(world, world.resident(asked.resident_id))


def issue_card(world: World, asked: Asked) -> said.Card:
    """Hand a card (新規交付) to a resident who has none, and return it."""
    world.issue_card(asked.resident_id)
    return get_card(world, asked)


def get_card(world: World, asked: Asked) -> said.Card:
    """Return a resident's card as it was personalised."""
    card = world.card_of(asked.resident_id)
    return said.Card(
        serial=card.profile.serial,
        auth_certificate=card.auth_certificate,
        sign_certificate=card.sign_certificate,
        profile=msgspec.json.decode(msgspec.json.encode(card.profile)),
    )


def lose_card(world: World, asked: Asked) -> said.ResidentState:
    """Report a card lost (一時停止) and return its holder."""
    world.lose(asked.resident_id)
    return get_resident(world, asked)


def move_resident(world: World, asked: Asked) -> said.ResidentState:
    """Move a resident (転居・転入) and return them."""
    municipality = asked.message.municipality
    world.move(asked.resident_id, None if municipality is msgspec.UNSET else municipality)
    return get_resident(world, asked)


def revoke_certificate(world: World, asked: Asked) -> said.ResidentState:
    """Revoke one certificate (失効) and return its holder."""
    world.revoke(asked.resident_id, asked.message.kind.value, asked.message.reason.value)
    return get_resident(world, asked)


def get_journal(world: World, asked: Asked) -> said.JournalPage:
    """Return what was asked of the fake J-LIS since a mark."""
    entries = world.journal.since(asked.message.since)
    return said.JournalPage(
        mark=asked.message.since + len(entries) if entries else world.journal.mark(),
        entries=[_line(entry) for entry in entries],
    )


def get_anchors(world: World, _: Asked) -> said.Anchors:
    """Return what a relying party of this world has to trust."""
    trust = world.trust()
    return said.Anchors(
        authorities=[AuthorityAnchor(kind=Kind(kind), certificate=der) for kind, der in trust.authorities.items()],
        card_issuers=[CardIssuerAnchor(key_id=key_id, key=key) for key_id, key in trust.card_issuers],
    )


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
    Operation("GET", f"{_RESIDENT}/card", _NOTHING, said.Card, get_card),
    Operation("POST", f"{_RESIDENT}/card", _NOTHING, said.Card, issue_card),
    Operation("POST", f"{_RESIDENT}/lose", _NOTHING, said.ResidentState, lose_card),
    Operation("POST", f"{_RESIDENT}/move", said.Move, said.ResidentState, move_resident),
    Operation("POST", f"{_RESIDENT}/revoke", said.Revoke, said.ResidentState, revoke_certificate),
    Operation("GET", "/v1/journal", said.JournalQuery, said.JournalPage, get_journal),
    Operation("GET", "/v1/anchors", _NOTHING, said.Anchors, get_anchors),
)


def _resident(world: World, resident: Resident) -> said.ResidentState:
    return said.ResidentState(
        resident=resident, certificates=[_certificate(entry) for entry in world.certificates(resident.id)]
    )


def _certificate(entry: Entry) -> said.CertificateState:
    return said.CertificateState(
        kind=entry.kind,
        serial=f"{entry.serial:x}",
        issued=entry.issued,
        not_after=entry.not_after,
        revoked=entry.revoked,
        reason=entry.reason,
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
