"""Policies in the relying party: hours and place at the beginning, entitlements when an attempt is written down."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from reference_impl.clock import Clock
from reference_impl.messages import Complete, read_message
from reference_impl.relying_party import RelyingParty
from reference_impl.services.loading import load_policies
from reference_impl.services.store.tables import sums, uses
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database
from reference_impl.store.tables import accounts
from reference_impl.surface import Surface
from tests.reference_impl import pki
from tests.reference_impl.conftest import World, b64, configuration
from tests.reference_impl.responder import Responder

ROOT = Path(__file__).resolve().parents[3]
SERVICES = """services:
  - id: library
    name: {ja: 図書館, en: Library}
    archetype: serial-tap
    place: {where: [attended]}
    net: online
    status: {method: ocsp, source: jlis}
    hours: {open: [{from: 09:00, to: 19:00}], closed: [12-29..01-03]}
    entitlements:
      - {id: visits, kind: count, limit: 2, per: day, unit: {ja: 回, en: visits}}
"""


@pytest.fixture
def library() -> Iterator[World]:
    """The relying party of the other tests, with a policy for its library; the holder is enrolled at 9:20."""
    database, responder = Database(), Responder()
    policies = load_policies(SERVICES, "services.yaml")
    party = RelyingParty(database, Clock(), StatusSources(responder), services=policies)
    world = World(Surface(party, test_surface=True), party, responder, database)
    world.post("configure", configuration())
    world.set_time("2026-11-21T00:20:00Z")
    assert world.attempt("enrol")["reason"] == "OK"
    yield world
    world.close()


def begin(world: World, **changes: str) -> dict[str, str]:
    """What a tap gets at once: a session, or the reason and the words of a refusal."""
    answer = world.begin("tap", holder={"certificate": b64(pki.leaf("auth"))}, **changes)
    if "session" in answer:
        return {"session": answer["session"]}
    finding = answer["outcome"]["details"]
    return {"reason": answer["outcome"]["reason"], **{key: str(value) for key, value in finding.items()}}


def tap(world: World) -> str:
    """The reason of a whole tap."""
    return str(world.attempt("tap")["reason"])


def test_third_visit_of_the_day_is_refused(library: World) -> None:
    """ENTITLEMENT with its words, among the steps that were passed; the enrolment was no visit."""
    assert [tap(library) for _ in range(2)] == ["OK", "OK"]
    outcome = library.attempt("tap")
    assert outcome["reason"] == "ENTITLEMENT"
    assert outcome["steps"][-1] == "policy"
    assert "本日の利用は上限（2回）に達しています" in str(outcome["details"])


def test_acceptance_that_could_not_be_written_down_counts_nothing(library: World) -> None:
    """The account is gone by the time the tap is written down: refused, and no visit was counted."""
    assert library.database is not None
    begun = library.begin("tap", holder={"certificate": b64(pki.leaf("auth"))})
    library.responder.meanwhile = lambda: _forget_accounts(library)
    outcome = library.post("complete", library.present(begun, "tap"))["outcome"]
    assert outcome["reason"] == "NOT_ENROLLED"
    with library.database.transaction() as connection:
        assert connection.execute(select(uses)).all() == []
        assert connection.execute(select(sums)).all() == []


def test_count_and_acceptance_are_written_together(library: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails between the two leaves neither: no visit without its acceptance, whatever kills the process there."""
    begun = library.begin("tap", holder={"certificate": b64(pki.leaf("auth"))})

    def fail(*_: object) -> None:
        raise RuntimeError("killed here")

    monkeypatch.setattr("reference_impl.services.visit.ServedVisit._answer", fail)
    message = read_message(Complete, msgspec.json.encode(library.present(begun, "tap")))
    with pytest.raises(RuntimeError, match="killed here"):
        library.party.complete(message)
    monkeypatch.undo()
    assert library.database is not None
    with library.database.transaction() as connection:
        assert connection.execute(select(uses)).all() == []
        assert connection.execute(select(accounts.c.accepted)).scalars().all() == [1]
    assert [tap(library) for _ in range(3)] == ["OK", "OK", "ENTITLEMENT"]


def _forget_accounts(world: World) -> None:
    assert world.database is not None
    with world.database.transaction() as connection:
        connection.execute(accounts.delete())


def test_parallel_taps_take_what_is_left_and_no_more(library: World) -> None:
    """Twelve sessions at once for two visits."""
    with ThreadPoolExecutor(12) as pool:
        reasons = sorted(pool.map(lambda _: tap(library), range(12)))
    assert reasons == ["ENTITLEMENT"] * 10 + ["OK"] * 2


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-11-20T23:59:59Z", "POLICY"),
        ("2026-11-21T00:00:00Z", None),
        ("2026-11-21T09:59:59Z", None),
        ("2026-11-21T10:00:00Z", "POLICY"),
        ("2026-12-29T03:00:00Z", "POLICY"),
    ],
)
def test_hours_decide_at_the_beginning(library: World, instant: str, expected: str | None) -> None:
    """To the second, in Japan; who is told to come back is told when."""
    library.set_time(instant, 2)
    answer = begin(library)
    assert answer.get("reason") == expected
    if expected:
        assert "次の受付" in answer["ja"]


def test_place_of_the_policy_is_narrower_than_the_rule(library: World) -> None:
    """A managed place is allowed for taps, but not offered by this library."""
    assert begin(library, environment="managed")["reason"] == "PLACE_NOT_ALLOWED"


def test_purpose_outside_the_policy_is_refused(library: World) -> None:
    """`configure` opens login too; the policy of a tap service does not."""
    assert library.begin("login")["outcome"]["reason"] == "POLICY"


def test_service_without_policy_is_as_before(library: World) -> None:
    """The archive has none: at any hour, as often as one likes."""
    library.set_time("2026-12-31T15:00:00Z", 2)
    assert "session" in library.begin("login", service="archive")


def test_contradictory_policy_keeps_the_process_from_starting(tmp_path: Path) -> None:
    """Exit 2, and file, line and reason on stderr in both languages."""
    file = tmp_path / "town.yaml"
    file.write_text(SERVICES.replace("[attended]", "[outdoor]"), encoding="utf-8")
    command = [sys.executable, "-m", "reference_impl.app", "--services", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert f"{file}:5: $.services[0].place.where[0]: " in done.stderr
    assert "outdoor ではできません" in done.stderr
    assert "not allowed outdoor" in done.stderr
