"""The numbers: of PC/SC part 5 as programs see them, and of the operations on our wire."""

from enum import IntEnum, IntFlag

LABEL = "KAZASHI TEST SUBSTITUTE - not pcscd"
"""Stands in native/substitute.c too, and wherever a person may look."""
NAME_LABEL = "(SUBSTITUTE, not pcscd)"
"""Part of every reader's name."""
MORE_READERS = r"\\?PnP?\Notification"
"""The name under which programs wait for readers to come and go; here none ever does."""
VENDOR_NAME = 0x00010100
"""SCARD_ATTR_VENDOR_NAME."""
FOREVER = 0xFFFFFFFF
SLOTS = 2
"""As many as a reader of vpcd has."""


def slot_name(reader: str, slot: int = 0) -> str:
    """Return the name under which programs see a slot; it says what it is."""
    return f"{reader} {NAME_LABEL} 00 {slot:02X}"


class Result(IntEnum):
    """What a function of PC/SC returns."""

    SUCCESS = 0
    INTERNAL_ERROR = 0x80100001
    CANCELLED = 0x80100002
    INVALID_HANDLE = 0x80100003
    UNKNOWN_READER = 0x80100009
    TIMEOUT = 0x8010000A
    SHARING_VIOLATION = 0x8010000B
    NO_SMARTCARD = 0x8010000C
    PROTO_MISMATCH = 0x8010000F
    INVALID_VALUE = 0x80100011
    NOT_TRANSACTED = 0x80100016
    UNSUPPORTED_FEATURE = 0x8010001F
    RESET_CARD = 0x80100068
    REMOVED_CARD = 0x80100069


class Operation(IntEnum):
    """A question of the library."""

    ESTABLISH = 1
    RELEASE = 2
    CONNECT = 3
    RECONNECT = 4
    DISCONNECT = 5
    BEGIN = 6
    END = 7
    STATUS = 8
    STATUS_CHANGE = 9
    TRANSMIT = 10
    READERS = 11
    GROUPS = 12
    CANCEL = 13
    ATTRIBUTE = 14
    CONTROL = 15


class Share(IntEnum):
    """How a card is shared."""

    EXCLUSIVE = 1
    SHARED = 2
    DIRECT = 3


class Disposition(IntEnum):
    """What becomes of the card."""

    LEAVE = 0
    RESET = 1
    UNPOWER = 2
    EJECT = 3


class Protocol(IntFlag):
    """Transmission protocols."""

    NONE = 0
    T0 = 1
    T1 = 2
    RAW = 4


class CardState(IntFlag):
    """What SCardStatus says."""

    ABSENT = 0x02
    PRESENT = 0x04
    POWERED = 0x10
    NEGOTIABLE = 0x20


class EventState(IntFlag):
    """What SCardGetStatusChange says; the upper 16 bits count insertions and removals."""

    UNAWARE = 0
    IGNORE = 0x001
    CHANGED = 0x002
    EMPTY = 0x010
    PRESENT = 0x020
    EXCLUSIVE = 0x080
    INUSE = 0x100
