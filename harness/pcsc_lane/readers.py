"""What PC/SC says of its readers: their list, their state, a connection. pyscard is imported when first needed."""

import importlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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


def slot_of(reader: str, slot: int = 0) -> str:
    """Return the name under which PC/SC programs see a slot of a reader: pcscd appends two numbers."""
    return f"{reader} 00 {slot:02X}"


@contextmanager
def connection_to(slot: str) -> Iterator[Connection]:
    """Offer a connection to the card in a slot; at the end it is released."""
    connection = _pyscard("smartcard.pcsc.PCSCReader").PCSCReader(slot).createConnection()
    refused = _pyscard("smartcard.Exceptions").SmartcardException
    try:
        try:
            connection.connect()
        except refused as fault:
            raise LaneUnavailable(explain_refusal(slot, int(fault.hresult), str(fault))) from fault
        yield connection
    finally:
        _release(connection, refused)


def _release(connection: Any, refused: type[Exception]) -> None:
    """Give a connection back. Where its pcscd is gone there is nobody to give it to, and pyscard must not try again."""
    try:
        connection.release()
    except refused as fault:
        if int(getattr(fault, "hresult", 0)) & 0xFFFFFFFF != _NO_SERVICE:
            raise
        getattr(connection, "component", connection).hcontext = None


def explain_refusal(slot: str, code: int, said: str) -> str:
    """Return one line for a connection that PC/SC refused: where, why, and how to mend it."""
    mends = {
        _SHARING_VIOLATION: "another program holds the card exclusively: end it, or let it disconnect, and try again",
        _NO_SMARTCARD: "no card is in it: put one in (`kazashi card serve DIR`)",
        _NO_SERVICE: "pcscd is not running: start it, and establish the context anew",
        _UNKNOWN_READER: "no reader has this name: `pcsc_scan -r` lists them; their numbers may have moved",
    }
    unsigned = code & 0xFFFFFFFF
    return f"{slot}: {mends.get(unsigned, said)} (PC/SC 0x{unsigned:08X})"


_SHARING_VIOLATION, _NO_SMARTCARD, _NO_SERVICE, _UNKNOWN_READER = 0x8010000B, 0x8010000C, 0x8010001D, 0x80100009
"""PC/SC part 5: SCARD_E_SHARING_VIOLATION and its neighbours."""


def loaded_libraries() -> set[str]:
    """Return the files of the PC/SC libraries that this process has loaded; none before the first use."""
    lines = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    paths = {line.split(maxsplit=5)[5] for line in lines if line.count(" ") >= 5 and "/" in line}
    return {path for path in paths if Path(path).name.startswith("libpcsclite.so")}


def require_real_library() -> None:
    """Refuse a process whose PC/SC library is the test substitute: what it shows must never pass for pcscd's."""
    for path in loaded_libraries():
        if "pcsc-substitute" in path:
            raise LaneUnavailable(
                f"{path}: this process has the test substitute of PC/SC loaded; use pcscd from another one"
            )


def listed_readers() -> list[str]:
    """Return the names of all slots."""
    with _context() as context:
        code, names = _scard().SCardListReaders(context, [])
        _require_success("SCardListReaders", code)
        return list(names)


def slots_with_card(prefix: str) -> list[str]:
    """Return the slots whose names begin so and that hold a card now, in PC/SC's order.

    A name is the only handle that survives: indices move with every reader that comes or goes.
    """
    scard = _scard()
    with _context() as context:
        code, names = scard.SCardListReaders(context, [])
        _require_success("SCardListReaders", code)
        asked = [(name, scard.SCARD_STATE_UNAWARE) for name in names if name.startswith(prefix)]
        if not asked:
            return []
        code, states = scard.SCardGetStatusChange(context, 0, asked)
        _require_success("SCardGetStatusChange", code)
        return [name for name, state, _ in states if state & scard.SCARD_STATE_PRESENT]


def await_card(slot: str) -> None:
    """Return once PC/SC sees a card in the slot."""
    _await_state(slot, _scard().SCARD_STATE_PRESENT, "a card")


def sees_card(slot: str, seconds: float) -> bool:
    """Return whether PC/SC sees a card in the slot, as soon as it does, or after that time."""
    scard = _scard()
    with _context() as context:
        _, states = scard.SCardGetStatusChange(context, 0, [(slot, scard.SCARD_STATE_UNAWARE)])
        if not states[0][1] & scard.SCARD_STATE_PRESENT:
            known = [(slot, states[0][1] & ~scard.SCARD_STATE_CHANGED)]
            _, states = scard.SCardGetStatusChange(context, round(1000 * seconds), known)
        return bool(states[0][1] & scard.SCARD_STATE_PRESENT)


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
