"""How fast a card answers through PC/SC (PERFORMANCE.md, apdu.pcsc)."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from harness.pcsc_lane.faults import LaneUnavailable
from harness.pcsc_lane.readers import Connection

_SELECT_CERTIFICATE = (bytes.fromhex("00A4040C0AD392F000260100000001"), bytes.fromhex("00A4020C02000A"))
_READ_256 = bytes.fromhex("00B0000000")


@contextmanager
def on_one_cpu() -> Iterator[None]:
    """Keep this process, and whatever it starts meanwhile, on one CPU; a lane to be measured is started inside.

    Client, pcscd and card take turns and never run at once. Spread over the CPUs of a virtual machine each turn wakes
    an idle one, which costs more than the work: 8,700 commands a second instead of 19,500 where this was written.
    """
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def measure_read_binary(connection: Connection, commands: int) -> float:
    """Return READ BINARY commands of 256 bytes a second, one after the other, over a pyscard connection.

    The file is the authentication certificate's, which needs no PIN. Every answer is looked at: 256 bytes and 9000.
    """
    for select in _SELECT_CERTIFICATE:
        _expect(connection.transmit(list(select)), 0)
    read = list(_READ_256)
    started = time.perf_counter()
    for _ in range(commands):
        _expect(connection.transmit(read), 256)
    return commands / (time.perf_counter() - started)


def _expect(answer: tuple[list[int], int, int], length: int) -> None:
    data, sw1, sw2 = answer
    if (len(data), sw1, sw2) != (length, 0x90, 0x00):
        raise LaneUnavailable(f"card: expected {length} bytes and 9000, actual {len(data)} and {sw1:02X}{sw2:02X}")
