"""Doors while the world's store fails: 503 with the reason, a line of the journal, and nothing changed or published."""

from collections.abc import Iterator

import httpx
import pytest

from harness.contract.vocabulary import Kind
from harness.doors.control import ControlDoor
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.history import History, StoreUnusable
from harness.municipalities import AOI
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.asking import request
from tests.harness.instants import jst

NOW = jst("2026-12-02T09:07:00")
EVERY_CLOCK_READING = "load_clock"
EVERY_PUBLICATION = "save_published"


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card of yesterday; it is 09:07, and the clock was read."""
    card = world.issue_card(world.new_resident(municipality=AOI.code).id)
    world.clock.set(NOW)
    assert world.clock.now() == NOW
    return card


@pytest.fixture
def jlis(world: World) -> Iterator[httpx.Client]:
    """A client of the fake J-LIS."""
    door = JlisDoor(world)
    with Served(door.app) as served, httpx.Client(base_url=served.url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def control(world: World) -> Iterator[httpx.Client]:
    """A client of the control door; its token is `t`."""
    with Served(ControlDoor(world, "t").app) as served, httpx.Client(base_url=served.url, trust_env=False) as client:
        yield client


def fail(*_: object) -> None:
    """Stand in for whatever the store was asked to do."""
    raise StoreUnusable("disk full")


@pytest.mark.parametrize("what", [EVERY_CLOCK_READING, EVERY_PUBLICATION])
def test_no_view_leaves(
    world: World, card: IssuedCard, jlis: httpx.Client, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """OCSP and lists: 503, one line each at the last instant that was read, and 09:00 may still be written."""
    asked = request(world, Kind.AUTH, card.auth_serial)
    url = httpx.URL(jlis.get("/crl/index.json").json()["lists"][0]["url"]).path
    mark = world.journal.mark()
    with monkeypatch.context() as patched:
        patched.setattr(History, what, fail)
        answers = [jlis.post("/ocsp/auth", content=asked), jlis.get(url)]
    assert [(answer.status_code, answer.text) for answer in answers] == [(503, "disk full")] * 2
    assert [(line.at, line.door, line.kind, line.answer, line.http) for line in world.journal.since(mark)] == [
        (NOW, "ocsp", "auth", "store fails", 503),
        (NOW, "crl", "auth", "store fails", 503),
    ]
    world.clock.set(jst("2026-12-02T09:00:00"))
    world.lose(card.resident.id)  # refused, had the answer of 09:00 been counted as published
    assert jlis.post("/ocsp/auth", content=asked).status_code == 200


def test_the_control_door_says_so_too(
    world: World, card: IssuedCard, control: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that cannot be read: 503 with the four parts for whoever has the token, 401 for whoever has not."""
    mark = world.journal.mark()
    proof = {"authorization": "Bearer t"}
    with monkeypatch.context() as patched:
        patched.setattr(History, "load_clock", fail)
        lost = control.post(f"/v1/residents/{card.resident.id}/lose", headers=proof)
        stranger = control.get("/v1/clock")
    assert lost.status_code == 503
    assert lost.json()["error"] == {
        "what": "store",
        "where": "POST /v1/residents/r000001/lose",
        "expected": "a store that can be written",
        "actual": "disk full",
    }
    assert stranger.status_code == 401
    assert [(line.at, line.door, line.http) for line in world.journal.since(mark)] == [
        (NOW, "control", 503),
        (NOW, "control", 401),
    ]
    assert [entry.revoked for entry in world.certificates(card.resident.id)] == [None, None]
