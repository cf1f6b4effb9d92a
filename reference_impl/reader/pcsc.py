"""Real readers by PC/SC: which there are, waiting for a card without asking over and over, a connection to it.

pyscard is imported when it is first needed, so that everything else works without. A connection is exclusive by
default, and the card is reset at its end: no other program comes between a PIN and what it opens, and none finds it
open afterwards.
"""

import importlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from reference_impl.reader.atr import Interface, interface_of
from reference_impl.reader.connection import Connection
from reference_impl.reader.faults import ReaderFault
from reference_impl.reader.pcsc_faults import (
    CardMute,
    CardTaken,
    NoCardCame,
    NoReader,
    PcscFault,
    PcscMissing,
    ServiceGone,
    SeveralCards,
    WaitEnded,
)

_PLUG_AND_PLAY: Final = r"\\?PnP?\Notification"
"""The name under which SCardGetStatusChange tells of readers that come and go (PC/SC part 5 §3.2.5)."""
_NO_READERS: Final = 0x8010002E
_UNKNOWN_READER: Final = 0x80100009
_TIMEOUT: Final = 0x8010000A
_CANCELLED: Final = 0x80100002
_SHARING_VIOLATION: Final = 0x8010000B
_GONE: Final = frozenset({0x8010000C, 0x80100069})
_MUTE: Final = frozenset({0x80100066, 0x80100067, 0x8010000F})


class ReaderState(msgspec.Struct, frozen=True):
    """One reader, now."""

    name: str
    present: bool
    mute: bool
    in_use: bool
    atr: bytes

    @property
    def interface(self) -> Interface:
        """How its card touches it."""
        return interface_of(self.atr)


class Readers:
    """PC/SC's readers, while this stands open."""

    def __init__(self, scard: Any = None) -> None:
        self._scard = _pyscard("smartcard.scard") if scard is None else scard
        code, self._context = self._scard.SCardEstablishContext(self._scard.SCARD_SCOPE_USER)
        self._require(code)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scard.SCardReleaseContext(self._context)

    def cancel(self) -> None:
        """Ends a wait that another thread is in: `WaitEnded` there."""
        self._scard.SCardCancel(self._context)

    def states(self) -> list[ReaderState]:
        """Every reader and what is in it."""
        return [self._read(*state) for state in self._changed(0, [(name, 0) for name in self._names()])]

    def await_card(self, seconds: float, reader: str = "") -> str:
        """The name of the reader with a card, as soon as there is one; `reader` is how its name begins.

        `SeveralCards` where two have one, `CardMute` where what lies there does not answer, `NoCardCame` in the end.
        """
        deadline = time.monotonic() + seconds
        while True:
            known = self._changed(0, [(name, 0) for name in self._names() if name.startswith(reader)])
            found = _only_card([self._read(*state) for state in known])
            if found is not None:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise NoCardCame(seconds) if known else NoReader(reader)
            changed = self._scard.SCARD_STATE_CHANGED
            asked = [(name, state & ~changed) for name, state, _ in known]
            self._changed(round(1000 * left), [*asked, (_PLUG_AND_PLAY, len(self._names()) << 16)])

    def _names(self) -> list[str]:
        code, names = self._scard.SCardListReaders(self._context, [])
        if code & 0xFFFFFFFF == _NO_READERS:
            return []
        self._require(code)
        return list(names)

    def _changed(self, milliseconds: int, asked: list[tuple[str, int]]) -> list[Any]:
        if not asked:
            return []
        code, states = self._scard.SCardGetStatusChange(self._context, milliseconds, asked)
        result = code & 0xFFFFFFFF
        if result in {_TIMEOUT, _UNKNOWN_READER}:  # a reader that was unplugged between two calls is told by the next
            return []
        self._require(code)
        return list(states)

    def _read(self, name: str, state: int, atr: list[int]) -> ReaderState:
        scard = self._scard
        return ReaderState(
            name,
            bool(state & scard.SCARD_STATE_PRESENT),
            bool(state & scard.SCARD_STATE_MUTE),
            bool(state & (scard.SCARD_STATE_EXCLUSIVE | scard.SCARD_STATE_INUSE)),
            bytes(octet & 0xFF for octet in atr),
        )

    def _require(self, code: int) -> None:
        if code & 0xFFFFFFFF == _CANCELLED:
            raise WaitEnded
        if code != self._scard.SCARD_S_SUCCESS:
            raise ServiceGone(f"0x{code & 0xFFFFFFFF:08X}")


def _only_card(states: list[ReaderState]) -> str | None:
    """The reader with the only card; None where there is none."""
    for each in states:
        if each.mute:
            raise CardMute(each.name)
    present = [each.name for each in states if each.present]
    if len(present) > 1:
        raise SeveralCards(present)
    return present[0] if present else None


@contextmanager
def connected(reader: str, *, exclusive: bool = True) -> Iterator[Connection]:
    """A connection to the card in a reader; at the end the card is reset and released."""
    scard, exceptions = _pyscard("smartcard.scard"), _pyscard("smartcard.Exceptions")
    mode = scard.SCARD_SHARE_EXCLUSIVE if exclusive else scard.SCARD_SHARE_SHARED
    try:
        connection = _pyscard("smartcard.pcsc.PCSCReader").PCSCReader(reader).createConnection()
    except exceptions.SmartcardException as fault:
        raise ServiceGone(f"0x{int(fault.hresult) & 0xFFFFFFFF:08X}") from fault
    try:
        try:
            connection.connect(mode=mode, disposition=scard.SCARD_RESET_CARD)
        except exceptions.SmartcardException as fault:
            raise _refusal(reader, int(fault.hresult) & 0xFFFFFFFF) from fault
        yield connection
    finally:
        _release(connection, exceptions.SmartcardException)


def _refusal(reader: str, result: int) -> ReaderFault:
    """Why there is no connection."""
    if result == _SHARING_VIOLATION:
        return CardTaken(reader)
    if result in _GONE:
        return NoCardCame(0)
    if result in _MUTE:
        return CardMute(reader)
    return NoReader(reader) if result == _UNKNOWN_READER else ServiceGone(f"0x{result:08X}")


def _release(connection: Any, refused: type[Exception]) -> None:
    """Gives the connection back; where the service is gone there is nobody to give it to, now or at the end."""
    try:
        connection.release()
    except refused:
        getattr(connection, "component", connection).hcontext = None


def _pyscard(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as fault:
        raise PcscMissing from fault


__all__ = ["PcscFault", "ReaderState", "Readers", "connected"]
