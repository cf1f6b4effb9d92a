"""Rows of `kazashi bench audit`: how many audit rows a second are hashed, chained and fsync'd, in SQLite on this disk.

audit.batched           8,192 rows at a time; the reference is SQLite's plain inserts of the same values, without hash
                        or chain, as many a transaction, in the same mode (WAL, synchronous=FULL)
audit.waiting           256 tasks, each waiting for its row to be on the disk before the next; the reference is what
                        they would have without group commit: one plain insert a transaction
audit.waiting.threads   256 threads
audit.verify            the chain that all these left, verified

The product is named by a target, `python:MODULE`, and imported when the bench runs: a module with `Entry`,
`TaskWriter`, `open_writer` and `verify_file`. Rates are those of the clock on the wall, for a row is not there before
the disk says so; what they are per second of the processor stands in the note, beside what one fsync takes.
"""

import asyncio
import importlib
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from harness.bench.row import Row
from harness.errors import ConfigurationError

TARGET = "python:reference_impl.audit"
BATCHED_LEAST, WAITING_LEAST = 300_000.0, 150_000.0
"""PERFORMANCE.md, the line about the audit."""
BATCH, WAITING = 8192, 256
NAMES = ("Entry", "TaskWriter", "open_writer", "verify_file")
FSYNCS = 100
_START = datetime(2026, 12, 1, tzinfo=UTC)
_COLUMNS = "at, who, service, purpose, decision, reason, holder, source, as_of"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to measure."""

    rounds: int = 3
    rows: int = 20 * BATCH
    """Of each round; of threads a quarter; a reference of single inserts has as many as there are waiting."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a number of rows took."""

    rows: int
    wall: float
    processor: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.wall


def rows(plan: Plan, target: str = TARGET) -> Iterator[Row]:
    """Yield every row."""
    subject = load_subject(target)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        entries = [subject.Entry(**values(number)) for number in range(plan.rows)]
        plain = [tuple(map(str, values(number).values())) for number in range(BATCH)]
        disk = f"an fsync takes {fsync_seconds(path) * 1e3:.2f} ms"
        with closing(subject.open_writer(path / "audit.db")) as writer:
            measured: list[tuple[str, float | None, Callable[[], int], Callable[[], int]]] = [
                (
                    "audit.batched",
                    BATCHED_LEAST,
                    lambda: batches(writer, entries),
                    lambda: inserts(path / "plain.db", plain, plan.rows // BATCH),
                ),
                (
                    "audit.waiting",
                    WAITING_LEAST,
                    lambda: asyncio.run(wait_in_tasks(subject, writer, entries)),
                    lambda: inserts(path / "single.db", plain[:1], WAITING),
                ),
                (
                    "audit.waiting.threads",
                    None,
                    lambda: wait_in_threads(writer, entries[: plan.rows // 4]),
                    lambda: inserts(path / "single.db", plain[:1], WAITING),
                ),
            ]
            written = 0
            for name, least, ours, theirs in measured:
                pairs = [(taken(theirs), taken(ours)) for _ in range(plan.rounds)]
                written += sum(pair[1].rows for pair in pairs)
                yield row_of(name, pairs, least, disk)
            if writer.head().sequence != written:
                raise ConfigurationError(f"bench: expected {written} rows stored, actual {writer.head().sequence}")
        yield verified(subject, path / "audit.db", written)


def load_subject(target: str) -> Any:
    """Return the module that a target names; ConfigurationError if it is none, or lacks something."""
    kind, _, name = target.partition(":")
    if kind != "python" or not name:
        raise ConfigurationError(f"--target {target!r}: expected python:MODULE; correct the target")
    try:
        module = importlib.import_module(name)
    except ImportError as fault:
        raise ConfigurationError(f"--target {target!r}: {fault}; correct the target") from fault
    missing = [each for each in NAMES if not hasattr(module, each)]
    if missing:
        raise ConfigurationError(f"--target {target!r}: expected {', '.join(NAMES)}, actual without {missing[0]}")
    return module


def values(number: int) -> dict[str, Any]:
    """Return what stands in a row: a tap that was accepted."""
    at = _START + timedelta(milliseconds=number)
    facts = {"who": f"counter-{number % 50}", "service": "library", "purpose": "tap", "decision": "accept"}
    return {"at": at, **facts, "reason": "OK", "holder": f"{number:032x}", "status_source": "ocsp", "status_at": _START}


def batches(writer: Any, entries: list[Any]) -> int:
    """Record them a batch at a time; return how many."""
    for start in range(0, len(entries), BATCH):
        writer.record_all(entries[start : start + BATCH])
    return len(entries)


async def wait_in_tasks(subject: Any, writer: Any, entries: list[Any]) -> int:
    """Record them from tasks, each waiting for each of its rows; return how many."""
    tasks = subject.TaskWriter(writer)

    async def one(number: int) -> None:
        for entry in entries[number::WAITING]:
            await tasks.record(entry)

    await asyncio.gather(*(one(number) for number in range(WAITING)))
    return len(entries)


def wait_in_threads(writer: Any, entries: list[Any]) -> int:
    """Record them from threads, each waiting for each of its rows; return how many."""

    def one(number: int) -> None:
        for entry in entries[number::WAITING]:
            writer.record(entry)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(WAITING)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(entries)


def inserts(path: Path, plain: list[tuple[str, ...]], transactions: int) -> int:
    """Insert the same values with nothing around them, so many transactions; return how many rows."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute(f"CREATE TABLE IF NOT EXISTS audit (id INTEGER PRIMARY KEY, {_COLUMNS})")
        question = f"INSERT INTO audit ({_COLUMNS}) VALUES ({', '.join('?' * len(plain[0]))})"  # noqa: S608  (constants)
        for _ in range(transactions):
            database.execute("BEGIN IMMEDIATE")
            database.executemany(question, plain)
            database.execute("COMMIT")
    return transactions * len(plain)


def taken(work: Callable[[], int]) -> Taken:
    """Return what a piece of work took, on the wall and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    done = work()
    return Taken(done, time.perf_counter() - wall, time.process_time() - processor)


def row_of(name: str, pairs: list[tuple[Taken, Taken]], least: float | None, disk: str) -> Row:
    """Return the row of pairs of reference and subject."""
    value, reference = median(ours.rate for _, ours in pairs), median(theirs.rate for theirs, _ in pairs)
    busy = median(ours.rows / ours.processor for _, ours in pairs)
    best = max(ours.rate for _, ours in pairs)
    return Row(
        name,
        value,
        "rows/s",
        reference,
        median(ours.rate / theirs.rate for theirs, ours in pairs),
        "" if least is None else f"≥ {least:,.0f}/s",
        None if least is None else value >= least,
        f"best {best:,.0f}; {busy:,.0f} per second of the processor; {disk}; load {os.getloadavg()[0]:.1f}",
    )


def verified(subject: Any, path: Path, written: int) -> Row:
    """Return the rate of verifying what was written; ConfigurationError if it does not verify."""

    def work() -> int:
        found = subject.verify_file(path)
        if (found.rows, found.findings) != (written, []):
            raise ConfigurationError(f"bench: expected {written} rows that verify, actual {found.rows}")
        return int(found.rows)

    once = taken(work)
    return Row(
        "audit.verify", once.rate, "rows/s", note=f"{once.rows / once.processor:,.0f} per second of the processor"
    )


def fsync_seconds(folder: Path) -> float:
    """Return what it takes to have 4 KiB more on the disk, in the middle of some."""
    found = []
    with (folder / "fsync").open("ab", buffering=0) as file:
        for _ in range(FSYNCS):
            file.write(bytes(4096))
            begun = time.perf_counter()
            os.fsync(file.fileno())
            found.append(time.perf_counter() - begun)
    return median(found)
