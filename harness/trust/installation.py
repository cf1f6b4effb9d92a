"""The public halves of the keys of this installation: a certificate is ours when its key is one of them."""

from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from harness.errors import ConfigurationError

KEYS = "keys"
"""The folder of the home that `harness.home.key_pool` keeps."""


def own_keys(home: Path) -> dict[bytes, str]:
    """Return the name of each key in `home` by its DER SubjectPublicKeyInfo; looking makes neither folder nor key."""
    found = {}
    for path in sorted((home / KEYS).glob("*.der")):
        try:
            key = load_der_private_key(path.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True)
        except (OSError, ValueError) as fault:
            raise ConfigurationError(
                f"{path}: expected a key of this installation, actual {fault}; remove the file"
            ) from fault
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        found[spki] = path.stem
    return found
