"""A platform that lies, is slow, is gone or talks nonsense: nothing of it is ever good, and nothing is remembered."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from cryptography import x509

from reference_impl.backends import wire
from reference_impl.backends.backend import Errand, Numbered
from reference_impl.backends.sealed import ANSWER, MEDIA_TYPE, QUESTION, load_private, seal
from reference_impl.status_client import Media, StatusClient
from reference_impl.verification import CertificateKind
from reference_impl.verification.ocsp_settings import Question
from reference_impl.verification.verdict import HolderKey, Reason, StatusSource, Verdict
from tests.reference_impl import pki
from tests.reference_impl.backends.delegating import Hosted, hosted, relying_party, rows, why
from tests.reference_impl.conftest import World
from tests.reference_impl.responder import REVOKED
from tests.reference_impl.test_status_client import HEAD, Script, flood, listening, say_nothing, send, trickle

MEDIA = Media(MEDIA_TYPE, MEDIA_TYPE, 64 * 1024)
HOUR = timedelta(hours=1)


@pytest.fixture
def platform() -> Iterator[Hosted]:
    """A platform."""
    with hosted() as made:
        yield made


@pytest.fixture(params=["sp-1", "town"])
def world(request: pytest.FixtureRequest, platform: Hosted) -> Iterator[World]:
    """A client of it with an enrolled holder: one that knows PPIDs, one that knows serial numbers."""
    with relying_party(platform, request.param) as made:
        assert made.attempt("enrol")["reason"] == "OK"
        yield made


def payload_of(message: bytes) -> bytes:
    """What a signed message says."""
    part = message.split(b".")[1]
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def resealed(platform: Hosted, message: bytes, signer: str = "pf-1", kid: str = "pf-1", **changes: Any) -> bytes:
    """The answer with some of it changed, signed again by whoever has that key."""
    answer = msgspec.json.decode(payload_of(message), type=wire.Answer)
    said = {name: changes.pop(name) for name in wire.Said.__struct_fields__ if name in changes}
    answer = msgspec.structs.replace(answer, **changes)
    answer = msgspec.structs.replace(answer, said=msgspec.structs.replace(answer.said, **said))
    return seal(load_private(platform.folder / f"{signer}.pem"), kid, ANSWER, msgspec.json.encode(answer))


def refused(world: World, reason: str) -> None:
    """A login is refused for this reason at the status, and the next one, rightly answered, is accepted."""
    outcome = world.attempt("login")
    assert (outcome["reason"], outcome["steps"][-1]) == (reason, "proof")
    assert {"clause", "ja", "en"} <= set(outcome["details"])


GOOD = StatusSource("ocsp", pki.NOW - timedelta(minutes=5))
LIES: dict[str, tuple[str, Callable[[Hosted, bytes], bytes]]] = {
    "signed-by-another-client": ("STATUS_UNTRUSTED", lambda p, a: resealed(p, a, signer="sp-2")),
    "signed-by-a-stranger-in-its-own-name": ("STATUS_UNTRUSTED", lambda p, a: resealed(p, a, "stranger", "stranger")),
    "other-identifier": ("STATUS_UNTRUSTED", lambda p, a: resealed(p, a, id="0" * 64)),
    "of-another-question": ("STATUS_UNTRUSTED", lambda p, a: resealed(p, a, of="0" * 64)),
    "to-another-client": ("STATUS_UNTRUSTED", lambda p, a: resealed(p, a, to="sp-2")),
    "from-another-platform": ("STATUS_UNTRUSTED", lambda p, a: resealed(p, a, from_="pf-2")),
    "an-hour-old": ("STATUS_STALE", lambda p, a: resealed(p, a, at=pki.NOW - HOUR)),
    "an-hour-early": ("STATUS_STALE", lambda p, a: resealed(p, a, at=pki.NOW + HOUR)),
    "status-of-yesterday": (
        "STATUS_STALE", lambda p, a: resealed(p, a, status=StatusSource("ocsp", pki.NOW - 24 * HOUR))
    ),
    "status-of-tomorrow": ("STATUS_STALE", lambda p, a: resealed(p, a, status=StatusSource("ocsp", pki.NOW + HOUR))),
    "good-without-a-status": ("STATUS_UNTRUSTED", lambda p, a: resealed(p, a, status=None)),
    "good-by-hearsay": ("STATUS_UNTRUSTED", lambda p, a: resealed(p, a, status=StatusSource("friend", pki.NOW))),
    "good-of-nobody": ("STATUS_UNTRUSTED", lambda p, a: resealed(p, a, holder=None)),
    "good-of-another": ("STATUS_UNTRUSTED", lambda p, a: resealed(p, a, holder=HolderKey("ab" * 32, "1"))),
    "good-by-a-name-of-another-platform": (
        "STATUS_UNTRUSTED", lambda p, a: resealed(p, a, holder=HolderKey("ppid:pf-2", "1"))
    ),
    "what-it-cannot-know": ("STATUS_UNTRUSTED", lambda p, a: resealed(p, a, reason=Reason.ALREADY_ENROLLED)),
    "cut-short": ("STATUS_UNTRUSTED", lambda _, a: a[:-3]),
    "cut-in-the-middle": ("STATUS_UNTRUSTED", lambda _, a: a[: len(a) // 2]),
    "one-bit-of-the-payload": ("STATUS_UNTRUSTED", lambda _, a: a.replace(b".", b".e", 1)),
    "padded": ("STATUS_UNTRUSTED", lambda _, a: a + b"="),
    "its-question": ("STATUS_UNTRUSTED", lambda p, _: p.asked[-1]),
    "no-signature": ("STATUS_UNTRUSTED", lambda _, a: a.rpartition(b".")[0] + b"."),
    "empty": ("STATUS_UNTRUSTED", lambda *_: b""),
    "html": ("STATUS_UNTRUSTED", lambda *_: b"<html>good</html>"),
    "json-not-signed": ("STATUS_UNTRUSTED", lambda _, a: payload_of(a)),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_lie_is_no_status(world: World, platform: Hosted, lie: str) -> None:
    """One thing wrong with the answer: refused after the proof, in words; the next right answer is taken."""
    reason, bend = LIES[lie]
    platform.bend = lambda answer: bend(platform, answer)
    refused(world, reason)
    platform.bend = bytes
    assert world.attempt("login")["reason"] == "OK"


def test_lie_of_a_header_that_needs_no_key(world: World, platform: Hosted) -> None:
    """`alg` none, and an algorithm that is not the one: the header is closed (RFC 8725 §3.1)."""
    for header in (b'{"alg":"none","kid":"pf-1","typ":"kazashi-answer+jws"}', b'{"alg":"HS256","kid":"pf-1"}'):
        encoded = base64.urlsafe_b64encode(header).rstrip(b"=")
        platform.bend = lambda answer, encoded=encoded: encoded + answer[answer.index(b".") :]  # type: ignore[misc]
        refused(world, "STATUS_UNTRUSTED")


def test_revoked_is_not_made_good_by_whoever_has_another_key(world: World, platform: Hosted) -> None:
    """J-LIS says revoked, a stranger between us says good; with the platform's own word it is REVOKED."""
    platform.responder.set(status=REVOKED, reason=x509.ReasonFlags.key_compromise)
    holder = HolderKey("ppid:pf-1", "1")
    good: dict[str, Any] = {"reason": Reason.OK, "status": GOOD, "holder": holder, "finding": None}
    platform.bend = lambda answer: resealed(platform, answer, signer="stranger", **good)
    refused(world, "STATUS_UNTRUSTED")
    platform.bend = bytes
    refused(world, "REVOKED")


def test_revocation_is_remembered_where_serial_numbers_may_be(platform: Hosted) -> None:
    """The platform said revoked, then, as of the same time, good under its own key: the town does not forget."""
    with relying_party(platform, "town") as town:
        assert town.attempt("enrol")["reason"] == "OK"
        good = msgspec.json.decode(payload_of(platform.answered[-1]), type=wire.Answer).said
        platform.responder.set(status=REVOKED)
        assert town.attempt("login")["reason"] == "REVOKED"
        platform.bend = lambda answer: resealed(platform, answer, reason=good.reason, status=good.status, finding=None)
        assert town.attempt("login")["reason"] == "REVOKED"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "OK"),
        ({"holder": HolderKey("ppid:pf-1", "another")}, "STATUS_UNTRUSTED"),
        ({"holder": None}, "STATUS_UNTRUSTED"),
        ({"status": None}, "STATUS_UNTRUSTED"),
        ({"reason": Reason.REVOKED}, "REVOKED"),
    ],
    ids=["right", "of-another", "of-nobody", "no-source", "revoked"],
)
def test_status_by_name_is_of_that_name(platform: Hosted, changes: dict[str, Any], reason: str) -> None:
    """現況確認 by name, and the accounts' question how a number stands: the same lies, the same answers."""
    with relying_party(platform) as world:
        found = world.party._back_end.check(pki.leaf(), CertificateKind.AUTH, why(Errand.CURRENT_STATUS))
        assert found.holder is not None
        number = Numbered(found.holder, CertificateKind.AUTH, pki.NOT_AFTER)
        platform.bend = lambda answer: resealed(platform, answer, **changes)
        assert world.party._back_end.status(number, why(Errand.CURRENT_STATUS)).reason.value == reason
        assert world.party._statuses.of(found.holder, pki.NOW).reason.value == reason
        told = [(row.service, row.purpose, row.reason) for row in rows(world.party._audit)]
        assert told == [
            ("library", "current-status", "OK"),
            ("library", "current-status", reason),
            ("-", "current-status", reason),
        ]
        assert world.responder.asked == []


@pytest.mark.parametrize("holder", [None, HolderKey("ab" * 32, "7123456"), HolderKey("ppid:pf-2", "1")])
def test_name_before_a_tap_is_the_platforms(platform: Hosted, holder: HolderKey | None) -> None:
    """A hint at a tap: a name of nobody, a serial number, another platform's name: refused, and no birth date given."""
    with relying_party(platform) as world:
        assert world.attempt("enrol")["reason"] == "OK"
        hint = {"certificate": base64.b64encode(pki.leaf()).decode()}
        assert "birth_date" in world.begin("tap", holder=hint)
        platform.bend = lambda answer: resealed(platform, answer, holder=holder)
        begun = world.begin("tap", holder=hint)
        assert begun["outcome"]["reason"] == "STATUS_UNTRUSTED"


@pytest.mark.parametrize("former", [None, (HolderKey("ab" * 32, "7123456"),), (HolderKey("ppid:pf-2", "1"),)])
def test_names_before_are_the_platforms(platform: Hosted, former: tuple[HolderKey, ...] | None) -> None:
    """What a renewed certificate succeeded: names of this platform alone, to whom it may give names alone."""
    with relying_party(platform) as world:
        inner: Any = platform.desk._back_end._inner
        inner._former = lambda *_: ()
        assert world.party._back_end.former(pki.leaf(), why(Errand.RENEWAL)) == ()
        platform.bend = lambda answer: resealed(platform, answer, former=former)
        refusal = world.party._back_end.former(pki.leaf(), why(Errand.RENEWAL))
        assert isinstance(refusal, Verdict)
        assert refusal.reason == "STATUS_UNTRUSTED"


def test_old_answer_is_not_taken_for_a_new_one(world: World, platform: Hosted) -> None:
    """Good yesterday minus a day: the answer to the last question, played again for this one."""
    assert world.attempt("login")["reason"] == "OK"
    old = platform.answered[-1]
    platform.responder.set(status=REVOKED)
    platform.bend = lambda _: old
    refused(world, "STATUS_UNTRUSTED")


def test_platform_cannot_vouch_for_a_proof_that_is_none(world: World, platform: Hosted) -> None:
    """Even its own key does not make a wrong signature right: that is proved here, and it is not even asked."""
    asked = len(platform.asked)
    assert world.attempt("login", signature=bytes(256))["reason"] == "BAD_SIGNATURE"
    assert world.attempt("login", certificate=pki.leaf(issuer_key="rogue-ca"))["reason"] == "UNKNOWN_ISSUER"
    assert len(platform.asked) == asked


JOSE = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: 6\r\n\r\na.b.cd"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (say_nothing, "STATUS_UNAVAILABLE"),
        (trickle(HEAD % 60_000), "STATUS_UNAVAILABLE"),
        (flood, "STATUS_UNAVAILABLE"),
        (send(HEAD % 65537 + b"a" * 65537), "STATUS_UNAVAILABLE"),
        (send(b""), "STATUS_UNAVAILABLE"),
        (send(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), "STATUS_UNAVAILABLE"),
        (
            send(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
            "STATUS_UNAVAILABLE",
        ),
        (send(JOSE % b"text/html"), "STATUS_UNAVAILABLE"),
        (send(JOSE % b"application/json"), "STATUS_UNAVAILABLE"),
        (send(JOSE % b"application/jose"), "STATUS_UNTRUSTED"),
    ],
    ids=["silent", "trickled", "endless", "huge", "closed", "503", "redirect", "html", "json", "garbled"],
)
def test_channel_that_does_not_answer(world: World, script: Script, reason: str) -> None:
    """Over TCP: slow, endless, huge, of another type, elsewhere. The attempt may be tried again where nobody lied."""
    channel = StatusClient(MEDIA)
    client = world.party._back_ends._client  # type: ignore[attr-defined]
    ask = client._ask
    with listening(script) as address:
        client._ask = lambda question: channel.ask(Question(address, question.body + b"\r\n\r\nrequest", 0.3))
        outcome = world.attempt("login")
        assert (outcome["reason"], outcome["decision"]) == (
            reason,
            "retry" if reason == "STATUS_UNAVAILABLE" else "reject",
        )
    client._ask = lambda question: channel.ask(Question("http://127.0.0.1:9/", question.body, 0.3))
    assert world.attempt("login")["reason"] == "STATUS_UNAVAILABLE"
    channel.close()
    client._ask = ask
    assert world.attempt("login")["reason"] == "OK"


def test_question_says_no_more_than_it_must(world: World, platform: Hosted) -> None:
    """Neither our session's name nor the terminal goes out; the digest that binds the answer is of what was sent."""
    begun = world.begin("login")
    world.post("complete", world.present(begun, "login"))
    question = payload_of(platform.asked[-1]).decode()
    assert begun["session"] not in question
    assert "counter-1" not in question
    answer = msgspec.json.decode(payload_of(platform.answered[-1]), type=wire.Answer)
    assert answer.of == hashlib.sha256(platform.asked[-1]).hexdigest()
    assert QUESTION.encode() in base64.urlsafe_b64decode(platform.asked[-1].split(b".")[0] + b"==")
