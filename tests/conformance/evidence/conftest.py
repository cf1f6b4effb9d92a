"""A certifier's key, and a small bundle signed with it."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.evidence.run_journal import Identity
from conformance.evidence.signing_key import SigningKey
from tests.conformance.evidence.fake_target import bundle_of, signed_files


@pytest.fixture(scope="session")
def key() -> SigningKey:
    """The certifier's key."""
    return SigningKey(Ed25519PrivateKey.generate())


@pytest.fixture(scope="session")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], Identity]:
    """The files of a small run, and who was judged."""
    return signed_files(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="session")
def bundle(signed: tuple[dict[str, bytes], Identity], key: SigningKey) -> bytes:
    """A bundle of them that holds."""
    files, identity = signed
    return bundle_of(dict(files), identity, key)
