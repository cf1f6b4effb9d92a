"""COMPUTE DIGITAL SIGNATURE, `80 2A` (JICSAP); spec/card.md §4. Deterministic, so it needs no entropy."""

from functools import lru_cache
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo
from cryptography.hazmat.primitives.serialization import load_der_private_key

from cardsim import p1p2
from cardsim.apdu import Answer, Command
from cardsim.commands.ecdsa import compute_ecdsa
from cardsim.commands.reference import find_element, require_any, session_after
from cardsim.files import NO_FILE, SigningKey
from cardsim.profile import Profile
from cardsim.state import Session, State
from cardsim.status import Refusal, StatusWord

_PADDING = PKCS1v15()
_VERBATIM = NoDigestInfo()
_PADDING_BYTES = 11
"""EMSA-PKCS1-v1_5 takes at least this many bytes of the modulus: RFC 8017 §9.2."""
_KEYS_LOADED = 1024
"""Keys held as objects at one time; another load costs 8 µs (PERFORMANCE.md), an object some 20 kB."""


def compute_signature(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """RSASSA-PKCS1-v1_5 over the given bytes verbatim: the card does not look into a DigestInfo, nor wants one."""
    if command.p1 > p1p2.LAST_SCHEME:
        raise Refusal(StatusWord.WRONG_P1P2)
    if command.p1 != p1p2.VERBATIM:
        raise Refusal(profile.options.unbuilt_signature_scheme)
    element, session = _referenced_key(profile, state.session, command.p2)
    require_any(state.session, element.sign_needs)
    if not element.pkcs8:
        raise Refusal(profile.options.sign_on_other_file)
    key = load_key(element.pkcs8)
    if isinstance(key, EllipticCurvePrivateKey):
        return State(state.kept, session), compute_ecdsa(profile, key, command)
    size = key.key_size // 8
    if not 1 <= len(command.data) <= size - _PADDING_BYTES:
        raise Refusal(profile.options.bad_signing_length)
    if command.ne is None or command.ne < size:
        raise Refusal(StatusWord.WRONG_LENGTH)
    signature = key.sign(command.data, _PADDING, _VERBATIM)
    return State(state.kept, session), Answer(signature, StatusWord.OK)


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


@lru_cache(maxsize=_KEYS_LOADED)
def load_key(pkcs8: bytes) -> RSAPrivateKey | EllipticCurvePrivateKey:
    """The key object of a key file; its numbers were checked when it was made, not each time it is loaded."""
    key = load_der_private_key(pkcs8, password=None, unsafe_skip_rsa_key_validation=True)
    return cast("RSAPrivateKey | EllipticCurvePrivateKey", key)
