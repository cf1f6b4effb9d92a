"""Waiting for the journal: an answer comes with the entry, not before it and not after its bound."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from harness.doors.control import ControlDoor
from harness.doors.server import Served
from harness.jlis.journal import Entry, Journal, LookBack
from harness.world import World

PATIENCE = 20
WAITERS = 60
"""More than the threads that the door has for its operations (anyio: 40)."""


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """A client of the control door that may have many requests under way."""
    proof = {"authorization": "Bearer t"}
    limits = httpx.Limits(max_connections=2 * WAITERS)
    with (
        Served(ControlDoor(world, "t").app) as served,
        httpx.Client(base_url=served.url, headers=proof, trust_env=False, timeout=40, limits=limits) as client,
    ):
        yield client


def line(world: World, *, serial: int = 1, kind: str = "auth", door: str = "ocsp") -> Entry:
    """Return an entry of this instant."""
    return Entry(world.clock.now(), door, kind, serial, None, "good", 200)


def page(client: httpx.Client, **query: Any) -> tuple[int, list[str]]:
    """Return the mark and the serials of what the journal answers."""
    response = client.get("/v1/journal", params=query)
    assert response.status_code == 200, response.text
    return response.json()["mark"], [entry["serial"] for entry in response.json()["entries"]]


def test_filters_without_waiting(world: World, client: httpx.Client) -> None:
    """By serial, kind and door, alone and together; the mark passes over what was not meant."""
    for serial, kind, door in ((1, "auth", "ocsp"), (2, "sign", "ocsp"), (171, "auth", "crl")):
        world.journal.write(line(world, serial=serial, kind=kind, door=door))
    assert page(client) == (3, ["1", "2", "ab"])
    assert page(client, serial="AB".lower()) == (3, ["ab"])
    assert page(client, serial="00ab") == (3, ["ab"])
    assert page(client, kind="auth") == (3, ["1", "ab"])
    assert page(client, door="ocsp", kind="auth") == (3, ["1"])
    assert page(client, since=1, kind="auth") == (3, ["ab"])
    assert page(client, since=3, kind="auth") == (3, [])


def test_what_is_there_already_is_not_waited_for(world: World, client: httpx.Client) -> None:
    """At once, though thirty seconds were offered."""
    world.journal.write(line(world))
    response = client.get("/v1/journal", params={"wait": 30})
    assert response.elapsed < timedelta(seconds=10)
    assert len(response.json()["entries"]) == 1


def test_an_empty_page_when_the_time_is_over(world: World, client: httpx.Client) -> None:
    """No sooner than asked, and the mark is that of the end, others' entries counted."""
    world.journal.write(line(world))
    response = client.get("/v1/journal", params={"wait": 0.3, "serial": "5"})
    assert response.elapsed >= timedelta(seconds=0.3)
    assert response.json() == {"mark": 1, "entries": []}


def test_many_wait_and_the_door_goes_on(world: World, client: httpx.Client) -> None:
    """Sixty wait for sixty serials; others are answered meanwhile; each wakes by its own entry, not its neighbour's."""
    with ThreadPoolExecutor(WAITERS) as pool:
        waiting = [pool.submit(page, client, wait=30, serial=f"{n + 1:x}") for n in range(WAITERS)]
        assert client.get("/v1/clock").status_code == 200
        for number in range(1, WAITERS):
            world.journal.write(line(world, serial=number))
        assert [each.result(PATIENCE)[1] for each in waiting[:-1]] == [[f"{n:x}"] for n in range(1, WAITERS)]
        assert not waiting[-1].done()
        assert client.post("/v1/clock/advance", json={"seconds": 1}).status_code == 200
        world.journal.write(line(world, serial=WAITERS))
        assert waiting[-1].result(PATIENCE) == (WAITERS, [f"{WAITERS:x}"])


def test_an_entry_between_the_look_and_the_wait_is_not_missed(
    world: World, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written by another thread just after the journal was found empty: the waiter has it at once."""
    look_back = Journal.look_back
    looked: list[int] = []

    def race(journal: Journal, mark: int) -> LookBack:
        found = look_back(journal, mark)
        if not looked:
            looked.append(mark)
            with ThreadPoolExecutor(1) as pool:
                pool.submit(journal.write, line(world)).result(PATIENCE)
        return found

    monkeypatch.setattr(Journal, "look_back", race)
    response = client.get("/v1/journal", params={"wait": 30})
    assert response.elapsed < timedelta(seconds=10)
    assert len(response.json()["entries"]) == 1


def test_who_stopped_waiting_leaves_nothing_behind(world: World, client: httpx.Client) -> None:
    """After the bound nobody watches any more, also where the client left before it."""
    with pytest.raises(httpx.ReadTimeout):
        client.get("/v1/journal", params={"wait": 0.5}, timeout=0.1)
    assert page(client, wait=0.6, serial="5") == (0, [])
    assert not world.journal._watchers._told
