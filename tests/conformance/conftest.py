"""A world for each certification, of the same keys: making those is what takes time."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conformance.catalogue_loader import Catalogue, load_catalogue
from conformance.certification import Certification, certify
from conformance.setting import Setting, setting
from harness.contract.client import RelyingPartyClient
from harness.keys import KeyPool
from tests.conformance.sample import sample_of

Certify = Callable[[str, Catalogue], Certification]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The catalogue as it is shipped."""
    return load_catalogue("relying-party")


@pytest.fixture(scope="session")
def sample(catalogue: Catalogue) -> Catalogue:
    """A small part of it, as if it were the whole."""
    return sample_of(catalogue)


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the keys of all these worlds lie."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def world(key_folder: Path) -> Iterator[Setting]:
    """A world whose keys grow as cases need them."""
    with setting(KeyPool(key_folder), seed=7, cases=8) as made:
        yield made


@pytest.fixture
def certify_at(world: Setting) -> Certify:
    """Certify whatever answers at an address."""

    def run(address: str, cases: Catalogue) -> Certification:
        with RelyingPartyClient.at(address) as client:
            return certify(
                cases,
                client,
                world,
                target=address,
                seed=7,
                progress=lambda judgement, number, total: None,  # noqa: ARG005  (nobody watches)
            )

    return run
