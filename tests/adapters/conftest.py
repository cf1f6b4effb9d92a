"""The starters built once, one running adapter for each language, and the configuration of a small world."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from harness.adapters.starter import write_starter
from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import configuration
from harness.contract.launch import LaunchedProduct
from harness.keys import KeyPool
from harness.world import World
from tests.adapters.toolchains import TOOLCHAINS, need, succeed

START = datetime(2026, 12, 1, tzinfo=timezone(timedelta(hours=9)))
NOBODY = "http://127.0.0.1:9/"
"""A stub asks no status: nobody answers there."""

Built = Callable[[str], Path]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Return the folder of a starter that was written and built; each is built once."""
    folders: dict[str, Path] = {}

    def build(language: str) -> Path:
        toolchain = need(language)
        if language not in folders:
            folder = tmp_path_factory.mktemp(language) / "adapter"
            write_starter(language, folder)
            for command in toolchain.build:
                succeed(command, folder)
            folders[language] = folder
        return folders[language]

    return build


@pytest.fixture(scope="module", params=sorted(TOOLCHAINS))
def product(request: pytest.FixtureRequest, built: Built) -> Iterator[LaunchedProduct]:
    """Yield a starter that runs, in each language."""
    language: str = request.param
    with LaunchedProduct(need(language).run, cwd=built(language)) as running:
        yield running


@pytest.fixture(scope="session")
def configured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[messages.Configure]:
    """Yield the message `configure` of a world."""
    world = World.create(KeyPool(tmp_path_factory.mktemp("keys")), seed=7, start=START)
    yield configuration(world, {"ocsp-auth": NOBODY, "ocsp-sign": NOBODY, "crl": NOBODY})
    world.close()


@pytest.fixture
def client(product: LaunchedProduct, configured: messages.Configure) -> Iterator[RelyingPartyClient]:
    """Yield a client of the running starter, which was configured, reset and set to an instant."""
    with RelyingPartyClient.at(product.address) as asking:
        asking.configure(configured)
        asking.reset()
        asking.set_time("2026-12-01T03:00:00Z", 41)
        yield asking
