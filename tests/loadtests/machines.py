"""Several machines, as far as a network goes: a namespace each for the master and its workers, joined by veth pairs.

They lie in one user namespace, so no root is needed. The addresses are of TEST-NET-1 (RFC 5737) and exist there only.
"""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

MASTER = "192.0.2.1"
PLACES = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine."""

    name: str
    pid: int
    """Of the process that keeps its namespaces."""

    def before(self) -> list[str]:
        """Return what goes before a command that runs there."""
        return ["nsenter", f"--target={self.pid}", "--user", "--net", "--uts", "--preserve-credentials"]


@contextmanager
def machines(*workers: str) -> Iterator[tuple[Machine, list[Machine]]]:
    """Yield a master and workers, each with one cable to the master; skips, with the reason, where none can be made."""
    for program in ("unshare", "nsenter", "ip"):
        if shutil.which(program, path=PLACES) is None:
            pytest.skip(f"no program {program}: the way between machines is not proved on this one")
    with ExitStack() as stack:
        namespaces = ["unshare", "--user", "--map-root-user", "--net", "--uts"]
        master = stack.enter_context(_machine("load-master", namespaces))
        _ip(master, "link", "set", "lo", "up")
        made = []
        for number, name in enumerate(workers):
            inside = [*master.before(), "unshare", "--net", "--uts"]
            worker = stack.enter_context(_machine(name, inside))
            _join(master, worker, number)
            made.append(worker)
        yield master, made


@contextmanager
def _machine(name: str, made_by: list[str]) -> Iterator[Machine]:
    """Yield a machine that lives as long as the block: `cat` keeps it until its standard input ends."""
    holder = subprocess.Popen(
        [*made_by, "sh", "-c", f"hostname {name} && echo ready && exec cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PATH": PLACES},
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stderr is not None
    try:
        if holder.stdout.readline() != b"ready\n":
            pytest.skip(f"no namespaces here: {holder.stderr.read().decode().strip()}; machines are not proved")
        yield Machine(name, holder.pid)
    finally:
        for pipe in (holder.stdin, holder.stdout, holder.stderr):
            pipe.close()
        holder.wait()


def _join(master: Machine, worker: Machine, number: int) -> None:
    """Lay a cable: the master has an address at each of its ends, and the worker knows a way to the first of them."""
    ends = f"kz{number}", f"kz{number}w"
    here, there = f"192.0.2.{4 * number + 1}", f"192.0.2.{4 * number + 2}"
    _ip(master, "link", "add", ends[0], "type", "veth", "peer", "name", ends[1], "netns", str(worker.pid))
    for machine, end, address in ((master, ends[0], here), (worker, ends[1], there)):
        _ip(machine, "address", "add", f"{address}/30", "dev", end)
        _ip(machine, "link", "set", end, "up")
        _ip(machine, "link", "set", "lo", "up")
    if here != MASTER:
        _ip(worker, "route", "add", f"{MASTER}/32", "via", here)


def _ip(machine: Machine, *command: str) -> None:
    done = subprocess.run(
        [*machine.before(), "ip", *command],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PATH": PLACES},
    )
    if done.returncode != 0:
        pytest.skip(f"ip {' '.join(command)}: {done.stderr.strip()}; machines are not proved on this one")


def await_that(holds: Callable[[], bool], what: str) -> None:
    """Return once it holds."""
    tick = threading.Event()
    for _ in range(600):
        if holds():
            return
        tick.wait(0.05)
    raise AssertionError(f"expected {what} within 30 s")


def read_first_line(path: Path) -> str:
    """Return the first whole line of a file that is being written, or nothing."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return text.partition("\n")[0] if "\n" in text else ""
