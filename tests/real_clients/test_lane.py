"""The lane itself: alone in its namespaces, beside another one, and gone when its owner is gone, however it went."""

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from cardsim.folder import save_card
from cardsim.profile import Profile
from harness.pcsc_lane import OUR_READER, LaneUnavailable, PcscLane, measure_read_binary, on_one_cpu, running_lane
from tests.real_clients.programs import Bench

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20.0
OWNER = (sys.executable, "-m", "tests.real_clients.lane_owner")


@dataclass(frozen=True, slots=True)
class Owned:
    """A lane in another process."""

    owner: subprocess.Popen[str]
    folder: Path
    isolated: bool
    watched: tuple[int, ...]
    """Descriptors that become readable when pcscd and the card's process end: pidfd_open(2)."""

    def all_ended(self) -> bool:
        """Whether they all end within the time."""
        return all(select.select([descriptor], [], [], SECONDS)[0] for descriptor in self.watched)

    def none_ended(self) -> bool:
        """Whether they all run."""
        return not select.select(self.watched, [], [], 0)[0]


@pytest.fixture
def folder(profile: Profile, tmp_path: Path) -> Path:
    """A card in a folder."""
    save_card(profile, tmp_path / "owned")
    return tmp_path / "owned"


@contextmanager
def owned_lane(folder: Path) -> Iterator[Owned]:
    """A lane whose owner waits for the end of its standard input."""
    pipe = subprocess.PIPE
    with subprocess.Popen([*OWNER, str(folder), "wait"], cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as owner:
        assert owner.stdout is not None
        place, isolated, *pids = owner.stdout.readline().split()
        watched = tuple(os.pidfd_open(int(pid)) for pid in pids)
        try:
            yield Owned(owner, Path(place), isolated == "True", watched)
        finally:
            for descriptor in watched:
                with suppress(ProcessLookupError):  # where the test failed, what it left is ended here
                    signal.pidfd_send_signal(descriptor, signal.SIGKILL)
                os.close(descriptor)
            shutil.rmtree(place, ignore_errors=True)  # kill -9 leaves the folder


@pytest.fixture
def namespaces(lane: PcscLane) -> None:
    """Tests beside another lane: without namespaces a machine has one pcscd, and the session's own is it."""
    if not lane.daemon.isolated:
        pytest.skip("no namespaces here: all other tests of this lane ran on a pcscd without them")


@pytest.mark.usefixtures("namespaces")
def test_nothing_survives_a_lane(folder: Path) -> None:
    """When its owner is done, pcscd and the card's process have ended and the folder is gone."""
    with owned_lane(folder) as owned:
        assert owned.none_ended()
        assert owned.folder.is_dir()
        owned.owner.communicate(timeout=SECONDS)
        assert owned.owner.returncode == 0
        assert owned.all_ended()
        assert not owned.folder.exists()


@pytest.mark.usefixtures("namespaces")
def test_nothing_survives_a_killed_owner(folder: Path) -> None:
    """kill -9 of the owner ends pcscd and the card's process too, and the card can be used again."""
    with owned_lane(folder) as owned:
        assert owned.none_ended()
        owned.owner.kill()
        assert owned.all_ended()
    with owned_lane(folder) as again:
        assert again.none_ended()
        again.owner.communicate(timeout=SECONDS)


@pytest.mark.usefixtures("namespaces")
def test_nothing_survives_a_failure(folder: Path) -> None:
    """An exception in the middle comes out as it was, after everything ended."""
    done = subprocess.run([*OWNER, str(folder), "fail"], cwd=ROOT, capture_output=True, text=True, check=False)
    place, _, *pids = done.stdout.split()
    assert "KeyError" in done.stderr
    assert not Path(place).exists()
    assert [pid for pid in pids if Path("/proc", pid).exists()] == []


@pytest.mark.usefixtures("namespaces")
def test_two_lanes_do_not_see_each_other(bench: Bench, folder: Path) -> None:
    """Both use the same ports and reader names, each in its own network; each client sees one card of ours."""
    with owned_lane(folder) as other:
        assert other.isolated
        assert other.folder != bench.lane.daemon.folder
        listed = bench.run("opensc-tool", "--list-readers").stdout
        assert listed.count(OUR_READER) == 2  # vpcd gives each reader a second, empty slot
        bench.remove()
        assert other.none_ended()
        bench.insert(OUR_READER)
        other.owner.communicate(timeout=SECONDS)


def test_a_process_has_one_lane_at_a_time(lane: PcscLane) -> None:
    """libpcsclite remembers its first socket, so a second lane would be the first one's: it is refused."""
    with pytest.raises(LaneUnavailable, match="this process has a lane already"), running_lane():
        pass
    assert lane.daemon.folder.is_dir()


def test_a_card_in_use_is_refused_with_the_reason(bench: Bench) -> None:
    """A folder whose card is in a reader cannot be put into another one."""
    with pytest.raises(LaneUnavailable, match="in use by another process"):
        bench.lane.insert(bench.folder, OUR_READER)
    assert bench.card.is_alive()


def test_a_rate_counts_commands_that_reached_the_card(bench: Bench) -> None:
    """50 commands asked for are 50 READ BINARY of 256 bytes in the card's trace."""
    with bench.lane.connected() as connection:
        assert measure_read_binary(connection, 50) > 0
    read = [line for line in bench.commands() if line.command == bytes.fromhex("00B0000000")]
    assert [len(line.answer) for line in read] == [256] * 50


def test_a_measurement_on_one_cpu_gives_the_others_back() -> None:
    """Inside there is one CPU, for programs that are started there too; afterwards as many as before."""
    before = os.sched_getaffinity(0)
    with on_one_cpu():
        counted = subprocess.run(["nproc"], capture_output=True, text=True, check=True).stdout.strip()
        assert len(os.sched_getaffinity(0)) == 1
    assert counted == "1"
    assert os.sched_getaffinity(0) == before
