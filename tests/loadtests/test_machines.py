"""Load from several machines: one run, one result, and no holder that two of them drove."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.loadtests.machines import MASTER, Machine, await_that, machines, read_first_line

ROOT = Path(__file__).resolve().parents[2]
RELAY = Path(__file__).with_name("relay.py")
SECONDS = 150
LEAVING = 30
"""A worker that has to find out by itself that its master has gone takes a minute."""


@contextmanager
def running(machine: Machine, installation: Path, log: Path, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process on a machine, ended by its own pid; what it says goes to a file."""
    environment = {**os.environ, "KAZASHI_HOME": str(installation), "PYTHONPATH": str(ROOT)}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*machine.before(), sys.executable, *words],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        ) as process,
    ):
        try:
            yield process
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.terminate()


@pytest.fixture(scope="module")
def product(
    installation: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Machine, list[Machine], str]]:
    """The reference on the master's machine, which two others reach by a relay, and by nothing else."""
    with ExitStack() as stack:
        master, workers = stack.enter_context(machines("load-worker-1", "load-worker-2"))
        folder = tmp_path_factory.mktemp("product")
        log, port = folder / "product.log", folder / "relay.log"
        stack.enter_context(running(master, installation, log, "-m", "reference_impl.app", "--test-surface"))
        await_that(lambda: read_first_line(log).startswith("listening"), "the product")
        inner = read_first_line(log).rpartition(":")[2]
        stack.enter_context(running(master, installation, port, str(RELAY), MASTER, inner))
        await_that(lambda: bool(read_first_line(port)), "the relay")
        yield master, workers, f"http://{MASTER}:{read_first_line(port)}"


def test_two_machines_drive_and_a_third_gathers(
    product: tuple[Machine, list[Machine], str], installation: Path, tmp_path: Path
) -> None:
    """Both did their part, the counts add up, and whoever one drove the other did not."""
    master, workers, address = product
    share, out = tmp_path / "share", tmp_path / "out"
    load = ["-m", "harness.cli", "load"]
    run = [*load, "run", "--target", address, "--i-own-this-target", "--workers", "2", "--bind", f"{MASTER}:5557"]
    run += ["--share", str(share), "--seconds", "3", "--users", "4", "--patience", "90", "--out", str(out)]
    with ExitStack() as stack:
        others = [
            stack.enter_context(
                running(
                    worker,
                    installation,
                    tmp_path / f"{worker.name}.log",
                    *(*load, "worker", "--master", f"{MASTER}:5557", "--share", str(share)),
                )
            )
            for worker in workers
        ]
        log = tmp_path / "master.log"
        done = stack.enter_context(running(master, installation, log, *run))
        code = done.wait(SECONDS)
        assert code == 0, log.read_text(encoding="utf-8")
        assert [other.wait(LEAVING) for other in others] == [0, 0]
    found = json.loads((out / "load.json").read_text(encoding="utf-8"))
    assert (found["verdict"], found["wrong_verdicts"], found["errors"]) == ("pass", 0, 0)
    assert {each["machine"] for each in found["shares"]} == {"load-worker-1", "load-worker-2"}
    assert all(each["requests"] > 0 and each["holders"] > 0 for each in found["shares"])
    assert sum(each["requests"] for each in found["shares"]) == found["requests"]
    assert list(share.iterdir()) == []  # the keys went with the run


def test_a_worker_has_no_other_way(product: tuple[Machine, list[Machine], str]) -> None:
    """What the proof above rests on: the worker's own loopback has no product."""
    _, workers, address = product
    program = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)"
    port = address.rpartition(":")[2]
    for host, reached in ((MASTER, True), ("127.0.0.1", False)):
        done = subprocess.run(
            [*workers[1].before(), sys.executable, "-c", program, host, port], capture_output=True, check=False
        )
        assert (done.returncode == 0) is reached
