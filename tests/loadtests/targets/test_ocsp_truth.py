"""What an OCSP answer is worth: right ones pass, and each way of being wrong is seen."""

from datetime import timedelta

import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from harness.contract.vocabulary import Kind
from loadtests.targets.ground import Subject
from loadtests.targets.ocsp_truth import OcspJudge
from loadtests.truth import Ruling
from loadtests.vocabulary import Standing
from tests.loadtests.targets.conftest import Registered

NONCE = bytes(range(32))


def answer(registered: Registered, serial: int, nonce: bytes = NONCE) -> bytes:
    """What our responder says about a serial number."""
    issuer = x509.load_der_x509_certificate(registered.known.issuer)
    someone = x509.load_der_x509_certificate(registered.somebody(Standing.GOOD).certificate)
    hashes = ocsp.OCSPRequestBuilder().add_certificate(someone, issuer, SHA256()).build()
    question = (
        ocsp.OCSPRequestBuilder()
        .add_certificate_by_hash(hashes.issuer_name_hash, hashes.issuer_key_hash, serial, SHA256())
        .add_extension(x509.OCSPNonce(nonce), critical=False)
        .build()
    )
    got = httpx.post(
        registered.addresses["ocsp-auth"],
        content=question.public_bytes(Encoding.DER),
        headers={"content-type": "application/ocsp-request"},
        trust_env=False,
    )
    return got.content


def judge(registered: Registered, *, later: timedelta = timedelta()) -> OcspJudge:
    """The judge at the load's instant, or later."""
    return OcspJudge(registered.known.issuer, registered.known.instant + later, 0.0)


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        (Standing.GOOD, ("good", False)),
        (Standing.JUST_LOST, ("good", False)),  # no published status shows it yet
        (Standing.REVOKED, ("revoked keyCompromise", True)),
        (Standing.ON_HOLD, ("revoked certificateHold", True)),
        (Standing.UNKNOWN, ("unknown", True)),
    ],
)
def test_our_responder_is_right_about_everybody(
    registered: Registered, standing: Standing, told: tuple[str, bool]
) -> None:
    """As of the last mark."""
    subject = registered.somebody(standing)
    ruled = judge(registered).rule(subject, answer(registered, subject.serial), NONCE)
    assert (ruled.ruling, (ruled.actual, ruled.bad)) == (Ruling.RIGHT, told)
    assert ruled.expected == ruled.actual


def test_good_about_somebody_revoked_is_wrong(registered: Registered) -> None:
    """The register of the truth knows what this responder does not."""
    good = registered.somebody(Standing.GOOD)
    lost = msgspec.structs.replace(
        good, standing=Standing.REVOKED, revoked=registered.known.instant - timedelta(days=1), reason="keyCompromise"
    )
    ruled = judge(registered).rule(lost, answer(registered, good.serial), NONCE)
    assert (ruled.ruling, ruled.actual, ruled.expected) == (Ruling.WRONG, "good", "revoked keyCompromise")


def test_each_check_of_a_client_is_made(registered: Registered) -> None:
    """Another serial, another nonce, a changed bit, another issuer, an answer of another time, no answer at all."""
    good, other = registered.somebody(Standing.GOOD), registered.somebody(Standing.REVOKED)
    der = answer(registered, good.serial)
    changed = der[:-400] + bytes([der[-400] ^ 1]) + der[-399:]
    signer = registered.world.trust().authorities[Kind.SIGN.value]
    stranger = OcspJudge(signer, registered.known.instant, 0.0)
    wrong: list[tuple[OcspJudge, Subject, bytes, bytes, str]] = [
        (judge(registered), other, der, NONCE, "about serial"),
        (judge(registered), good, der, bytes(32), "another nonce"),
        (stranger, good, der, NONCE, "signed by nobody who may"),
        (judge(registered, later=timedelta(days=30)), good, der, NONCE, "stale since"),
        (judge(registered, later=-timedelta(days=1)), good, der, NONCE, "as of the future"),
        (judge(registered), good, b"<html>", NONCE, "no OCSP response"),
    ]
    for judging, subject, content, nonce, says in wrong:
        ruled = judging.rule(subject, content, nonce)
        assert ruled.ruling is Ruling.WRONG
        assert says in ruled.actual
    assert judge(registered).rule(good, changed, NONCE).ruling is Ruling.WRONG
    assert judge(registered).rule(good, der, NONCE).ruling is Ruling.RIGHT


def test_a_responder_that_cannot_answer_decides_nothing(registered: Registered) -> None:
    """tryLater is no verdict."""
    later = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(Encoding.DER)
    ruled = judge(registered).rule(registered.somebody(Standing.GOOD), later, NONCE)
    assert (ruled.ruling, ruled.actual) == (Ruling.UNDECIDED, "TRY_LATER")
