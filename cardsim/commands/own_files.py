"""CREATE FILE, DELETE FILE, UPDATE BINARY in a loaded application. INVENTED (`applications.free_area`).

    00 E0 00 00 Lc  62 { 82 01 kind  83 02 identifier  80 02 size  86 01 access }      a transparent file, kind 01
    00 E0 00 00 Lc  62 { 82 01 kind  83 02 identifier  81 04 limit  86 01 access }     a counter, kind 06
    00 E4 00 00 02 identifier
    00 D6 P1 P2 Lc data                                                                P1-P2 as in READ BINARY

CREATE FILE and DELETE FILE after ISO/IEC 7816-9:2017 with the file control parameters of ISO/IEC 7816-4:2013 Table 10
(81 holds a limit here; 86 is one byte, who may read in the high half, who may write or decrease in the low one, each
0 anybody, 1 whoever knows PIN or key, 2 whoever has the key); UPDATE BINARY ISO/IEC 7816-4:2013 §7.2.5.
"""

import msgspec

from cardsim import p1p2
from cardsim.apdu import DONE, Answer, Command
from cardsim.applications.free_area import (
    EXPIRY,
    MANAGER_AID,
    OWN_KEY,
    OWN_PIN,
    USER_ID,
    Counter,
    FreeArea,
    LoadedApplication,
    OwnFile,
    Who,
    needs,
)
from cardsim.commands.loading import delete_application, require_day
from cardsim.commands.reference import at_file, find_element, require_any, session_after
from cardsim.files import NO_FILE
from cardsim.profile import Profile
from cardsim.standing import room_left, with_application
from cardsim.state import Session, State
from cardsim.status import Refusal, StatusWord
from cardsim.tlv import TlvError, parse_all

TRANSPARENT, COUNTER = 0x01, 0x06
FCP, SIZE, LIMIT, KIND, FID, ACCESS = 0x62, 0x80, 0x81, 0x82, 0x83, 0x86
_RESERVED = {USER_ID, EXPIRY, OWN_KEY, OWN_PIN}
_LAST_FID = 0x1E


def require_loaded(profile: Profile, state: State) -> tuple[FreeArea, LoadedApplication]:
    """The free area and the loaded application that is current; 6985 where none is."""
    loaded = state.kept.loaded.get(state.session.aid)
    if profile.free_area is None or loaded is None:
        raise Refusal(StatusWord.CONDITIONS_NOT_SATISFIED)
    return profile.free_area, loaded


def require_who(session: Session, who: Who) -> None:
    """Refuses with 6982 whoever may not."""
    require_any(session, needs(who))


def replace_file(loaded: LoadedApplication, file: OwnFile | Counter) -> LoadedApplication:
    """The application with a file put in place of the one of its identifier."""
    files = tuple(file if old.fid == file.fid else old for old in loaded.files)
    return msgspec.structs.replace(loaded, files=files)


def create_file(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """A file of zeros, or a counter at 0, comes into the application; by its key alone."""
    area, loaded = require_loaded(profile, state)
    if (command.p1, command.p2) != (0, 0):
        raise Refusal(StatusWord.WRONG_P1P2)
    require_who(state.session, Who.OWNER)
    file = _read_parameters(command.data)
    if Who.HOLDER in {file.reads, file.decreases if isinstance(file, Counter) else file.writes} and not loaded.has_pin:
        raise Refusal(StatusWord.WRONG_DATA)
    if loaded.find(file.fid) is not None:
        raise Refusal(StatusWord.FILE_EXISTS)
    grown = msgspec.structs.replace(loaded, files=(*loaded.files, file))
    if grown.cost - loaded.cost > room_left(area, state.kept):
        raise Refusal(StatusWord.NO_ROOM)
    return State(with_application(state.kept, grown), at_file(state.session, file.fid)), DONE


def delete_file(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """A file leaves the application, by its key alone; under the manager a whole application does."""
    if (command.p1, command.p2) != (0, 0):
        raise Refusal(StatusWord.WRONG_P1P2)
    if state.session.aid == MANAGER_AID:
        return delete_application(profile, state, command)
    _, loaded = require_loaded(profile, state)
    require_who(state.session, Who.OWNER)
    if len(command.data) != 2:
        raise Refusal(StatusWord.WRONG_LENGTH)
    fid = int.from_bytes(command.data, "big")
    if fid in _RESERVED:
        raise Refusal(StatusWord.CONDITIONS_NOT_SATISFIED)
    if loaded.find(fid) is None:
        raise Refusal(StatusWord.NOT_FOUND)
    rest = msgspec.structs.replace(loaded, files=tuple(file for file in loaded.files if file.fid != fid))
    session = state.session
    current = NO_FILE if session.fid == fid else session.fid
    return State(with_application(state.kept, rest), at_file(session, current)), DONE


def update_binary(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """The bytes stand in the file, all of them or none; 6A84 where they would go beyond its end."""
    _, loaded = require_loaded(profile, state)
    place = p1p2.read_place(command.p1, command.p2)
    if place is None:
        raise Refusal(StatusWord.WRONG_P1P2)
    if not command.data:
        raise Refusal(StatusWord.WRONG_LENGTH)
    sfi, offset = place
    element = find_element(profile, state.session, sfi)
    file = loaded.find(element.fid)
    if not isinstance(file, OwnFile):
        raise Refusal(StatusWord.WRONG_FILE_KIND)
    require_who(state.session, file.writes)
    end = offset + len(command.data)
    if end > len(file.body):
        raise Refusal(StatusWord.OFFSET_OUTSIDE if offset >= len(file.body) else StatusWord.NO_ROOM)
    body = file.body[:offset] + command.data + file.body[end:]
    if file.fid == EXPIRY:
        require_day(body)
    written = replace_file(loaded, msgspec.structs.replace(file, body=body))
    return State(with_application(state.kept, written), session_after(profile, state.session, element)), DONE


def _read_parameters(data: bytes) -> OwnFile | Counter:
    """The file that these parameters describe; 6A80 where they describe none."""
    try:
        template = parse_all(data)
        if len(template) != 1 or template[0].tag != FCP:
            raise TlvError(f"one object {FCP:X} was expected")
        objects = parse_all(template[0].value)
        found = {item.tag: item.value for item in objects}
        if len(found) != len(objects):
            raise TlvError("an object comes twice")
        numbers = {tag: int.from_bytes(value, "big") for tag, value in found.items()}
        lengths = {tag: len(value) for tag, value in found.items()}
        fid = numbers.get(FID, NO_FILE)
        reads, writes = (Who(half) for half in divmod(numbers.get(ACCESS, 0xFF), 16))
    except ValueError:
        raise Refusal(StatusWord.WRONG_DATA) from None
    if 1 <= fid <= _LAST_FID and fid not in _RESERVED:
        if lengths == {KIND: 1, FID: 2, SIZE: 2, ACCESS: 1} and numbers[KIND] == TRANSPARENT and numbers[SIZE]:
            return OwnFile(fid, bytes(numbers[SIZE]), reads, writes)
        if lengths == {KIND: 1, FID: 2, LIMIT: 4, ACCESS: 1} and numbers[KIND] == COUNTER and numbers[LIMIT]:
            return Counter(fid, 0, numbers[LIMIT], reads, writes)
    raise Refusal(StatusWord.WRONG_DATA)
