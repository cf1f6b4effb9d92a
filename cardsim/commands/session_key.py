"""SET SESSION KEY, `80 AE`: spec/card.md §1.3, §5.3; measured by MC (`sm.rs`), whose account the tests follow.

The terminal encrypts `A0 22 {80 20 ‖ 32 bytes}` with RSAES-OAEP (SHA-256) to the key of text EF 0006; the first 16
bytes become the AES-128 key. The other two forms of JICSAP (a key for checksums, or both) are refused, 6A80.
"""

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA256

from cardsim.apdu import DONE, Answer, Command
from cardsim.applications import juki, text
from cardsim.commands.signature_schemes import load_key
from cardsim.files import DeliveryKey
from cardsim.profile import Profile
from cardsim.state import SecureSession, Session, State
from cardsim.status import Refusal, StatusWord

_FORM = bytes.fromhex("A0228020")
"""The one form that this application takes: a key for encryption, of 32 bytes."""
_SEED_SIZE = 32
_KEY_SIZE = 16
_PADDING = OAEP(MGF1(SHA256()), SHA256(), None)


def set_session_key(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """A session begins, its counter at 1. Only the PIN allows it: neither 照合番号 does (6982)."""
    session = state.session
    if session.aid == juki.AID:
        raise Refusal(StatusWord.SECURITY_NOT_SATISFIED)
    if command.p1 or command.p2:
        raise Refusal(StatusWord.WRONG_P1P2)
    element = profile.applications[text.AID].elements[text.DELIVERY] if session.aid == text.AID else None
    if not isinstance(element, DeliveryKey) or not profile.options.key_delivery:
        raise Refusal(StatusWord.NO_KEY_DELIVERY)
    if text.PIN not in session.verified:
        raise Refusal(StatusWord.SECURITY_NOT_SATISFIED)
    key = load_key(element.pkcs8)
    if len(command.data) != key.key_size // 8:
        raise Refusal(StatusWord.WRONG_LENGTH)
    try:
        delivered = key.decrypt(command.data, _PADDING)
    except ValueError:
        raise Refusal(StatusWord.WRONG_DATA) from None
    if len(delivered) != len(_FORM) + _SEED_SIZE or not delivered.startswith(_FORM):
        raise Refusal(StatusWord.WRONG_DATA)
    secure = SecureSession(delivered[len(_FORM) :][:_KEY_SIZE])
    return State(state.kept, Session(session.aid, session.fid, session.verified, session.generator, secure)), DONE
