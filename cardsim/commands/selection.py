"""SELECT: ISO/IEC 7816-4:2013 §7.1.1; spec/card.md §1.2, §1.3 (MC, JSA)."""

from cardsim import p1p2, tlv
from cardsim.apdu import DONE, Answer, Command
from cardsim.commands.reference import at_file
from cardsim.files import ISSUER_SECURITY_DOMAIN, NO_FILE
from cardsim.profile import FciForm, Profile
from cardsim.state import Session, State
from cardsim.status import Refusal, StatusWord

_FCI_TEMPLATE = 0x6F
_DF_NAME = 0x84
_LONGEST_AID = 16


def select(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """An application or a file becomes current."""
    selection = p1p2.read_selection(command.p1, command.p2)
    if selection is None:
        raise Refusal(StatusWord.WRONG_P1P2)
    if selection.by is p1p2.SelectBy.NAME:
        return _select_application(profile, state, command, wants_fci=selection.wants_fci)
    if selection.by is p1p2.SelectBy.ELEMENT:
        return _select_element(profile, state, command)
    return _select_by_identifier(profile, state, command)


def _select_application(profile: Profile, state: State, command: Command, *, wants_fci: bool) -> tuple[State, Answer]:
    """By full AID. PINs stay verified when the same application is selected again, and are lost otherwise (§3)."""
    aid = command.data
    if not 1 <= len(aid) <= _LONGEST_AID:
        raise Refusal(StatusWord.WRONG_LENGTH)
    if aid not in profile.applications and aid != ISSUER_SECURITY_DOMAIN:
        aid = _completed(profile, aid)
    session = state.session
    keeps = aid == session.aid and not profile.options.reselect_clears_verified
    verified, secure = (session.verified, session.secure) if keeps else (frozenset(), None)
    after = State(state.kept, Session(aid, NO_FILE, verified, session.generator, secure))
    if not wants_fci or command.ne is None or profile.options.fci is FciForm.EMPTY:
        return after, DONE
    fci = tlv.build(_FCI_TEMPLATE, tlv.build(_DF_NAME, aid))
    return after, Answer(fci[: command.ne], StatusWord.OK)


def _completed(profile: Profile, prefix: bytes) -> bytes:
    """The AID that begins so, where the card selects by prefix, which is legal in JICSAP (§2); first in the table."""
    if profile.options.selects_by_prefix:
        for aid in (ISSUER_SECURITY_DOMAIN, *profile.applications):
            if aid.startswith(prefix):
                return aid
    raise Refusal(StatusWord.NOT_FOUND)


def _select_element(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """By identifier under the current application. No source shows an FCI of a file: none is answered."""
    if len(command.data) != 2:
        raise Refusal(StatusWord.WRONG_LENGTH)
    session = state.session
    application = profile.applications.get(session.aid)
    fid = int.from_bytes(command.data, "big")
    if application is None or fid not in application.elements:
        if profile.options.failed_select_keeps_file:
            raise Refusal(StatusWord.NOT_FOUND)
        return State(state.kept, at_file(session, NO_FILE)), Answer(b"", StatusWord.NOT_FOUND)
    return State(state.kept, at_file(session, fid)), DONE


def _select_by_identifier(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """P1 = 00. There is nothing under the MF: with an identifier 6A82; without, 6A86 straight after reset and
    9000 without any change while an application is current (measured, spec/card.md §1.2).
    """
    if len(command.data) == 2:
        raise Refusal(StatusWord.NOT_FOUND)
    if command.data:
        raise Refusal(StatusWord.WRONG_LENGTH)
    if state.session.aid not in profile.applications:
        raise Refusal(StatusWord.WRONG_P1P2)
    return state, DONE
