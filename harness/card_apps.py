"""Applications of a card's free area, as a municipality's counter works on them: INVENTED, as the free area is.

The commands are those of `cardsim.applications.generic`; whoever uses this has a function that carries one to the card
and back. A card's load key is its issuer's; the key of an application follows from it, so that whoever loaded one can
raise its counter a year later without having kept anything.
"""

import hashlib
from collections.abc import Callable
from datetime import date
from enum import StrEnum

from msgspec import Struct

from cardsim.applications.free_area import (
    EXPIRY,
    MANAGER_AID,
    MANAGER_STATUS,
    NEXT_LOAD,
    OWN_KEY,
    OWN_PIN,
    ROOM_LEFT,
    USER_ID,
    Counter,
    FreeArea,
    LoadedApplication,
    OwnFile,
)
from cardsim.applications.generic import (
    COUNT_CARD_AID,
    COUNTER,
    USER_CARD_AID,
    GenericApplication,
    decrease_command,
    delete_command,
    increase_command,
    load_commands,
    select_command,
)
from cardsim.profile import Profile
from cardsim.standing import room_left
from cardsim.state import Kept
from cardsim.tlv import parse_all
from harness.errors import ConfigurationError

Transmit = Callable[[bytes], bytes]
OWN_KEY_BYTES = 16
_SAID = {
    0x6A80: "the card takes no such parameters / パラメーターが不正",
    0x6A82: "no such application on the card / アプリケーションがない",
    0x6A84: "no room left in the free area / 空き容量がない",
    0x6A88: "no such application on the card / アプリケーションがない",
    0x6A8A: "an application of that AID is there already; name another --aid / 同じ AID が既にある",
    0x6982: "the card wants the application's PIN / 暗証番号が必要",
    0x6984: "the application's PIN has no try left / 暗証番号がロックされている",
    0x6985: "below zero or above the limit / 0未満または上限超過",
}


class AppRefused(ConfigurationError):
    """What the card, or one without a free area, does not take; nothing of it is there."""


class AppKind(StrEnum):
    """The two generic applications."""

    CARD_APP = "card-app"
    """A user id and an expiry date."""
    CARD_APP_COUNT = "card-app-count"
    """The same, and a counter: rides, points."""


class AppWanted(Struct, frozen=True):
    """An application to be loaded."""

    kind: AppKind
    user_id: str
    until: date
    aid: bytes = b""
    """By default that of its kind."""
    label: str = ""
    """By default the kind."""
    pin: str = ""
    """Four digits; none by default."""
    count: int = 0
    limit: int = 0
    """The most the counter holds; by default what it begins with."""
    notes: int = 0
    """Bytes of a file for the municipality's own use."""


class CounterNow(Struct, frozen=True):
    """A counter record, as it stands."""

    value: int
    changes: int
    limit: int
    mark: bytes


class AppNow(Struct, frozen=True):
    """A loaded application, as it stands."""

    aid: bytes
    label: str
    user_id: bytes
    until: str
    has_pin: bool
    counter: CounterNow | None
    cost: int


class AppsNow(Struct, frozen=True):
    """The free area of a card, as it stands."""

    apps: tuple[AppNow, ...]
    room_left: int
    loads: int
    """How many applications were ever loaded or deleted."""


def apps_of(profile: Profile, kept: Kept) -> AppsNow:
    """Return what is in the free area; AppRefused for a card without one."""
    area = require_area(profile)
    return AppsNow(tuple(map(_app_now, kept.loaded.values())), room_left(area, kept), kept.loads)


def load(profile: Profile, transmit: Transmit, wanted: AppWanted) -> None:
    """Load an application: it comes with its counter, as the counter begins, or not at all."""
    area = require_area(profile)
    counts = wanted.kind is AppKind.CARD_APP_COUNT
    if not counts and (wanted.count or wanted.limit):
        raise AppRefused("a counter: expected card-app-count, actual card-app, which has none")
    limit = (wanted.limit or wanted.count) if counts else 0
    if counts and not limit:
        raise AppRefused("card-app-count: expected --count or --limit, actual neither: it would hold nothing for ever")
    if wanted.count > limit:
        raise AppRefused(f"card-app-count: expected a count up to the limit {limit}, actual {wanted.count}")
    aid = wanted.aid or (COUNT_CARD_AID if counts else USER_CARD_AID)
    application = GenericApplication(
        aid,
        wanted.label or wanted.kind.value,
        wanted.user_id.encode(),
        f"{wanted.until:%Y%m%d}",
        own_key(area, aid),
        wanted.pin.encode(),
        wanted.count,
        limit,
        wanted.notes,
    )
    number = _next_load(transmit)
    try:
        for command in load_commands(application, load_key=area.load_key, serial=profile.serial, number=number):
            _done(transmit, command, f"load {application.label}")
    except AppRefused:
        if _next_load(transmit) != number:  # it is there, without the file that was refused
            delete(profile, transmit, aid)
        raise


def delete(profile: Profile, transmit: Transmit, aid: bytes) -> None:
    """Delete an application, with everything it held."""
    area = require_area(profile)
    number = _next_load(transmit)
    _done(transmit, select_command(MANAGER_AID), "the free area")
    command = delete_command(aid, load_key=area.load_key, serial=profile.serial, number=number)
    _done(transmit, command, f"delete {aid.hex().upper()}")


def change(  # noqa: PLR0913, PLR0917  (what a terminal knows)
    profile: Profile, transmit: Transmit, aid: bytes, amount: int, mark: bytes = b"", pin: str = ""
) -> None:
    """Let a counter go down by a negative amount, as a gate does, or up by a positive one, as the counter does.

    A ride is paid with the holder's PIN where the application has one; only its own key raises it.
    """
    area = require_area(profile)
    _done(transmit, select_command(aid), f"application {aid.hex().upper()}")
    what = f"change of {aid.hex().upper()} by {amount}"
    if amount < 0:
        if pin:
            _done(transmit, _verify(OWN_PIN, pin.encode()), "PIN of the application")
        _done(transmit, decrease_command(COUNTER, -amount, mark), what)
    else:
        _done(transmit, _verify(OWN_KEY, own_key(area, aid)), "key of the application")
        _done(transmit, increase_command(COUNTER, amount, mark), what)


def own_key(area: FreeArea, aid: bytes) -> bytes:
    """Return the key of an application that was loaded here."""
    return hashlib.sha256(b"application" + area.load_key + aid).digest()[:OWN_KEY_BYTES]


def require_area(profile: Profile) -> FreeArea:
    """Return the card's free area; AppRefused where it has none."""
    if profile.free_area is None:
        raise AppRefused(
            f"card {profile.serial}: expected a free area, actual none; `kazashi up --free-area` begins a world whose "
            "cards have one, `kazashi card new --free-area` writes such a card"
        )
    return profile.free_area


def _next_load(transmit: Transmit) -> int:
    _done(transmit, select_command(MANAGER_AID), "the free area")
    status = _done(transmit, bytes([0x00, 0xB0, 0x80 | MANAGER_STATUS, 0x00, 0x00]), "the free area")
    found = {item.tag: item.value for item in parse_all(status)}
    return int.from_bytes(found[NEXT_LOAD], "big") if ROOM_LEFT in found else 0


def _verify(fid: int, value: bytes) -> bytes:
    return bytes([0x00, 0x20, 0x00, 0x80 | fid, len(value)]) + value


def _done(transmit: Transmit, command: bytes, what: str) -> bytes:
    answer = transmit(command)
    sw = int.from_bytes(answer[-2:], "big")
    if sw != 0x9000:
        left = f"wrong PIN, tries left {sw & 0xF} / 残り{sw & 0xF}回" if sw & 0xFFF0 == 0x63C0 else ""
        why = _SAID.get(sw, "") or left
        raise AppRefused(f"{what}: expected 9000, actual {sw:04X}{f': {why}' if why else ''}")
    return answer[:-2]


def _app_now(loaded: LoadedApplication) -> AppNow:
    counters = [file for file in loaded.files if isinstance(file, Counter)]
    bodies = {file.fid: file.body for file in loaded.files if isinstance(file, OwnFile)}
    counter = counters[0] if counters else None
    return AppNow(
        loaded.aid,
        loaded.label,
        bodies[USER_ID],
        bodies[EXPIRY].decode("ascii"),
        loaded.has_pin,
        None if counter is None else CounterNow(counter.value, counter.changes, counter.limit, counter.stamp),
        loaded.cost,
    )
