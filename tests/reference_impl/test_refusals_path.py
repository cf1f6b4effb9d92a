"""Chapter path: certificates with exactly one thing wrong, each by its reason, beside what is unusual and accepted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from reference_impl.verification import PRODUCTION_POLICIES, Policy, Reason
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.purpose import is_authority
from reference_impl.verification.validity import has_begun_at, has_not_ended_at, is_valid_at
from tests.reference_impl import pki
from tests.reference_impl.verifying import EVERYTHING, bench, login, signing, trust

SECOND = timedelta(seconds=1)
UNKNOWN = x509.UnrecognizedExtension(ObjectIdentifier("2.25.1"), b"\x05\x00")
USAGE, EXTENDED, POLICIES = pki.auth_extensions()


def auth(**changes: Any) -> Callable[[], bytes]:
    """An authentication certificate made so, when the test runs."""
    return lambda: pki.leaf(**changes)


def flipped(offset: int) -> Callable[[], bytes]:
    """The right certificate with one bit of one octet flipped."""

    def make() -> bytes:
        altered = bytearray(pki.leaf())
        altered[offset] ^= 1
        return bytes(altered)

    return make


def with_policies(*oids: str) -> list[tuple[x509.ExtensionType, bool]]:
    """The extensions with these policies."""
    found = [x509.PolicyInformation(ObjectIdentifier(each), None) for each in oids]
    return [USAGE, EXTENDED, (x509.CertificatePolicies(found), True)]


def with_outer_sha1() -> bytes:
    """sha256WithRSA inside, sha1WithRSA outside."""
    head, tail = pki.leaf().rsplit(bytes.fromhex("06092A864886F70D01010B"), 1)
    return head + bytes.fromhex("06092A864886F70D010105") + tail


def with_sha1() -> bytes:
    """sha1WithRSA inside and outside; whether it verifies does not matter any more."""
    return pki.leaf().replace(bytes.fromhex("06092A864886F70D01010B"), bytes.fromhex("06092A864886F70D010105"))


def re_encoded() -> x509.Name:
    """The issuer's name by RFC 5280 §7.1 in other octets: capitals, and spaces more."""
    return x509.Name([x509.NameAttribute(each.oid, str(each.value).upper()) for each in pki.ca_name("auth")])


REFUSED: list[tuple[str, str, str, Callable[[], bytes]]] = [
    ("RP-PATH-001", "signature-bit", "BAD_SIGNATURE", flipped(-1)),
    ("RP-PATH-001", "body-bit", "BAD_SIGNATURE", flipped(16)),
    ("RP-PATH-002", "one-second-late", "EXPIRED", auth(not_after=pki.NOW - SECOND)),
    ("RP-PATH-003", "one-second-early", "NOT_YET_VALID", auth(not_before=pki.NOW + SECOND)),
    ("RP-PATH-006", "another-name", "UNKNOWN_ISSUER", auth(issuer_name=pki.ca_name("sign"))),
    ("RP-PATH-007", "unpinned-key-of-that-name", "UNKNOWN_ISSUER", auth(issuer_key="rogue-ca")),
    ("RP-PATH-007", "claims-a-pinned-key", "BAD_SIGNATURE", auth(issuer_key="rogue-ca", aki_key="auth-ca")),
    ("RP-PATH-007", "claims-the-other-generation", "BAD_SIGNATURE", auth(issuer_key="rogue-ca", aki_key="auth-ca-2")),
    ("RP-PATH-008", "unknown-critical", "POLICY", auth(more=[(UNKNOWN, True)])),
    (
        "RP-PATH-008",
        "critical-name-constraints",
        "POLICY",
        auth(more=[(x509.NameConstraints([x509.DNSName("a.test")], None), True)]),
    ),
    (
        "RP-PATH-008",
        "critical-alternative-name",
        "POLICY",
        auth(more=[(x509.SubjectAlternativeName([x509.DNSName("a.test")]), True)]),
    ),
    (
        "RP-PATH-009",
        "critical-user-notice",
        "POLICY",
        auth(extensions=[USAGE, EXTENDED, (pki.policies(pki.AUTH_POLICY, x509.UserNotice(None, "notice")), True)]),
    ),
    ("RP-PATH-010", "no-policy", "WRONG_PURPOSE", auth(extensions=[USAGE, EXTENDED])),
    ("RP-PATH-010", "any-policy", "WRONG_PURPOSE", auth(extensions=with_policies("2.5.29.32.0"))),
    ("RP-PATH-011", "production-policy", "WRONG_PURPOSE", auth(extensions=with_policies("1.2.392.200149.8.5.1.3.30"))),
    ("RP-PATH-012", "no-key-usage", "WRONG_PURPOSE", auth(extensions=[EXTENDED, POLICIES])),
    (
        "RP-PATH-012",
        "key-encipherment-only",
        "WRONG_PURPOSE",
        auth(extensions=[(pki.key_usage("key_encipherment"), True), EXTENDED, POLICIES]),
    ),
    ("RP-PATH-014", "no-extended-key-usage", "WRONG_PURPOSE", auth(extensions=[USAGE, POLICIES])),
    (
        "RP-PATH-014",
        "server-authentication",
        "WRONG_PURPOSE",
        auth(extensions=[USAGE, (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False), POLICIES]),
    ),
    ("RP-PATH-015", "signature-certificate", "WRONG_PURPOSE", lambda: pki.leaf("sign")),
    (
        "RP-ACC-007",
        "certificate-of-a-phone",
        "WRONG_PURPOSE",
        auth(extensions=with_policies(pki.AUTH_POLICY[:-2] + "50")),
    ),
    ("RP-PATH-016", "ca-true", "POLICY", auth(more=[(x509.BasicConstraints(ca=True, path_length=None), True)])),
    (
        "RP-PATH-016",
        "key-cert-sign",
        "POLICY",
        auth(extensions=[(pki.key_usage("digital_signature", "key_cert_sign"), True), EXTENDED, POLICIES]),
    ),
    ("RP-PATH-017", "negative-serial", "POLICY", lambda: pki.with_serial(bytes.fromhex("0201FF"))),
    ("RP-PATH-017", "serial-of-21-octets", "POLICY", lambda: pki.with_serial(bytes.fromhex("0215") + b"\x01" * 21)),
    ("RP-PATH-017", "serial-of-161-bits", "POLICY", lambda: pki.with_serial(bytes.fromhex("021501" + "FF" * 20))),
    ("RP-PATH-018", "sha1-outside", "MALFORMED", with_outer_sha1),
    ("RP-PATH-019", "sha1", "POLICY", with_sha1),
    ("RP-PATH-019", "key-of-1024-bits", "POLICY", auth(holder="short")),
    ("RP-PATH-022", "right-identifier-wrong-key", "BAD_SIGNATURE", auth(issuer_key="auth-ca-3", aki_key="auth-ca")),
]

ACCEPTED: list[tuple[str, str, Callable[[], bytes]]] = [
    ("RP-PATH-002", "last-second", auth(not_after=pki.NOW + SECOND)),
    ("RP-PATH-002", "at-the-end-itself", auth(not_after=pki.NOW)),
    ("RP-PATH-002", "at-the-beginning-itself", auth(not_before=pki.NOW)),
    ("RP-PATH-003", "first-second", auth(not_before=pki.NOW - SECOND)),
    ("RP-PATH-007", "the-other-generation", auth(issuer_key="auth-ca-2")),
    ("RP-PATH-008", "unknown-not-critical", auth(more=[(UNKNOWN, False)])),
    ("RP-PATH-009", "critical-cps-pointer", auth()),
    (
        "RP-PATH-009",
        "user-notice-that-is-not-critical",
        auth(extensions=[USAGE, EXTENDED, (pki.policies(pki.AUTH_POLICY, x509.UserNotice(None, "notice")), False)]),
    ),
    ("RP-PATH-010", "a-policy-more", auth(extensions=with_policies("1.2.3", pki.AUTH_POLICY))),
    ("RP-PATH-017", "serial-of-0", lambda: pki.with_serial(bytes.fromhex("020100"))),
    ("RP-PATH-017", "serial-with-the-high-bit", lambda: pki.with_serial(bytes.fromhex("020500FFFFFFFF"))),
    ("RP-PATH-017", "serial-of-20-octets", lambda: pki.with_serial(bytes.fromhex("0214") + b"\x01" * 20)),
    ("RP-PATH-017", "serial-of-160-bits", lambda: pki.with_serial(bytes.fromhex("021500" + "FF" * 20))),
    ("RP-PATH-021", "name-in-other-octets", auth(issuer_name=re_encoded())),
    ("RP-PATH-022", "wrong-identifier-right-key", auth(aki_key="rogue-ca")),
]


@pytest.mark.parametrize(
    ("reason", "make"), [each[2:] for each in REFUSED], ids=[f"{each[0]}-{each[1]}" for each in REFUSED]
)
def test_certificate_is_refused_for_its_reason(reason: str, make: Callable[[], bytes]) -> None:
    """One thing wrong: exactly its reason, cold and asked again, and no status is asked; then the twin is accepted."""
    on = bench()
    assert on.reason(login(on)) == "OK"
    on.told.asked.clear()
    assert [on.reason(login(on, certificate=make())) for _ in range(2)] == [reason, reason]
    assert on.told.asked == []
    assert on.reason(login(on)) == "OK"


@pytest.mark.parametrize("make", [each[2] for each in ACCEPTED], ids=[f"{each[0]}-{each[1]}" for each in ACCEPTED])
def test_unusual_certificate_is_accepted(make: Callable[[], bytes]) -> None:
    """What is legal though unusual is accepted, cold and remembered."""
    on = bench()
    assert [on.reason(login(on, certificate=make())) for _ in range(2)] == ["OK", "OK"]


@pytest.mark.parametrize(
    ("end", "now", "reason"),
    [
        ("290401145959Z", "2029-04-01T23:59:58+09:00", "OK"),
        ("290401145959Z", "2029-04-02T00:00:00+09:00", "EXPIRED"),
        ("491231235959Z", "2029-04-01T00:00:00+00:00", "OK"),
        ("500101000000Z", "2029-04-01T00:00:00+00:00", "EXPIRED"),
    ],
    ids=["RP-PATH-004-evening-in-japan", "RP-PATH-004-midnight-in-japan", "RP-PATH-005-2049", "RP-PATH-005-1950"],
)
def test_end_is_compared_in_utc_and_read_by_the_pivot(end: str, now: str, reason: str) -> None:
    """14:59:59Z is 23:59:59 in Japan whatever zone `now` is in; YY of 50 and more is 19YY."""
    on = bench()
    instant = datetime.fromisoformat(now)
    challenge = b"\x01" * 32
    on.challenges.issue(challenge, instant)
    certificate = pki.with_end(end)
    signature = pki.sign("holder", challenge)
    assert on.reason(login(on, certificate=certificate, challenge=challenge, signature=signature), instant) == reason


def test_generation_is_not_relied_on_after_its_own_end() -> None:
    """An anchor that expired refuses what it issued, and the verdict says that it is the issuer's period."""
    on = bench()
    late = datetime.fromisoformat("2033-07-15T15:00:00+00:00")
    certificate = pki.leaf(not_after=late + timedelta(days=30))
    challenge = b"\x02" * 32
    on.challenges.issue(challenge, late)
    attempt = login(on, certificate=certificate, challenge=challenge, signature=pki.sign("holder", challenge))
    verdict = on.verifier.verify(attempt, late)
    assert verdict.finding is not None
    assert (verdict.reason, verdict.finding.certificate) == (Reason.EXPIRED, "issuer")


def test_signature_certificate_needs_its_own_bits_and_policy() -> None:
    """RP-PATH-013, RP-PATH-015: nonRepudiation beside digitalSignature, and no authentication certificate."""
    on = bench()
    both, policy = pki.sign_extensions()
    only = (pki.key_usage("digital_signature"), True)
    clients = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)
    assert on.reason(signing(on)) == "OK"
    for extensions in ([only, policy], [both, policy, clients]):
        assert on.reason(signing(on, certificate=pki.leaf("sign", extensions=extensions))) == "WRONG_PURPOSE"
    assert on.reason(signing(on, certificate=pki.leaf())) == "WRONG_PURPOSE"


def test_production_configuration_refuses_the_test_arc() -> None:
    """RP-PATH-011: …2.30 is refused where …3.30 is expected, and the other way round."""
    on = bench(policy=Policy({"library": EVERYTHING}, PRODUCTION_POLICIES))
    assert on.reason(login(on)) == "WRONG_PURPOSE"
    real = with_policies("1.2.392.200149.8.5.1.3.30")
    assert on.reason(login(on, certificate=pki.leaf(extensions=real))) == "OK"


def test_parameters_of_the_algorithm_may_be_absent() -> None:
    """RP-PATH-020: sha256WithRSAEncryption with NULL and without parameters are both accepted."""
    on = bench(trusted=trust("auth-ca"))
    assert [on.reason(login(on, certificate=each)) for each in (pki.leaf(), pki.without_parameters())] == ["OK", "OK"]


@pytest.mark.parametrize(
    ("seconds", "has_begun", "has_not_ended"),
    [("begin", True, True), ("before", False, True), ("end", True, True), ("after", True, False)],
)
def test_period_is_inclusive(seconds: str, has_begun: bool, has_not_ended: bool) -> None:  # noqa: FBT001
    """RFC 5280 §4.1.2.5: "from notBefore through notAfter, inclusive"; one second beside it is outside."""
    second = timedelta(seconds=1)
    now = {
        "begin": pki.NOT_BEFORE,
        "before": pki.NOT_BEFORE - second,
        "end": pki.NOT_AFTER,
        "after": pki.NOT_AFTER + second,
    }[seconds]
    certificate = parse_certificate(pki.leaf())
    assert (has_begun_at(certificate, now), has_not_ended_at(certificate, now)) == (has_begun, has_not_ended)
    assert is_valid_at(certificate, now) is (has_begun and has_not_ended)


def test_certificate_without_key_usage_is_no_authority_for_that() -> None:
    """cA TRUE or keyCertSign make one (RFC 5280 §4.2.1.3, §4.2.1.9); what is not there says nothing."""
    assert not is_authority(parse_certificate(pki.leaf(extensions=[EXTENDED, POLICIES])))
    assert not is_authority(parse_certificate(pki.leaf()))
    assert is_authority(parse_certificate(pki.leaf(extensions=[(pki.key_usage("key_cert_sign"), True)])))
    authority = (x509.BasicConstraints(ca=True, path_length=None), True)
    assert is_authority(parse_certificate(pki.leaf(extensions=[authority])))
