"""A program that writes to a world under load until it is killed, and says on stdout what it acknowledges.

    killed_writer.py KEYS STORE [hasty | halved]

Each line is one acknowledgement, a JSON object. Two ways of being wrong show that whoever checks would notice: `hasty`
acknowledges before the event is stored, `halved` stores a resident and their card one after the other; then both wait.
"""

import json
import os
import sys
import threading
from datetime import timedelta
from pathlib import Path

from harness.chronicle import EventRefused
from harness.contract.vocabulary import Kind
from harness.events import Event
from harness.history import History
from harness.keys import KeyPool
from harness.municipalities import AOI
from harness.store.address import read_place
from harness.world import World
from tests.harness.asking import ask
from tests.harness.instants import jst

START = jst("2026-12-01T00:00:00")
STEP = timedelta(seconds=40)
EVERY_THIRD = 3
HOLDER = "試験札持"
"""The name of those who are registered together with their card, or not at all."""


def say(**what: object) -> None:
    """Write one line at once, so that none of it is lost with this process."""
    os.write(1, json.dumps(what).encode() + b"\n")


def live(world: World) -> None:
    """Register people, some with cards, some of whom lose them."""
    for turn in range(1_000_000):
        try:
            named = {"name": HOLDER} if turn % EVERY_THIRD == 0 else {}
            resident = world.new_resident(with_card=bool(named), **named).id
            serials = {entry.kind.value: entry.serial for entry in world.certificates(resident)}
            say(resident=resident, serials=serials)
            if named and turn % 2 == 0:
                world.lose(resident)
                say(lost=resident)
        except EventRefused:  # the other thread published this instant
            world.clock.advance(STEP)


def publish(world: World) -> None:
    """Let answers and lists leave, and time go by."""
    while True:
        world.clock.advance(STEP)
        say(epoch=world.clock.epoch)
        answer = ask(world, Kind.AUTH, 0x0700_0000, world.clock.now())
        say(published=answer.this_update_utc.isoformat())
        world.jlis.crl(Kind.SIGN, AOI, world.clock.now())


def hasty(_history: History, _after: int, *events: Event) -> None:
    """Acknowledge what is not stored yet."""
    say(resident=events[0].resident.id, serials={})  # type: ignore[union-attr]
    say(waits=True)
    threading.Event().wait()


def halved(history: History, after: int, *events: Event) -> None:
    """Store what belongs together in two halves."""
    whole_append(history, after, events[0])
    say(waits=True)
    threading.Event().wait()


whole_append = History.append
WRONG = {"hasty": hasty, "halved": halved}


def main() -> None:
    """Write until killed."""
    if len(sys.argv) > 3:
        History.append = WRONG[sys.argv[3]]  # type: ignore[method-assign, assignment]
    world = World.create(KeyPool(Path(sys.argv[1])), seed=1, start=START, store=read_place(sys.argv[2]))
    for work in (live, live, publish):
        threading.Thread(target=work, args=(world,)).start()


if __name__ == "__main__":
    main()
