"""GET CHALLENGE: ISO/IEC 7816-4:2013 §7.5.3; spec/card.md §1.3 (MC, SCT)."""

from cardsim.apdu import SHORT_MOST, Answer, Command
from cardsim.generator import draw
from cardsim.profile import Profile
from cardsim.state import Session, State
from cardsim.status import Refusal, StatusWord


def get_challenge(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """1 to 256 random bytes; 6985 for an extended Le (measured)."""
    del profile
    if command.p1 or command.p2:
        raise Refusal(StatusWord.WRONG_P1P2)
    if command.ne is None or command.data:
        raise Refusal(StatusWord.WRONG_LENGTH)
    if command.extended or command.ne > SHORT_MOST:
        raise Refusal(StatusWord.CONDITIONS_NOT_SATISFIED)
    session = state.session
    challenge, generator = draw(session.generator, command.ne)
    after = Session(session.aid, session.fid, session.verified, generator, session.secure)
    return State(state.kept, after), Answer(challenge, StatusWord.OK)
