"""pcscd of our own: its configuration, its start in namespaces or without, its readiness, its end."""

import os
import secrets
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.pcsc_lane.faults import LaneUnavailable
from harness.pcsc_lane.readers import PATIENCE

RUN = Path("/run")
FIRST_PORT = 0x9C7B
"""Not vpcd's own 0x8C7B: where namespaces are refused, another vpcd keeps its port."""
_PORTS_A_READER = 16
_DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
_SOCKET = Path("pcscd/pcscd.comm")
_LONGEST_SOCKET = 107
"""unix(7): sun_path has 108 bytes, the last one zero."""
_NAMESPACES = ("unshare", "--user", "--map-root-user", "--net", "--mount")
_PROBE_SECONDS = 0.01


@dataclass(slots=True)
class Daemon:
    """A running pcscd."""

    folder: Path
    process: subprocess.Popen[bytes]
    """Another one after a restart (`harness.pcsc_lane.restart`)."""
    socket: Path
    """Where programs outside reach it."""
    ports: Mapping[str, int]
    """The port of each reader's first slot."""
    isolated: bool

    def door_prefix(self) -> list[str]:
        """Return what goes before a command that must see pcscd's network."""
        if not self.isolated:
            return []
        return ["nsenter", f"--target={self.process.pid}", "--user", "--net", "--preserve-credentials"]

    def said(self) -> str:
        """Return the last lines of its log as one."""
        return _said(self.folder)


@contextmanager
def running_daemon(readers: Sequence[str]) -> Iterator[Daemon]:
    """Start pcscd with these readers, ready; at the end it has ended and its folder is gone."""
    _require_different(readers)
    with _private_folder() as folder:
        refusal = _refusal(folder)
        if refusal is not None:
            _require_no_daemon(refusal)
        isolated = refusal is None
        ports = _configure(folder, readers, seen_at=RUN if isolated else folder)
        process = start_daemon(folder, "isolated", _NAMESPACES) if isolated else start_daemon(folder, "plain", ())
        daemon = Daemon(folder, process, (folder if isolated else RUN) / _SOCKET, ports, isolated)
        try:
            await_daemon(process, daemon.socket, folder)
            yield daemon
        finally:
            end_process(daemon.process)


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End a process of ours by its own pid: SIGTERM, and SIGKILL when it has not ended within five seconds."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


@contextmanager
def _private_folder() -> Iterator[Path]:
    folder = _folder_of_process()
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError as fault:
        raise LaneUnavailable(f"{folder}: this process has a lane already; it can have one at a time") from fault
    except OSError as fault:
        raise LaneUnavailable(f"{folder}: cannot make it: {fault.strerror}; set TMPDIR to a writable folder") from fault
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@cache
def _folder_of_process() -> Path:
    """Return the place of this process's lanes, always the same: libpcsclite remembers the first socket it used."""
    folder = Path(tempfile.gettempdir()) / f"kazashi-pcsc-{secrets.token_hex(4)}"
    length = len(os.fsencode(folder / _SOCKET))
    if length > _LONGEST_SOCKET:
        raise LaneUnavailable(
            f"{folder / _SOCKET}: {length} bytes, a socket's path has at most {_LONGEST_SOCKET}; "
            "set TMPDIR to a shorter one"
        )
    return folder


def _refusal(folder: Path) -> str | None:
    """Return why this machine gives no namespaces; None when it does, found out by making them."""
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        return "no program unshare or nsenter; install the Debian package util-linux"
    command = [*_NAMESPACES, *_inside("try", folder)]
    tried = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else tried.stderr.strip() or f"unshare: exit code {tried.returncode}"


def _require_different(readers: Sequence[str]) -> None:
    """pcscd lists two devices of one name and of two drivers as the same, and a client reaches the first one only."""
    for reader in readers:
        if readers.count(reader) > 1:
            raise LaneUnavailable(
                f"two readers {reader!r}: expected different names, for PC/SC would list both as the same; "
                "one reader has two slots already (`insert(..., slot=1)`)"
            )


def _require_no_daemon(refusal: str) -> None:
    if _listens(RUN / _SOCKET):
        raise LaneUnavailable(
            f"no namespaces for a private pcscd ({refusal}), and another pcscd listens at {RUN / _SOCKET}: "
            "allow user namespaces, or stop that one (systemctl stop pcscd.socket pcscd.service)"
        )


def _configure(folder: Path, readers: Sequence[str], *, seen_at: Path) -> dict[str, int]:
    """Write reader.conf; return each reader's first port.

    Each reader has a copy of the driver. vpcd keeps its lines by slot number and ignores the reader's, so two readers
    of one library would share them; the dynamic loader tells libraries apart by inode.
    """
    if not _DRIVER.exists():
        raise LaneUnavailable(f"{_DRIVER}: not there; install the Debian package vsmartcard-vpcd")
    ports = {reader: FIRST_PORT + _PORTS_A_READER * index for index, reader in enumerate(readers)}
    (folder / "drivers").mkdir()
    (folder / "config").mkdir()  # of its own: pcscd reads every file of it as configuration
    blocks = []
    for reader, port in ports.items():
        driver = f"drivers/{port}.so"
        shutil.copyfile(_DRIVER, folder / driver)
        device = f"DEVICENAME /dev/null:0x{port:04X}\nCHANNELID 0x{port:04X}"
        blocks.append(f'FRIENDLYNAME "{reader}"\n{device}\nLIBPATH {seen_at / driver}\n')
    (folder / "config" / "reader.conf").write_text("\n".join(blocks), encoding="ascii")
    return ports


def start_daemon(
    folder: Path, mode: str, before: Sequence[str], keep_open: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Return the process that becomes pcscd (`harness.pcsc_lane.inside`), with what goes before its command."""
    with (folder / "pcscd.log").open("ab") as log:
        return subprocess.Popen(
            [*before, *_inside(mode, folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=keep_open,
            start_new_session=True,  # Ctrl-C is for the process that owns the lane, which then ends it in order
        )


def _inside(mode: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", "harness.pcsc_lane.inside", mode, str(folder), str(os.getpid())]


def await_daemon(process: subprocess.Popen[bytes], where: Path, folder: Path) -> None:
    """Return once pcscd accepts connections; it makes its readers before its socket. Its end wakes the wait."""
    deadline = time.monotonic() + PATIENCE
    watch = os.pidfd_open(process.pid)
    try:
        while not _listens(where):
            if select.select([watch], [], [], _PROBE_SECONDS)[0]:
                raise LaneUnavailable(f"pcscd ended: {_said(folder)}")
            if time.monotonic() > deadline:
                raise LaneUnavailable(f"pcscd: expected {where} within {PATIENCE:g} s: {_said(folder)}")
    finally:
        os.close(watch)


def _listens(where: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(where))
        except OSError:
            return False
        return True


def _said(folder: Path) -> str:
    lines = (folder / "pcscd.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " | ".join(lines[-4:]) or "it said nothing"
