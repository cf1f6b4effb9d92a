"""The substitute lane: a broker, its library in the environment, and cards put into its slots. **Not pcscd.**"""

import ctypes
import os
import secrets
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from cardsim.readers.conditions import parse_conditions
from harness.pcsc_lane.daemon import end_process
from harness.pcsc_lane.faults import LaneUnavailable
from harness.pcsc_lane.lane import OUR_READER, STANDARD_DOOR, await_door, set_in_process
from harness.pcsc_lane.readers import PATIENCE, Connection, connection_to, loaded_libraries
from harness.pcsc_substitute.asking import await_state
from harness.pcsc_substitute.library import SONAME, built_library
from harness.pcsc_substitute.words import LABEL, SLOTS, EventState, slot_name

SOCKET_VARIABLE = "KAZASHI_PCSC_SOCKET"


@dataclass(frozen=True, slots=True)
class SubstituteCard:
    """A card in a slot of the broker, served by a process of its own."""

    slot: str
    _process: subprocess.Popen[bytes]
    _socket: str

    @property
    def pid(self) -> int:
        """The process id of the card's door."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Return whether the card's door still runs."""
        return self._process.poll() is None

    def wait(self, seconds: float) -> int:
        """Return the exit code of the card's door once it ended by itself."""
        return self._process.wait(seconds)

    def remove(self) -> None:
        """Take the card out; returns when the broker sees the reader empty."""
        end_process(self._process)
        await_state(self._socket, self.slot, EventState.EMPTY)

    def kill(self) -> None:
        """End the card's process by SIGKILL, as a crash would; returns when the broker sees the reader empty."""
        self._process.kill()
        self._process.wait()
        await_state(self._socket, self.slot, EventState.EMPTY)


@dataclass(frozen=True, slots=True)
class SubstituteLane:
    """A running broker and its readers, in the shape of `harness.pcsc_lane.PcscLane`."""

    kind: ClassVar[str] = "substitute"
    """What reports say ran."""
    label: ClassVar[str] = LABEL
    environment: Mapping[str, str]
    """What a PC/SC program needs in its environment. Programs that run already keep the library they have."""
    ports: Mapping[str, tuple[int, ...]]
    broker: int
    """The broker's process id."""
    _cards: ExitStack

    def insert(  # noqa: PLR0913  (what a card and its reader are)
        self,
        folder: Path,
        reader: str = OUR_READER,
        *,
        slot: int = 0,
        trace: Path | None = None,
        conditions: str = "contact",
        door: Sequence[str] = (STANDARD_DOOR,),
    ) -> SubstituteCard:
        """Put the card of a folder (`cardsim.folder`) into a reader; returns when the broker sees it there.

        `conditions` as for the lane of pcscd. There is no `reconnect`: the broker is not restarted while a lane lasts.
        """
        parse_conditions(conditions)  # what is none is refused here, and not by a process that ends without a word
        words = ["-m", *door, f"--card={folder}", f"--port={self.ports[reader][slot]}", f"--conditions={conditions}"]
        process = subprocess.Popen(
            [sys.executable, *words, *([] if trace is None else [f"--trace={trace}"])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._cards.callback(end_process, process)
        await_door(process)
        card = SubstituteCard(slot_name(reader, slot), process, self.environment[SOCKET_VARIABLE])
        await_state(self.environment[SOCKET_VARIABLE], card.slot, EventState.PRESENT)
        return card

    def connected(self, reader: str = OUR_READER, *, slot: int = 0) -> AbstractContextManager[Connection]:
        """Offer a pyscard connection of this process; LaneUnavailable when it has the real library already."""
        _load(built_library() / SONAME)
        return connection_to(slot_name(reader, slot))


@contextmanager
def running_substitute_lane(readers: Sequence[str] = (OUR_READER,)) -> Iterator[SubstituteLane]:
    """Start a broker with these readers, and say that it is no pcscd; at the end no process and no socket is left."""
    library = built_library()
    with ExitStack() as stack:
        folder = Path(tempfile.gettempdir()) / f"kazashi-substitute-{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
        stack.callback(shutil.rmtree, folder)
        broker = _start(folder / "broker.sock", readers)
        stack.callback(end_process, broker)
        ports = _ports(broker)
        environment = {
            SOCKET_VARIABLE: str(folder / "broker.sock"),
            "LD_LIBRARY_PATH": os.pathsep.join(filter(None, (str(library), os.environ.get("LD_LIBRARY_PATH")))),
        }
        slots = {name: tuple(ports[SLOTS * at : SLOTS * (at + 1)]) for at, name in enumerate(readers)}
        stack.enter_context(set_in_process(environment))
        sys.stderr.write(f"{LABEL}\n")
        yield SubstituteLane(environment, slots, broker.pid, stack)


def _start(place: Path, readers: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "harness.pcsc_substitute.broker", str(os.getpid()), str(place), *readers],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def _ports(broker: subprocess.Popen[bytes]) -> list[int]:
    if broker.stdout is None:
        raise ValueError("the broker needs a pipe for what it says")
    speaks = select.select([broker.stdout], [], [], PATIENCE)[0]
    said = broker.stdout.readline().decode() if speaks else ""
    if not said:
        raise LaneUnavailable(f"the broker of the PC/SC substitute: expected its ports within {PATIENCE:g} s")
    return [int(port) for port in said.split()]


def _load(library: Path) -> None:
    """Make the substitute this process's libpcsclite: pyscard loads it by the soname that is then there already."""
    loaded = loaded_libraries()
    if loaded - {str(library)}:
        raise LaneUnavailable(
            f"{min(loaded - {str(library)})} is loaded in this process already, and a process has one PC/SC library: "
            "start the client as a program of its own, with the environment of the lane"
        )
    ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
