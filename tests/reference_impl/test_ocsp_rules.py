"""Each rule of RFC 6960 §3.2 alone: an answer wrong in one thing, its reason, and the clause that says so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.ocsp_client import OcspClient
from reference_impl.verification.ocsp_settings import Nonce, Question, Responder, Responders, StatusUnreachable
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.status import Status
from reference_impl.verification.trust import read_authority
from reference_impl.verification.verdict import Compared
from tests.reference_impl import ocsp_answers as a
from tests.reference_impl import pki

ONE = timedelta(seconds=1)
PLAIN = Responder(address="http://ocsp.test/")
ISSUER = "auth-ca"


def status_of(
    answer: bytes, responder: Responder = PLAIN, now: datetime = pki.NOW, certificate: bytes | None = None
) -> Status:
    """What the client makes of an answer."""
    client = OcspClient(
        Responders({CertificateKind.AUTH: responder}), lambda _question: answer, lambda count: a.NONCE[:count]
    )
    authority = read_authority(CertificateKind.AUTH, pki.der(pki.authority("auth", ISSUER)))
    return client.status(parse_certificate(certificate or pki.leaf()), authority, now)


def settings(**changes: Any) -> Responder:
    """The plain settings with changes."""
    return msgspec.structs.replace(PLAIN, **changes)


@dataclass(frozen=True)
class Case:
    """An answer made when it is needed, the reason, the clause, and whether no fall-back may follow."""

    make: Callable[[], bytes]
    reason: str
    clause: str = ""
    responder: Responder = PLAIN
    final: bool = False


def delegated(issuer: str = ISSUER, key: str = "responder", **how: Any) -> bytes:
    """A right answer with another delegate's certificate."""
    return a.enveloped(a.signed(a.data(), key, certificates=[pki.der(pki.delegate(issuer, **how))]))


def delegate_with(*more: tuple[x509.ExtensionType, bool]) -> bytes:
    """A delegate's certificate with exactly these extensions."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "responder")])
    builder = x509.CertificateBuilder(
        pki.ca_name("auth"), name, pki.key("responder").public_key(), 78, pki.NOW - 90 * 24 * 3600 * ONE,
        pki.NOW + 90 * 24 * 3600 * ONE,
    )  # fmt: skip
    for value, critical in more:
        builder = builder.add_extension(value, critical=critical)
    return builder.sign(pki.key(ISSUER), hashes.SHA256()).public_bytes(Encoding.DER)


def with_delegate(*more: tuple[x509.ExtensionType, bool]) -> bytes:
    """A right answer by such a delegate."""
    return a.enveloped(a.signed(a.data(), certificates=[delegate_with(*more)]))


PURPOSE = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)
ANY_PURPOSE = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), False)
NO_CHECK = (x509.OCSPNoCheck(), False)


def no_check_with(value: bytes) -> tuple[x509.ExtensionType, bool]:
    """An id-pkix-ocsp-nocheck of another value."""
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.48.1.5"), value), False


def sha1_signed() -> bytes:
    """A right SHA-1 signature."""
    body = a.data()
    signature = pki.key("responder").sign(body, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - to be refused
    return a.enveloped(a.signed(body, algorithm=bytes.fromhex("300D06092A864886F70D0101050500"), signature=signature))


def other_serial() -> bytes:
    """A SingleResponse about the next serial."""
    return a.single(about=a.certificate_id(a.tlv(2, bytes.fromhex("07123457"))), status=a.revoked())


STRANGE = a.extension(a.STRANGE_OID, b"\x05\x00")
STRANGE_CRITICAL = a.extension(a.STRANGE_OID, b"\x05\x00", a.CRITICAL)
CUTOFF = a.time(pki.NOW - timedelta(days=7 * 365))
U, S = "STATUS_UNTRUSTED", "STATUS_STALE"

CASES: dict[str, Case] = {
    # (2) signer
    "signature-of-another-key": Case(lambda: a.enveloped(a.signed(a.data(), "rogue-ca")), U, "§4.2.2.2"),
    "signature-by-sha-1": Case(sha1_signed, U, "§4.2.2.2"),
    "signature-says-sha-384": Case(
        lambda: a.enveloped(a.signed(a.data(), algorithm=bytes.fromhex("300D06092A864886F70D01010C0500"))),
        U,
        "§4.2.2.2",
    ),
    "signature-empty": Case(lambda: a.enveloped(a.signed(a.data(), signature=b"")), U, "§4.2.2.2"),
    "delegate-left-out": Case(lambda: a.enveloped(a.signed(a.data(), certificates=())), U, "§4.2.2.2"),
    "delegate-of-another-generation": Case(lambda: delegated("auth-ca-2"), U, "§4.2.2.2"),
    "delegate-of-the-other-authority": Case(lambda: delegated("sign-ca", kind="sign"), U, "§4.2.2.2"),
    "delegate-of-a-stranger-of-the-name": Case(lambda: delegated("rogue-ca"), U, "§4.2.2.2"),
    "delegate-without-purpose": Case(lambda: with_delegate(NO_CHECK), U, "§4.2.2.2"),
    "delegate-for-any-purpose": Case(lambda: with_delegate(ANY_PURPOSE, NO_CHECK), U, "§4.2.2.2"),
    "delegate-of-another-name": Case(lambda: delegated(kind="sign"), U, "§4.2.2.2"),
    "delegate-without-nocheck": Case(lambda: with_delegate(PURPOSE), U, "§4.2.2.2"),
    "delegate-with-a-full-nocheck": Case(lambda: with_delegate(PURPOSE, no_check_with(b"\x04\x00")), U, "§4.2.2.2"),
    "delegate-that-may-sign-nothing": Case(
        lambda: with_delegate(PURPOSE, NO_CHECK, (pki.key_usage("key_encipherment"), True)), U, "§4.2.2.2"
    ),
    "delegate-with-a-strange-critical-extension": Case(
        lambda: with_delegate(
            PURPOSE, NO_CHECK, (x509.UnrecognizedExtension(x509.ObjectIdentifier("2.25.1"), b"\x05\x00"), True)
        ),
        U,
        "§4.2.2.2",
    ),
    "delegate-with-a-short-key": Case(
        lambda: a.enveloped(
            a.signed(
                a.data(responder=a.by_key("short")), "short", certificates=[pki.der(pki.delegate(responder="short"))]
            )
        ),
        U,
        "§4.2.2.2",
    ),
    "delegate-behind-eight-others": Case(
        lambda: a.enveloped(
            a.signed(a.data(), certificates=[*([pki.leaf()] * 8), pki.der(pki.delegate())])
        ),
        U,
        "§4.2.2.2",
    ),
    "holder-signs-own-status": Case(
        lambda: a.enveloped(a.signed(a.data(responder=a.by_key("holder")), "holder", certificates=[pki.leaf()])),
        U,
        "§4.2.2.2",
    ),
    "responder-id-of-another-key": Case(lambda: a.answer(responder=a.by_key("holder")), U, "§4.2.2.2"),
    "responder-id-of-another-name": Case(
        lambda: a.answer(responder=a.by_name(pki.authority("sign", "sign-ca"))), U, "§4.2.2.2"
    ),
    "responder-id-names-the-authority-that-did-not-sign": Case(
        lambda: a.answer(responder=a.by_name(pki.authority("auth", ISSUER))), U, "§4.2.2.2"
    ),
    "critical-extension": Case(lambda: a.answer(more=a.extensions(0xA1, a.nonce(), STRANGE_CRITICAL)), U, "§4.2"),
    # (3) nonce
    "nonce-of-another-question": Case(lambda: a.answer(more=a.extensions(0xA1, a.nonce(b"x" * 32))), U, "9654 §2.1"),
    "nonce-one-octet-shorter": Case(lambda: a.answer(more=a.extensions(0xA1, a.nonce(b"n" * 31))), U, "9654 §2.1"),
    "nonce-one-octet-longer": Case(lambda: a.answer(more=a.extensions(0xA1, a.nonce(b"n" * 33))), U, "9654 §2.1"),
    "nonce-left-out-though-demanded": Case(
        lambda: a.answer(more=b""), U, "9654 §2.1", settings(nonce=Nonce.DEMANDED)
    ),
    "nonce-in-single-extensions-though-demanded": Case(
        lambda: a.answer(a.single(more=a.extensions(0xA1, a.nonce())), more=b""),
        U,
        "9654 §2.1",
        settings(nonce=Nonce.DEMANDED),
    ),
    # (4) about
    "neighbour-serial": Case(lambda: a.answer(other_serial()), U, "§3.2(1)"),
    "no-single-at-all": Case(lambda: a.enveloped(a.signed(a.tlv(0x30, a.by_key(), a.time(pki.NOW), a.tlv(0x30)))), U),
    "same-serial-of-another-authority": Case(
        lambda: a.answer(a.single(about=a.certificate_id(issuer=pki.authority("sign", "sign-ca")))), U, "§3.2(1)"
    ),
    "same-serial-of-another-generation": Case(
        lambda: a.answer(a.single(about=a.certificate_id(issuer=pki.authority("auth", "auth-ca-2")))), U, "§3.2(1)"
    ),
    "wrong-name-hash": Case(lambda: a.answer(a.single(about=a.certificate_id(name_hash=bytes(32)))), U, "§3.2(1)"),
    "wrong-key-hash": Case(lambda: a.answer(a.single(about=a.certificate_id(key_hash=bytes(32)))), U, "§3.2(1)"),
    "hash-that-nobody-uses": Case(
        lambda: a.answer(a.single(about=a.certificate_id().replace(a.SHA256_ID, a.SHA384_ID))),
        U,
        "§3.2(1)",
    ),
    "critical-single-extension": Case(
        lambda: a.answer(a.single(more=a.extensions(0xA1, STRANGE_CRITICAL))), U, "§4.2"
    ),
    "this-update-ahead-of-us-and-of-produced-at": Case(lambda: a.answer(a.single(this=pki.NOW + ONE)), S, "§4.2.2.1"),
    "revoked-after-produced-at": Case(
        lambda: a.answer(a.single(status=a.revoked()), produced=a.GRID - ONE), "REVOKED", "§2.2"
    ),
    "this-update-after-produced-at": Case(lambda: a.answer(produced=a.GRID - ONE), U, "§2.4"),
    # (5) signer now
    "delegate-expired-a-second-ago": Case(lambda: delegated(not_after=pki.NOW - ONE), U, "§3.2(4)"),
    # (6) window
    "next-update-now": Case(lambda: a.answer(a.single(until=pki.NOW)), S, "§3.2(6)"),
    "next-update-a-second-ago": Case(lambda: a.answer(a.single(until=pki.NOW - ONE)), S, "§3.2(6)"),
    "next-update-before-this-update": Case(lambda: a.answer(a.single(until=a.GRID - ONE)), S, "§3.2(6)"),
    "this-update-a-second-ahead": Case(
        lambda: a.answer(a.single(this=pki.NOW + ONE), produced=pki.NOW + ONE), S, "§4.2.2.1"
    ),
    "this-update-at-the-end-of-time": Case(
        lambda: a.answer(a.single(this=b"\x18\x0f99991231235959Z"), produced=b"\x18\x0f99991231235959Z"),
        S,
        "§4.2.2.1",
    ),
    "older-than-the-maximum-age": Case(
        lambda: a.answer(a.single(this=pki.NOW - timedelta(hours=24), until=pki.NOW + ONE)), S, "§3.2(6)"
    ),
    "no-next-update-and-old": Case(
        lambda: a.answer(a.single(this=pki.NOW - timedelta(minutes=30), until=None)), S, "§3.2(6)"
    ),
    "no-next-update-under-the-lightweight-profile": Case(
        lambda: a.answer(a.single(until=None)), S, "9919 §5", settings(without_next_update=None)
    ),
    "revoked-but-stale": Case(
        lambda: a.answer(a.single(status=a.revoked(), until=pki.NOW - ONE)), S, "§3.2(6)", final=True
    ),
    # (7) status
    "unknown": Case(lambda: a.answer(a.single(status=a.UNKNOWN)), "STATUS_UNKNOWN", "§2.2"),
    "expired-before-the-archive-begins": Case(
        lambda: a.answer(
            a.single(more=a.extensions(0xA1, a.extension(a.ARCHIVE_CUTOFF_OID, a.time(pki.NOT_AFTER + ONE))))
        ),
        "STATUS_UNKNOWN",
        "§4.4.4",
    ),
    "revoked-before-the-archive-begins": Case(
        lambda: a.answer(
            a.single(
                status=a.revoked(),
                more=a.extensions(0xA1, a.extension(a.ARCHIVE_CUTOFF_OID, a.time(pki.NOT_AFTER + ONE))),
            )
        ),
        "REVOKED",
        "§2.2",
    ),
    "ended-with-the-beginning-of-the-archive": Case(
        lambda: a.answer(a.single(more=a.extensions(0xA1, a.extension(a.ARCHIVE_CUTOFF_OID, a.time(pki.NOT_AFTER))))),
        "OK",
    ),
    "revoked-without-reason": Case(lambda: a.answer(a.single(status=a.revoked())), "REVOKED", "§2.2"),
    "revoked-tomorrow": Case(lambda: a.answer(a.single(status=a.revoked(pki.NOW + timedelta(days=1)))), "REVOKED"),
    "on-hold": Case(lambda: a.answer(a.single(status=a.revoked(reason=6))), "ON_HOLD", "§5.3.1"),
    "never-issued": Case(
        lambda: a.answer(a.single(status=a.revoked(datetime.fromisoformat("1970-01-01T00:00:00Z"), 6))), "ON_HOLD"
    ),
    "good-then-revoked-by-both-hashes": Case(
        lambda: a.answer(a.single(), a.single(about=a.certificate_id(sha1=True), status=a.revoked())), "REVOKED"
    ),
    "stale-then-revoked": Case(
        lambda: a.answer(a.single(until=pki.NOW - ONE), a.single(status=a.revoked())), "REVOKED"
    ),
    "good-then-stale": Case(lambda: a.answer(a.single(), a.single(until=pki.NOW - ONE)), S),
    "good-then-stale-revoked": Case(
        lambda: a.answer(a.single(), a.single(status=a.revoked(), until=pki.NOW - ONE)), S, final=True
    ),
    "stale-then-stale-revoked": Case(
        lambda: a.answer(
            a.single(until=pki.NOW - ONE), a.single(status=a.revoked(), until=pki.NOW - ONE)
        ),
        S,
        final=True,
    ),
    **{
        f"revoked-for-reason-{number}": Case(
            lambda number=number: a.answer(a.single(status=a.revoked(reason=number))),  # type: ignore[misc]
            "REVOKED",
            "§2.2",
        )
        for number in (0, 1, 2, 3, 4, 5, 8, 9, 10)
    },
    # what is right, or odd and legal
    "right": Case(a.answer, "OK"),
    "next-update-under-the-lightweight-profile": Case(
        a.answer, "OK", responder=settings(without_next_update=None)
    ),
    "signed-by-the-authority": Case(
        lambda: a.enveloped(a.signed(a.data(responder=a.by_key(ISSUER)), ISSUER, certificates=())), "OK"
    ),
    "signed-by-the-authority-named": Case(
        lambda: a.enveloped(
            a.signed(a.data(responder=a.by_name(pki.authority("auth", ISSUER))), ISSUER, certificates=())
        ),
        "OK",
    ),
    "delegate-named": Case(lambda: a.answer(responder=a.by_name(pki.delegate())), "OK"),
    "delegate-for-documents": Case(
        lambda: with_delegate(PURPOSE, NO_CHECK, (pki.key_usage("content_commitment"), True)), "OK"
    ),
    "delegate-without-key-usage": Case(lambda: with_delegate(PURPOSE, NO_CHECK), "OK"),
    "delegate-with-critical-nocheck": Case(lambda: with_delegate(PURPOSE, (x509.OCSPNoCheck(), True)), "OK"),
    "delegate-in-its-last-second": Case(lambda: delegated(not_after=pki.NOW), "OK"),
    "delegate-behind-seven-others": Case(
        lambda: a.enveloped(a.signed(a.data(), certificates=[*([pki.leaf()] * 7), pki.der(pki.delegate())])), "OK"
    ),
    "delegate-certified-anew": Case(
        lambda: a.enveloped(
            a.signed(
                a.data(), certificates=[pki.der(pki.delegate(not_after=pki.NOW - ONE)), pki.der(pki.delegate())]
            )
        ),
        "OK",
    ),
    "algorithm-without-null": Case(
        lambda: a.enveloped(a.signed(a.data(), algorithm=bytes.fromhex("300B06092A864886F70D01010B"))), "OK"
    ),
    "nonce-left-out": Case(lambda: a.answer(more=b""), "OK"),
    "nonce-unasked-for": Case(a.answer, "OK", responder=settings(nonce=Nonce.NONE)),
    "nonce-in-single-extensions": Case(
        lambda: a.answer(a.single(more=a.extensions(0xA1, a.nonce(b"x" * 32))), more=b""), "OK"
    ),
    "strange-extension": Case(lambda: a.answer(more=a.extensions(0xA1, a.nonce(), STRANGE)), "OK"),
    "strange-single-extension": Case(lambda: a.answer(a.single(more=a.extensions(0xA1, STRANGE))), "OK"),
    "archive-since-long": Case(
        lambda: a.answer(a.single(more=a.extensions(0xA1, a.extension(a.ARCHIVE_CUTOFF_OID, CUTOFF, a.CRITICAL)))),
        "OK",
    ),
    "twin-hash": Case(lambda: a.answer(a.single(about=a.certificate_id(sha1=True))), "OK"),
    "both-hashes": Case(lambda: a.answer(a.single(), a.single(about=a.certificate_id(sha1=True))), "OK"),
    "neighbour-first": Case(lambda: a.answer(other_serial(), a.single()), "OK"),
    "neighbour-with-a-critical-extension": Case(
        lambda: a.answer(
            a.single(
                about=a.certificate_id(a.tlv(2, b"\x01")), more=a.extensions(0xA1, STRANGE_CRITICAL)
            ),
            a.single(),
        ),
        "OK",
    ),
    "produced-long-ago": Case(lambda: a.answer(produced=a.GRID), "OK"),
    "produced-ahead-of-us": Case(lambda: a.answer(produced=pki.NOW + timedelta(hours=1)), "OK"),
    "next-update-in-a-second": Case(lambda: a.answer(a.single(until=pki.NOW + ONE)), "OK"),
    "this-update-now": Case(lambda: a.answer(a.single(this=pki.NOW)), "OK"),
    "a-second-younger-than-the-maximum-age": Case(
        lambda: a.answer(a.single(this=pki.NOW - timedelta(hours=24) + ONE, until=pki.NOW + ONE)), "OK"
    ),
    "next-update-in-a-thousand-years": Case(lambda: a.answer(a.single(until=b"\xa0\x11\x18\x0f30261231235959Z")), "OK"),
    "no-next-update-and-young": Case(
        lambda: a.answer(a.single(this=pki.NOW - timedelta(minutes=30) + ONE, until=None)), "OK"
    ),
    "pinned-responder": Case(
        lambda: a.enveloped(a.signed(a.data(responder=a.by_key("pinned")), "pinned", certificates=())),
        "OK",
        responder=settings(pinned=(parse_certificate(pki.der(pki.delegate("rogue-ca", responder="pinned"))),)),
    ),
    "pinned-responder-expired": Case(
        lambda: a.enveloped(a.signed(a.data(responder=a.by_key("pinned")), "pinned", certificates=())),
        U,
        "§3.2(4)",
        settings(
            pinned=(parse_certificate(pki.der(pki.delegate("rogue-ca", responder="pinned", not_after=pki.NOW - ONE))),)
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_rule_alone(name: str) -> None:
    """The reason and the clause; what is refused for it names both languages, what is good names its time."""
    case = CASES[name]
    status = status_of(case.make(), case.responder)
    assert (str(status.reason), status.final) == (case.reason, case.final), status
    if case.reason == "OK":
        assert status.finding is None
        assert status.source is not None
    else:
        assert status.finding is not None
        assert case.clause in status.finding.clause
        assert status.finding.ja
        assert status.finding.en


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (bytes.fromhex("30030A0101"), "MALFORMED_REQUEST"),
        (bytes.fromhex("30030A0102"), "INTERNAL_ERROR"),
        (bytes.fromhex("30030A0103"), "TRY_LATER"),
        (bytes.fromhex("30030A0105"), "SIG_REQUIRED"),
        (bytes.fromhex("30030A0106"), "UNAUTHORIZED"),
        (bytes.fromhex("30030A0104"), "a status of 0, 1, 2, 3, 5 or 6, found 4"),
        (bytes.fromhex("30030A0107"), "found 7"),
        (bytes.fromhex("30030A0100"), "responseBytes of a successful answer, found none"),
        (b"", "0 other octets"),
        (b"<html>", "6 other octets"),
    ],
)
def test_an_error_is_no_answer(answer: bytes, words: str) -> None:
    """Each error status, each number that is none, success without an answer, and what is not OCSP: UNAVAILABLE."""
    status = status_of(answer)
    assert status.reason == "STATUS_UNAVAILABLE"
    assert status.finding is not None
    assert words in status.finding.en


@pytest.mark.parametrize("number", [1, 2, 3, 5, 6])
def test_an_error_with_a_good_answer_attached_is_no_answer(number: int) -> None:
    """RFC 6960 §4.2.1: an error carries no responseBytes, and what it carries is not read (RP-OCSP-014)."""
    assert status_of(a.enveloped(a.signed(a.data()), number)).reason == "STATUS_UNAVAILABLE"


def test_unreachable_says_what_came_instead() -> None:
    """A way to the responder that is none is UNAVAILABLE, in the words of the way."""

    def ask(question: Question) -> bytes:
        raise StatusUnreachable(f"no way to {question.address}")

    client = OcspClient(Responders({CertificateKind.AUTH: PLAIN}), ask, bytes)
    authority = read_authority(CertificateKind.AUTH, pki.der(pki.authority("auth", ISSUER)))
    status = client.status(parse_certificate(pki.leaf()), authority, pki.NOW)
    assert status.reason == "STATUS_UNAVAILABLE"
    assert status.finding is not None
    assert status.finding.en == "no way to http://ocsp.test/"


def test_answers_here_are_written_as_a_library_writes_them() -> None:
    """The control of these tests: octet for octet what cryptography's builder makes, but for the time of signing."""
    builder = ocsp.OCSPResponseBuilder().add_response(
        x509.load_der_x509_certificate(pki.leaf()), pki.authority("auth", ISSUER), hashes.SHA256(),
        ocsp.OCSPCertStatus.GOOD, a.GRID, a.GRID + timedelta(minutes=30), None, None,
    )  # fmt: skip
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, pki.delegate()).certificates([pki.delegate()])
    theirs = builder.add_extension(x509.OCSPNonce(a.NONCE), critical=False).sign(pki.key("responder"), hashes.SHA256())
    ours = a.enveloped(a.signed(a.data(produced=theirs.produced_at_utc)))
    assert ours == theirs.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (a.answer(a.single(status=a.revoked(reason=3))), "the certificate is revoked (affiliationChanged)"),
        (a.answer(a.single(status=a.revoked())), "the certificate is revoked (unspecified)"),
        (a.answer(more=b""), "the nonce is missing"),
        (a.answer(more=a.extensions(0xA1, a.nonce(b"x" * 32))), "the nonce differs from the one sent"),
    ],
)
def test_refusal_says_what_it_found(answer: bytes, words: str) -> None:
    """The reason of a revocation, and what is wrong with a nonce, are in the words; in Japanese too."""
    finding = status_of(answer, settings(nonce=Nonce.DEMANDED)).finding
    assert finding is not None
    assert finding.en == words
    if "(" in words:
        assert words[words.index("(") + 1 : -1] in finding.ja


def test_revocation_names_the_instant_of_it() -> None:
    """The two instants that were compared: of a revocation its time, of what is stale the end of its window."""
    answer = a.answer(a.single(status=a.revoked(a.GRID - ONE)))
    for now, reason, compared in (
        (pki.NOW, "REVOKED", Compared("revocationTime", a.GRID - ONE, pki.NOW)),
        (a.GRID + timedelta(minutes=30), "STATUS_STALE", None),
    ):
        status = status_of(answer, now=now)
        assert status.reason == reason
        assert status.finding is not None
        if compared is not None:
            assert status.finding.compared == compared
        else:
            assert status.finding.compared is not None
            assert status.finding.compared.what == "nextUpdate"
    good = status_of(a.answer())
    assert (good.reason, good.finding) == ("OK", None)
