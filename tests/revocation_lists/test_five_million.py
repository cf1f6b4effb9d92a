"""A list of five million entries: bounded time and memory, mapped once for all processes, swapped without a pause."""

import hashlib
import json
import multiprocessing
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.bench.crl_made import encoded
from harness.bench.mass import FULL, arrays
from reference_impl.lists.library import Library
from reference_impl.lists.volume_file import Fetched
from reference_impl.verification.lists.acceptance import Expected, examine
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import read_authority
from tests.revocation_lists import making as m

MEGABYTE = 1 << 20
LISTED = 0x0700_00A0
"""The tenth serial of `mass.arrays`, whatever the seed; the first is a long one."""
Ask = Callable[..., Any]


def a_large_list(number: int) -> bytes:
    """Five million mixed entries, made by the fast builder of the fake J-LIS."""
    return m.a_list(bytes(encoded(arrays(FULL, seed=number))), m.extensions(number))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The list in a file."""
    path = tmp_path_factory.mktemp("large") / "list.crl"
    path.write_bytes(a_large_list(7))
    return path


def _work(folder: Path, line: Connection, issuer: bytes) -> None:
    """Another process with a library of the folder: takes a list up, opens, asks, and tells of its memory."""
    library: Library | None = None
    held: Any = None
    for verb, argument in iter(line.recv, ("end", None)):
        if verb == "publish":
            begun = time.process_time()
            data = Path(argument).read_bytes()
            expected = Expected([read_authority(CertificateKind.AUTH, issuer)], hashlib.sha256(m.point()).digest())
            listed = examine(data, (0, len(data)), expected, m.NOW)
            taken = Library(folder).publish([Fetched(listed, data)]).taken
            line.send([taken, time.process_time() - begun, _peak()])
        elif verb == "open":
            library = Library(folder)
            (held,) = library.shelf.lists()
            line.send(len(held.index))
        elif verb == "ask":
            line.send([held.find(serial) is not None for serial in argument])
        else:
            line.send(_memory(folder))


def _peak() -> int:
    """The most memory that this program had (proc(5), VmHWM). ru_maxrss would do, but a process that was started takes
    over what its parent had before the exec, and the parent has run a thousand tests."""
    (kilobytes,) = re.findall(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(kilobytes) * 1024


def _memory(folder: Path) -> tuple[int, int]:
    """How much of the folder's files is in this process's memory, and its share of that, which others have too
    (proc(5), smaps: Rss, Pss)."""
    resident = shared = 0
    for part in re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text(), flags=re.MULTILINE):
        if str(folder) in part:
            resident += sum(int(each) for each in re.findall(r"^Rss: +(\d+) kB$", part, re.MULTILINE))
            shared += sum(int(each) for each in re.findall(r"^Pss: +(\d+) kB$", part, re.MULTILINE))
    return resident * 1024, shared * 1024


@contextmanager
def process(folder: Path) -> Iterator[Ask]:
    """Another process, which is asked and answers."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    worker = context.Process(target=_work, args=(folder, there, m.authority().certificate.encoded))
    worker.start()

    def ask(verb: str, argument: object = None) -> Any:
        here.send((verb, argument))
        assert here.poll(300), verb
        return here.recv()

    try:
        yield ask
        here.send(("end", None))
        worker.join(60)
        assert worker.exitcode == 0
    finally:
        worker.kill()
        worker.join()


def test_bounded_and_shared(large: Path, tmp_path: Path) -> None:
    """Taken up within a minute and eight times its size; two processes that ask have its files in memory once."""
    rows, _, _ = arrays(FULL)
    chosen = np.random.default_rng(3).integers(0, FULL, 3000)
    serials = [int.from_bytes(rows[row].tobytes()) for row in chosen]
    with process(tmp_path) as writer:
        taken, seconds, peak = writer("publish", str(large))
    assert taken == 1
    assert seconds < 60
    assert peak < 8 * large.stat().st_size
    with process(tmp_path) as first, process(tmp_path) as second:
        for ask in (first, second):
            assert ask("open") == FULL
            assert all(ask("ask", serials))
            assert not any(ask("ask", [serial + 1 for serial in serials if serial < 1 << 31]))
        memory = [ask("memory") for ask in (first, second)]
    (volume,) = tmp_path.glob("*.lists")
    size = volume.stat().st_size
    assert size < large.stat().st_size + 46_000_000
    print(json.dumps({"seconds": seconds, "peak": peak, "file": size, "memory": memory}))
    for resident, _ in memory:
        assert resident > 200 * MEGABYTE, "it was read for its checksum"
    assert sum(shared for _, shared in memory) < 1.05 * max(resident for resident, _ in memory)


def test_no_pause(large: Path, tmp_path: Path) -> None:
    """While a list of five million is taken up in another process, no answer here waits for it; then it is swapped."""
    with process(tmp_path) as writer:
        writer("publish", str(large))
        newer = tmp_path / "newer.crl"
        newer.write_bytes(a_large_list(8))
        library = Library(tmp_path)
        (old,) = library.shelf.lists()
        waits: list[float] = []
        versions: set[int] = set()
        stop, seen_newer = threading.Event(), threading.Event()

        def read() -> None:
            while not stop.is_set():
                begun = time.perf_counter()
                (held,) = library.shelf.lists()
                held.find(LISTED)
                waits.append(time.perf_counter() - begun)
                versions.add(held.listed.number)
                if held.listed.number > old.listed.number:
                    seen_newer.set()

        thread = threading.Thread(target=read)
        thread.start()
        try:
            assert writer("publish", str(newer))[0] == 1
            library.refresh()
            (new,) = library.shelf.lists()
            assert seen_newer.wait(60)
        finally:
            stop.set()
            thread.join()
    assert (old.listed.number, new.listed.number) == (7, 8)
    assert versions == {7, 8}
    assert old.find(LISTED) is not None, "who has the old list keeps it"
    waits.sort()
    print(
        json.dumps(
            {"answers": len(waits), "p50": waits[len(waits) // 2], "longest": waits[-1], "cores": os.cpu_count()}
        )
    )
    assert waits[len(waits) * 99 // 100] < 0.001
