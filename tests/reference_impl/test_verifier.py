"""The public face: every kind accepted by exactly its steps, and what a verdict says and does not say."""

import doctest
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import msgspec
import pytest

from reference_impl.verification import HolderKey, Policy, Purpose, Reason, Service, Status, Verdict
from reference_impl.verification import verifier as public_face
from reference_impl.verification.chip import Chips
from reference_impl.verification.doors import Enrolled
from reference_impl.verification.verdict import Decision, StatusSource
from tests.reference_impl import pki
from tests.reference_impl.verifying import MAKERS, Book, bench, chip, login, signing, tap, trust

BEFORE = ["decode", "purpose", "issuer", "validity", "place", "challenge"]
STEPS = {
    "authentication": [*BEFORE, "proof", "status", "account", "policy", "done"],
    "enrolment": [*BEFORE, "proof", "genuineness", "status", "account", "policy", "done"],
    "tap": [*BEFORE, "genuineness", "status", "account", "policy", "done"],
    "signing": [*BEFORE, "proof", "status", "account", "policy", "done"],
    "phone-authentication": [*BEFORE, "proof", "status", "account", "policy", "done"],
    "phone-signing": [*BEFORE, "proof", "status", "account", "policy", "done"],
    "card-application": ["decode", "purpose", "validity", "place", "challenge", "account", "policy", "done"],
}


def test_documentation_of_the_public_face_is_true() -> None:
    """The doctest of verifier.py: what a vendor reads first does what it says."""
    result = doctest.testmod(public_face)
    assert (result.failed, result.attempted >= 10) == (0, True)


def holder_of(serial: int = 0x07123456, issuer: str = "auth-ca") -> HolderKey:
    """The key of the account of a test certificate."""
    issuer_key = next(each.issuer_key for each in trust(issuer).authorities)
    return HolderKey(issuer_key, f"{serial:x}")


def enrolled_book(kind: str) -> Book:
    """A book in which the presentation of this kind finds what it needs."""
    record = Chips(trust(), 0).read(chip(bytes(32))).record
    account = Enrolled(frozenset({"library"}), record.birth_date, record.chip_key)
    free_area = HolderKey("free-area:f04b415a4153484911", b"00012345".hex())
    return Book({} if kind == "enrolment" else {holder_of(): account, free_area: account})


@pytest.mark.parametrize("kind", MAKERS)
def test_right_presentation_passes_exactly_its_steps(kind: str) -> None:
    """Each kind is accepted with its own steps in their order, its source of status, and one entry in the book."""
    book = enrolled_book(kind)
    on = bench(accounts=book)
    verdict = on.verifier.verify(MAKERS[kind](on), pki.NOW)
    assert (verdict.decision, verdict.reason, list(verdict.steps)) == (Decision.ACCEPT, Reason.OK, STEPS[kind])
    assert verdict.finding is None
    assert book.settled == [verdict.holder]
    if kind == "card-application":
        assert (verdict.status, on.told.asked) == (None, [])
    else:
        assert (verdict.status, on.told.asked) == (StatusSource("told", pki.NOW), [0x07123456])


@pytest.mark.parametrize("kind", MAKERS)
def test_without_an_account_door_its_steps_are_not_listed(kind: str) -> None:
    """Nobody is looked up and nothing written down: the same steps but for account and done."""
    on = bench()
    verdict = on.verifier.verify(MAKERS[kind](on), pki.NOW)
    assert list(verdict.steps) == [each for each in STEPS[kind] if each not in {"account", "done"}]


def test_document_without_a_session_has_no_challenge_step() -> None:
    """A document that no session composed is verified without a challenge, and the verdict does not claim one."""
    on = bench()
    verdict = on.verifier.verify(signing(on, challenge=None), pki.NOW)
    assert (verdict.reason, "challenge" in verdict.steps) == (Reason.OK, False)


def test_verdicts_of_many_keep_their_order() -> None:
    """Each verdict stands where its presentation stood; the first to spend a challenge has it."""
    on = bench()
    first = login(on)
    verdicts = on.verifier.verify_many([first, first, login(on, signature=bytes(256)), login(on)], pki.NOW)
    assert [each.reason.value for each in verdicts] == ["OK", "CHALLENGE_REPLAYED", "BAD_SIGNATURE", "OK"]


def test_refusal_says_which_certificate_and_which_two_instants() -> None:
    """An expired certificate: whose, the limit, and now; and the account key, which is proved by then."""
    on = bench()
    now = pki.NOT_AFTER + timedelta(seconds=1)
    presented = login(on)
    verdict = on.verifier.verify(presented, now)
    assert verdict.finding is not None
    assert (verdict.finding.certificate, verdict.holder) == ("holder", holder_of())
    assert msgspec.to_builtins(verdict.finding.compared) == {
        "what": "notAfter",
        "limit": "2029-04-01T14:59:59Z",
        "now": "2029-04-01T15:00:00Z",
    }


def test_status_that_refuses_gives_its_source_and_words() -> None:
    """The source and time of a status that is not good stand in the verdict, and so do the source's words."""
    on = bench()
    source = StatusSource("crl", pki.NOW - timedelta(hours=3))
    on.told.answers[0x07123456] = Status(Reason.REVOKED, source)
    verdict = on.verifier.verify(login(on), pki.NOW)
    assert (verdict.reason, verdict.status, verdict.steps[-1]) == (Reason.REVOKED, source, "proof")


def octets_of(presented: object) -> set[bytes]:
    """Every run of octets in a presentation, chip and all."""
    found: set[bytes] = set()
    fields: tuple[str, ...] = getattr(type(presented), "__struct_fields__", ())
    for value in (getattr(presented, name) for name in fields):
        found |= {value} if isinstance(value, bytes) else octets_of(value)
    return found


SPOILT: list[tuple[str, dict[str, Any]]] = [
    ("authentication", {}),
    ("authentication", {"signature": bytes(256)}),
    ("authentication", {"certificate": pki.leaf()[:-1]}),
    ("authentication", {"challenge": b"\xa5" * 32}),
    ("tap", {}),
    ("tap", {"chip": chip(b"\xa5" * 32)}),
    ("enrolment", {"signature": bytes(256)}),
    ("card-application", {"expiry": b"20200101"}),
]


@pytest.mark.parametrize(("kind", "changes"), SPOILT)
def test_verdict_holds_no_secret(kind: str, changes: dict[str, Any]) -> None:
    """No signature, challenge, certificate, chip key or birth date is in a verdict, in any form of writing it."""
    on = bench(accounts=enrolled_book(kind))
    presented = MAKERS[kind](on, **changes)
    verdict = on.verifier.verify(presented, pki.NOW)
    assert octets_of(verdict) == set()
    written = (repr(verdict) + msgspec.json.encode(verdict).decode()).lower()
    secrets = {each for each in octets_of(presented) if len(each) >= 8} | {pki.card_key("chip")}
    public = {b"\xf0KAZASHI\x11", b"00012345", b"20200101"}
    for secret in secrets - public:
        for run in (secret[:8], secret[-8:]):
            assert run.hex() not in written
    assert "19900401" not in written


def test_one_challenge_accepts_one_of_many_threads() -> None:
    """Thirty-two threads present the same login at the same moment: one acceptance, the others are replays."""
    on = bench()
    presented, start = login(on), Barrier(32)
    verdicts: list[Verdict] = []

    def attempt() -> None:
        start.wait()
        verdicts.append(on.verifier.verify(presented, pki.NOW))

    threads = [Thread(target=attempt) for _ in range(32)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    reasons = sorted(each.reason.value for each in verdicts)
    assert reasons == ["CHALLENGE_REPLAYED"] * 31 + ["OK"]


def test_swapped_policy_counts_at_once() -> None:
    """A service that is closed, or raised to a level a tap does not reach, refuses the next attempt."""
    on = bench()
    assert on.reason(tap(on)) == "OK"
    on.verifier.swap(trust(), Policy({"library": Service(frozenset({Purpose.TAP}), assurance=2)}))
    assert on.reason(tap(on)) == "ASSURANCE_TOO_LOW"
    on.verifier.swap(trust(), Policy({"library": Service(frozenset({Purpose.SIGN}))}))
    assert on.reason(tap(on)) == "POLICY"


def test_who_a_certificate_shown_before_any_proof_would_be() -> None:
    """Steps (1) to (4): issuer key and serial, or the refusal with the steps before it; nothing is asked or spent."""
    on = bench()
    issuer = on.verifier.trust.authorities[0].issuer_key
    assert on.verifier.identify(pki.leaf(), Purpose.LOGIN, pki.NOW) == HolderKey(issuer, "7123456")
    for data, purpose, now, reason, passed in (
        (pki.leaf()[:-1], Purpose.LOGIN, pki.NOW, "MALFORMED", []),
        (pki.leaf(), Purpose.SIGN, pki.NOW, "WRONG_PURPOSE", ["decode"]),
        (pki.leaf(issuer_key="rogue-ca"), Purpose.LOGIN, pki.NOW, "UNKNOWN_ISSUER", ["decode", "purpose"]),
        (pki.leaf(), Purpose.LOGIN, pki.NOT_AFTER + timedelta(seconds=1), "EXPIRED", ["decode", "purpose", "issuer"]),
    ):
        found = on.verifier.identify(data, purpose, now)
        assert isinstance(found, Verdict)
        assert (found.reason, [*found.steps], found.holder) == (reason, passed, None)
    assert on.told.asked == []
