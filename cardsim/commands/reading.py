"""READ BINARY: ISO/IEC 7816-4:2013 §7.2.3; spec/card.md §4 (MC, JSA)."""

from cardsim import p1p2
from cardsim.apdu import Answer, Command
from cardsim.commands.reference import at_file, find_element, require_any
from cardsim.files import DeliveryKey, File
from cardsim.profile import Profile
from cardsim.state import State
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
    if not isinstance(element, File | DeliveryKey):
        raise Refusal(StatusWord.WRONG_FILE_KIND)
    if element.read_needs:
        require_any(session, element.read_needs)
    body = element.body
    if offset >= len(body):
        raise Refusal(StatusWord.OFFSET_OUTSIDE)
    answer = Answer(body[offset : offset + command.ne], _OK)
    if element.fid == session.fid:
        return state, answer
    return State(state.kept, at_file(session, element.fid)), answer
