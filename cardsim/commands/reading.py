"""READ BINARY (ISO/IEC 7816-4:2013 §7.2.3) and GET DATA (§7.4.2); spec/card.md §4, §2.7."""

from typing import NoReturn

from cardsim import p1p2
from cardsim.apdu import Answer, Command
from cardsim.commands.reference import find_element, require_any
from cardsim.files import File
from cardsim.profile import Profile
from cardsim.state import Session, State
from cardsim.status import Refusal, StatusWord

_OK = int(StatusWord.OK)


def read_binary(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """min(Le, rest of the file) bytes with 9000; 6B00 from the end on; by short identifier the file becomes current."""
    place = p1p2.read_place(command.p1, command.p2)
    if place is None:
        raise Refusal(StatusWord.WRONG_P1P2)
    if command.ne is None or command.data:
        raise Refusal(StatusWord.WRONG_LENGTH)
    sfi, offset = place
    session = state.session
    element = find_element(profile, session, sfi)
    if not isinstance(element, File):
        raise Refusal(StatusWord.WRONG_FILE_KIND)
    if element.read_needs:
        require_any(session, element.read_needs)
    body = element.body
    if offset >= len(body):
        raise Refusal(StatusWord.OFFSET_OUTSIDE)
    answer = Answer(body[offset : offset + command.ne], _OK)
    if element.fid == session.fid:
        return state, answer
    return State(state.kept, Session(session.aid, element.fid, session.verified, session.generator, session.secure)), answer


def get_data(profile: Profile, state: State, command: Command) -> NoReturn:
    """6A88 whatever is asked: this card has no data objects, and OpenSC's probing wants to hear so (§6)."""
    del profile, state, command
    raise Refusal(StatusWord.OBJECT_NOT_FOUND)
