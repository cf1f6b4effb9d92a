"""What is kept, and for how long: nothing without a law, and nothing beyond its time; time is an argument."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func

from reference_impl.audit.checks import open_audit
from reference_impl.audit.retention import BrokenChain
from reference_impl.audit.storage import groups
from reference_impl.audit.verify import verify
from reference_impl.backends.__main__ import main
from reference_impl.backends.evidence import Evidence
from reference_impl.backends.opening import DirectBackEnds
from reference_impl.backends.options import Keep
from reference_impl.backends.purge import Purged, purge
from reference_impl.backends.roles import RoleName
from reference_impl.backends.rules import Rules
from reference_impl.clock import Clock
from reference_impl.relying_party import RelyingParty
from reference_impl.services.loading import load_policies
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database
from reference_impl.surface import Surface
from tests.reference_impl import pki
from tests.reference_impl.conftest import World, configuration
from tests.reference_impl.responder import REVOKED, Responder

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LIBRARY = """services:
  - id: library
    name: {ja: 図書館, en: Library}
    archetype: serial-tap
    place: {where: [attended]}
    net: online
    status: {method: ocsp, source: jlis}
    entitlements:
      - {id: visits, kind: count, limit: 9, per: day, unit: {ja: 回, en: visits}}
"""
KEPT = "    retention: {uses: 30d, certificate: 7y, law: {ja: 犯罪収益移転防止法, en: AML record keeping}}\n"
SEVEN_YEARS = 7 * 366 * DAY


def world(services: str, store: Path | None = None, role: RoleName = RoleName.MUNICIPALITY) -> World:
    """A relying party with this policy, its audit in memory."""
    database, responder = Database(store), Responder()
    policies = load_policies(services, "services.yaml")
    rules = Rules(role, None, policies)
    sources = StatusSources(responder)
    back_ends = DirectBackEnds(sources, bytes, rules)
    party = RelyingParty(database, Clock(), sources, services=policies, back_ends=back_ends)
    made = World(Surface(party, test_surface=True), party, responder, database)
    made.post("configure", configuration())
    made.set_time("2026-11-21T00:20:00Z")
    return made


def dump(made: World) -> str:
    """Everything in its store."""
    assert made.database is not None
    with made.database.transaction() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        return "\n".join(driver.iterdump()).upper()


CERTIFICATE = pki.leaf().hex().upper()


def test_certificate_is_discarded_after_use() -> None:
    """Without a law no octets of it are stored, and there is no table where they could be."""
    with closing(world(LIBRARY)) as made:
        assert [made.attempt(purpose)["reason"] for purpose in ("enrol", "tap")] == ["OK", "OK"]
        assert CERTIFICATE[:64] not in dump(made)
        assert "KEPT_CERTIFICATES" not in dump(made)


def test_certificate_is_kept_where_a_law_is_named_and_gone_when_its_time_is_over() -> None:
    """Of accepted attempts only; to the second; with the purpose it was presented for."""
    with closing(world(LIBRARY + KEPT)) as made:
        assert made.attempt("enrol")["reason"] == "OK"
        made.responder.set(status=REVOKED)
        assert made.attempt("tap")["reason"] == "REVOKED"
        assert CERTIFICATE in dump(made)
        assert "'ENROL'" in dump(made)
        assert made.database is not None
        evidence = Evidence(made.database)
        assert evidence.count() == 1
        policies = load_policies(LIBRARY + KEPT, "services.yaml")
        for instant, left in ((pki.NOW + SEVEN_YEARS - SECOND, 1), (pki.NOW + SEVEN_YEARS, 0)):
            purge(made.database, policies, made.party._audit.writer.storage, Keep(), instant, by="operator")
            assert evidence.count() == left
        assert CERTIFICATE[:64] not in dump(made)


def test_signature_confirmer_keeps_none_whatever_the_policy_says() -> None:
    """Art. 21(2): the rule stands where it would be kept, too, and not at the start alone."""
    policies = load_policies(LIBRARY + KEPT, "services.yaml")
    assert not Rules(RoleName.SIGNATURE_CONFIRMER, None, policies).keeps_certificates


def test_everything_goes_at_its_own_time() -> None:
    """Sessions after a day, or 31 more if a chip answered; uses after 30 days, rows of the audit after 90; not before.

    A seal says what went.
    """
    policies = load_policies(LIBRARY + KEPT, "services.yaml")
    with closing(world(LIBRARY + KEPT)) as made:
        assert [made.attempt(purpose)["reason"] for purpose in ("enrol", "tap", "tap")] == ["OK"] * 3
        made.begin("tap")
        assert made.database is not None
        storage, keep = made.party._audit.writer.storage, Keep(audit="90d")

        def at(after: timedelta) -> Purged:
            assert made.database is not None
            return purge(made.database, policies, storage, keep, pki.NOW + after, by="operator")

        def uses() -> int:
            return dump(made).count('INSERT INTO "SERVICE_USES"')

        assert (at(DAY), uses()) == (Purged(0, 0, 0), 2)
        assert (at(DAY + SECOND), uses()) == (Purged(1, 0, 0), 2)
        assert (at(30 * DAY), uses()) == (Purged(0, 0, 0), 2)
        assert (at(30 * DAY + SECOND), uses()) == (Purged(0, 0, 0), 0)
        assert at(32 * DAY) == Purged(0, 0, 0)
        assert at(32 * DAY + SECOND) == Purged(3, 0, 0)
        assert at(90 * DAY) == Purged(0, 0, 0)
        assert at(90 * DAY + SECOND) == Purged(0, 0, 3)
        report = verify(storage)
        assert (report.findings, report.sealed, report.rows) == ([], 3, 1)
        assert CERTIFICATE in dump(made)


def test_broken_audit_stays_and_everything_else_goes() -> None:
    """What does not verify is evidence."""
    with closing(world(LIBRARY)) as made:
        assert made.attempt("enrol")["reason"] == "OK"
        assert made.database is not None
        storage = made.party._audit.writer.storage
        with storage.appending() as connection:
            connection.execute(groups.update().values(rows=func.replace(groups.c.rows, "enrol", "login")))
        with pytest.raises(BrokenChain):
            purge(made.database, (), storage, Keep(audit="90d"), pki.NOW + 91 * DAY, by="operator")
        assert 'INSERT INTO "SESSIONS"' not in dump(made)


def test_command_purges_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m reference_impl.backends purge` by the host's clock: sessions of 2026-11-21 in a world of 1999."""
    store, services, options = tmp_path / "store.db", tmp_path / "services.yaml", tmp_path / "backend.yaml"
    services.write_text(LIBRARY, encoding="utf-8")
    options.write_text("keep: {audit: 1d}\n", encoding="utf-8")
    with closing(open_audit(tmp_path / "store.db.audit", tmp_path / "key")):
        pass
    with closing(world(LIBRARY, store)) as made:
        made.set_time("1999-11-21T00:20:00Z")
        made.begin("enrol")
    arguments = ["purge", "--store", str(store), "--services", str(services), "--back-end", str(options), "--by", "me"]
    assert main(arguments) == 0
    assert "1 sessions, 0 certificates, 0 rows" in capsys.readouterr().out
    options.write_text("role: service-provider\n", encoding="utf-8")
    assert main(arguments) == 2
    assert "[ask-jlis" in capsys.readouterr().err
