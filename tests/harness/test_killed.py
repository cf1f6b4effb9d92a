"""Killed at any instant, no acknowledged event is forgotten and none is half there.

kill -9 takes the process, not the machine: what the operating system has of a file stays. That the log is on the disk
before an acknowledgement (synchronous=FULL, fsync) only a power cut could show; here it is asked of the database.
"""

import json
import random
import re
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from harness.events import Befell, Registered
from harness.history import History
from harness.keys import KeyPool
from harness.store.address import Place
from harness.world import World
from tests.harness import killed_writer

ROUNDS, MOST_ROUNDS, SEED = 20, 80, 20261121
LEAST_LOST = 10
"""So many acknowledged losses are wanted, or little was shown: a slow machine makes few of them in a round."""
LONGEST_SECONDS = 0.3
"""A round's kill comes at any instant from its first acknowledged resident on."""
BEGUN = re.compile(rb'"(resident|waits)"')


@pytest.fixture
def store(tmp_path: Path) -> Place:
    """A place for a store."""
    return tmp_path / "world.db"


@dataclass
class Acknowledged:
    """What the writers said was done."""

    serials: dict[str, dict[str, int]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    epoch: int = 0
    published: datetime | None = None

    def hear(self, line: bytes) -> None:
        """Take one line in; the last one may have been cut off."""
        if not line.endswith(b"\n"):
            return
        said: dict[str, Any] = json.loads(line)
        if "resident" in said:
            self.serials[said["resident"]] = said["serials"]
        self.lost |= {said["lost"]} if "lost" in said else set()
        self.epoch = max(self.epoch, said.get("epoch", 0))
        if "published" in said:
            instant = datetime.fromisoformat(said["published"])
            self.published = instant if self.published is None else max(instant, self.published)


def killed(keys: KeyPool, store: Place, heard: Acknowledged, seconds: float, *how: str) -> None:
    """Let a writer write, and kill it `seconds` after its first acknowledged resident."""
    address = store.render_as_string(hide_password=False) if isinstance(store, URL) else str(store)
    command: list[str | Path] = [sys.executable, killed_writer.__file__, keys._folder, address, *how]
    root = Path(killed_writer.__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, env={"PYTHONPATH": str(root)}) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            heard.hear(line)
            if BEGUN.search(line):
                break
        killer = threading.Timer(seconds, writer.kill)
        killer.start()
        for line in writer.stdout:
            heard.hear(line)
        killer.join()
    assert writer.returncode == -9


def check(keys: KeyPool, store: Place, heard: Acknowledged) -> int:
    """Return how many events there are, none of them forgotten or half there."""
    with closing(History(store)) as history:
        events, seen = history.events(), history.look()
    assert seen.last == len(events), "numbers without gaps"
    issued = Counter(
        (made.kind, made.serial) for event in events if isinstance(event, Befell) for made in event.certificates
    )
    assert set(issued.values()) <= {1}, "a serial number given twice"
    there = {event.resident.id for event in events if isinstance(event, Registered)}
    assert heard.serials.keys() <= there, "a forgotten resident"
    assert heard.published is None or (seen.published and seen.published >= heard.published), "a forgotten view"
    with closing(World.create(keys, seed=99, start=killed_writer.START, store=store)) as world:
        assert world.clock.epoch >= heard.epoch, "a forgotten setting of the clock"
        for place, resident in enumerate(sorted(there), start=1):
            assert resident == f"r{place:06d}"
            check_resident(world, resident, heard)
    return len(events)


def check_resident(world: World, resident: str, heard: Acknowledged) -> None:
    """See that somebody has what they were acknowledged to have."""
    entries = world.certificates(resident)
    assert len(entries) == (2 if world.resident(resident).name == killed_writer.HOLDER else 0), "half there"
    if resident in heard.serials:
        assert {entry.kind.value: entry.serial for entry in entries} == heard.serials[resident]
    assert resident not in heard.lost or all(entry.revoked for entry in entries), "a forgotten loss"


def test_killed_at_any_instant_nothing_acknowledged_is_forgotten(keys: KeyPool, store: Place) -> None:
    """Twenty writers or more, each killed in the middle of its work; the world goes on after each."""
    heard, instants = Acknowledged(), random.Random(SEED)  # noqa: S311  (which instants are tried is no secret)
    last = 0
    for done in range(MOST_ROUNDS):
        if done >= ROUNDS and len(heard.lost) >= LEAST_LOST and heard.published is not None:
            break
        killed(keys, store, heard, instants.uniform(0, LONGEST_SECONDS))
        now = check(keys, store, heard)
        assert now > last
        last = now
    assert len(heard.lost) >= LEAST_LOST
    assert heard.published is not None


@pytest.mark.parametrize(("how", "says"), [("hasty", "a forgotten resident"), ("halved", "half there")])
def test_a_writer_that_is_wrong_is_found(keys: KeyPool, store: Place, how: str, says: str) -> None:
    """One that acknowledges before it stores, and one that stores in halves, do not pass."""
    heard = Acknowledged()
    killed(keys, store, heard, 0, how)
    with pytest.raises(AssertionError, match=says):
        check(keys, store, heard)
