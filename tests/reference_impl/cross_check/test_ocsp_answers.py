"""OCSP answers that are almost right: client and `openssl ocsp` accept and refuse the same ones, or it is explained.

OpenSSL reads the host's clock, so these answers speak of now. Nonces are compared apart: it looks at them only without
a certificate to ask about.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

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

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

ISSUER = pki.authority("auth", "auth-ca")
STRANGE = a.extension(a.STRANGE_OID, b"\x05\x00")


@dataclass(frozen=True)
class Answers:
    """OCSP answers that speak of `now`.

    No digit changed makes one of their times now, so the comparison does not depend on how long OpenSSL takes to come
    to it.
    """

    now: datetime

    @classmethod
    def of_this_moment(cls) -> Self:
        """Return those of the clock that OpenSSL reads: when they are asked for, never when this file is read.

        A lane takes longer than some of the times lie apart.
        """
        return cls(datetime.now(UTC).replace(microsecond=0))  # noqa: TID251 - that of the process compared with

    @property
    def this(self) -> datetime:
        """When the status was known."""
        return self.now - timedelta(seconds=61)

    @property
    def until(self) -> datetime:
        """When the next one is due."""
        return self.now + timedelta(minutes=97)

    def delegate(
        self, *, issuer: str = "auth-ca", begins: datetime | None = None, ends: datetime | None = None
    ) -> x509.Certificate:
        """A responder's certificate for today."""
        begins = begins or self.now - timedelta(hours=24, minutes=37)
        ends = ends or self.now + timedelta(hours=24, minutes=37)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "responder")])
        return (
            x509.CertificateBuilder(pki.ca_name("auth"), name, pki.key("responder").public_key(), 77, begins, ends)
            .add_extension(pki.key_usage("digital_signature"), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
            .add_extension(x509.OCSPNoCheck(), critical=False)
            .sign(pki.key(issuer), hashes.SHA256())
        )

    def single(self, status: bytes = a.GOOD, *, this: datetime | None = None, until: datetime | None = None) -> bytes:
        """A SingleResponse of now, with a nextUpdate."""
        return a.single(status=status, this=this or self.this, until=until or self.until)

    def body(self, *singles: bytes, responder: bytes | None = None) -> bytes:
        """A ResponseData of now."""
        return a.data(*(singles or (self.single(),)), produced=self.now, responder=responder)

    def signed_again(self, data: bytes) -> bytes:
        """An answer with this ResponseData and a right signature over it."""
        return a.enveloped(a.signed(data, certificates=[pki.der(self.delegate())]))

    def certified_again(self, tbs: bytes) -> bytes:
        """An answer whose delegate has a certificate with this body, rightly signed by the authority."""
        certificate = a.tlv(0x30, tbs, a.RSA_SHA256, a.tlv(3, b"\0", pki.sign("auth-ca", tbs)))
        return a.enveloped(a.signed(self.body(), certificates=[certificate]))

    def arranged(self) -> Iterator[Mutated]:
        """What chance would hardly find."""
        certificate = pki.der(self.delegate())
        yield Mutated("untouched", self.signed_again(self.body()))
        yield Mutated("delegate certified again", self.certified_again(self.delegate().tbs_certificate_bytes))
        yield Mutated(
            "signed by the authority", a.enveloped(a.signed(self.body(responder=a.by_key("auth-ca")), "auth-ca"))
        )
        yield Mutated("delegate named", self.signed_again(self.body(responder=a.by_name(self.delegate()))))
        for name, how in {
            "expired": {"ends": self.now - MINUTE},
            "not begun": {"begins": self.now + HOUR},
            "other generation": {"issuer": "auth-ca-2"},
            "stranger": {"issuer": "rogue-ca"},
        }.items():
            enclosed = pki.der(self.delegate(**how))  # type: ignore[arg-type]
            yield Mutated(f"delegate {name}", a.enveloped(a.signed(self.body(), certificates=[enclosed])))
        for name, given in {
            "revoked": self.single(a.revoked(self.now - DAY, 3)),
            "on hold": self.single(a.revoked(self.now - DAY, 6)),
            "unknown": self.single(a.UNKNOWN),
            "stale": self.single(until=self.now - MINUTE / 2),
            "future": self.single(this=self.now + HOUR, until=self.now + 2 * HOUR),
            "swapped": self.single(this=self.now - MINUTE, until=self.now - HOUR),
            "older than a day": self.single(this=self.now - 2 * DAY),
            "without nextUpdate, young": a.single(this=self.this, until=None),
            "without nextUpdate, old": a.single(this=self.now - HOUR, until=None),
            "twin hash": a.single(about=a.certificate_id(sha1=True), this=self.now - MINUTE, until=self.now + HOUR),
        }.items():
            yield Mutated(name, self.signed_again(self.body(given)))
        yield Mutated(
            "good, then revoked", self.signed_again(self.body(self.single(), self.single(a.revoked(self.now - DAY))))
        )
        yield Mutated("octets behind", self.signed_again(self.body()) + b"\0\0")
        for name, changed in {
            "producedAt with a fraction": a.data(self.single(), produced=a.tlv(0x18, b"20260101000000.5Z")),
            "producedAt of no calendar": a.data(self.single(), produced=a.tlv(0x18, b"20260230000000Z")),
            "producedAt before thisUpdate": a.data(self.single(), produced=self.this - MINUTE),
            "no extension": a.data(self.single(), produced=self.now, more=a.extensions(0xA1)),
            "extension twice": a.data(self.single(), produced=self.now, more=a.extensions(0xA1, STRANGE, STRANGE)),
            "nonce not wrapped": a.data(
                self.single(), produced=self.now, more=a.extensions(0xA1, a.extension(a.NONCE_OID, a.NONCE))
            ),
            "parameters that are no NULL": self.body().replace(a.SHA256_ID, a.SHA256_ID[:-2] + b"\x04\x00"),
        }.items():
            yield Mutated(name, self.signed_again(changed))
        yield Mutated("no certificate", a.enveloped(a.signed(self.body(), certificates=())))
        yield Mutated(
            "behind others", a.enveloped(a.signed(self.body(), certificates=[*([pki.leaf()] * 8), certificate]))
        )
        for number in (1, 2, 3, 4, 5, 6, 7):
            yield Mutated(f"error {number}", bytes([0x30, 3, 0x0A, 1, number]))
            yield Mutated(f"error {number} with bytes", a.enveloped(a.signed(self.body()), number))

    def almost_right(self) -> Iterator[Mutated]:
        """Some thousands of answers, most of them signed after they were changed."""
        yield from self.arranged()
        whole = self.signed_again(self.body())
        yield from mutations(whole, {flip_bit: 250, drop_octet: 50}, seed=11)
        changes: dict[Change, int] = {flip_bit: 700, replace_octet: 150, drop_octet: 50, change_element: 700}
        for each in mutations(self.body(), changes, seed=12):
            yield Mutated(f"{each.name}, then signed", self.signed_again(each.data))
        changes = {flip_bit: 150, change_element: 200}
        for each in mutations(self.delegate().tbs_certificate_bytes, changes, seed=13):
            yield Mutated(f"delegate's {each.name}, then certified", self.certified_again(each.data))


def our_opinions(answers: list[Mutated], now: datetime) -> Iterator[str]:
    """`good`, or reason, clause and words."""
    authority, leaf = read_authority(CertificateKind.AUTH, pki.der(ISSUER)), parse_certificate(pki.leaf())
    settings = Responder(address="http://ocsp.test/", nonce=Nonce.NONE)
    waiting = iter(answers)
    client = OcspClient(Responders({CertificateKind.AUTH: settings}), lambda _: next(waiting).data, bytes)
    for _ in answers:
        status = client.status(leaf, authority, now)
        yield "good" if status.finding is None else f"{status.reason} {status.finding.clause} {status.finding.en}"


@pytest.fixture(scope="module")
def opinions(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    """Each answer with both opinions."""
    made = Answers.of_this_moment()
    answers = list(made.almost_right())
    theirs = judge_answers(tmp_path_factory.mktemp("answers"), ISSUER, pki.leaf(), [each.data for each in answers])
    return list(zip(answers, our_opinions(answers, made.now), theirs, strict=True))


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
    made = Answers.of_this_moment()
    said_to_us = a.data(made.single(), produced=made.now, more=more)
    answer = a.enveloped(a.signed(said_to_us, certificates=[pki.der(made.delegate())]))
    authority, leaf = read_authority(CertificateKind.AUTH, pki.der(ISSUER)), parse_certificate(pki.leaf())
    settings = Responder(address="http://ocsp.test/")
    client = OcspClient(Responders({CertificateKind.AUTH: settings}), lambda _: answer, lambda count: b"n" * count)
    status = client.status(leaf, authority, made.now)
    assert ("good" if status.reason == "OK" else str(status.reason)) == ours
    (tmp_path / "answer.der").write_bytes(answer)
    (tmp_path / "issuer.pem").write_bytes(ISSUER.public_bytes(Encoding.PEM))
    (tmp_path / "request.der").write_bytes(build_request(leaf, authority.certificate, a.NONCE))
    command = "openssl ocsp -respin answer.der -reqin request.der -no_nonce -CAfile issuer.pem"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)
    said = done.stderr.decode()
    assert openssl in said
    assert ("Nonce" in said) is ("Nonce" in openssl)
