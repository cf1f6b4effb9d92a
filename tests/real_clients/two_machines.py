"""A second machine, as far as a network goes: a network namespace beside the lane's, joined by a veth pair.

Both belong to the lane's user namespace, so it needs no root. The addresses are of TEST-NET-1 (RFC 5737) and exist
in these two namespaces only.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.pcsc_lane import PcscLane
from harness.pcsc_lane.daemon import end_process
from tests.real_clients.doors import await_that

READER_SIDE, CARD_SIDE = "192.0.2.1", "192.0.2.2"


@dataclass(frozen=True, slots=True)
class OtherMachine:
    """The machine on which the card is served."""

    before: tuple[str, ...]
    """What goes before a command that runs there."""
    reader_host: str
    """pcscd's machine, seen from there."""


@contextmanager
def another_machine(lane: PcscLane) -> Iterator[OtherMachine]:
    """Offers a machine without any way to the lane but one cable; skips, with the reason, where none can be made."""
    if not lane.daemon.isolated:
        pytest.skip("no namespaces here: the way between two machines is not proved on this one")
    if shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin") is None:
        pytest.skip("no program ip: install the Debian package iproute2")
    reader_machine = lane.daemon.door_prefix()
    # `cat` keeps the namespace until its standard input ends, so a killed test leaves nothing.
    holder = subprocess.Popen(
        [*reader_machine, "unshare", "--net", "cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    try:
        assert holder.stdin is not None
        # nsenter and unshare pass through the test's own network and the lane's before they have made one.
        known = {_network(os.getpid()), _network(lane.daemon.process.pid)}
        await_that(lambda: holder.poll() is not None or _network(holder.pid) not in known, "a network of its own")
        there = ("nsenter", f"--target={holder.pid}", "--user", "--net", "--preserve-credentials")
        cable = ("link", "add", "kazashi0", "type", "veth", "peer", "name", "kazashi1", "netns", str(holder.pid))
        _ip(reader_machine, *cable)
        for machine, end, address in ((reader_machine, "kazashi0", READER_SIDE), (list(there), "kazashi1", CARD_SIDE)):
            _ip(machine, "address", "add", f"{address}/30", "dev", end)
            _ip(machine, "link", "set", end, "up")
            _ip(machine, "link", "set", "lo", "up")
        yield OtherMachine(there, READER_SIDE)
        _ip(list(there), "link", "delete", "kazashi1")  # the pair; from here, for pcscd may have been restarted
    finally:
        if holder.stdin is not None:
            holder.stdin.close()
        end_process(holder)


def _network(pid: int) -> str:
    return str(Path(f"/proc/{pid}/ns/net").readlink())


def _ip(machine: list[str], *command: str) -> None:
    done = subprocess.run(
        [*machine, "ip", *command], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        pytest.skip(f"ip {' '.join(command)}: {done.stderr.strip()}; two machines are not proved on this one")
