"""OCSP answers that are almost right: client and `openssl ocsp` accept and refuse the same ones, or it is explained.

OpenSSL reads the host's clock, so these answers speak of now. Nonces are compared apart: it looks at them only without
a certificate to ask about.
"""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.ocsp_client import OcspClient
from reference_impl.verification.ocsp_request import build_request
from reference_impl.verification.ocsp_settings import Nonce, Responder, Responders
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import read_authority
from tests.reference_impl import ocsp_answers as a
from tests.reference_impl import pki
from tests.reference_impl.cross_check.explained import Explained, Pair, unexplained
from tests.reference_impl.cross_check.explained_ocsp import ACCEPTED_BY_US, REFUSED_BY_US
from tests.reference_impl.cross_check.mutation import (
    Change,
    Mutated,
    change_element,
    drop_octet,
    flip_bit,
    mutations,
    replace_octet,
)
from tests.reference_impl.cross_check.openssl_ocsp import judge_answers

NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - that of the process that is compared with
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
THIS, UNTIL = NOW - timedelta(seconds=61), NOW + timedelta(minutes=97)
BEGINS, ENDS = NOW - timedelta(hours=24, minutes=37), NOW + timedelta(hours=24, minutes=37)
"""No digit changed makes one of them now, so the comparison does not depend on how long OpenSSL takes to come to it."""

ISSUER = pki.authority("auth", "auth-ca")


def delegate(*, issuer: str = "auth-ca", begins: datetime = BEGINS, ends: datetime = ENDS) -> x509.Certificate:
    """A responder's certificate for today."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "responder")])
    return (
        x509.CertificateBuilder(pki.ca_name("auth"), name, pki.key("responder").public_key(), 77, begins, ends)
        .add_extension(pki.key_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        .add_extension(x509.OCSPNoCheck(), critical=False)
        .sign(pki.key(issuer), hashes.SHA256())
    )


def single(status: bytes = a.GOOD, *, this: datetime = THIS, until: datetime | None = UNTIL) -> bytes:
    """A SingleResponse of now."""
    return a.single(status=status, this=this, until=until)


def body(*singles: bytes, responder: bytes | None = None) -> bytes:
    """A ResponseData of now."""
    return a.data(*(singles or (single(),)), produced=NOW, responder=responder)


def signed_again(data: bytes) -> bytes:
    """An answer with this ResponseData and a right signature over it."""
    return a.enveloped(a.signed(data, certificates=[pki.der(delegate())]))


def certified_again(tbs: bytes) -> bytes:
    """An answer whose delegate has a certificate with this body, rightly signed by the authority."""
    certificate = a.tlv(0x30, tbs, a.RSA_SHA256, a.tlv(3, b"\0", pki.sign("auth-ca", tbs)))
    return a.enveloped(a.signed(body(), certificates=[certificate]))


def arranged() -> Iterator[Mutated]:
    """What chance would hardly find."""
    certificate = pki.der(delegate())
    yield Mutated("untouched", signed_again(body()))
    yield Mutated("delegate certified again", certified_again(delegate().tbs_certificate_bytes))
    yield Mutated("signed by the authority", a.enveloped(a.signed(body(responder=a.by_key("auth-ca")), "auth-ca")))
    yield Mutated("delegate named", signed_again(body(responder=a.by_name(delegate()))))
    for name, how in {
        "expired": {"ends": NOW - MINUTE},
        "not begun": {"begins": NOW + HOUR},
        "other generation": {"issuer": "auth-ca-2"},
        "stranger": {"issuer": "rogue-ca"},
    }.items():
        enclosed = pki.der(delegate(**how))  # type: ignore[arg-type]
        yield Mutated(f"delegate {name}", a.enveloped(a.signed(body(), certificates=[enclosed])))
    for name, given in {
        "revoked": single(a.revoked(NOW - DAY, 3)),
        "on hold": single(a.revoked(NOW - DAY, 6)),
        "unknown": single(a.UNKNOWN),
        "stale": single(until=NOW - MINUTE / 2),
        "future": single(this=NOW + 10 * MINUTE, until=NOW + HOUR),
        "swapped": single(this=NOW - MINUTE, until=NOW - HOUR),
        "older than a day": single(this=NOW - 2 * DAY),
        "without nextUpdate, young": single(until=None),
        "without nextUpdate, old": single(this=NOW - HOUR, until=None),
        "twin hash": a.single(about=a.certificate_id(sha1=True), this=NOW - MINUTE, until=NOW + HOUR),
    }.items():
        yield Mutated(name, signed_again(body(given)))
    yield Mutated("good, then revoked", signed_again(body(single(), single(a.revoked(NOW - DAY)))))
    yield Mutated("octets behind", signed_again(body()) + b"\0\0")
    strange = a.extension(a.STRANGE_OID, b"\x05\x00")
    for name, changed in {
        "producedAt with a fraction": a.data(single(), produced=a.tlv(0x18, b"20260101000000.5Z")),
        "producedAt of no calendar": a.data(single(), produced=a.tlv(0x18, b"20260230000000Z")),
        "producedAt before thisUpdate": a.data(single(), produced=THIS - MINUTE),
        "no extension": a.data(single(), produced=NOW, more=a.extensions(0xA1)),
        "extension twice": a.data(single(), produced=NOW, more=a.extensions(0xA1, strange, strange)),
        "nonce not wrapped": a.data(single(), produced=NOW, more=a.extensions(0xA1, a.extension(a.NONCE_OID, a.NONCE))),
        "parameters that are no NULL": body().replace(a.SHA256_ID, a.SHA256_ID[:-2] + b"\x04\x00"),
    }.items():
        yield Mutated(name, signed_again(changed))
    yield Mutated("no certificate", a.enveloped(a.signed(body(), certificates=())))
    yield Mutated("behind others", a.enveloped(a.signed(body(), certificates=[*([pki.leaf()] * 8), certificate])))
    for number in (1, 2, 3, 4, 5, 6, 7):
        yield Mutated(f"error {number}", bytes([0x30, 3, 0x0A, 1, number]))
        yield Mutated(f"error {number} with bytes", a.enveloped(a.signed(body()), number))


def almost_right() -> Iterator[Mutated]:
    """Some thousands of answers, most of them signed after they were changed."""
    yield from arranged()
    whole = signed_again(body())
    yield from mutations(whole, {flip_bit: 250, drop_octet: 50}, seed=11)
    changes: dict[Change, int] = {flip_bit: 700, replace_octet: 150, drop_octet: 50, change_element: 700}
    for each in mutations(body(), changes, seed=12):
        yield Mutated(f"{each.name}, then signed", signed_again(each.data))
    changes = {flip_bit: 150, change_element: 200}
    for each in mutations(delegate().tbs_certificate_bytes, changes, seed=13):
        yield Mutated(f"delegate's {each.name}, then certified", certified_again(each.data))


def our_opinions(answers: list[Mutated]) -> Iterator[str]:
    """`good`, or reason, clause and words."""
    authority, leaf = read_authority(CertificateKind.AUTH, pki.der(ISSUER)), parse_certificate(pki.leaf())
    settings = Responder(address="http://ocsp.test/", nonce=Nonce.NONE)
    waiting = iter(answers)
    client = OcspClient(Responders({CertificateKind.AUTH: settings}), lambda _: next(waiting).data, bytes)
    for _ in answers:
        status = client.status(leaf, authority, NOW)
        yield "good" if status.finding is None else f"{status.reason} {status.finding.clause} {status.finding.en}"


@pytest.fixture(scope="module")
def judged_by_openssl(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Mutated, str]]:
    """Each answer with OpenSSL's opinion."""
    answers = list(almost_right())
    folder = tmp_path_factory.mktemp("answers")
    theirs = judge_answers(folder, ISSUER, pki.leaf(), [each.data for each in answers])
    return list(zip(answers, theirs, strict=True))


@pytest.fixture(scope="module")
def opinions(judged_by_openssl: list[tuple[Mutated, str]]) -> list[Pair]:
    """Each answer with both opinions."""
    ours = our_opinions([each for each, _ in judged_by_openssl])
    return [(each, opinion, said) for opinion, (each, said) in zip(ours, judged_by_openssl, strict=True)]


def test_what_is_untouched_is_accepted_by_both(opinions: list[Pair]) -> None:
    """The control: an answer as it was made, one whose delegate was certified as the changed ones are, two odd ones."""
    assert [(ours, theirs) for _, ours, theirs in opinions[:4]] == [("good", "good")] * 4


def test_nothing_that_openssl_refuses_is_good_without_a_reason(opinions: list[Pair]) -> None:
    """The dangerous direction."""
    assert unexplained([pair for pair in opinions if pair[1] == "good" != pair[2]], ACCEPTED_BY_US) == []


def test_nothing_that_openssl_calls_good_is_refused_without_a_reason(opinions: list[Pair]) -> None:
    """The strict direction: what is not DER, not RFC 6960, or not of the declared policy."""
    assert unexplained([pair for pair in opinions if pair[1] != "good" == pair[2]], REFUSED_BY_US) == []


def test_no_word_of_a_revocation_is_taken_for_another(opinions: list[Pair]) -> None:
    """Whoever is revoked or unknown for both is so by the same word."""
    words = {"REVOKED": "revoked", "ON_HOLD": "revoked", "STATUS_UNKNOWN": "unknown"}
    said = [(words[ours.split()[0]], theirs) for _, ours, theirs in opinions if ours.split()[0] in words]
    both = [(ours, theirs) for ours, theirs in said if theirs in {"revoked", "unknown"}]
    assert len(both) >= 3
    assert all(ours == theirs for ours, theirs in both)


def test_both_sides_of_the_comparison_are_large(opinions: list[Pair]) -> None:
    """Hundreds agree in either way, so that agreement means something."""
    accepted = sum(ours == theirs == "good" for _, ours, theirs in opinions)
    refused = sum(ours != "good" and theirs != "good" for _, ours, theirs in opinions)
    assert accepted > 200
    assert refused > 1000
    assert len(opinions) > 2000


@pytest.mark.parametrize("explanation", ACCEPTED_BY_US + REFUSED_BY_US, ids=lambda each: str(each.why)[:40])
def test_every_explanation_is_needed(opinions: list[Pair], explanation: Explained) -> None:
    """A disagreement that no longer occurs must not stay excused."""
    differing = [(ours, theirs) for _, ours, theirs in opinions if (ours == "good") is not (theirs == "good")]
    assert any(explanation.fits(*each) for each in differing)


@pytest.mark.parametrize(
    ("nonce", "ours", "openssl"),
    [
        (a.nonce(), "good", ""),
        (a.nonce(b"x" * 32), "STATUS_UNTRUSTED", "Nonce Verify error"),
        (a.nonce(b"n" * 31), "STATUS_UNTRUSTED", "Nonce Verify error"),
        (a.nonce(b"n" * 33), "STATUS_UNTRUSTED", "Nonce Verify error"),
        (None, "good", "WARNING: no nonce in response"),
    ],
    ids=["echoed", "another", "shorter", "longer", "left-out"],
)
def test_nonces_are_compared_alike(nonce: bytes | None, ours: str, openssl: str, tmp_path: Path) -> None:
    """Another one is refused, a missing one is not, by both."""
    more = b"" if nonce is None else a.extensions(0xA1, nonce)
    answer = a.enveloped(a.signed(a.data(single(), produced=NOW, more=more), certificates=[pki.der(delegate())]))
    authority, leaf = read_authority(CertificateKind.AUTH, pki.der(ISSUER)), parse_certificate(pki.leaf())
    settings = Responder(address="http://ocsp.test/")
    client = OcspClient(Responders({CertificateKind.AUTH: settings}), lambda _: answer, lambda count: b"n" * count)
    status = client.status(leaf, authority, NOW)
    assert ("good" if status.reason == "OK" else str(status.reason)) == ours
    (tmp_path / "answer.der").write_bytes(answer)
    (tmp_path / "issuer.pem").write_bytes(ISSUER.public_bytes(Encoding.PEM))
    (tmp_path / "request.der").write_bytes(build_request(leaf, authority.certificate, a.NONCE))
    command = "openssl ocsp -respin answer.der -reqin request.der -no_nonce -CAfile issuer.pem"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)
    said = done.stderr.decode()
    assert openssl in said
    assert ("Nonce" in said) is ("Nonce" in openssl)
