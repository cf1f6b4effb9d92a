"""Sending a PIN: to our own readers only, after asking how many tries are left, and never the last one unasked."""

from typing import Final

from reference_impl.reader.connection import Connection, exchange
from reference_impl.reader.faults import (
    CardRefused,
    LastTryRefused,
    PinBlocked,
    PinUnusable,
    PinWrong,
    ReaderRefused,
)
from reference_impl.reader.files import Application, JpkiFile, VisualFile, read_range, select_application, select_file
from reference_impl.reader.status_words import StatusWord, tries_left

READER_PREFIX: Final = "Kazashi"
_BLOCKED: Final = frozenset({StatusWord.PIN_BLOCKED, StatusWord.PIN_BLOCKED_ISO})
_SERIAL_AT: Final = 80  # spec/card.md §2.1, EF 0006: 16 ASCII digits


def require_own_reader(connection: Connection, test_card: str | None) -> None:
    """Passes for a reader of ours, or for the real test card whose serial number was given; else `ReaderRefused`."""
    name = str(connection.getReader())
    if name.startswith(READER_PREFIX):
        return
    if test_card is None:
        raise ReaderRefused(f"a reader named {READER_PREFIX}…", name)
    select_application(connection, Application.JPKI)
    select_file(connection, JpkiFile.TOKEN_INFORMATION)
    serial = read_range(connection, _SERIAL_AT, 16).decode("ascii", "replace")
    if serial != test_card:
        raise ReaderRefused(f"test card {test_card}", "another card")


def encode_pin(pin: str) -> bytes:
    """The PIN as the card compares it: ASCII, unpadded, 1 to 16 octets (spec/card.md §3)."""
    if not pin.isascii() or not 1 <= len(pin) <= 16:
        raise PinUnusable
    return pin.encode("ascii")


def read_tries(connection: Connection) -> int:
    """The tries left of the current PIN file: an empty VERIFY answers 63Cx, whatever was verified before."""
    sw = exchange(connection, bytes.fromhex("00200080")).sw
    if sw in _BLOCKED:
        return 0
    tries = tries_left(sw)
    if tries is None:
        raise CardRefused("VERIFY without data", sw)
    return tries


def verify_pin(connection: Connection, file: JpkiFile | VisualFile, pin: bytes, *, may_spend_last_try: bool) -> None:
    """Opens what the PIN protects. The current application is the file's; the reader was looked at before."""
    select_file(connection, file)
    tries = read_tries(connection)
    if tries == 0:
        raise PinBlocked(StatusWord.PIN_BLOCKED)
    if tries == 1 and not may_spend_last_try:
        raise LastTryRefused
    sw = exchange(connection, bytes.fromhex("00200080") + bytes([len(pin)]) + pin).sw
    if sw in _BLOCKED:
        raise PinBlocked(sw)
    left = tries_left(sw)
    if left is not None:
        raise PinWrong(sw, left)
    if sw != StatusWord.OK:
        raise CardRefused("VERIFY", sw)
