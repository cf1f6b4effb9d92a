"""Everybody who may have signed a certificate: the world's own authorities with their keys, and people made up here."""

from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import load_der_private_key

from harness.contract.vocabulary import Kind
from harness.jlis import profiles
from harness.jlis.wrong_certificates import Issuer, Signer
from harness.world import World

OLDER_SERIAL, STRANGERS_SERIAL = 0x06D0_00F0, 0x06D0_00F1


def issuer_of(world: World, kind: Kind, pool: Path) -> Issuer:
    """Return the authority of the world with its key: the one in the pool that fits the certificate."""
    certificate = x509.load_der_x509_certificate(world.trust().authorities[kind.value])
    for path in sorted(pool.glob("authority-*.der")):
        key = load_der_private_key(path.read_bytes(), password=None)
        if isinstance(key, RSAPrivateKey) and key.public_key() == certificate.public_key():
            return Issuer(key, certificate)
    raise LookupError(f"{pool}: expected the key of the authority of kind {kind.value} among authority-*.der")


def namesake(kind: Kind, serial: int, bits: int = 2048, exponent: int = 65537) -> Issuer:
    """Return somebody of the authority's name with a new key."""
    key = generate_private_key(exponent, bits)
    validity = datetime(2019, 4, 1, tzinfo=UTC), datetime(2029, 3, 31, 14, 59, 59, tzinfo=UTC)
    return Issuer(key, profiles.authority_certificate(kind, key, serial, *validity))


def signer_of(world: World, kind: Kind, pool: Path) -> Signer:
    """Return everything that a variant may need."""
    (other,) = set(Kind) - {kind}
    return Signer(
        issuer=issuer_of(world, kind, pool),
        stranger=namesake(kind, STRANGERS_SERIAL),
        other_kind=issuer_of(world, other, pool),
        older=namesake(kind, OLDER_SERIAL),
        short_key=generate_private_key(65537, 1024).public_key(),  # noqa: S505  (weak is what it has to be)
        cubic_key=generate_private_key(3, 2048).public_key(),
    )
