"""COMPUTE DIGITAL SIGNATURE with an elliptic-curve key. ASSUMED (`applications.next_generation`).

The card signs the hash it is given and returns r and s side by side, each as long as the order of the curve (the plain
format of BSI TR-03111 §5.2.1, which ISO/IEC 7816-8 cards use); k follows from key and hash (RFC 6979), so that the core
needs no entropy and a trace can be replayed.
"""

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384

from cardsim.apdu import Answer, Command
from cardsim.p1p2 import Scheme
from cardsim.profile import Profile
from cardsim.status import Refusal, StatusWord

HASH_BYTES = 48
"""SHA-384: the final report of the task force pairs it with a 384-bit curve (spec/card.md §7)."""
_SCHEME = ECDSA(Prehashed(SHA384()), deterministic_signing=True)


def compute_ecdsa(profile: Profile, key: EllipticCurvePrivateKey, scheme: Scheme, command: Command) -> Answer:
    """ECDSA over the given hash: r and s, 96 bytes for P-384. The other schemes of P1 are RSA's: 6A86."""
    if scheme is not Scheme.VERBATIM:
        raise Refusal(StatusWord.WRONG_P1P2)
    if len(command.data) != HASH_BYTES:
        raise Refusal(profile.options.bad_signing_length)
    size = (key.key_size + 7) // 8
    if command.ne is None or command.ne < 2 * size:
        raise Refusal(StatusWord.WRONG_LENGTH)
    r, s = decode_dss_signature(key.sign(command.data, _SCHEME))
    return Answer(r.to_bytes(size, "big") + s.to_bytes(size, "big"), StatusWord.OK)
