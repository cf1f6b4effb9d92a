"""Each reason, reached through the contract with exactly one thing wrong, beside its accepted twin."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from tests.reference_impl import pki
from tests.reference_impl.conftest import AUTH_OCSP, SIGN_OCSP, World, b64

EVERY_STEP = ["decode", "purpose", "issuer", "validity", "place", "challenge"]
AFTER = ["status", "account", "policy", "done"]


@pytest.mark.parametrize(
    ("purpose", "proved", "address"),
    [
        ("login", ["proof"], AUTH_OCSP),
        ("tap", ["genuineness"], AUTH_OCSP),
        ("sign", ["proof"], SIGN_OCSP),
    ],
)
def test_right_attempt_is_accepted(enrolled: World, purpose: str, proved: list[str], address: str) -> None:
    """Each purpose is accepted with all its steps, one status question, and source, time and epoch in the outcome."""
    if purpose == "sign":
        enrolled.responder.set(issuer_key="sign-ca", kind="sign")
    outcome = enrolled.attempt(purpose)
    assert outcome == {
        "decision": "accept",
        "reason": "OK",
        "steps": [*EVERY_STEP, *proved, *AFTER],
        "status": {"source": "ocsp", "this_update": "2026-11-21T00:15:00Z"},
        "epoch": 1,
    }
    assert [each for each, _ in enrolled.responder.asked] == [address]


def test_enrolment_is_accepted_and_remembered(world: World) -> None:
    """An enrolment proves key and chip; the account then shows issuer key, serial, service and chip key."""
    outcome = world.attempt("enrol")
    assert (outcome["reason"], outcome["steps"]) == ("OK", [*EVERY_STEP, "proof", "genuineness", *AFTER])
    account = world.post("account", {"certificate": b64(pki.leaf())})["account"]
    digest = hashes.Hash(hashes.SHA256())
    digest.update(pki.spki("auth-ca"))
    chip = hashes.Hash(hashes.SHA256())
    chip.update(pki.card_key("chip"))
    assert account == {
        "issuer_key": digest.finalize().hex(),
        "serial": "7123456",
        "services": ["library"],
        "chip_key": chip.finalize().hex(),
        "accepted": 1,
    }


def refused(outcome: dict[str, Any], reason: str, last: str | None) -> None:
    """The outcome refuses for this reason after the step `last`."""
    assert (outcome["decision"], outcome["reason"]) == ("reject", reason)
    assert (outcome["steps"] or [None])[-1] == last
    assert set(outcome["details"]) >= {"clause", "ja", "en"}


CERTIFICATES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("sign-certificate", "WRONG_PURPOSE", "decode", {"kind": "sign"}),
    (
        "production-policy",
        "WRONG_PURPOSE",
        "decode",
        {
            "extensions": [
                pki.auth_extensions()[0],
                pki.auth_extensions()[1],
                (pki.policies("1.2.392.200149.8.5.1.3.30"), True),
            ]
        },
    ),
    (
        "key-encipherment-only",
        "WRONG_PURPOSE",
        "decode",
        {"extensions": [(pki.key_usage("key_encipherment"), True), *pki.auth_extensions()[1:]]},
    ),
    (
        "no-client-auth",
        "WRONG_PURPOSE",
        "decode",
        {
            "extensions": [
                pki.auth_extensions()[0],
                (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
                pki.auth_extensions()[2],
            ]
        },
    ),
    (
        "no-extended-key-usage",
        "WRONG_PURPOSE",
        "decode",
        {"extensions": [pki.auth_extensions()[0], pki.auth_extensions()[2]]},
    ),
    (
        "unknown-critical-extension",
        "POLICY",
        "decode",
        {"more": [(x509.UnrecognizedExtension(ObjectIdentifier("2.25.1"), b"\x05\x00"), True)]},
    ),
    (
        "critical-user-notice",
        "POLICY",
        "decode",
        {
            "extensions": [
                *pki.auth_extensions()[:2],
                (pki.policies(pki.AUTH_POLICY, x509.UserNotice(None, "notice")), True),
            ]
        },
    ),
    ("ca-true", "POLICY", "decode", {"more": [(x509.BasicConstraints(ca=True, path_length=None), True)]}),
    ("key-too-short", "POLICY", "decode", {"holder": "short"}),
    (
        "other-name",
        "UNKNOWN_ISSUER",
        "purpose",
        {"issuer_name": x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "JPKI")])},
    ),
    (
        "authority-of-the-other-kind",
        "UNKNOWN_ISSUER",
        "purpose",
        {"issuer_key": "sign-ca", "issuer_name": pki.ca_name("sign")},
    ),
    ("same-name-unpinned-key", "UNKNOWN_ISSUER", "purpose", {"issuer_key": "rogue-ca"}),
    ("claims-pinned-key", "BAD_SIGNATURE", "purpose", {"issuer_key": "rogue-ca", "aki_key": "auth-ca"}),
    ("expired", "EXPIRED", "issuer", {"not_after": pki.NOW - timedelta(seconds=1)}),
    ("not-yet-valid", "NOT_YET_VALID", "issuer", {"not_before": pki.NOW + timedelta(seconds=1)}),
    ("never-enrolled", "NOT_ENROLLED", "status", {"serial": 0x07123457}),
]


@pytest.mark.parametrize(
    ("reason", "last", "changes"), [each[1:] for each in CERTIFICATES], ids=[each[0] for each in CERTIFICATES]
)
def test_certificate_is_refused_for_its_reason(
    enrolled: World, reason: str, last: str, changes: dict[str, Any]
) -> None:
    """One thing wrong gives its reason, with no status question before the proof; then the twin passes."""
    outcome = enrolled.attempt("login", certificate=pki.leaf(**changes))
    refused(outcome, reason, last)
    assert len(enrolled.responder.asked) == (1 if last == "status" else 0)
    assert enrolled.attempt("login")["reason"] == "OK"


def shouted(name: x509.Name) -> x509.Name:
    """The same name by RFC 5280 §7.1, in other bytes."""
    return x509.Name(
        [
            x509.NameAttribute(each.oid, str(each.value).upper() if "JPKI" in str(each.value) else each.value)
            for each in name
        ]
    )


def both_policies() -> x509.CertificatePolicies:
    """A foreign policy and the right one."""
    oids = [ObjectIdentifier(each) for each in ("1.2.3", pki.AUTH_POLICY)]
    return x509.CertificatePolicies([x509.PolicyInformation(each, None) for each in oids])


ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("other-generation", {"issuer_key": "auth-ca-2"}),
    ("wrong-key-identifier", {"aki_key": "rogue-ca"}),
    ("last-second", {"not_after": pki.NOW + timedelta(seconds=1)}),
    ("first-second", {"not_before": pki.NOW - timedelta(seconds=1)}),
    ("unknown-extension", {"more": [(x509.UnrecognizedExtension(ObjectIdentifier("2.25.1"), b"\x05\x00"), False)]}),
    ("second-policy", {"extensions": [*pki.auth_extensions()[:2], (both_policies(), True)]}),
    ("re-encoded-issuer-name", {"issuer_name": shouted(pki.ca_name("auth"))}),
]


@pytest.mark.parametrize("changes", [each[1] for each in ACCEPTED], ids=[each[0] for each in ACCEPTED])
def test_unusual_certificate_is_accepted(world: World, changes: dict[str, Any]) -> None:
    """What is legal though unusual enrols."""
    world.responder.set(issuer_key=changes.get("issuer_key", "auth-ca"))
    assert world.attempt("enrol", certificate=pki.leaf(**changes))["reason"] == "OK"
