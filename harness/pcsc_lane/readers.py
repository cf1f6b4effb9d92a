"""What PC/SC says of its readers: their list, their state, a connection. pyscard is imported when first needed."""

import importlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from harness.pcsc_lane.faults import LaneUnavailable

PATIENCE = 30.0
"""Seconds within which a daemon, a card or a state must appear; nothing waits longer than it has to."""


class Connection(Protocol):
    """What pyscard's `CardConnection` offers, as far as terminals need it."""

    def transmit(self, command: list[int], /) -> tuple[list[int], int, int]:
        """Return data, SW1, SW2."""

    def getReader(self) -> str:  # noqa: N802 - pyscard's name
        """Return the reader's name."""

    def getATR(self) -> list[int]:  # noqa: N802 - pyscard's name
        """Return the card's answer to reset."""


def slot_of(reader: str) -> str:
    """Return the name under which PC/SC programs see the first slot of a reader: pcscd appends two numbers."""
    return f"{reader} 00 00"


@contextmanager
def connection_to(slot: str) -> Iterator[Connection]:
    """Offer a connection to the card in a slot; at the end it is released, while pcscd still runs."""
    connection = _pyscard("smartcard.pcsc.PCSCReader").PCSCReader(slot).createConnection()
    try:
        connection.connect()
        yield connection
    finally:
        connection.release()


def listed_readers() -> list[str]:
    """Return the names of all slots."""
    with _context() as context:
        code, names = _scard().SCardListReaders(context, [])
        _require_success("SCardListReaders", code)
        return list(names)


def await_card(slot: str) -> None:
    """Return once PC/SC sees a card in the slot."""
    _await_state(slot, _scard().SCARD_STATE_PRESENT, "a card")


def await_empty(slot: str) -> None:
    """Return once PC/SC sees none."""
    _await_state(slot, _scard().SCARD_STATE_EMPTY, "no card")


def _await_state(slot: str, wanted: int, name: str) -> None:
    """Waits in SCardGetStatusChange, which returns when the state is another than the one given."""
    scard = _scard()
    deadline = time.monotonic() + PATIENCE
    with _context() as context:
        state = scard.SCARD_STATE_UNAWARE
        while not state & wanted:
            left = max(0, round(1000 * (deadline - time.monotonic())))
            code, states = scard.SCardGetStatusChange(context, left, [(slot, state)])
            _require_success(f"{slot}: expected {name} within {PATIENCE:g} s", code)
            state = states[0][1]


@contextmanager
def _context() -> Iterator[int]:
    scard = _scard()
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _require_success("SCardEstablishContext", code)
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


def _require_success(what: str, code: int) -> None:
    scard = _scard()
    if code != scard.SCARD_S_SUCCESS:
        raise LaneUnavailable(f"{what}: {scard.SCardGetErrorMessage(code)}")


def _scard() -> Any:
    return _pyscard("smartcard.scard")


def _pyscard(module: str) -> Any:
    """Return a module of pyscard, which has no types, and which nobody but this lane needs (the extra `pcsc`)."""
    try:
        return importlib.import_module(module)
    except ImportError as fault:
        raise LaneUnavailable(f"{module}: {fault}; install the extra: pip install 'kazashi[pcsc]'") from fault
