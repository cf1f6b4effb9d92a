"""Records until it is killed, and says on standard output what was acknowledged: one line a row, number and who.

threads   twelve threads, each waiting for its own rows
tasks     forty tasks of one loop
batches   a thousand rows at a time
retain    threads, and a thread that removes what is older than thirty days (a row is a day)
hasty     a writer that is wrong: it says that a row is there one row too early
"""

import asyncio
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

from reference_impl.audit import Entry, TaskWriter, Writer, open_writer
from reference_impl.audit.retention import retain
from tests.reference_impl.audit import stories

DAYS = 30


def entries(name: str, days: Iterable[int]) -> Iterator[Entry]:
    """Rows without end, a day apart."""
    return (stories.entry(0, at=stories.START + timedelta(days=day), who=f"{os.getpid()}-{name}-{day}") for day in days)


def say(*told: tuple[int, str]) -> None:
    """Acknowledges, in one write that is whole in the pipe or not there."""
    os.write(1, "".join(f"{sequence} {who}\n" for sequence, who in told).encode())


def work(writer: Writer, name: str, days: Iterable[int]) -> None:
    """Records one row after the other."""
    for entry in entries(name, days):
        say((writer.record(entry), entry.who))


def threads(writer: Writer, days: Iterable[int]) -> None:
    """Twelve threads at once."""
    for index in range(12):
        threading.Thread(target=work, args=(writer, f"t{index}", days), daemon=True).start()


async def tasks(writer: Writer) -> None:
    """Forty tasks at once."""
    writing = TaskWriter(writer)

    async def one(name: str) -> None:
        for entry in entries(name, count()):
            say((await writing.record(entry), entry.who))

    await asyncio.gather(*(one(f"a{index}") for index in range(40)))


def batches(writer: Writer) -> None:
    """A thousand at a time."""
    numbered = entries("b", count())
    while True:
        batch = [next(numbered) for _ in range(1000)]
        last = writer.record_all(batch)
        say((last - 999, batch[0].who), (last, batch[-1].who))


def retaining(writer: Writer) -> None:
    """Threads that go on, day by day, and what is thirty days old goes."""
    days = count(writer.head().sequence)
    threads(writer, days)
    while True:
        now = stories.START + timedelta(days=writer.head().sequence)
        retain(writer.storage, now - timedelta(days=DAYS), now=now, by="operator-1")


def hasty(writer: Writer) -> None:
    """Says that a row is there, and stores the one before it."""
    last: Entry | None = None
    for number, entry in enumerate(entries("h", count()), start=writer.head().sequence + 1):
        say((number, entry.who))
        if last is not None:
            writer.record(last)
        last = entry


def main(store: str, how: str) -> None:
    """Works until it is killed."""
    writer = open_writer(store if "://" in store else Path(store))
    if how == "threads":
        threads(writer, range(10**9))
        threading.Event().wait()
    elif how == "tasks":
        asyncio.run(tasks(writer))
    else:
        {"batches": batches, "retain": retaining, "hasty": hasty}[how](writer)


if __name__ == "__main__":
    main(*sys.argv[1:])
