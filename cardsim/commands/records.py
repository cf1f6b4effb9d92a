"""READ RECORD(S): ISO/IEC 7816-4:2013 §7.3.3; spec/card.md §1.3, §2.5 (MC, MYN)."""

from cardsim import p1p2
from cardsim.apdu import Answer, Command
from cardsim.commands.reference import at_file, find_element, require_any
from cardsim.files import RecordFile
from cardsim.profile import Profile
from cardsim.state import State
from cardsim.status import Refusal, StatusWord


def read_record(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """min(Le, length) bytes of one record, or of all from it on; by short identifier the file becomes current."""
    place = p1p2.read_record(command.p2)
    if place is None:
        raise Refusal(StatusWord.WRONG_P1P2)
    if command.ne is None or command.data:
        raise Refusal(StatusWord.WRONG_LENGTH)
    sfi, to_the_last = place
    element = find_element(profile, state.session, sfi)
    if not isinstance(element, RecordFile):
        raise Refusal(StatusWord.WRONG_FILE_KIND)
    require_any(state.session, element.read_needs)
    if command.p1 == p1p2.CURRENT_RECORD:
        raise Refusal(profile.options.current_record)
    found = element.records[command.p1 - 1 :]
    if not found:
        raise Refusal(StatusWord.RECORD_NOT_FOUND)
    body = b"".join(found) if to_the_last else found[0]
    return State(state.kept, at_file(state.session, element.fid)), Answer(body[: command.ne], StatusWord.OK)
