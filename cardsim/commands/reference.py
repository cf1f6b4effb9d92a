"""Which elementary file a command means: the current one, or one named by short identifier; spec/card.md §1.2 (MC)."""

from cardsim import p1p2
from cardsim.files import Element
from cardsim.profile import Profile
from cardsim.state import Session
from cardsim.status import Refusal, StatusWord


def find_element(profile: Profile, session: Session, sfi: int) -> Element:
    """The file meant: 6986 where none is current, 6A82 where no file has that identifier.

    On this card the short identifier is the identifier (spec/card.md §1.2).
    """
    fid = session.fid if sfi == p1p2.CURRENT else sfi
    if not fid:
        raise Refusal(StatusWord.NO_CURRENT_FILE)
    try:
        return profile.applications[session.aid].elements[fid]
    except KeyError:
        raise Refusal(StatusWord.NOT_FOUND) from None


def at_file(session: Session, fid: int) -> Session:
    """The session with another current file, and nothing else changed."""
    return Session(session.aid, fid, session.verified, session.generator, session.secure)


def session_after(profile: Profile, session: Session, element: Element) -> Session:
    """The session after a PIN or key was named: it becomes the current file, unless the profile says otherwise."""
    if element.fid == session.fid or not profile.options.reference_by_sfi_selects:
        return session
    return at_file(session, element.fid)


def require_any(session: Session, needs: tuple[int, ...]) -> None:
    """Refuses with 6982 unless nothing is needed or one of the needed PINs is verified."""
    if needs and session.verified.isdisjoint(needs):
        raise Refusal(StatusWord.SECURITY_NOT_SATISFIED)
