"""A private PC/SC lane: pcscd with vpcd readers of its own, cards put into them, and the rate at which they answer.

pcscd's socket is fixed when it is built (`/run/pcscd/pcscd.comm`) and vpcd listens on all interfaces (spec/card.md §9),
so a daemon beside another one needs a mount and a network namespace; a user namespace gives both without root.
Only pcscd and the card doors live in there. A folder of ours is mounted over `/run`, not a tmpfs: the socket that
pcscd makes is then also a file out here, and a unix socket with a path can be reached from any network namespace.
So pytest, pyscard and OpenSC stay outside, unchanged, and find the daemon by PCSCLITE_CSOCK_NAME; nothing has to
run itself again inside.

    unshare -Urnm  ─exec→ this module ─exec→ pcscd     loopback up, folder on /run; one pid from start to end
    nsenter -U -n  ─exec→ cardsim.readers.vpcd         the door of one card, in pcscd's network

Nothing survives the process that started the lane, not even its `kill -9`: pcscd asks the kernel for SIGTERM at its
parent's death (prctl(2), PR_SET_PDEATHSIG: the parent is the thread that started the lane), and a card door ends
when pcscd closes its line. Where the kernel refuses the namespaces, pcscd runs without, provided that no other does.

    LaneUnavailable   no lane can run here; says why
"""

import ctypes
import fcntl
import importlib
import os
import secrets
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from harness.errors import ConfigurationError

OUR_READER = "Kazashi Virtual Reader"
"""The FRIENDLYNAME; pcscd appends slot numbers. Begins as every reader must to which our clients give a PIN."""
SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
PATIENCE = 30.0
"""Seconds within which a daemon, a card or a status must appear; nothing waits longer than it has to."""
FIRST_PORT = 0x9C7B
"""Not vpcd's own 0x8C7B: where the namespaces are refused, another vpcd's port stays free."""
_PORTS_A_READER = 16
_DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
_DAEMON_SOCKET = Path("/run/pcscd/pcscd.comm")
_LONGEST_SOCKET = 107
"""unix(7): sun_path has 108 bytes, the last one zero."""
_NAMESPACES = ("unshare", "--user", "--map-root-user", "--net", "--mount")
_READ_256 = bytes.fromhex("00B0000000")


class LaneUnavailable(ConfigurationError):
    """No lane can run on this machine, or its daemon, reader or card did not appear."""


class Connection(Protocol):
    """What pyscard's `CardConnection` offers, as far as the lane and its users need it."""

    def connect(self, protocol: int | None = None, mode: int | None = None, disposition: int | None = None) -> None:
        """Take the card in use."""

    def disconnect(self) -> None:
        """Leave it."""

    def transmit(self, command: list[int], /) -> tuple[list[int], int, int]:
        """Return data, SW1, SW2."""

    def getReader(self) -> str:  # noqa: N802 - pyscard's name
        """Return the reader's name."""


@dataclass(slots=True)
class CardProcess:
    """A card in a reader of the lane, served by a process of its own."""

    folder: Path
    reader: str
    _process: "subprocess.Popen[bytes]"

    @property
    def pid(self) -> int:
        """The process id of the card's door."""
        return self._process.pid

    def remove(self) -> None:
        """Take the card out; returns when the reader is seen to be empty."""
        _end(self._process)
        _await_reader(self.reader, _scard().SCARD_STATE_EMPTY)

    def kill(self) -> None:
        """End the card by SIGKILL, as a crash would; returns when the reader is seen to be empty."""
        self._process.kill()
        self._process.wait()
        _await_reader(self.reader, _scard().SCARD_STATE_EMPTY)

    def is_alive(self) -> bool:
        """Return whether the card's door still runs."""
        return self._process.poll() is None


@dataclass(frozen=True, slots=True)
class PcscLane:
    """A running pcscd and its readers."""

    folder: Path
    isolated: bool
    environment: Mapping[str, str]
    """What a PC/SC program needs in its environment to find this daemon."""
    _daemon: "subprocess.Popen[bytes]"
    _ports: Mapping[str, int]
    _stack: ExitStack

    @property
    def pid(self) -> int:
        """The process id of pcscd."""
        return self._daemon.pid

    def insert(self, folder: Path, reader: str = OUR_READER, *, trace: Path | None = None) -> CardProcess:
        """Put the card of a folder (`cardsim.folder`) into a reader; returns when PC/SC sees it there."""
        inside = (
            ["nsenter", f"--target={self.pid}", "--user", "--net", "--preserve-credentials"] if self.isolated else []
        )
        door = [sys.executable, "-m", "cardsim.readers.vpcd", f"--card={folder}", f"--port={self._ports[reader]}"]
        process = subprocess.Popen(
            [*inside, *door, *([] if trace is None else [f"--trace={trace}"])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._stack.callback(_end, process)
        _await_ready(process)
        card = CardProcess(folder, slot_of(reader), process)
        _await_reader(card.reader, _scard().SCARD_STATE_PRESENT)
        return card

    @contextmanager
    def connected(self, reader: str = OUR_READER) -> Iterator[Connection]:
        """Offer a pyscard connection to the card in a reader; at the end it is released, while pcscd still runs."""
        connection = _pyscard("smartcard.pcsc.PCSCReader").PCSCReader(slot_of(reader)).createConnection()
        try:
            connection.connect()
            yield connection
        finally:
            connection.release()


def slot_of(reader: str) -> str:
    """Return the name under which PC/SC programs see the first slot of a reader."""
    return f"{reader} 00 00"


@contextmanager
def running_lane(readers: Sequence[str] = (OUR_READER,)) -> Iterator[PcscLane]:
    """Start pcscd with these readers; at the end, or after any failure, no process and no file of it is left."""
    with ExitStack() as stack:
        folder = _folder_of_process()
        _make_private(folder)
        stack.callback(shutil.rmtree, folder)
        refusal = _refusal(folder)
        if refusal is not None:
            _require_no_daemon(refusal)
        ports = _configure(folder, readers, isolated=refusal is None)
        where = folder / _DAEMON_SOCKET.relative_to("/run") if refusal is None else _DAEMON_SOCKET
        daemon = _start_daemon(folder, isolated=refusal is None)
        stack.callback(_end, daemon)
        _await_daemon(daemon, where, folder)
        environment = {SOCKET_VARIABLE: str(where)}
        stack.enter_context(_set_in_process(environment))
        _require_readers(readers, folder)
        yield PcscLane(folder, refusal is None, environment, daemon, ports, stack)


def measure_read_binary(connection: Connection, commands: int) -> float:
    """Return READ BINARY commands of 256 bytes a second, one after the other, over a pyscard connection.

    The file is the authentication certificate's, read from its start, which needs no PIN; each answer is checked.
    """
    for select_command in ("00A4040C0AD392F000260100000001", "00A4020C02000A"):
        _, sw1, sw2 = connection.transmit(list(bytes.fromhex(select_command)))
        if (sw1, sw2) != (0x90, 0x00):
            raise LaneUnavailable(f"{select_command}: expected 9000, actual {sw1:02X}{sw2:02X}; is this a JPKI card?")
    read = list(_READ_256)
    started = time.perf_counter()
    for _ in range(commands):
        data, sw1, sw2 = connection.transmit(read)
        if (len(data), sw1, sw2) != (256, 0x90, 0x00):
            raise LaneUnavailable(f"READ BINARY: expected 256 bytes, 9000, actual {len(data)}, {sw1:02X}{sw2:02X}")
    return commands / (time.perf_counter() - started)


# --- the daemon, seen from outside ---------------------------------------------------------------------------------


@cache
def _folder_of_process() -> Path:
    """Return the place of this process's lanes: libpcsclite remembers the first socket a process used, for good."""
    folder = Path(tempfile.gettempdir()) / f"kazashi-pcsc-{secrets.token_hex(4)}"
    where = folder / _DAEMON_SOCKET.relative_to("/run")
    if len(os.fsencode(where)) > _LONGEST_SOCKET:
        raise LaneUnavailable(f"{where}: expected at most {_LONGEST_SOCKET} bytes; set TMPDIR to a shorter path")
    return folder


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError as fault:
        raise LaneUnavailable(f"{folder}: a lane runs in this process already; a process has one at a time") from fault
    except OSError as fault:
        raise LaneUnavailable(f"{folder}: cannot make it: {fault.strerror}; set TMPDIR to a writable folder") from fault


def _configure(folder: Path, readers: Sequence[str], *, isolated: bool) -> dict[str, int]:
    """Write reader.conf; return each reader's first port.

    vpcd keeps its lines in a table by slot and looks at no reader number, so each reader gets a copy of the driver:
    the dynamic loader tells libraries apart by inode.
    """
    if not _DRIVER.exists():
        raise LaneUnavailable(f"{_DRIVER}: not there; install the Debian package vsmartcard-vpcd")
    seen = Path("/run") if isolated else folder
    for name in ("config", "drivers"):
        (folder / name).mkdir()
    ports = {reader: FIRST_PORT + _PORTS_A_READER * index for index, reader in enumerate(readers)}
    blocks = []
    for reader, port in ports.items():
        driver = f"drivers/{port}.so"
        shutil.copyfile(_DRIVER, folder / driver)
        device = f"DEVICENAME /dev/null:0x{port:04X}\nCHANNELID 0x{port:04X}"
        blocks.append(f'FRIENDLYNAME "{reader}"\n{device}\nLIBPATH {seen / driver}\n')
    (folder / "config" / "reader.conf").write_text("\n".join(blocks), encoding="ascii")
    return ports


def _refusal(folder: Path) -> str | None:
    """Return why this machine gives no namespaces; None when it does, seen by making them."""
    unshare = shutil.which(_NAMESPACES[0])
    if unshare is None or shutil.which("nsenter") is None:
        return "unshare or nsenter is missing (Debian package util-linux)"
    tried = subprocess.run(
        [*_NAMESPACES, *_inside("try", folder)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return None if tried.returncode == 0 else tried.stderr.strip() or f"{unshare} exit code {tried.returncode}"


def _require_no_daemon(refusal: str) -> None:
    if _listens(_DAEMON_SOCKET):
        raise LaneUnavailable(
            f"no namespaces for a private pcscd ({refusal}), and another one listens at {_DAEMON_SOCKET}: "
            "allow user namespaces, or stop it (systemctl stop pcscd.socket pcscd.service)"
        )


def _start_daemon(folder: Path, *, isolated: bool) -> "subprocess.Popen[bytes]":
    before = _NAMESPACES if isolated else ()
    with (folder / "pcscd.log").open("wb") as log:
        return subprocess.Popen(
            [*before, *_inside("isolated" if isolated else "plain", folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is this process's to handle: it ends the lane in order
        )


def _inside(mode: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", "harness.pcsc_lane", mode, str(folder), str(os.getpid())]


def _await_daemon(daemon: "subprocess.Popen[bytes]", where: Path, folder: Path) -> None:
    """Return once pcscd accepts connections: it makes its readers first, then its socket."""
    deadline = time.monotonic() + PATIENCE
    watch = os.pidfd_open(daemon.pid)
    try:
        while not _listens(where):
            ended = select.select([watch], [], [], 0.01)[0]
            if ended or time.monotonic() > deadline:
                raise LaneUnavailable(
                    f"pcscd {'ended' if ended else f'is not ready after {PATIENCE:g} s'}: {_tail(folder)}"
                )
    finally:
        os.close(watch)


def _listens(where: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(where))
        except OSError:
            return False
        return True


def _require_readers(readers: Sequence[str], folder: Path) -> None:
    """Raise unless pcscd offers every reader: it goes on without one whose port it could not have."""
    missing = {slot_of(reader) for reader in readers} - set(_listed_readers())
    if missing:
        raise LaneUnavailable(f"pcscd runs without {', '.join(sorted(missing))}: {_tail(folder)}")


def _tail(folder: Path) -> str:
    said = (folder / "pcscd.log").read_text(encoding="utf-8", errors="replace").strip()
    return " | ".join(said.splitlines()[-4:]) or "it said nothing"


@contextmanager
def _set_in_process(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process of ours by its own pid: SIGTERM, and SIGKILL when it has not ended within five seconds."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


# --- readers and cards, seen through PC/SC -------------------------------------------------------------------------


def _pyscard(module: str) -> Any:
    """Return a module of pyscard, which only this lane needs (the extra `pcsc`) and which has no types."""
    try:
        return importlib.import_module(module)
    except ImportError as fault:
        raise LaneUnavailable(f"{module}: {fault}; install pyscard (the extra `pcsc` of kazashi)") from fault


def _scard() -> Any:
    return _pyscard("smartcard.scard")


@contextmanager
def _context() -> Iterator[int]:
    scard = _scard()
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _require_success("SCardEstablishContext", code)
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


def _listed_readers() -> list[str]:
    with _context() as context:
        code, names = _scard().SCardListReaders(context, [])
        _require_success("SCardListReaders", code)
        return list(names)


def _await_reader(name: str, wanted: int) -> None:
    """Return once the reader's state has the wanted bit; sleeps in SCardGetStatusChange, which wakes at a change."""
    scard = _scard()
    deadline = time.monotonic() + PATIENCE
    with _context() as context:
        state = scard.SCARD_STATE_UNAWARE
        while not state & wanted:
            left = max(0, round(1000 * (deadline - time.monotonic())))
            code, states = scard.SCardGetStatusChange(context, left, [(name, state)])
            _require_success(f"{name}: waiting for state {wanted:#x}", code)
            state = states[0][1]


def _require_success(what: str, code: int) -> None:
    scard = _scard()
    if code != scard.SCARD_S_SUCCESS:
        raise LaneUnavailable(f"{what}: {scard.SCardGetErrorMessage(code)}")


def _await_ready(process: "subprocess.Popen[bytes]") -> None:
    """Return once the card's door says that it has its reader."""
    if process.stdout is None:
        raise ValueError("the card's door was started without a pipe")
    readable = select.select([process.stdout], [], [], PATIENCE)[0]
    said = process.stdout.readline().decode(errors="replace").strip() if readable else ""
    if said != "ready":
        raise LaneUnavailable(f"the card's door: expected the line `ready` within {PATIENCE:g} s, actual {said!r}")


# --- inside: what becomes pcscd ------------------------------------------------------------------------------------

_PR_SET_PDEATHSIG = 1
_MS_BIND = 4096
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_INTERFACE_REQUEST = "16sh22x"
"""netdevice(7), struct ifreq: name and flags."""


def main(arguments: Sequence[str]) -> int:
    """Become pcscd (`plain`, `isolated`) or only try the namespaces (`try`). Exit code 2 with one line when refused."""
    mode, folder, parent = arguments
    try:
        if mode != "plain":
            raise_loopback()
            mount_over(Path(folder), Path("/run"))
        if mode == "try":
            return 0
        _die_with(int(parent))
        config = Path("/run" if mode == "isolated" else folder) / "config"
        # A user's PATH on Debian leaves out /usr/sbin, where pcscd is.
        daemon = shutil.which("pcscd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
        if daemon is None:
            raise LaneUnavailable("pcscd is missing (Debian package pcscd)")
        os.execv(daemon, [daemon, "--foreground", "--config", str(config)])  # noqa: S606 - no shell is wanted
    except (OSError, LaneUnavailable) as fault:
        sys.stderr.write(f"{fault}\n")
    return 2


def raise_loopback() -> None:
    """A new network namespace has a loopback that is down; iproute2 may be missing, the ioctl is not."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        answer = fcntl.ioctl(control, _SIOCGIFFLAGS, struct.pack(_INTERFACE_REQUEST, b"lo", 0))
        flags = struct.unpack(_INTERFACE_REQUEST, answer)[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack(_INTERFACE_REQUEST, b"lo", flags | _IFF_UP))


def mount_over(folder: Path, over: Path) -> None:
    """Make a folder appear over another one in this mount namespace: mount(2), MS_BIND."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.mount(os.fsencode(folder), os.fsencode(over), None, _MS_BIND, None) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"mount {folder} over {over}: {os.strerror(number)}")


def _die_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise LaneUnavailable(f"the process {parent} that wanted this lane is gone")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
