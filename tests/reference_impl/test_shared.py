"""What the test surface sets holds for every process of a store at the next message."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, inspect

from reference_impl.clock import Clock
from reference_impl.relying_party import RelyingParty
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database
from reference_impl.surface import Surface
from tests.reference_impl import pki
from tests.reference_impl.conftest import World, b64, configuration
from tests.reference_impl.responder import GOOD, REVOKED, Responder


@pytest.fixture
def shared_store(tmp_path: Path) -> Path | URL:
    """A store that two processes open."""
    return tmp_path / "store.sqlite"


@contextmanager
def process(store: Path | URL) -> Iterator[World]:
    """A relying party as another process would have it: nothing in common but the store."""
    database, responder = Database(store), Responder()
    party = RelyingParty(database, Clock(), StatusSources(responder))
    world = World(Surface(party, test_surface=True), party, responder, database)
    try:
        yield world
    finally:
        world.close()


@pytest.fixture
def two(shared_store: Path | URL) -> Iterator[tuple[World, World]]:
    """Two processes of one store, the first of which is configured."""
    with process(shared_store) as one, process(shared_store) as other:
        one.post("configure", configuration())
        one.set_time("2026-11-21T00:20:00Z")
        yield one, other


def test_other_process_serves_with_configuration_and_clock(two: tuple[World, World]) -> None:
    """What one was told, the other serves by at once, with the epoch of the clock; a session begun here ends there."""
    one, other = two
    begun = one.begin("enrol")
    outcome = other.post("complete", other.present(begun, "enrol"))["outcome"]
    assert (outcome["reason"], outcome["epoch"]) == ("OK", 1)
    other.set_time("2026-11-21T00:30:00Z", 2)
    assert one.attempt("login")["epoch"] == 2


def test_other_process_closes_a_service_that_was_taken_away(two: tuple[World, World]) -> None:
    """A later configuration takes the place of the earlier one everywhere."""
    one, other = two
    assert "session" in other.begin("enrol")
    one.post("configure", {**configuration(), "services": []})
    assert other.begin("enrol")["outcome"]["reason"] == "POLICY"


def test_reset_forgets_what_the_other_process_remembers(two: tuple[World, World]) -> None:
    """A certificate that was found revoked is asked for anew in every process after a reset."""
    one, other = two
    other.responder.set(status=REVOKED)
    assert other.attempt("enrol")["reason"] == "REVOKED"
    other.responder.set(status=GOOD)
    assert other.attempt("enrol")["reason"] == "REVOKED"
    one.post("reset", {})
    assert other.attempt("enrol")["reason"] == "OK"
    assert one.post("account", {"certificate": b64(pki.leaf())})["account"]["accepted"] == 1


def test_process_that_begins_later_finds_it_all(two: tuple[World, World], shared_store: Path | URL) -> None:
    """One that takes a dead one's place needs nobody to tell it anything."""
    with process(shared_store) as third:
        assert third.attempt("enrol")["reason"] == "OK"
    del two


def test_refused_configuration_changes_nothing_anywhere(two: tuple[World, World]) -> None:
    """What one process cannot take no other hears of."""
    one, other = two
    broken = {**configuration(), "authorities": [{"kind": "auth", "certificate": "AAAA"}]}
    assert one.send("configure", octets(broken)).status_code == 400
    assert other.attempt("enrol")["reason"] == "OK"


def octets(message: object) -> bytes:
    """The octets of a message."""

    return json.dumps(message).encode()


def test_store_of_a_release_has_no_such_table(shared_store: Path | URL) -> None:
    """It is made with the test surface only."""
    database = Database(shared_store)
    party = RelyingParty(database, Clock(), StatusSources(Responder()))
    Surface(party, test_surface=False).close()
    with database.reading() as connection:
        assert "test_surface" not in inspect(connection).get_table_names()
    database.close()
