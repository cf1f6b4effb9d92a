"""Signatures of the keys in a ground, each key loaded once."""

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from harness.errors import HarnessFault
from loadtests.signing import sign


class GroundSigner:
    """The keys in memory."""

    def __init__(self) -> None:
        self._keys: dict[bytes, RSAPrivateKey] = {}

    def sign(self, pkcs8: bytes, data: bytes) -> bytes:
        """Return the PKCS#1 v1.5 SHA-256 signature of a key (DER, PKCS#8)."""
        if pkcs8 not in self._keys:
            # The pool checked its keys when it made them; checking again takes 30 ms.
            loaded = load_der_private_key(pkcs8, password=None, unsafe_skip_rsa_key_validation=True)
            if not isinstance(loaded, RSAPrivateKey):
                raise HarnessFault(f"ground: expected RSA keys, actual {type(loaded).__name__}")
            self._keys[pkcs8] = loaded
        return sign(self._keys[pkcs8], data)
