"""kill -9 at any instant: nothing that was acknowledged is lost, nothing is half there, and the chain goes on.

kill -9 takes the process, not the machine: what the operating system has of a file stays. That the log is on the disk
before an acknowledgement only a power cut could show; `test_writer.py` asks the database for it.
"""

import os
import random
import subprocess
import sys
import threading
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import URL

from reference_impl.audit.storage import Storage
from reference_impl.audit.verify import verify
from tests.reference_impl.audit import killed_writer

ROUNDS, SEED = 8, 20261121
LONGEST_SECONDS = 0.25
"""A round's kill comes at any instant from its first acknowledgement on."""
Place = Path | URL


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A place for a store."""
    return tmp_path / "audit.db"


def killed(place: Place, how: str, seconds: float) -> dict[int, str]:
    """Lets a writer write, kills it so long after its first acknowledgement, and returns all it acknowledged."""
    address = place.render_as_string(hide_password=False) if isinstance(place, URL) else str(place)
    root = Path(killed_writer.__file__).parents[3]
    command = [sys.executable, "-m", killed_writer.__name__, address, how]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, env=environment) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline()]
        killer = threading.Timer(seconds, writer.kill)
        killer.start()
        said += writer.stdout.readlines()
        killer.join()
    assert writer.returncode == -9, "it ended by itself"
    whole = [line.decode().split() for line in said if line.endswith(b"\n")]
    return {int(sequence): who for sequence, who in whole}


def check(place: Place, heard: dict[int, str]) -> int:
    """The last row, if the store verifies and every acknowledged row is there, or was removed by retention."""
    there: dict[int, str] = {}
    storage = Storage(place, make=False)
    try:
        report = verify(storage, seen=lambda row, _: there.update({row.sequence: row.who}))
    finally:
        storage.close()
    assert report.findings == []
    lost = {sequence: who for sequence, who in heard.items() if sequence > report.sealed and there.get(sequence) != who}
    assert not lost, f"acknowledged and lost: {lost}"
    return report.head.sequence


def test_nothing_acknowledged_is_lost(place: Place) -> None:
    """Writers of every kind one after the other, each killed in the middle; each goes on where the last one ended."""
    heard: dict[int, str] = {}
    instants = random.Random(SEED)  # noqa: S311  (which instants are tried is no secret)
    last = 0
    for how in [how for how, _ in zip(cycle(("threads", "tasks", "batches")), range(ROUNDS), strict=False)]:
        told = killed(place, how, instants.uniform(0, LONGEST_SECONDS))
        assert min(told) > last
        assert not told.keys() & heard.keys(), "a number given twice"
        heard |= told
        last = check(place, heard)
    assert len(heard) >= ROUNDS


def test_killed_while_rows_are_removed(place: Place) -> None:
    """Retention leaves a whole segment or a seal in its place, whenever it is killed."""
    heard: dict[int, str] = {}
    sealed = 0
    for seconds in (0.1, 0.3, 0.2, 1.0, 5.0):
        if sealed and seconds >= 1.0:  # those are for a machine on which nothing was removed before
            break
        heard |= killed(place, "retain", seconds)
        check(place, heard)
        storage = Storage(place, make=False)
        sealed = max(sealed, verify(storage).sealed)
        storage.close()
    assert sealed > 0, "nothing was removed: the test shows nothing"


def test_a_writer_that_acknowledges_too_early_is_found(place: Place) -> None:
    """The check can fail: one that says a row is there before it is does not pass."""
    heard = killed(place, "hasty", 0.05)
    with pytest.raises(AssertionError, match="acknowledged and lost"):
        check(place, heard)
