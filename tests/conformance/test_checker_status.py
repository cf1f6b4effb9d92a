"""What the checker believes of an OCSP answer, each doubt beside the answer it accepts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.x509 import ReasonFlags
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus

from tests.conformance.checker_world import (
    CHECKER,
    GRID,
    NOW,
    OK,
    SECOND,
    Desk,
    Responder,
    Said,
    fresh,
    opened,
    refused,
    verdict,
)

Site = tuple[Desk, Responder]


@pytest.fixture(scope="module")
def product() -> Iterator[Site]:
    with opened(CHECKER) as site:
        yield site


@pytest.fixture
def site(product: Site) -> Site:
    return fresh(product)


def revoked(why: ReasonFlags | None) -> Said:
    return Said(status=OCSPCertStatus.REVOKED, why=why)


RETRY = ("retry", "STATUS_UNAVAILABLE")
CASES = {
    "good": (Said(), OK),
    "signed by the authority itself": (Said(signer="authority"), OK),
    "without nonce": (Said(nonce="none"), OK),
    "with the SHA-1 twin of the CertID": (Said(by_sha1=True), OK),
    "the SHA-1 twin of another serial": (Said(by_sha1=True, serial_off_by=1), refused("STATUS_UNTRUSTED")),
    "held": (revoked(ReasonFlags.certificate_hold), refused("ON_HOLD")),
    "superseded": (revoked(ReasonFlags.superseded), refused("REVOKED")),
    "affiliation changed": (revoked(ReasonFlags.affiliation_changed), refused("REVOKED")),
    "revoked without reason": (revoked(None), refused("REVOKED")),
    "unknown": (Said(status=OCSPCertStatus.UNKNOWN), refused("STATUS_UNKNOWN")),
    "wrong nonce": (Said(nonce="wrong"), refused("STATUS_UNTRUSTED")),
    "a nonce that is no octet string": (Said(nonce="no octet string"), refused("STATUS_UNTRUSTED")),
    "successful without bytes": (Said(raw=bytes.fromhex("30030A0100")), refused("STATUS_UNTRUSTED")),
    "about another serial": (Said(serial_off_by=1), refused("STATUS_UNTRUSTED")),
    "with a signature bit turned": (Said(signer="nobody"), refused("STATUS_UNTRUSTED")),
    "delegate of the other generation": (Said(signer="other generation's delegate"), refused("STATUS_UNTRUSTED")),
    "delegate without OCSPSigning": (Said(signer="a resident"), refused("STATUS_UNTRUSTED")),
    "delegate expired": (Said(signer="expired delegate"), refused("STATUS_UNTRUSTED")),
    "valid one second longer": (Said(next_update=NOW + SECOND), OK),
    "one second stale": (Said(next_update=NOW - SECOND), refused("STATUS_STALE")),
    "stale and revoked": (
        Said(OCSPCertStatus.REVOKED, ReasonFlags.superseded, next_update=NOW - SECOND),
        refused("STATUS_STALE"),
    ),
    "without end": (Said(next_update=None), refused("STATUS_STALE")),
    "from the future": (Said(this_update=NOW + SECOND), refused("STATUS_UNTRUSTED")),
    "tryLater": (Said(refusal=OCSPResponseStatus.TRY_LATER), RETRY),
    "unauthorized": (Said(refusal=OCSPResponseStatus.UNAUTHORIZED), RETRY),
    "HTTP 503": (Said(http=503), RETRY),
    "truncated": (Said(cut=200), RETRY),
}


@pytest.mark.parametrize(("said", "expected"), CASES.values(), ids=CASES.keys())
def test_what_an_answer_is_worth(site: Site, said: Said, expected: tuple[str, str]) -> None:
    """Only a fresh good of the right signer accepts; an enrolment that is not accepted leaves no account."""
    desk, responder = site
    card = desk.world.auth_certificate()
    responder.said = said
    assert verdict(desk.go("enrol", card)) == expected
    assert len(responder.asked) == 1
    assert (desk.account(card) is not None) == (expected == OK)
    responder.said = Said()
    assert verdict(desk.go("login" if expected == OK else "enrol", card)) == OK


def test_the_time_of_a_believed_answer_is_told(site: Site) -> None:
    """An outcome names the status's own time when the answer was believed, and only then."""
    desk, responder = site
    card = desk.world.auth_certificate()
    believed = {"source": "ocsp", "this_update": "2026-11-21T00:15:00Z"}
    responder.said = revoked(ReasonFlags.certificate_hold)
    assert desk.go("enrol", card)["status"] == believed
    responder.said = Said(nonce="wrong")
    assert "status" not in desk.go("enrol", card)


def test_a_responder_that_is_gone(site: Site) -> None:
    """A refused connection, at the address of this kind alone, is retry; the other kind goes on."""
    desk, responder = site
    configuration = desk.configuration(responder.url)
    gone = configuration | {
        "status": [{"kind": "auth", "ocsp": "http://127.0.0.1:1/", "crl": ""}, configuration["status"][1]]
    }
    none = configuration | {"status": []}
    card = desk.world.auth_certificate()
    for broken in (gone, none):
        desk.ask("configure", **broken)
        assert verdict(desk.go("enrol", card)) == RETRY
    desk.ask("configure", **gone)
    assert verdict(desk.go("sign", desk.world.sign_certificate())) == OK
    desk.ask("configure", **configuration)
    assert verdict(desk.go("enrol", card)) == OK


def test_the_world_of_another_decade(site: Site) -> None:
    """Certificates, delegate and answer are judged at set_time's instant, far from the host's."""
    desk, responder = site
    then = NOW + timedelta(days=1999)
    card = desk.world.auth_certificate(until=NOW + timedelta(days=2000))
    desk.set_time(then)
    responder.said = Said(signer="authority", this_update=GRID + timedelta(days=1999), next_update=then + SECOND)
    assert verdict(desk.go("enrol", card)) == OK
    responder.said = Said(this_update=GRID + timedelta(days=1999), next_update=then + SECOND)
    assert verdict(desk.go("login", card)) == refused("STATUS_UNTRUSTED")  # its delegate expired 1,990 days before
