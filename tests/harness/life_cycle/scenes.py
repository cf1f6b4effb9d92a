"""A holder of 葵市 with everything, and what happens to them.

Card and phone are a day old at 09:07, when it happens; OCSP speaks anew at 09:15, the lists at 03:00 of the next day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from harness.events import Changes
from harness.jlis.entries import Entry
from harness.jlis.life_events import LifeEvent
from harness.municipalities import AOI, WAKABA
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.instants import jst
from tests.harness.life_cycle.observing import POPULATIONS

SETTLED = jst("2026-12-01T00:00:00")
EARLIER = jst("2026-12-01T12:00:00")
HAPPENS = jst("2026-12-02T09:07:00")
MARK = jst("2026-12-02T09:15:00")
PUBLICATION = jst("2026-12-03T03:00:00")
SECOND = timedelta(seconds=1)
BORN = date(1980, 2, 17)
NEW_NAME = "試験　新子"
NEW_ADDRESS = "試験県葵市新町１丁目１番１号"
WAKABA_ADDRESS = "試験県若葉市新町１丁目１番１号"
CHANGES: dict[LifeEvent, Changes] = {
    LifeEvent.MOVED_WITHIN: Changes(address=NEW_ADDRESS),
    LifeEvent.MOVED_IN: Changes(municipality=WAKABA.code, address=WAKABA_ADDRESS),
    LifeEvent.RELABELLED: Changes(address=NEW_ADDRESS),
    LifeEvent.NAME_CHANGED: Changes(name=NEW_NAME),
    LifeEvent.SEX_CHANGED: Changes(sex="2"),
    LifeEvent.BIRTH_DATE_CORRECTED: Changes(birth_date=date(1980, 2, 18)),
    LifeEvent.RETURNED: Changes(municipality=WAKABA.code, address=WAKABA_ADDRESS),
    LifeEvent.RESIDENCE_PERIOD_CHANGED: Changes(card_expiry=date(2036, 1, 31)),
}
EVERYTHING = (LifeEvent.CARD_ISSUED, LifeEvent.PHONE_BOUND)
BEFORE: dict[LifeEvent, tuple[LifeEvent, ...]] = {
    LifeEvent.CARD_ISSUED: (),
    LifeEvent.RETURNED: (*EVERYTHING, LifeEvent.EMIGRATED),
    LifeEvent.PIN_RESET_AT_COUNTER: (*EVERYTHING, LifeEvent.PIN_LOCKED),
    LifeEvent.PIN_RESET_AT_KIOSK: (*EVERYTHING, LifeEvent.PIN_LOCKED),
}
"""What happened to the holder before; to everybody else: a card, and a phone bound to it."""
MakeWorld = Callable[[], World]


@dataclass(frozen=True)
class Scene:
    """A world in which something has happened to one holder."""

    world: World
    holder: str
    event: LifeEvent
    card_before: IssuedCard | None
    before: dict[str, Entry | None]
    """The last certificate of each population before it happened."""

    def after(self) -> dict[str, Entry | None]:
        """Return the last certificate of each population now."""
        return last_of_each(self.world, self.holder)


def last_of_each(world: World, holder: str) -> dict[str, Entry | None]:
    """Return the last certificate of each population that somebody has been issued."""
    found: dict[str, Entry | None] = dict.fromkeys(POPULATIONS)
    for entry in world.all_certificates(holder):
        (name,) = [name for name, population in POPULATIONS.items() if population == entry.population]
        found[name] = entry
    return found


def stage(make_world: MakeWorld, event: LifeEvent) -> Scene:
    """Return the scene of one event: a holder as they are before, to whom it then happens at 09:07."""
    happened = BEFORE.get(event, EVERYTHING)
    world = make_world()
    holder = settle(world, happened)
    world.clock.set(HAPPENS)
    scene = Scene(world, holder, event, world.card_of(holder) if happened else None, last_of_each(world, holder))
    world.happen(holder, event, CHANGES.get(event, Changes()))
    return scene


def settle(world: World, happened: tuple[LifeEvent, ...] = EVERYTHING) -> str:
    """Return a holder to whom this has happened: card and phone at midnight, the rest at noon."""
    world.clock.set(SETTLED)
    holder = world.new_resident(municipality=AOI.code, birth_date=BORN, sex="1").id
    for event in happened:
        world.clock.set(SETTLED if event in EVERYTHING else EARLIER)
        world.happen(holder, event)
    return holder
