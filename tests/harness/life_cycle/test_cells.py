"""What each event of life does, cell by cell: by hand from spec/pki.md §4, §2 and §1.6, seen from outside.

A cell of a certificate says, in this order, what becomes of it:

    none             there never was one
    stays            good before and after
    was REASON       revoked before, and still for that reason
    REASON           good before, revoked after
    new              none before, a good one after
    REASON, new      the old one revoked, a new one good

The lists have it from 03:00 on, OCSP from 09:15 on, and neither a second before.
"""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from harness.events import Changes
from harness.jlis.attributes import News, latest
from harness.jlis.life_events import LifeEvent
from harness.jlis.linking import resolve
from harness.jlis.register import Register
from tests.harness.life_cycle.observing import NO_REASON, POPULATIONS, answer, leaf_of, listed, rewritten, said
from tests.harness.life_cycle.scenes import CHANGES, HAPPENS, MARK, PUBLICATION, SECOND, MakeWorld, Scene, stage

CHANGED, REPLACED, STOPPED, HELD = "affiliationChanged", "superseded", "cessationOfOperation", "certificateHold"


class Row(NamedTuple):
    """What one event does; CRL, OCSP and links follow from the four certificates."""

    files: str
    auth_card: str
    sign_card: str
    auth_phone: str
    sign_phone: str
    attributes: str
    standing: str = "present"


_OLD, _NEW, _NOT = "as at issuance", "as they are now", "nothing"
EXPECTED = {
    "card-issued": Row("chip auth sign attributes expiry", "new", "new", "none", "none", _NEW),
    "moved-within": Row("attributes", "stays", CHANGED, "stays", CHANGED, _NOT),
    "moved-out": Row("", "stays", CHANGED, "stays", CHANGED, _NOT, "left"),
    "moved-in": Row("attributes", "stays", CHANGED, "stays", CHANGED, _NOT),
    "relabelled": Row("attributes", "stays", CHANGED, "stays", CHANGED, _NOT),
    "name-changed": Row("attributes", "stays", CHANGED, "stays", CHANGED, _NOT),
    "sex-changed": Row("attributes", "stays", CHANGED, "stays", CHANGED, _NOT),
    "birth-date-corrected": Row("attributes", "stays", CHANGED, "stays", CHANGED, _NOT),
    "renewed": Row("auth sign", f"{REPLACED}, new", f"{REPLACED}, new", "stays", "stays", _NEW),
    "signature-issued": Row("sign", "stays", f"{REPLACED}, new", "stays", "stays", _NEW),
    "card-reissued": Row("chip auth sign", f"{REPLACED}, new", f"{REPLACED}, new", "stays", "stays", _NEW),
    "lost": Row("", HELD, HELD, HELD, HELD, _NOT),
    "suspended": Row("", HELD, HELD, "stays", "stays", _OLD),
    "stopped": Row("", STOPPED, STOPPED, "stays", "stays", _OLD),
    "key-leaked": Row("", "keyCompromise", "keyCompromise", "stays", "stays", _OLD),
    "record-error-found": Row("", "stays", "unspecified", "stays", "unspecified", _NOT),
    "died": Row("", STOPPED, STOPPED, STOPPED, STOPPED, _NOT, "dead"),
    "emigrated": Row("", STOPPED, STOPPED, STOPPED, STOPPED, "abroad", "abroad"),
    "returned": Row("", f"was {STOPPED}", f"was {STOPPED}", f"was {STOPPED}", f"was {STOPPED}", _NOT),
    "record-deleted": Row("", STOPPED, STOPPED, STOPPED, STOPPED, _NOT, "deleted"),
    "pin-locked": Row("", "stays", "stays", "stays", "stays", _OLD),
    "pin-reset-at-counter": Row("", "stays", "stays", "stays", "stays", _OLD),
    "pin-reset-at-kiosk": Row("", "stays", "stays", "stays", "stays", _OLD),
    "phone-bound": Row("", "stays", "stays", f"{REPLACED}, new", f"{REPLACED}, new", _OLD),
    "phone-replaced": Row("", "stays", "stays", f"{REPLACED}, new", f"{REPLACED}, new", _OLD),
    "phone-stopped": Row("", "stays", "stays", STOPPED, STOPPED, _OLD),
    "phone-lost": Row("", "stays", "stays", HELD, HELD, _OLD),
    "residence-period-changed": Row("expiry", "stays", "stays", "stays", "stays", _OLD),
}
Check = Callable[[Scene, Row], None]


@pytest.fixture(scope="module")
def scene_of(lasting_worlds: MakeWorld) -> Callable[[str], Scene]:
    """Return the scene of an event, staged once."""
    staged: dict[str, Scene] = {}

    def scene(event: str) -> Scene:
        if event not in staged:
            staged[event] = stage(lasting_worlds, LifeEvent(event))
        return staged[event]

    return scene


def card_files(scene: Scene, row: Row) -> None:
    """What stands on the card now and did not before."""
    card = scene.world.card_of(scene.holder)
    if scene.card_before is None:
        found = {"chip", "auth", "sign", "attributes", "expiry"} if card.profile.applications else set()
    else:
        found = rewritten(scene.card_before, card)
    assert found == set(row.files.split())
    assert {card.auth_serial, card.sign_serial} == {
        entry.serial for name, entry in scene.after().items() if entry is not None and name.endswith("card")
    }


def certificate(population: str) -> Check:
    """Return the check of one certificate: the same one, or a new one with a higher number and another key."""

    def check(scene: Scene, row: Row) -> None:
        cell = _cell(row, population)
        old, new = scene.before[population], scene.after()[population]
        if cell == "none":
            assert (old, new) == (None, None)
            return
        assert new is not None
        assert (old is None) == (cell == "new")
        if old is not None:
            assert said(scene.world, old, MARK) == _status_after(cell)
            if _reason(cell) is not None and not cell.startswith("was"):
                assert answer(scene.world, old, MARK).revocation_time_utc == HAPPENS
        if not cell.endswith("new"):
            assert old is not None
            assert new.serial == old.serial
            return
        assert new.issued == HAPPENS
        fresh = leaf_of(scene.world, new)
        earlier = [entry for entry in scene.world.all_certificates(scene.holder) if entry.issued < HAPPENS]
        assert all(fresh.serial_number > entry.serial for entry in earlier if entry.kind is new.kind)
        assert all(fresh.public_key() != leaf_of(scene.world, entry).public_key() for entry in earlier)
        assert all(fresh.subject != leaf_of(scene.world, entry).subject for entry in earlier)

    return check


def lists(scene: Scene, row: Row) -> None:
    """A second before publication as before, at publication what happened; what is new stands on none."""
    for population in POPULATIONS:
        cell = _cell(row, population)
        old, new = scene.before[population], scene.after()[population]
        reason = _reason(cell)
        shown = NO_REASON if reason == "unspecified" else reason
        if old is not None:
            earlier = shown if cell.startswith("was") else None
            assert listed(scene.world, old, PUBLICATION - SECOND) == earlier, population
            assert listed(scene.world, old, PUBLICATION) == shown, population
        if new is not None and new != old and cell.endswith("new"):
            assert listed(scene.world, new, PUBLICATION - SECOND) is None, population
            assert listed(scene.world, new, PUBLICATION) is None, population


def answers(scene: Scene, row: Row) -> None:
    """A second before the mark as before, at the mark what happened; what is new is unknown before."""
    for population in POPULATIONS:
        cell = _cell(row, population)
        old, new = scene.before[population], scene.after()[population]
        if old is not None:
            earlier = _status_after(cell) if cell.startswith("was") else "good"
            assert said(scene.world, old, MARK - SECOND) == earlier, population
            assert said(scene.world, old, MARK) == _status_after(cell), population
        if new is not None and cell.endswith("new"):
            assert said(scene.world, new, MARK - SECOND) == "unknown", population
            assert said(scene.world, new, MARK) == "good", population


def links(scene: Scene, row: Row) -> None:
    """Where an old serial leads as of then and a second before: to itself, to a new one, to none in force."""
    register = _register(scene)
    for name, population in POPULATIONS.items():
        cell, old = _cell(row, name), scene.before[name]
        before = register.current(scene.holder, population, HAPPENS - SECOND)
        now = register.current(scene.holder, population, HAPPENS)
        is_there_before = cell not in {"none", "new"} and not cell.startswith("was")
        assert (before is not None) == is_there_before, name
        assert before is None or before.serial == old.serial, name  # type: ignore[union-attr]
        if cell.endswith("new"):
            assert now is not None, name
            assert now.issued == HAPPENS, name
        else:
            assert (None if now is None else now.serial) == (old.serial if old and cell == "stays" else None), name
        if old is not None:
            told = resolve(register, old.kind, old.serial, None, HAPPENS)
            assert told is not None
            assert told.current == now, name
            status = "succeeded" if cell.endswith("new") else "current" if cell == "stays" else "ended"
            assert told.status.value == status, name


def attributes(scene: Scene, row: Row) -> None:
    """What the service of the four attributes tells; nothing without a signature certificate in force.

    Who the holder is changes at that instant, and not a second before.
    """
    register = _register(scene)
    assert provided(register, scene) == row.attributes
    before, now = (register.person_at(scene.holder, instant) for instant in (HAPPENS - SECOND, HAPPENS))
    assert before is not None
    assert now is not None
    told = CHANGES.get(scene.event, Changes()).said()
    assert {name: getattr(now.resident, name) for name in told} == told
    assert all(getattr(before.resident, name) != value for name, value in told.items())
    assert bool(told) or now.resident == before.resident


def standing(scene: Scene, row: Row) -> None:
    """Where the holder stands from that instant on, and where they stood a second before."""
    register = _register(scene)
    now = register.person_at(scene.holder, HAPPENS)
    before = register.person_at(scene.holder, HAPPENS - SECOND)
    assert now is not None
    assert now.standing.value == row.standing
    assert before is not None
    assert before.standing.value == ("abroad" if row is EXPECTED["returned"] else "present")


def provided(register: Register, scene: Scene) -> str:
    """Return what the attribute service tells of the holder at that instant (spec/pki.md §4)."""
    told = latest(register, scene.holder, None, HAPPENS)
    if told.attributes is None:
        assert told.moved_abroad == (HAPPENS.date() if told.news is News.OVERSEAS else None)
        return "abroad" if told.news is News.OVERSEAS else _NOT
    person = register.person_at(scene.holder, HAPPENS)
    assert person is not None
    assert (told.attributes.name, told.attributes.address) == (person.resident.name, person.resident.address)
    signature = register.latest(scene.holder, POPULATIONS["sign card"], HAPPENS)
    return _NEW if signature is not None and signature.issued == HAPPENS else _OLD


COLUMNS: dict[str, Check] = {
    "card files": card_files,
    **{population: certificate(population) for population in POPULATIONS},
    "CRL": lists,
    "OCSP": answers,
    "links": links,
    "attributes": attributes,
    "standing": standing,
}


def test_every_event_has_a_row() -> None:
    """An event that is added without its row here fails."""
    assert sorted(EXPECTED) == sorted(event.value for event in LifeEvent)


@pytest.mark.parametrize(
    ("event", "column"),
    [pytest.param(event, column, id=f"{event}/{column}") for event in EXPECTED for column in COLUMNS],
)
def test_cell(scene_of: Callable[[str], Scene], event: str, column: str) -> None:
    """One cell of docs/life-cycle.md, by hand and seen from outside."""
    COLUMNS[column](scene_of(event), EXPECTED[event])


def _cell(row: Row, population: str) -> str:
    return str(getattr(row, population.replace(" ", "_")))


def _reason(cell: str) -> str | None:
    """Return why the old certificate is revoked after the event."""
    reason = cell.removeprefix("was ").removesuffix(", new")
    return None if reason in {"none", "stays", "new"} else reason


def _status_after(cell: str) -> str:
    reason = _reason(cell)
    if reason == "unspecified":
        return "revoked"  # said by leaving the reason out (RFC 5280 §5.3.1)
    return "good" if reason is None else f"revoked {reason}"


def _register(scene: Scene) -> Register:
    """Return the register: links and attributes have their own doors, which this table does not need."""
    return scene.world._register
