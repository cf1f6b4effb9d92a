"""COMPUTE DIGITAL SIGNATURE, `80 2A` (JICSAP), and INTERNAL AUTHENTICATE, `00 88`; spec/card.md §4, §2.5 (MC)."""

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from cardsim import p1p2
from cardsim.apdu import Answer, Command
from cardsim.commands.ecdsa import compute_ecdsa
from cardsim.commands.reference import find_element, require_any, session_after
from cardsim.commands.signature_schemes import Unsignable, load_any_key, load_key, sign
from cardsim.files import NO_FILE, AuthenticationKey, SigningKey
from cardsim.generator import draw
from cardsim.profile import Profile
from cardsim.records import digest_info
from cardsim.state import Session, State
from cardsim.status import Refusal, StatusWord

_CHALLENGE_MOST = 255
_HASH_SIZE = 32


def compute_signature(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """The signature of a key whose PIN is verified, in the scheme that P1 names (§4)."""
    scheme = p1p2.read_scheme(command.p1)
    if scheme is None:
        raise Refusal(StatusWord.WRONG_P1P2)
    element, session = _referenced_key(profile, state.session, command.p2)
    require_any(state.session, element.sign_needs)
    if not element.pkcs8:
        raise Refusal(profile.options.sign_on_other_file)
    key = load_any_key(element.pkcs8)
    if isinstance(key, EllipticCurvePrivateKey):
        return State(state.kept, session), compute_ecdsa(profile, key, scheme, command)
    if scheme.is_pss:
        salt, generator = draw(session.generator, _HASH_SIZE)
        session = Session(session.aid, session.fid, session.verified, generator, session.secure)
    else:
        salt = b""
    try:
        signature = sign(key, scheme, command.data, salt)
    except Unsignable:
        raise Refusal(profile.options.bad_signing_length) from None
    _require_room(command, len(signature))
    return State(state.kept, session), Answer(signature, StatusWord.OK)


def authenticate_internally(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """PKCS#1 v1.5 with SHA-256 over a challenge of 1 to 255 bytes, by key 0019 of the 共通カードAP; free (§2.5)."""
    sfi = p1p2.read_reference(command.p2)
    if command.p1 != 0 or sfi is None:
        raise Refusal(StatusWord.WRONG_P1P2)
    element = find_element(profile, state.session, sfi)
    if not isinstance(element, AuthenticationKey):
        raise Refusal(profile.options.authenticate_on_other_file)
    if not 1 <= len(command.data) <= _CHALLENGE_MOST:
        raise Refusal(profile.options.bad_signing_length)
    key = load_key(element.pkcs8)
    _require_room(command, key.key_size // 8)
    signature = sign(key, p1p2.Scheme.VERBATIM, digest_info(sha256(command.data).digest()), b"")
    return State(state.kept, session_after(profile, state.session, element)), Answer(signature, StatusWord.OK)


def _require_room(command: Command, size: int) -> None:
    """6700 where the answer would not fit into Le: a signature is never cut."""
    if command.ne is None or command.ne < size:
        raise Refusal(StatusWord.WRONG_LENGTH)


def _referenced_key(profile: Profile, session: Session, p2: int) -> tuple[SigningKey, Session]:
    """The key that P2 names: 00 the PIN-less key of the application, 80 the current file, 80|SFI that file."""
    if p2 == p1p2.DEFAULT_KEY:
        application = profile.applications.get(session.aid)
        sfi = application.default_key if application else NO_FILE
        if sfi == NO_FILE:
            raise Refusal(profile.options.sign_without_default_key)
    else:
        named = p1p2.read_reference(p2)
        if named is None:
            raise Refusal(StatusWord.WRONG_P1P2)
        sfi = named
    element = find_element(profile, session, sfi)
    if not isinstance(element, SigningKey):
        raise Refusal(profile.options.sign_on_other_file)
    return element, session if p2 == p1p2.DEFAULT_KEY else session_after(profile, session, element)
