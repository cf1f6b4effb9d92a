"""GET DATA: ISO/IEC 7816-4:2013 §7.4.2; spec/card.md §1.3, §2.7 (MC)."""

from cardsim.apdu import SHORT_MOST, Answer, Command
from cardsim.files import ISSUER_SECURITY_DOMAIN
from cardsim.profile import Profile
from cardsim.state import State
from cardsim.status import Refusal, StatusWord

CONTACT_ATR = 0x5F51
"""The contact ATR without TS, the card's first byte."""


def get_data(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """The object that P1-P2 names, while no application is current; the contact ATR also inside one. 6A88 else.

    An object of more than 256 bytes refuses a short Le with 6700 (measured): it is never cut without notice.
    """
    if command.ne is None or command.data:
        raise Refusal(StatusWord.WRONG_LENGTH)
    found = _object(profile, (command.p1 << 8) | command.p2, inside=state.session.aid != ISSUER_SECURITY_DOMAIN)
    if found is None:
        raise Refusal(StatusWord.OBJECT_NOT_FOUND)
    if len(found) > SHORT_MOST and not command.extended:
        raise Refusal(StatusWord.WRONG_LENGTH)
    return state, Answer(found[: command.ne], StatusWord.OK)


def _object(profile: Profile, tag: int, *, inside: bool) -> bytes | None:
    if tag == CONTACT_ATR:
        return profile.atr[1:] if inside or not profile.options.contact_atr_inside_only else None
    return None if inside else profile.data_objects.get(tag)
