"""kill -9 in the middle: what a terminal recorded is there, what the office acknowledged is counted, once."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from reference_impl.services.offline.record import FIRST_LINK, is_sealed
from reference_impl.services.offline.standing import Standing
from reference_impl.services.store.reconciliation import Reconciliation
from reference_impl.services.store.tables import records, sums
from reference_impl.services.store.terminal_queue import TerminalQueue
from reference_impl.store.database import Database
from tests.reference_impl.services import kill
from tests.reference_impl.services.offline import KEYS

ROOT = Path(__file__).resolve().parents[3]


def run_and_kill(what: str, folder: Path, after: int) -> int:
    """Starts the program, kills it once it has told so many steps; the last step told, lines still in the pipe too."""
    command = [sys.executable, "-m", "tests.reference_impl.services.kill", what, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(after)]
        process.kill()
        told += process.stdout.read().splitlines()
    assert process.returncode == -signal.SIGKILL
    return max(int(line) for line in told if line.strip())


@pytest.mark.parametrize("after", [1, 60])
def test_terminal_that_is_killed_keeps_what_it_recorded(tmp_path: Path, after: int) -> None:
    """Twice killed: numbers without gap, each sealed and linked, at most one more than was told."""
    first = run_and_kill("terminal", tmp_path, after)
    last = run_and_kill("terminal", tmp_path, after)
    database = Database(tmp_path / "terminal.db")
    queue = TerminalQueue(database, "cab-1", KEYS["cab-1"])
    made = queue.pending(10**6)
    assert [each.number for each in made] == list(range(1, len(made) + 1))
    assert first < last <= len(made) <= last + 1
    assert all(is_sealed(each, KEYS["cab-1"]) for each in made)
    assert [each.link for each in made] == [FIRST_LINK, *(each.seal for each in made[:-1])]
    queue.acknowledge(range(1, len(made)))
    assert [each.number for each in queue.pending()] == [queue.highest()]
    assert queue.record(kill.use(0)).link == made[-1].seal
    database.close()


def test_office_that_is_killed_counts_each_record_once(tmp_path: Path) -> None:
    """Killed three times in the middle of the same uploads, which then come whole: each ride once, no more, no less."""
    database = Database(tmp_path / "terminal.db")
    queue = TerminalQueue(database, "cab-1", KEYS["cab-1"])
    for number in range(400):
        queue.record(kill.use(number))
    told = [run_and_kill("office", tmp_path, after) for after in (1, 20, 5)]
    office = Database(tmp_path / "office.db")
    with office.transaction() as connection:
        assert len(connection.execute(select(records)).all()) >= max(told[0], told[1])
    reconciliation = Reconciliation(office)
    made = queue.pending(10**6)
    queue.acknowledge(kill.send(reconciliation, made))
    assert queue.pending() == []
    with office.transaction() as connection:
        kept = connection.execute(select(records)).all()
        found = {
            (row.subject, row.period): row.amount
            for row in connection.execute(select(sums))
            if row.entitlement == "rides-a-year"
        }
    assert {row.standing for row in kept} == {Standing.COUNTED}
    expected = Counter(each.presentation.decode() for each in made)
    assert found == {(f"account:{card}", "FY2026"): rides for card, rides in expected.items()}
    office.close()
    database.close()
