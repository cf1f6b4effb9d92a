"""Signatures over a challenge or a document, each right or wrong in the one way that its name says.

The block is made here and raised to the private exponent, as a card does that signs whatever it is given: so a holder
can make each of these, and no other key has to be at hand (RFC 8017 §8.2.1, §9.2).
"""

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from cardsim.applications import jpki
from cardsim.files import SigningKey
from cardsim.profile import Profile
from conformance.made import SignatureMade
from harness.contract.vocabulary import Kind
from harness.errors import HarnessFault

SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""RFC 8017 §9.2 note 1."""
SHA1_INFO = bytes.fromhex("3021300906052b0e03021a05000414")
SHORTEST = 8
"""Octets of padding at least (RFC 8017 §9.2 step 4)."""
_KEYS = {Kind.AUTH: jpki.AUTH_KEY, Kind.SIGN: jpki.SIGN_KEY}


def key_of(profile: Profile, kind: Kind) -> RSAPrivateKey:
    """Return the private key of a card, which no terminal can read: the suite made the card."""
    slot = profile.applications[jpki.AID].elements[_KEYS[kind]]
    if not isinstance(slot, SigningKey):
        raise HarnessFault(f"card: expected a key at {_KEYS[kind]:04X}, actual none")
    key = load_der_private_key(slot.pkcs8, password=None)
    if not isinstance(key, RSAPrivateKey):
        raise HarnessFault("card: expected an RSA key, actual another")
    return key


@dataclass(frozen=True, slots=True)
class Signatory:
    """A holder with the card's keys, and a stranger's key."""

    profile: Profile
    stranger: RSAPrivateKey

    def sign(self, made: SignatureMade, kind: Kind, content: bytes, genuine: bytes) -> bytes:
        """Return the signature over `content` that is made so; `genuine` is what the card itself made."""
        bent = {
            SignatureMade.GENUINE: genuine,
            SignatureMade.CUT: genuine[:-1],
            SignatureMade.LONG: b"\x00" + genuine,
            SignatureMade.EMPTY: b"",
        }
        if made in bent:
            return bent[made]
        if made is SignatureMade.FORGED:
            return _raised(_block(made, content), self.stranger)
        (other,) = set(Kind) - {kind}
        key = key_of(self.profile, other if made is SignatureMade.OTHER_KIND else kind)
        if made is SignatureMade.PSS:
            return key.sign(content, PSS(MGF1(SHA256()), PSS.DIGEST_LENGTH), SHA256())
        return _raised(_block(made, content), key)


def _block(made: SignatureMade, content: bytes) -> bytes:
    right = SHA256_INFO + hashlib.sha256(content).digest()
    match made:
        case SignatureMade.OTHER_CONTENT:
            return _padded(SHA256_INFO + hashlib.sha256(content[:-1] + bytes([content[-1] ^ 1])).digest())
        case SignatureMade.SHA1:
            return _padded(SHA1_INFO + hashlib.sha1(content).digest())  # noqa: S324  (weak is what it has to be)
        case SignatureMade.BARE_HASH:
            return _padded(hashlib.sha256(content).digest())
        case SignatureMade.SHORT_PADDING:
            short = b"\x00\x01" + b"\xff" * SHORTEST + b"\x00" + right
            return short + b"\xa5" * (256 - len(short))
    return _padded(right)


def _padded(digest_info: bytes, length: int = 256) -> bytes:
    return b"\x00\x01" + b"\xff" * (length - 3 - len(digest_info)) + b"\x00" + digest_info


def _raised(block: bytes, key: RSAPrivateKey) -> bytes:
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n
    return pow(int.from_bytes(block, "big"), numbers.d, modulus).to_bytes(len(block), "big")
