"""What a use takes and leaves, records that were taken offline, another document, households: over the service."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from reference_impl.clock import Clock
from reference_impl.relying_party import RelyingParty
from reference_impl.services.loading import load_policies
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database
from reference_impl.surface import Surface
from reference_impl.verification.place import Environment
from tests.reference_impl import pki
from tests.reference_impl.conftest import World, b64, configuration
from tests.reference_impl.responder import Responder
from tests.reference_impl.services.kill_party import NOON, tap
from tests.reference_impl.web.client import AUDITOR, OPERATOR, Site, basic, bearer

SERVICES = """services:
  - id: library
    name: {ja: 移動図書館, en: Mobile library}
    archetype: serial-tap
    place: {where: [attended]}
    net: offline
    status: {method: none}
    predates_rule: true
    offline: {upload_within: 7d}
    entitlements:
      - {id: visits, kind: count, limit: 2, per: day, unit: {ja: 回, en: visits}}
    fallback: [{document: user-card, after: [ENTITLEMENT]}]
"""
RECONCILE = "/api/v1/reconcile"


@pytest.fixture
def counting() -> Iterator[Site]:
    """A library that counts visits, two a day, and takes its own card when they are used up; the holder is enrolled."""
    database, responder = Database(), Responder()
    policies = load_policies(SERVICES, "services.yaml")
    party = RelyingParty(database, Clock(), StatusSources(responder), services=policies)
    world = World(Surface(party, test_surface=True), party, responder, database)
    world.post("configure", configuration())
    world.set_time("2026-11-21T00:20:00Z")
    site = Site(world)
    try:
        assert site.attempt("enrol")["reason"] == "OK"
        yield site
    finally:
        site.close()
        world.close()


def visit(site: Site) -> dict[str, object]:
    """The verdict on a tap."""
    begun = site.begin("tap", "library", holder={"certificate": b64(pki.leaf())})
    verdict: dict[str, object] = site.complete(begun, "tap").json()
    return verdict


def test_use_tells_what_remains_and_a_refusal_what_may_be_shown_instead(counting: Site) -> None:
    """Two visits a day; the third is refused with another document, which staff then take, once."""
    verdicts = [visit(counting) for _ in range(3)]
    assert [each["reason"] for each in verdicts] == ["OK", "OK", "ENTITLEMENT"]
    used = {"entitlement": "visits", "kind": "count", "whose": "holder", "amount": 2, "limit": 2}
    assert verdicts[1]["use"] == {"remaining": [used]}
    offer = verdicts[2]["offer"]
    assert isinstance(offer, dict)
    document = offer["documents"][0]["document"]
    shown = {"offer": offer["id"], "document": document}
    address = "/api/v1/services/library/instead"
    assert counting.post("/api/v1/services/archive/instead", shown).json()["decision"] == "reject"
    assert counting.post(address, shown).json()["decision"] == "accept"
    assert counting.post(address, {"offer": "0" * 32, "document": document}).json()["decision"] == "reject"


def test_records_of_a_terminal_count_once_however_often_they_come(counting: Site) -> None:
    """Each by its id; sent again they are answered as they stand; another terminal's credential opens nothing."""
    counting.world.set_time("2026-11-21T04:00:00Z")
    records = [tap(f"tap-{number}") for number in range(3)]
    first = counting.post(RECONCILE, {"records": records})
    assert first.status_code == 200, first.text
    told = {name: each["reason"] for name, each in first.json()["verdicts"].items()}
    assert set(told) == {"tap-0", "tap-1", "tap-2"}
    again = counting.post(RECONCILE, {"records": records}).json()["verdicts"]
    assert {name: each["reason"] for name, each in again.items()} == told
    assert visit(counting)["reason"] == "ENTITLEMENT"
    assert counting.post(RECONCILE, {"records": records}, basic("counter-1", "wrong")).status_code == 401
    metrics = counting.ask("GET", "/metrics", bearer(OPERATOR)).text
    assert 'kazashi_verdicts_total{purpose="reconcile",reason="' in metrics


def test_record_of_a_place_where_the_terminal_does_not_stand_counts_nothing(counting: Site) -> None:
    """What the operator says of it holds for what it recorded as well; its other records count. The audit has both."""
    counting.world.set_time("2026-11-21T04:00:00Z")
    site = Site(counting.world, surroundings={"counter-1": (Environment.OUTDOOR,)})
    try:
        before = counting.world.party.account(pki.leaf())
        told = site.post(RECONCILE, {"records": [tap("a"), tap("b", environment="outdoor")]}).json()["verdicts"]
        assert {name: each["reason"] for name, each in told.items()} == dict.fromkeys("ab", "PLACE_NOT_ALLOWED")
        assert counting.world.party.account(pki.leaf()) == before
        rows = site.ask("GET", "/api/v1/audit", bearer(AUDITOR)).text
        assert rows.count('"PLACE_NOT_ALLOWED"') == 2
    finally:
        site.close()
    assert counting.post(RECONCILE, {"records": [tap("a")]}).json()["verdicts"]["a"]["reason"] == "OK"


def test_upload_may_be_longer_than_other_messages(counting: Site) -> None:
    """More than 256 KiB of records are read; more than 4 MiB are not."""
    body = json.dumps({"records": [tap("tap-0")]}).encode()
    assert counting.post(RECONCILE, body.ljust(300_000)).status_code == 200
    assert counting.post(RECONCILE, body.ljust(4 * 1024 * 1024 + 1)).json()["reason"] == "BODY_TOO_LARGE"


def test_households_are_for_the_operator(counting: Site) -> None:
    """Nobody has checked in; a terminal may not ask."""
    address = "/api/v1/services/library/households"
    assert counting.ask("GET", address, bearer(OPERATOR)).json() == {"households": []}
    assert counting.ask("GET", address, basic()).json()["reason"] == "FORBIDDEN"


def test_report_on_offline_records_is_for_the_operator(counting: Site) -> None:
    """Two records of one name contradict: both stand in the report, by terminal and name, and name no holder."""
    counting.world.set_time("2026-11-21T04:00:00Z")
    records = [tap("tap-0", NOON - timedelta(minutes=each)) for each in (10, 20)]
    for each in records:
        assert counting.post(RECONCILE, {"records": [each]}).status_code == 200
    address = "/api/v1/services/library/reconciled"
    report = counting.ask("GET", address, bearer(OPERATOR)).json()
    seen = {(each["terminal"], each["name"], each["standing"]) for each in report["uncounted"]}
    assert (report["counted"], seen) == (0, {("counter-1", "tap-0", "equivocal")})
    assert counting.ask("GET", address, basic()).json()["reason"] == "FORBIDDEN"
