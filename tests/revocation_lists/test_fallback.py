"""The four methods against the fake J-LIS over HTTP: real answers, real lists, and faults of either."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
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
from reference_impl.configuration import Configuration
from reference_impl.fresh_lists import Lists
from reference_impl.status_client import StatusClient
from reference_impl.status_methods import StatusMethods, StatusPolicy, StatusSources
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.ocsp_settings import Responder
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.revocation_methods import KnownRevocations, Method
from reference_impl.verification.trust import Trust, read_authority
from tests.harness.instants import jst

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SIGN = CertificateKind.SIGN


@dataclass
class Service:
    """A world with one card, its fake J-LIS, and a relying party's way to the statuses."""

    world: World
    card: IssuedCard
    jlis: JlisDoor
    methods: StatusMethods
    trust: Trust

    def reason(self, method: Method) -> str:
        """What a method says of the card's signature certificate, and by which source if it is good."""
        certificate = parse_certificate(self.card.sign_certificate)
        (issuer,) = [
            each for each in self.trust.authorities if each.key_identifier == certificate.authority_key_identifier
        ]
        status = self.methods.by(StatusPolicy().inquiry_by(method)).status(certificate, issuer, self.world.clock.now())
        return f"{status.reason} {status.source.source}" if status.reason == "OK" and status.source else status.reason

    def fault(self, fault: Fault, door: FaultDoor = FaultDoor.OCSP_SIGN, seconds: float | None = None) -> None:
        """Orders a fault beside the others."""
        self.jlis.faults.set(Order(fault, door, seconds=seconds))

    def later(self, by: timedelta) -> None:
        """Time goes by."""
        self.world.clock.set(self.world.clock.now() + by)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyPool:
    """The keys of these worlds."""
    return KeyPool(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def service(keys: KeyPool, tmp_path: Path) -> Iterator[Service]:
    """A card of yesterday; it is 09:07, and every method is there to be asked."""
    world = World.create(keys, seed=7, start=jst("2026-12-01T00:00:00"))
    card = world.issue_card(world.new_resident(municipality=AOI.code).id)
    world.clock.set(jst("2026-12-02T09:07:00"))
    jlis = JlisDoor(world)
    anchors = [(CertificateKind(kind.value), der) for kind, der in world.trust().anchors()]
    trust = Trust(tuple(read_authority(kind, der) for kind, der in anchors))
    client = StatusClient()
    with Served(jlis.app, garbled=jlis.garbled) as served:
        configuration = Configuration(
            trust,
            {SIGN: jlis.addresses(served.url)["ocsp-sign"]},
            {SIGN: f"{served.url}/crl/index.json?municipality={AOI.code}"},
        )
        policy = StatusPolicy(responder=msgspec.structs.replace(Responder(address=""), timeout=10.0))
        sources = StatusSources(client.ask, Lists(tmp_path, patience=60), policy)
        methods = StatusMethods(sources, configuration, secrets.token_bytes, KnownRevocations())
        yield Service(world, card, jlis, methods, trust)
    client.close()
    world.close()


def test_each_method_finds_the_card_good(service: Service) -> None:
    """By OCSP, by lists fetched when they were wanting, and by OCSP first; offline only what has been fetched."""
    assert service.reason(Method.OFFLINE_CRL) == "STATUS_UNAVAILABLE"
    assert [service.reason(method) for method in (Method.OCSP, Method.CRL, Method.OCSP_THEN_CRL)] == [
        "OK ocsp",
        "OK crl",
        "OK ocsp",
    ]
    assert service.reason(Method.OFFLINE_CRL) == "OK crl"


@pytest.mark.parametrize(
    ("fault", "alone", "then_lists"),
    [
        (Fault.REFUSED, "STATUS_UNAVAILABLE", "OK crl"),
        (Fault.UNAVAILABLE, "STATUS_UNAVAILABLE", "OK crl"),
        (Fault.TRY_LATER, "STATUS_UNAVAILABLE", "OK crl"),
        (Fault.TRUNCATED, "STATUS_UNAVAILABLE", "OK crl"),
        (Fault.WRONG_CONTENT_TYPE, "STATUS_UNAVAILABLE", "OK crl"),
        (Fault.NO_CONTENT_TYPE, "OK ocsp", "OK ocsp"),
        (Fault.OVERSIZED, "STATUS_UNAVAILABLE", "OK crl"),
        (Fault.WRONG_SIGNER, "STATUS_UNTRUSTED", "STATUS_UNTRUSTED"),
        (Fault.OTHER_AUTHORITY, "STATUS_UNTRUSTED", "STATUS_UNTRUSTED"),
        (Fault.OTHER_GENERATION, "STATUS_UNTRUSTED", "STATUS_UNTRUSTED"),
        (Fault.WRONG_NONCE, "STATUS_UNTRUSTED", "STATUS_UNTRUSTED"),
        (Fault.RAW_NONCE, "STATUS_UNTRUSTED", "STATUS_UNTRUSTED"),
        (Fault.NO_NONCE, "OK ocsp", "OK ocsp"),
        (Fault.CRITICAL_SINGLE_EXTENSION, "STATUS_UNTRUSTED", "STATUS_UNTRUSTED"),
        (Fault.SHA1_SIGNATURE, "STATUS_UNTRUSTED", "STATUS_UNTRUSTED"),
        (Fault.STALE, "STATUS_STALE", "STATUS_STALE"),
        (Fault.FUTURE, "STATUS_STALE", "STATUS_STALE"),
        (Fault.SAYS_UNKNOWN, "STATUS_UNKNOWN", "STATUS_UNKNOWN"),
        (Fault.SAYS_REVOKED, "REVOKED", "REVOKED"),
        (Fault.REVOKED_HOLD, "ON_HOLD", "ON_HOLD"),
        (Fault.TWIN_HASH, "OK ocsp", "OK ocsp"),
        (Fault.EXTRA_SINGLE_FIRST, "OK ocsp", "OK ocsp"),
    ],
)
def test_faults_of_the_responder(service: Service, fault: Fault, alone: str, then_lists: str) -> None:
    """No answer falls back; what is an answer, of whatever kind, stands (RP-OCSP-013)."""
    service.fault(fault)
    assert service.reason(Method.OCSP_THEN_CRL) == then_lists
    assert service.reason(Method.OCSP) == alone


def test_neither_source_is_no_good(service: Service) -> None:
    """Responder and lists away: STATUS_UNAVAILABLE, and good again when the lists come back."""
    service.fault(Fault.REFUSED)
    service.fault(Fault.UNAVAILABLE, FaultDoor.CRL)
    assert service.reason(Method.OCSP_THEN_CRL) == "STATUS_UNAVAILABLE"
    service.jlis.faults.clear()
    service.fault(Fault.REFUSED)
    service.later(MINUTE)
    assert service.reason(Method.OCSP_THEN_CRL) == "OK crl"


def test_revoked_is_not_made_good_by_yesterdays_list(service: Service) -> None:
    """OCSP knows of the loss within the quarter of an hour; the list of the morning does not, and is not believed."""
    assert service.reason(Method.CRL) == "OK crl"
    service.world.lose(service.card.resident.id)
    service.later(15 * MINUTE)
    assert service.reason(Method.OCSP_THEN_CRL) == "ON_HOLD"
    service.fault(Fault.REFUSED)
    assert service.reason(Method.OCSP_THEN_CRL) == "ON_HOLD"
    assert service.reason(Method.CRL) == "ON_HOLD", "what one method learnt the others know"
    service.later(DAY)
    assert service.reason(Method.OCSP_THEN_CRL) == "ON_HOLD", "the next list has it"


def test_old_list_is_asked_for_anew_and_offline_grows_stale(service: Service) -> None:
    """A day later `crl` fetches the new list by itself; offline the old one ends 48 hours after it was published."""
    service.reason(Method.CRL)
    asked = len(service.world.journal.since(0))
    assert service.reason(Method.CRL) == "OK crl"
    assert len(service.world.journal.since(0)) == asked, "a young list is asked for once"
    service.later(DAY)
    assert service.reason(Method.CRL) == "OK crl"
    assert len(service.world.journal.since(0)) > asked
    service.later(2 * DAY)
    assert service.reason(Method.OFFLINE_CRL) == "STATUS_STALE"
