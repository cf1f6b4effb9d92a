"""Certificates that are almost right: the core and `openssl verify -x509_strict` accept and refuse the same ones."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from reference_impl.verification import Policy, Purpose, Trust, Verdict, Verifier
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import read_authority
from tests.reference_impl import pki
from tests.reference_impl.always_good import AlwaysGood
from tests.reference_impl.cross_check.explained import ACCEPTED_BY_US, REFUSED_BY_US, Explained, Pair, unexplained
from tests.reference_impl.cross_check.mutation import (
    Change,
    Mutated,
    change_element,
    drop_octet,
    encode_length,
    flip_bit,
    mutations,
    replace_octet,
)
from tests.reference_impl.cross_check.openssl_verify import verify_certificates

SHA256_WITH_RSA = bytes.fromhex("300D06092A864886F70D01010B0500")
STRICTLY = ("-x509_strict", "-purpose", "sslclient", "-explicit_policy", "-policy_check", "-policy", pki.AUTH_POLICY)
ANCHORS = (pki.der(pki.authority("auth", "auth-ca")), pki.der(pki.authority("auth", "auth-ca-2")))


def certificate() -> bytes:
    """A right one, with everything a card's has that OpenSSL looks at."""
    own_key = x509.SubjectKeyIdentifier.from_public_key(pki.key("holder").public_key())
    return pki.leaf(more=[(own_key, False)])


def signed_again(body: bytes) -> bytes:
    """A certificate with this body and a right signature over it, as nobody but the authority could make."""
    content = body + SHA256_WITH_RSA + bytes.fromhex("0382010100") + pki.sign("auth-ca", body)
    return b"\x30" + encode_length(len(content)) + content


def almost_right() -> Iterator[Mutated]:
    """Some thousands of certificates, most of them signed after they were changed."""
    whole = certificate()
    body = x509.load_der_x509_certificate(whole).tbs_certificate_bytes
    yield Mutated("untouched", whole)
    yield Mutated("signed again", signed_again(body))
    yield from mutations(whole, {flip_bit: 800, drop_octet: 200}, seed=1)
    changes: dict[Change, int] = {flip_bit: 3000, replace_octet: 800, drop_octet: 300, change_element: 3000}
    for each in mutations(body, changes, seed=2):
        yield Mutated(f"{each.name}, then signed", signed_again(each.data))


def verifier(*anchors: bytes) -> Verifier:
    """A verifier that trusts these authorities."""
    return Verifier(
        Trust(tuple(read_authority(CertificateKind.AUTH, each) for each in anchors)), AlwaysGood(), Policy()
    )


def our_opinion(data: bytes, core: Verifier, now: datetime = pki.NOW) -> str:
    """`ok`, or reason, clause and words."""
    found = core.identify(data, Purpose.LOGIN, now)
    if not isinstance(found, Verdict):
        return "ok"
    assert found.finding is not None
    return f"{found.reason} {found.finding.clause} {found.finding.en}"


@pytest.fixture(scope="module")
def judged_by_openssl(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Mutated, str]]:
    """Each certificate with OpenSSL's opinion."""
    certificates = list(almost_right())
    folder = tmp_path_factory.mktemp("certificates")
    theirs = verify_certificates(folder, ANCHORS, [each.data for each in certificates], pki.NOW, *STRICTLY)
    return list(zip(certificates, theirs, strict=True))


@pytest.fixture(scope="module")
def opinions(judged_by_openssl: list[tuple[Mutated, str]]) -> list[Pair]:
    """Each certificate with both opinions."""
    core = verifier(*ANCHORS)
    return [(each, our_opinion(each.data, core), said) for each, said in judged_by_openssl]


def test_what_is_untouched_is_accepted_by_both(opinions: list[Pair]) -> None:
    """The control: the certificate as it was made, and made again by the same means as the changed ones."""
    assert [(ours, theirs) for _, ours, theirs in opinions[:2]] == [("ok", "ok")] * 2


def test_nothing_that_openssl_refuses_is_accepted_without_a_reason(opinions: list[Pair]) -> None:
    """The dangerous direction: three kinds, each with its clause."""
    differing = [pair for pair in opinions if pair[1] == "ok" != pair[2]]
    assert unexplained(differing, ACCEPTED_BY_US) == []


def test_nothing_that_openssl_accepts_is_refused_without_a_reason(opinions: list[Pair]) -> None:
    """The strict direction: what is not DER, not the profile, or not of use here."""
    differing = [pair for pair in opinions if pair[1] != "ok" == pair[2]]
    assert unexplained(differing, REFUSED_BY_US) == []


def test_both_sides_of_the_comparison_are_large(opinions: list[Pair]) -> None:
    """Thousands agree in either way, so that agreement means something."""
    accepted = sum(ours == theirs == "ok" for _, ours, theirs in opinions)
    refused = sum(ours != "ok" and theirs != "ok" for _, ours, theirs in opinions)
    assert accepted > 1500
    assert refused > 3500


@pytest.mark.parametrize("explanation", ACCEPTED_BY_US + REFUSED_BY_US, ids=lambda each: str(each.why)[:40])
def test_every_explanation_is_needed(opinions: list[Pair], explanation: Explained) -> None:
    """A disagreement that no longer occurs must not stay excused."""
    assert any(explanation.fits(ours, theirs) for _, ours, theirs in opinions)


@pytest.mark.parametrize(
    ("limit", "seconds", "ours", "openssl"),
    [
        (pki.NOT_BEFORE, -1, "NOT_YET_VALID", "certificate is not yet valid"),
        (pki.NOT_BEFORE, 0, "ok", "ok"),
        (pki.NOT_AFTER, -1, "ok", "ok"),
        (pki.NOT_AFTER, 0, "ok", "certificate has expired"),
        (pki.NOT_AFTER, 1, "EXPIRED", "certificate has expired"),
    ],
)
def test_each_second_of_the_boundaries(limit: datetime, seconds: int, ours: str, openssl: str, tmp_path: Path) -> None:
    """Inclusive at both ends (RFC 5280 §4.1.2.5); OpenSSL counts the second of notAfter as past, and is alone in it."""
    data, now = certificate(), limit + timedelta(seconds=seconds)
    assert our_opinion(data, verifier(ANCHORS[0]), now).split()[0] == ours
    assert verify_certificates(tmp_path, ANCHORS[:1], [data], now, *STRICTLY) == [openssl]


def test_a_generation_that_did_not_sign_is_refused_by_both(tmp_path: Path) -> None:
    """Same name, another key."""
    data = certificate()
    assert our_opinion(data, verifier(ANCHORS[1])).split()[0] == "UNKNOWN_ISSUER"
    assert verify_certificates(tmp_path, ANCHORS[1:], [data], pki.NOW, *STRICTLY) != ["ok"]
