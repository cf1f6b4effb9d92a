"""The free area (条例利用領域, カードAP): what a municipality loads into the card, and the room there is for it.

INVENTED, all of it. That municipalities load applications of their own is documented, and what they hold (a user id,
ten years of validity, points, rides); no file, identifier, command or size is public (spec/card.md §2.6). What stands
here is ISO/IEC 7816-4 and -9 where those have a command, GlobalPlatform's INSTALL for the rest: a product that is tried
against it shows how it deals with *an* application in the free area, not that it works with a municipality's.

    the manager          AID F0 "KAZASHI" 01, EF 0001: room left and the number of the next load
    an application       EF 0001 user id, 0002 expiry, 0011 its own key, 0012 its PIN (may be absent),
                         and the files and counters that it creates: 0003 to 0010, 0013 to 001E

The card has no clock: it keeps the expiry date, whoever reads it compares (ministry-gate in spec/services.yaml).
"""

from enum import IntEnum
from functools import lru_cache

import msgspec

from cardsim.files import Application, Element, File
from cardsim.pins import Pin, PinFormat
from cardsim.tlv import build

MANAGER_AID = b"\xf0KAZASHI\x01"
"""First digit F: proprietary, not registered (ISO/IEC 7816-4:2013 §8.2.1.2). INVENTED."""
USER_ID = 0x0001
EXPIRY = 0x0002
OWN_KEY = 0x0011
OWN_PIN = 0x0012
MANAGER_STATUS = 0x0001
ROOM_LEFT, NEXT_LOAD = 0x80, 0x81
KEY_TRIES = 10
PIN_TRIES = 3
SIZE = 16384
"""Bytes of the free area where nothing else is said; no size is public. INVENTED."""
APPLICATION_COST = 64
"""Bytes an application costs beside its names and files. INVENTED."""
FILE_COST = 16
"""Bytes a file costs beside its content. INVENTED."""
STAMP = 16
"""Bytes of the terminal's own mark in a counter record."""
MOST = 0xFFFFFFFF
"""The greatest value of a counter, and of the number of its changes."""


class Who(IntEnum):
    """Who may do it."""

    ANYBODY = 0
    """Whoever holds the card before a reader."""
    HOLDER = 1
    """Whoever knows the application's PIN, or its key."""
    OWNER = 2
    """Whoever has the application's key."""


class FreeArea(msgspec.Struct, frozen=True):
    """The free area of a card as personalised: the issuer's load key, and the room."""

    load_key: bytes
    size: int = SIZE

    def __post_init__(self) -> None:
        if len(self.load_key) < 16:
            raise ValueError(f"a load key has at least 16 bytes, got {len(self.load_key)}")


class OwnFile(msgspec.Struct, frozen=True, tag="file"):
    """A transparent file of a loaded application."""

    fid: int
    body: bytes
    reads: Who
    writes: Who

    @property
    def content(self) -> bytes:
        """What READ BINARY reads."""
        return self.body


class Counter(msgspec.Struct, frozen=True, tag="counter"):
    """A counter record: value, number of changes, limit, and the mark that whoever changed it last left in it.

    All four change together, in one write. So a terminal that lost the answer learns from the record whether its own
    change happened: by the number of changes, and by its mark.
    """

    fid: int
    value: int
    limit: int
    reads: Who
    decreases: Who
    changes: int = 0
    stamp: bytes = bytes(STAMP)

    @property
    def content(self) -> bytes:
        """What READ BINARY reads: 4 bytes each of value, changes and limit, then the mark."""
        return b"".join(number.to_bytes(4, "big") for number in (self.value, self.changes, self.limit)) + self.stamp


class LoadedApplication(msgspec.Struct, frozen=True):
    """An application in the free area. Values and tries of its key and PIN stand with those of the other PINs."""

    aid: bytes
    label: str
    has_pin: bool
    files: tuple[OwnFile | Counter, ...]

    def kept_as(self, fid: int) -> str:
        """The name under which the key or the PIN is kept."""
        return f"free.{self.aid.hex()}.{fid:04x}"

    def find(self, fid: int) -> OwnFile | Counter | None:
        """The file of an identifier."""
        return next((file for file in self.files if file.fid == fid), None)

    @property
    def cost(self) -> int:
        """The bytes it takes of the free area."""
        files = sum(FILE_COST + len(file.content) for file in self.files)
        return APPLICATION_COST + len(self.aid) + len(self.label.encode()) + files


def needs(who: Who) -> tuple[int, ...]:
    """The references any one of which makes one this person."""
    return {Who.ANYBODY: (), Who.HOLDER: (OWN_PIN, OWN_KEY), Who.OWNER: (OWN_KEY,)}[who]


@lru_cache(maxsize=1024)
def application_of(loaded: LoadedApplication) -> Application:
    """A loaded application as the table that SELECT, READ BINARY and VERIFY work on."""
    elements: dict[int, Element] = {
        file.fid: File(file.fid, _NAMES.get(file.fid, _KINDS[type(file)]), file.content, needs(file.reads))
        for file in loaded.files
    }
    secrets = [(OWN_KEY, "所管鍵", PinFormat.SIXTEEN_BYTES, KEY_TRIES)]
    if loaded.has_pin:
        secrets.append((OWN_PIN, "条例利用暗証番号", PinFormat.FOUR_DIGITS, PIN_TRIES))
    for fid, name, form, tries in secrets:
        elements[fid] = Pin(fid, name, form, tries, None, loaded.kept_as(fid))
    return Application(loaded.aid, loaded.label, elements)


def manager_of(room_left: int, loads: int) -> Application:
    """The manager: one file that says how much fits, and the number that the next load's token must be made for."""
    status = build(ROOM_LEFT, room_left.to_bytes(4, "big")) + build(NEXT_LOAD, loads.to_bytes(4, "big"))
    return Application(MANAGER_AID, "条例利用領域", {MANAGER_STATUS: File(MANAGER_STATUS, "空き容量", status)})


_NAMES = {USER_ID: "利用者ID", EXPIRY: "有効期限"}
_KINDS = {OwnFile: "データ", Counter: "カウンター"}
