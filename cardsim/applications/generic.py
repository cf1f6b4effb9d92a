"""The generic applications of the free area, as the commands by which a municipality's counter loads them.

INVENTED, as the free area is. Two kinds do for every service of spec/services.yaml that reads one:

    card-app         a user id and an expiry date, no PIN    (library, shelter, attendance, polling …)
    card-app-count   the same, and a counter that anybody may decrease and only the municipality may raise
                     (rides: 70 a year; points), with a file the municipality writes for what else it needs
"""

from collections.abc import Iterator

import msgspec

from cardsim.applications.free_area import MANAGER_AID
from cardsim.commands import loading, own_files
from cardsim.tlv import build

COUNTER = 0x0003
NOTES = 0x0004
USER_CARD_AID = b"\xf0KAZASHI\x11"
COUNT_CARD_AID = b"\xf0KAZASHI\x12"


class GenericApplication(msgspec.Struct, frozen=True):
    """An application to be loaded: whose it is and until when, and, where it counts, from how many up to how many."""

    aid: bytes
    label: str
    user_id: bytes
    expiry: str
    """YYYYMMDD."""
    own_key: bytes
    pin: bytes = b""
    """Four digits; empty for an application without one."""
    count: int = 0
    limit: int = 0
    """The most the counter may hold; 0 for an application that does not count."""
    notes: int = 0
    """Bytes of a file for the municipality's own use; 0 for none."""


def load_commands(wanted: GenericApplication, *, load_key: bytes, serial: str, number: int) -> Iterator[bytes]:
    """The commands in order; `number` is what the manager's EF 0001 says of the next load. Each answers 9000."""
    yield select_command(MANAGER_AID)
    yield install_command(wanted, load_key=load_key, serial=serial, number=number)
    yield select_command(wanted.aid)
    yield _command(0x00, 0x20, 0x00, 0x91, wanted.own_key)
    decreases = 1 if wanted.pin else 0
    if wanted.limit:
        what = build(own_files.LIMIT, wanted.limit.to_bytes(4, "big"))
        yield _create_command(own_files.COUNTER, COUNTER, what, 0x11 * decreases)
    if wanted.count:
        yield increase_command(COUNTER, wanted.count)
    if wanted.notes:
        what = build(own_files.SIZE, wanted.notes.to_bytes(2, "big"))
        yield _create_command(own_files.TRANSPARENT, NOTES, what, 0x10 * decreases + 0x02)


def install_command(wanted: GenericApplication, *, load_key: bytes, serial: str, number: int) -> bytes:
    """INSTALL of the application, with the token for this card and this load."""
    objects = (
        build(loading.AID, wanted.aid)
        + build(loading.LABEL, wanted.label.encode())
        + build(loading.USER, wanted.user_id)
        + build(loading.UNTIL, wanted.expiry.encode())
        + build(loading.KEY, wanted.own_key)
        + (build(loading.PIN, wanted.pin) if wanted.pin else b"")
    )
    token = loading.token_for(load_key, serial, 0xE6, number, objects)
    return _command(0x80, 0xE6, loading.FOR_INSTALL, 0x00, objects + build(loading.TOKEN, token))


def delete_command(aid: bytes, *, load_key: bytes, serial: str, number: int) -> bytes:
    """DELETE FILE of an application, with the token for this card and this load."""
    objects = build(loading.AID, aid)
    token = loading.token_for(load_key, serial, 0xE4, number, objects)
    return _command(0x00, 0xE4, 0x00, 0x00, objects + build(loading.TOKEN, token))


def select_command(aid: bytes) -> bytes:
    """SELECT of an application by name."""
    return _command(0x00, 0xA4, 0x04, 0x0C, aid)


def decrease_command(fid: int, amount: int, mark: bytes = b"") -> bytes:
    """DECREASE of a counter, which answers the new value and the number of changes."""
    return _command(0x80, 0x30, 0x00, 0x80 | fid, amount.to_bytes(4, "big") + mark) + b"\x08"


def increase_command(fid: int, amount: int, mark: bytes = b"") -> bytes:
    """INCREASE of a counter."""
    return _command(0x80, 0x34, 0x00, 0x80 | fid, amount.to_bytes(4, "big") + mark)


def _create_command(kind: int, fid: int, what: bytes, access: int) -> bytes:
    parameters = (
        build(own_files.KIND, bytes([kind]))
        + build(own_files.FID, fid.to_bytes(2, "big"))
        + what
        + build(own_files.ACCESS, bytes([access]))
    )
    return _command(0x00, 0xE0, 0x00, 0x00, build(own_files.FCP, parameters))


def _command(cla: int, ins: int, p1: int, p2: int, data: bytes) -> bytes:
    return bytes([cla, ins, p1, p2, len(data)]) + data
