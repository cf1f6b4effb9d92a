"""Who signs certificates with one thing wrong: the world's own authority, and people who are none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from harness.contract.vocabulary import Kind
from harness.keys import KeyPool
from harness.world import World
from tests.harness.instants import jst


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of which only the issuers are looked at."""
    keys: Path = tmp_path_factory.mktemp("keys")
    made = World.create(KeyPool(keys), seed=7, start=jst("2026-12-01T00:00:00"))
    yield made
    made.close()


@pytest.mark.parametrize("kind", Kind)
def test_issuer_is_the_one_in_office_and_the_others_share_its_name_alone(kind: Kind, world: World) -> None:
    """The right issuer is pinned and has its key; stranger and older one bear the name and are pinned nowhere."""
    signer, pinned = world.signer(kind), {der for _, der in world.trust().anchors()}
    right = signer.issuer.certificate
    assert right == x509.load_der_x509_certificate(world.trust().authorities[kind.value])
    assert signer.issuer.key.public_key() == right.public_key()
    assert signer.stranger is not None
    assert signer.older is not None
    for other in (signer.stranger, signer.older):
        assert other.certificate.subject == right.subject
        assert other.certificate.public_key() != right.public_key()
        assert x509.load_der_x509_certificate(_der(other.certificate)) not in map(
            x509.load_der_x509_certificate, pinned
        )
    assert signer.stranger.key.private_numbers() != signer.older.key.private_numbers()
    assert signer.short_key is not None
    assert signer.short_key.key_size == 1024


@pytest.mark.parametrize("kind", Kind)
def test_generation_before_is_trusted_and_another(kind: Kind, world: World) -> None:
    """Its certificates live on: it is pinned beside the one in office, under the same name."""
    before = world.issuer_before(kind).certificate
    assert _der(before) in world.trust().generations[kind.value]
    assert before.public_key() != world.signer(kind).issuer.certificate.public_key()


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
