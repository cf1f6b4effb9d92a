"""Chapter proof: challenges, signatures over challenges and documents, and the account that they are for."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from reference_impl.verification import HashName, HolderKey, Padding, Policy, Purpose, Reason, Service
from reference_impl.verification.doors import Enrolled
from tests.reference_impl import pki
from tests.reference_impl.test_verifier import enrolled_book, holder_of
from tests.reference_impl.verifying import Book, bench, enrolment, login, phone_login, sign_digest, signing, tap

SECOND = timedelta(seconds=1)
DIGEST_INFO = bytes.fromhex("3031300D060960864801650304020105000420")


def block(tail: bytes, *, fill: int | None = None) -> bytes:
    """What the key's owner could make of 00 01 FF…FF 00 and this tail, whatever RFC 8017 says of it."""
    fill = 256 - 3 - len(tail) if fill is None else fill
    padded = (b"\x00\x01" + b"\xff" * fill + b"\x00" + tail).ljust(256, b"\x00")
    numbers = pki.key("holder").private_numbers()
    return pow(int.from_bytes(padded), numbers.d, numbers.public_numbers.n).to_bytes(256)


def sha256(data: bytes) -> bytes:
    """By cryptography, not by the core's hashlib."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize()


def test_challenge_is_ours_once_and_for_its_time() -> None:
    """RP-PROOF-002 to -005: another session's, none of ours, again, too late, before it was issued."""
    on = bench()
    strange = b"\xee" * 32
    assert on.reason(login(on, challenge=strange, signature=pki.sign("holder", strange))) == "CHALLENGE_MISMATCH"
    theirs = login(on, session="theirs")
    assert on.reason(type(theirs)(**{**as_dict(theirs), "session": "ours"})) == "CHALLENGE_MISMATCH"
    once = login(on)
    assert [on.reason(once), on.reason(once)] == ["OK", "CHALLENGE_REPLAYED"]
    for seconds, reason in ((300, "OK"), (301, "CHALLENGE_EXPIRED"), (-1, "CHALLENGE_EXPIRED")):
        assert on.reason(login(on), pki.NOW + seconds * SECOND) == reason


def as_dict(presented: Any) -> dict[str, Any]:
    """Its fields."""
    return {name: getattr(presented, name) for name in presented.__struct_fields__}


def test_missing_challenge_is_no_way_around_it() -> None:
    """A login or a tap without a challenge is MALFORMED; only a document may have none."""
    on = bench()
    assert on.reason(login(on, challenge=None)) == "MALFORMED"
    assert on.reason(tap(on, challenge=None)) == "MALFORMED"
    assert on.reason(signing(on, challenge=None)) == "OK"


def test_failed_attempt_leaves_no_second_one() -> None:
    """A challenge is spent before the proof is looked at: a wrong proof cannot be tried again with another."""
    on = bench()
    wrong = login(on, signature=bytes(256))
    right = type(wrong)(**{**as_dict(wrong), "signature": pki.sign("holder", wrong.challenge)})
    assert [on.reason(wrong), on.reason(right)] == ["BAD_SIGNATURE", "CHALLENGE_REPLAYED"]


LOGINS: list[tuple[str, str, Any]] = [
    ("RP-PROOF-006-short-padding-with-tail", "BAD_SIGNATURE", lambda c: block(DIGEST_INFO + sha256(c), fill=8)),
    ("RP-PROOF-006-tail-inside", "BAD_SIGNATURE", lambda c: block(DIGEST_INFO + sha256(c) + bytes(8))),
    ("RP-PROOF-006-signature-with-a-tail", "BAD_SIGNATURE", lambda c: pki.sign("holder", c) + b"\x00"),
    ("RP-PROOF-006-signature-led-by-zero", "BAD_SIGNATURE", lambda c: b"\x00" + pki.sign("holder", c)),
    ("RP-PROOF-006-signature-too-short", "BAD_SIGNATURE", lambda c: pki.sign("holder", c)[:-1]),
    ("RP-PROOF-006-signature-empty", "BAD_SIGNATURE", lambda _: b""),
    ("RP-PROOF-006-signature-of-ones", "BAD_SIGNATURE", lambda _: b"\xff" * 256),
    ("RP-PROOF-006-right-block", "OK", lambda c: block(DIGEST_INFO + sha256(c))),
    (
        "RP-PROOF-007-no-null",
        "BAD_SIGNATURE",
        lambda c: block(bytes.fromhex("302F300B06096086480165030402010420") + sha256(c)),
    ),
    ("RP-PROOF-009-right", "OK", lambda c: pki.sign("holder", c)),
    ("RP-PROOF-009-another-key", "BAD_SIGNATURE", lambda c: pki.sign("chip", c)),
    ("RP-PROOF-009-another-challenge", "BAD_SIGNATURE", lambda _: pki.sign("holder", b"another")),
    ("RP-PROOF-009-none", "MALFORMED", lambda _: None),
    ("RP-KAZ-004-none-but-the-certificate", "MALFORMED", lambda _: None),
    (
        "RP-PATH-019-sha1",
        "BAD_SIGNATURE",
        lambda c: pki.key("holder").sign(c, padding.PKCS1v15(), hashes.SHA1()),  # noqa: S303  (to be refused)
    ),
    (
        "RP-PROOF-009-pss",
        "BAD_SIGNATURE",
        lambda c: sign_digest(sha256(c), HashName.SHA256, Padding.PSS),
    ),
]


@pytest.mark.parametrize(("reason", "make"), [each[1:] for each in LOGINS], ids=[each[0] for each in LOGINS])
def test_login_needs_the_signature_over_its_challenge(reason: str, make: Any) -> None:
    """Only the full block of the certificate's own key over this challenge is a proof; status is asked after it."""
    on = bench()
    challenge = on.challenge()
    assert on.reason(login(on, challenge=challenge, signature=make(challenge))) == reason
    assert len(on.told.asked) == (reason == "OK")


def test_signature_without_its_leading_zero_is_refused() -> None:
    """RP-PROOF-006: the same number in fewer octets than the key has is no signature (RFC 8017 §8.2.2, step 1)."""
    on = bench()
    for _ in range(5000):
        challenge = on.challenge()
        signature = pki.sign("holder", challenge)
        if signature[0] == 0:
            break
    assert signature[0] == 0
    assert on.reason(login(on, challenge=challenge, signature=signature[1:])) == "BAD_SIGNATURE"
    challenge = on.challenge()
    assert on.reason(login(on, challenge=challenge, signature=pki.sign("holder", challenge))) == "OK"


@pytest.mark.parametrize("how", Padding)
@pytest.mark.parametrize("name", HashName)
def test_document_is_verified_in_the_way_that_was_said(name: HashName, how: Padding) -> None:
    """RP-PROOF-008: each hash and padding; an altered digest, the other padding and another hash are refused."""
    on = bench()
    right = signing(on, hash=name, padding=how)
    assert on.reason(right) == "OK"
    altered = bytes([right.digest[0] ^ 1]) + right.digest[1:]
    other = Padding.PSS if how is Padding.PKCS1_V15 else Padding.PKCS1_V15
    wrong: list[dict[str, Any]] = [
        {"digest": altered},
        {"padding": other, "signature": right.signature},
        {"signature": bytes(256)},
        {"signature": b""},
    ]
    for changes in wrong:
        assert on.reason(signing(on, **{"hash": name, "padding": how, **changes})) == "BAD_SIGNATURE", changes
    for length in (0, len(right.digest) - 1, len(right.digest) + 1):
        assert on.reason(signing(on, hash=name, padding=how, digest=bytes(length))) == "MALFORMED"
    assert on.reason(signing(on, signature=None)) == "MALFORMED"


@pytest.mark.parametrize("salt", [0, 20, 31, 64])
def test_salt_is_as_long_as_the_hash(salt: int) -> None:
    """Declared policy: a PSS signature with a salt of another length is refused."""
    on = bench()
    digest = sha256(b"document")
    made = sign_digest(digest, HashName.SHA256, Padding.PSS, salt=salt)
    assert on.reason(signing(on, padding=Padding.PSS, digest=digest, signature=made)) == "BAD_SIGNATURE"


def test_service_closed_or_raised_is_refused() -> None:
    """RP-KAZ-006: a tap does not reach level 2; a service nobody opened is refused as policy, after everything else."""
    policy = Policy(
        {"library": Service(frozenset({Purpose.TAP, Purpose.LOGIN}), assurance=2), "closed": Service(frozenset())}
    )
    on = bench(policy=policy)
    assert [on.reason(tap(on)), on.reason(login(on))] == ["ASSURANCE_TOO_LOW", "OK"]
    for service in ("closed", "unknown"):
        attempt = login(on)
        verdict = on.verifier.verify(type(attempt)(**{**as_dict(attempt), "service": service}), pki.NOW)
        assert (verdict.reason, verdict.steps[-1]) == (Reason.POLICY, "status")


def test_account_is_known_by_issuer_key_and_serial() -> None:
    """RP-ACC-001: the same serial under the other generation is somebody else; so is another serial."""
    on = bench(accounts=enrolled_book("authentication"))
    assert on.reason(login(on)) == "OK"
    assert on.reason(login(on, certificate=pki.leaf(issuer_key="auth-ca-2"))) == "NOT_ENROLLED"
    assert on.reason(login(on, certificate=pki.leaf(serial=0x07123457))) == "NOT_ENROLLED"


def test_account_is_that_of_this_service_and_of_the_expected_holder() -> None:
    """An account at another service is none here; a session begun for somebody else refuses; enrolled is enrolled."""
    book = Book({holder_of(): Enrolled(frozenset({"archive"}), "19900401", pki.card_key("chip"))})
    on = bench(accounts=book)
    assert on.reason(login(on)) == "NOT_ENROLLED"
    assert on.reason(enrolment(on)) == "OK"
    book.enrolled = enrolled_book("authentication").enrolled
    assert on.reason(enrolment(on)) == "ALREADY_ENROLLED"
    book.expected["for-another"] = HolderKey("another", "1")
    assert on.reason(login(on, session="for-another")) == "HOLDER_MISMATCH"


@pytest.mark.parametrize("reason", [Reason.NOT_ENROLLED, Reason.ALREADY_ENROLLED, Reason.CARD_CHANGED])
def test_overtaken_attempt_is_refused(reason: Reason) -> None:
    """What the transaction that writes finds decides, and `done` is not listed."""
    book = enrolled_book("authentication")
    book.overtaken = reason
    on = bench(accounts=book)
    verdict = on.verifier.verify(login(on), pki.NOW)
    assert (verdict.reason, verdict.steps[-1]) == (reason, "policy")


def test_phone_is_not_a_card() -> None:
    """RP-ACC-007: a phone's certificate is no card's, and a card's is no phone's."""
    on = bench()
    phone = phone_login(on)
    assert on.reason(phone) == "OK"
    assert on.reason(login(on, certificate=phone.certificate)) == "WRONG_PURPOSE"
    assert on.reason(phone_login(on, certificate=pki.leaf())) == "WRONG_PURPOSE"
