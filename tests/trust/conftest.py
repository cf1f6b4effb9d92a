"""A world that is up as commands find it: on keys of its own, in a home of its own, with its doors in this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.announcement import Announcement
from harness.clock import host_now
from harness.commands.trust import app
from harness.contract.vocabulary import Kind
from harness.control_client import ControlClient
from harness.doors.control import ControlDoor
from harness.doors.forward_proxy import ForwardProxy
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.errors import ConfigurationError
from harness.keys import KeyPool
from harness.personalisation import IssuedCard
from harness.trust.hosts import status_hosts
from harness.trust.material import Material, material
from harness.world import World
from tests.harness.instants import jst
from tests.trust.worlds import make_world


@dataclass(frozen=True)
class Installation:
    """One installation with its world up: a card, and one that was lost long enough ago for OCSP to know."""

    home: Path
    world: World
    start: datetime
    card: IssuedCard
    lost: IssuedCard
    addresses: dict[str, str]

    @property
    def leaves(self) -> dict[Kind, bytes]:
        """The certificates of the card (DER)."""
        return {Kind.AUTH: self.card.auth_certificate, Kind.SIGN: self.card.sign_certificate}


@dataclass(frozen=True)
class Done:
    """What a command said and its exit code; `refused` is the one line of a ConfigurationError."""

    code: int
    said: str
    refused: str


Run = Callable[..., Done]


@pytest.fixture(scope="session")
def keys_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home whose keys every test of this folder uses: making them is what takes time."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def stranger_ca(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The authentication authority (DER) of another installation."""
    world = World.create(KeyPool(tmp_path_factory.mktemp("other")), seed=7, start=jst("2026-12-01T00:00:00"))
    with_der = world.trust().authorities["auth"]
    world.close()
    return with_der


@contextmanager
def opened(home: Path, start: datetime, now: datetime) -> Iterator[Installation]:
    """Yield the installation of `home` with its world at `now`, announced as `kazashi up` announces it."""
    world, card, lost = make_world(start, now)
    jlis = JlisDoor(world)
    with Announcement(home) as announcement, Served(jlis.app, garbled=jlis.garbled) as door:
        control = ControlDoor(world, announcement.token)
        with Served(control.app) as management:
            addresses = {"control": management.url, **jlis.addresses(door.url)}
            announcement.publish(addresses)
            yield Installation(home, world, start, card, lost, addresses)
    world.close()


@pytest.fixture
def here(keys_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """This installation, which KAZASHI_HOME names: cards of yesterday, it is 09:07."""
    monkeypatch.setenv("KAZASHI_HOME", str(keys_home))
    with opened(keys_home, jst("2026-12-01T00:00:00"), jst("2026-12-02T09:07:00")) as installation:
        yield installation


@pytest.fixture
def today(keys_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """The same at the host's own instant: the JDK judges the age of an OCSP answer by nothing else."""
    monkeypatch.setenv("KAZASHI_HOME", str(keys_home))
    now = host_now()
    with opened(keys_home, now - timedelta(days=2), now) as installation:
        yield installation


@pytest.fixture
def found(here: Installation) -> Material:
    """What this installation's world exports."""
    with ControlClient(here.home) as control:
        return material(control.anchors())


@pytest.fixture
def proxy(here: Installation) -> Iterator[Served]:
    """The forward proxy before this installation's fake J-LIS."""
    with Served(ForwardProxy(status_hosts(), lambda: here.addresses), port=0) as served:
        yield served


@pytest.fixture
def run() -> Run:
    """Run `kazashi trust …` in this process."""

    def run(*arguments: str | Path) -> Done:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if isinstance(result.exception, ConfigurationError):
            return Done(2, result.output, str(result.exception))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Done(result.exit_code, result.output, "")

    return run
