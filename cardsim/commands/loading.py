"""INSTALL and DELETE: applications come into the free area and leave it. INVENTED (`applications.free_area`).

    80 E6 0C 00 Lc  4F aid  50 label  80 user id  81 expiry YYYYMMDD  82 own key  [83 PIN]  8E token
    00 E4 00 00 Lc  4F aid  8E token

Both under the manager. INSTALL after GlobalPlatform Card Specification 2.3.1 §11.5 (for install, make selectable), with
its idea of a token by whoever may load; DELETE FILE after ISO/IEC 7816-9:2017. The token is HMAC-SHA-256 under the load
key, cut to 16 bytes, over: serial of the card (ASCII), INS, number of the load (4 bytes), all objects before the token.
The number goes up with each load and each deletion, so no token is good twice, and none on another card: an application
with rides in it cannot be loaded again to have them back.
"""

import hashlib
import hmac
from datetime import date

import msgspec

from cardsim.apdu import DONE, Answer, Command
from cardsim.applications.free_area import (
    EXPIRY,
    KEY_TRIES,
    MANAGER_AID,
    OWN_KEY,
    OWN_PIN,
    PIN_TRIES,
    USER_ID,
    FreeArea,
    LoadedApplication,
    OwnFile,
    Who,
)
from cardsim.pins import PinFormat, PinRecord
from cardsim.profile import Profile
from cardsim.standing import is_taken, room_left
from cardsim.state import Kept, State
from cardsim.status import Refusal, StatusWord
from cardsim.tlv import TlvError, parse_all

FOR_INSTALL = 0x0C
AID, LABEL, USER, UNTIL, KEY, PIN, TOKEN = 0x4F, 0x50, 0x80, 0x81, 0x82, 0x83, 0x8E
TOKEN_BYTES = 16
_LONGEST_LABEL, _LONGEST_USER = 32, 64


def token_for(load_key: bytes, serial: str, ins: int, number: int, objects: bytes) -> bytes:
    """The token by which whoever holds the load key allows one load, or one deletion, of one card."""
    said = serial.encode() + bytes([ins]) + number.to_bytes(4, "big") + objects
    return hmac.new(load_key, said, hashlib.sha256).digest()[:TOKEN_BYTES]


def install(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """An application comes, with its user id, expiry, key and PIN; at once or not at all."""
    area = _require_manager(profile, state)
    if (command.p1, command.p2) != (FOR_INSTALL, 0):
        raise Refusal(StatusWord.WRONG_P1P2)
    found = _read_objects(command.data)
    _require_token(profile, area, state.kept, command, found)
    if not {AID, LABEL, USER, UNTIL, KEY, TOKEN} <= found.keys() <= {AID, LABEL, USER, UNTIL, KEY, PIN, TOKEN}:
        raise Refusal(StatusWord.WRONG_DATA)
    application = _read_application(found)
    if is_taken(profile, application.aid):
        raise Refusal(StatusWord.NAME_EXISTS)
    if application.cost > room_left(area, state.kept):
        raise Refusal(StatusWord.NO_ROOM)
    pins = {**state.kept.pins, application.kept_as(OWN_KEY): PinRecord(found[KEY], KEY_TRIES)}
    if application.has_pin:
        pins[application.kept_as(OWN_PIN)] = PinRecord(found[PIN], PIN_TRIES)
    loaded = {**state.kept.loaded, application.aid: application}
    return State(_after_load(state.kept, pins, loaded), state.session), DONE


def delete_application(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """An application leaves, with everything it held; its room is free again."""
    area = _require_manager(profile, state)
    found = _read_objects(command.data)
    _require_token(profile, area, state.kept, command, found)
    if found.keys() != {AID, TOKEN}:
        raise Refusal(StatusWord.WRONG_DATA)
    gone = state.kept.loaded.get(found[AID])
    if gone is None:
        raise Refusal(StatusWord.NOT_FOUND)
    secrets = {gone.kept_as(OWN_KEY), gone.kept_as(OWN_PIN)}
    pins = {name: record for name, record in state.kept.pins.items() if name not in secrets}
    loaded = {aid: application for aid, application in state.kept.loaded.items() if aid != gone.aid}
    return State(_after_load(state.kept, pins, loaded), state.session), DONE


def require_day(text: bytes) -> None:
    """Refuses with 6A80 what is no date YYYYMMDD."""
    if len(text) != 8 or not text.isdigit():
        raise Refusal(StatusWord.WRONG_DATA)
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise Refusal(StatusWord.WRONG_DATA) from None


def _require_manager(profile: Profile, state: State) -> FreeArea:
    if profile.free_area is None or state.session.aid != MANAGER_AID:
        raise Refusal(StatusWord.CONDITIONS_NOT_SATISFIED)
    return profile.free_area


def _read_objects(data: bytes) -> dict[int, bytes]:
    """The objects by tag; 6A80 where they are none, where one comes twice, or where the token is not the last."""
    try:
        objects = parse_all(data)
    except TlvError:
        raise Refusal(StatusWord.WRONG_DATA) from None
    found = {item.tag: item.value for item in objects}
    if not objects or len(found) != len(objects) or objects[-1].tag != TOKEN:
        raise Refusal(StatusWord.WRONG_DATA)
    return found


def _require_token(profile: Profile, area: FreeArea, kept: Kept, command: Command, found: dict[int, bytes]) -> None:
    """6982 unless the token is the one for these objects, this card and this number."""
    said = command.data[: -2 - len(found[TOKEN])]
    if len(found[TOKEN]) != TOKEN_BYTES or not hmac.compare_digest(
        token_for(area.load_key, profile.serial, command.ins, kept.loads, said), found[TOKEN]
    ):
        raise Refusal(StatusWord.SECURITY_NOT_SATISFIED)


def _read_application(found: dict[int, bytes]) -> LoadedApplication:
    """The application that these objects describe; 6A80 where one of them cannot be."""
    try:
        label = found[LABEL].decode()
    except UnicodeDecodeError:
        raise Refusal(StatusWord.WRONG_DATA) from None
    require_day(found[UNTIL])
    fits = (
        5 <= len(found[AID]) <= 16,
        1 <= len(found[LABEL]) <= _LONGEST_LABEL and label.isprintable(),
        1 <= len(found[USER]) <= _LONGEST_USER,
        PinFormat.SIXTEEN_BYTES.fits(found[KEY]),
        PIN not in found or PinFormat.FOUR_DIGITS.fits(found[PIN]),
    )
    if not all(fits):
        raise Refusal(StatusWord.WRONG_DATA)
    reads = Who.HOLDER if PIN in found else Who.ANYBODY
    files = (
        OwnFile(USER_ID, found[USER], reads, Who.OWNER),
        OwnFile(EXPIRY, found[UNTIL], Who.ANYBODY, Who.OWNER),
    )
    return LoadedApplication(found[AID], label, PIN in found, files)


def _after_load(kept: Kept, pins: dict[str, PinRecord], loaded: dict[bytes, LoadedApplication]) -> Kept:
    return msgspec.structs.replace(kept, pins=pins, loaded=loaded, loads=kept.loads + 1)
