"""Fetching from the fake J-LIS: only what changed, nothing that is wrong, and within bounds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.jlis.fault_grammar import Fault, FaultDoor
from harness.jlis.faults import Order
from harness.keys import KeyPool
from harness.municipalities import AOI
from harness.personalisation import IssuedCard
from harness.world import World
from reference_impl.lists.fetch import Report, Source, fetch
from reference_impl.lists.library import Library
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.lists.method import ListStatus
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import Trust, read_authority
from reference_impl.verification.verdict import Reason
from tests.harness.instants import jst

DAY = timedelta(days=1)


@dataclass
class Service:
    """A world with one card of 葵市, its fake J-LIS, and a library that fetches from there."""

    world: World
    card: IssuedCard
    jlis: JlisDoor
    source: Source
    trust: Trust
    library: Library

    @property
    def now(self) -> datetime:
        """The world's instant."""
        return self.world.clock.now()

    def fetch(self, **bounds: object) -> Report:
        """One round."""
        return fetch(msgspec.structs.replace(self.source, **bounds), self.trust, self.library, self.now)

    def status(self) -> Reason:
        """What the lists say of the card's signature certificate."""
        certificate = parse_certificate(self.card.sign_certificate)
        wanted = certificate.authority_key_identifier
        (issuer,) = [each for each in self.trust.authorities if each.key_identifier == wanted]
        return ListStatus(lambda: self.library.shelf).status(certificate, issuer, self.now).reason

    def fault(self, fault: Fault, seconds: float | None = None) -> None:
        """Orders a fault of the lists, in place of any other."""
        self.jlis.faults.clear()
        self.jlis.faults.set(Order(fault, FaultDoor.CRL, seconds=seconds))

    def next_day(self) -> None:
        """A day goes by, and with it a publication."""
        self.world.clock.set(self.now + DAY)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyPool:
    """The keys of these worlds."""
    return KeyPool(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def service(keys: KeyPool, tmp_path: Path) -> Iterator[Service]:
    """A card of yesterday; it is 09:07."""
    world = World.create(keys, seed=7, start=jst("2026-12-01T00:00:00"))
    card = world.issue_card(world.new_resident(municipality=AOI.code).id)
    world.clock.set(jst("2026-12-02T09:07:00"))
    jlis = JlisDoor(world)
    anchors = [(CertificateKind(kind.value), der) for kind, der in world.trust().anchors()]
    trust = Trust(tuple(read_authority(kind, der) for kind, der in anchors))
    with Served(jlis.app, garbled=jlis.garbled) as served:
        source = Source(CertificateKind.SIGN, f"{served.url}/crl/index.json?municipality={AOI.code}")
        yield Service(world, card, jlis, source, trust, Library(tmp_path))
    world.close()


def test_only_what_changed_is_fetched(service: Service) -> None:
    """All lists of the town's signature certificates; then none, until the next publication."""
    first = service.fetch()
    lists = len(first.taken)
    assert lists == 2 * 2  # two media, and the two generations that are in force
    assert (first.unchanged, first.unreachable) == ([], {})
    assert {refusal.reason for refusal in first.refused.values()} == {Reason.STATUS_STALE}, "the last of generation 1"
    assert len(first.refused) == 2
    assert service.status() == Reason.OK
    again = service.fetch()
    assert (len(again.unchanged), again.taken) == (lists, [])
    service.next_day()
    assert len(service.fetch().taken) == lists
    assert [entry.http for entry in service.world.journal.since(0)].count(304) == lists


def test_revocation_arrives_with_the_next_publication(service: Service) -> None:
    """Lost in the morning: the list of that day does not have it, the next one has it as on hold."""
    service.fetch()
    service.world.lose(service.card.resident.id)
    service.fetch()
    assert service.status() == Reason.OK
    service.next_day()
    assert service.status() == Reason.OK
    service.fetch()
    assert service.status() == Reason.ON_HOLD


REFUSED = {
    Fault.WRONG_SIGNER: "6.3.3(g)",
    Fault.OTHER_AUTHORITY: "6.3.3(g)",
    Fault.STALE: "6.3.3(a)",
    Fault.FUTURE: "spec/pki.md §9",
    Fault.TRUNCATED: "X.690",
    Fault.LIST_WRONG_PARTITION: "6.3.3(b)(2)(i)",
    Fault.LIST_IDP_MISMATCH: "6.3.3(b)(2)(i)",
    Fault.LIST_IDP_ABSENT: "5.2.5",
    Fault.LIST_IDP_NOT_CRITICAL: "5.2.5",
    Fault.LIST_ONLY_AUTHORITIES: "6.3.3(b)(2)",
    Fault.LIST_NO_NEXT_UPDATE: "5.1.2.5",
    Fault.LIST_NUMBER_BACK: "5.2.3",
    Fault.LIST_UNKNOWN_CRITICAL: "5.2",
    Fault.LIST_ENTRY_UNKNOWN_CRITICAL: "5.3",
    Fault.LIST_INDIRECT: "6.3.3(b)(2)",
    Fault.LIST_DELTA: "5.2.4",
    Fault.LIST_REMOVE_FROM_CRL: "5.3.1",
    Fault.LIST_REASON_7: "5.3.1",
}
UNREACHABLE = {
    Fault.UNAVAILABLE: "503",
    Fault.INTERNAL_ERROR: "500",
    Fault.CUT: "RemoteProtocolError",
    Fault.REDIRECT: "307",
    Fault.EMPTY_BODY: "an index of lists",
    Fault.OVERSIZED: "an index of lists",
    Fault.RESET: "Error",
    Fault.REFUSED: "RemoteProtocolError",
    Fault.SILENT: "within",
    Fault.SLOW_HEADERS: "within",
    Fault.SLOW_BODY: "within",
}


def test_faulty_list_replaces_no_good_one(service: Service) -> None:
    """Each fault of content: refused by its clause; yesterday's list serves until its nextUpdate, and no longer."""
    service.fetch()
    service.world.lose(service.card.resident.id)
    service.next_day()
    for fault, clause in REFUSED.items():
        service.fault(fault, 3600.0 if fault in {Fault.STALE, Fault.FUTURE} else None)
        report = service.fetch()
        assert report.taken == [], fault
        reasons = [refusal.finding.clause for refusal in report.refused.values()]
        assert any(clause in each for each in reasons), (fault, reasons)
        assert service.status() == Reason.OK, fault
    service.next_day()
    assert service.status() == Reason.STATUS_STALE
    service.jlis.faults.clear()
    service.fetch()
    assert service.status() == Reason.ON_HOLD


@pytest.mark.parametrize("fault", [Fault.WRONG_SIGNER, Fault.LIST_IDP_ABSENT, Fault.LIST_REASON_7])
def test_faulty_list_where_there_was_none(service: Service, fault: Fault) -> None:
    """Not trusted, and not good."""
    service.fault(fault)
    service.fetch()
    assert service.status() == Reason.STATUS_UNTRUSTED


def test_server_that_does_not_answer(service: Service) -> None:
    """Each fault of the carrier: the report says what was found, the old lists serve on."""
    service.fetch()
    service.next_day()
    for fault, found in UNREACHABLE.items():
        service.fault(fault, 8.0 if fault in {Fault.SLOW_HEADERS, Fault.SLOW_BODY} else None)
        report = service.fetch(request_seconds=0.3 if found == "within" else 20.0)
        assert report.taken == [], fault
        assert [each for each in report.unreachable.values() if found in each], (fault, report.unreachable)
        assert service.status() == Reason.OK
    service.jlis.faults.clear()
    assert service.fetch().taken


def test_bounds(service: Service) -> None:
    """Of the index, of one list, of all lists, of their number, and of time."""
    for bounds, said in (
        ({"longest_index": 100}, "at most 100 octets"),
        ({"longest_list": 100}, "at most 100 octets"),
        ({"longest_together": 1000, "connections": 1}, "octets, found more"),
        ({"most_lists": 2}, "at most 2 lists"),
        ({"total_seconds": 0.0}, "found no time"),
    ):
        report = service.fetch(**bounds)
        assert any(said in each for each in report.unreachable.values()), (bounds, report)
    assert service.status() in {Reason.STATUS_UNAVAILABLE, Reason.OK}


def test_service_of_the_other_kind(service: Service) -> None:
    """The lists of authentication certificates, asked for with the anchors of signatures alone: none is believed."""
    signers = Trust(service.trust.generations(CertificateKind.SIGN))
    source = msgspec.structs.replace(service.source, kind=CertificateKind.AUTH)
    report = fetch(source, signers, service.library, service.now)
    assert (report.taken, len(report.refused)) == ([], 6)


def test_archive_of_the_fake_service(service: Service) -> None:
    """A town's lists of cards from the archive of all: believed one by one, and known by their tags afterwards."""
    settings = {"archive_from": 2, "media": frozenset({"card"}), "request_seconds": 120.0}
    first = service.fetch(**settings)
    assert (len(first.taken), len(first.refused), first.unreachable) == (2, 1, {})
    assert service.status() == Reason.OK
    asked = len(service.world.journal.since(0))
    assert asked == 3, "the index, the archive, and by itself the list in it that was not believed"
    again = service.fetch(**settings)
    assert (len(again.unchanged), again.taken) == (2, [])
    assert len(service.world.journal.since(0)) == asked + 4
