"""`80 A2`, a terminal's certificate (特定機関認証), and `80 FC` of the iPhone token; spec/card.md §1.3, §8 (MC)."""

from typing import NoReturn

from cardsim import p1p2
from cardsim.apdu import Answer, Command
from cardsim.applications import jpki
from cardsim.applications.visual import CVC_SIZE
from cardsim.profile import Profile, Token
from cardsim.state import State
from cardsim.status import Refusal, StatusWord
from cardsim.tlv import TlvError, parse_all

_CVC = 0x7F21
_BODY_AND_SIGNATURE = [0x5F4E, 0x5F37]


def set_terminal_key(profile: Profile, state: State, command: Command) -> NoReturn:
    """Refused whatever comes, as no terminal authority's key is public: 6700 for the length, 6A80 for what is no CVC,
    6982 for one that no authority of ours signed (§8). EF 0016 is selected first (§1.3).
    """
    if (command.p1, command.p2) not in p1p2.TERMINAL_KEY:
        raise Refusal(StatusWord.WRONG_P1P2)
    if len(command.data) != CVC_SIZE:
        raise Refusal(StatusWord.WRONG_LENGTH)
    if (state.session.aid, state.session.fid) != (jpki.AID, jpki.TERMINAL_KEY):
        raise Refusal(profile.options.terminal_certificate_without_slot)
    raise Refusal(StatusWord.SECURITY_NOT_SATISFIED if _is_cvc(command.data) else StatusWord.WRONG_DATA)


def answer_iphone(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """6700 on anything but an iPhone (measured); what that answers is unknown."""
    if profile.token is not Token.IPHONE:
        raise Refusal(StatusWord.WRONG_LENGTH)
    if command.p1 or command.p2:
        raise Refusal(StatusWord.WRONG_P1P2)
    return state, Answer(b"", profile.options.iphone_command)


def _is_cvc(data: bytes) -> bool:
    try:
        outer = parse_all(data)
        return [each.tag for each in outer] == [_CVC] and [
            each.tag for each in parse_all(outer[0].value)
        ] == _BODY_AND_SIGNATURE
    except TlvError:
        return False
