"""Chapter tap: the chip's proof, the place, what was learnt at enrolment; and the free area, which proves nothing."""

from typing import Any

import pytest

from reference_impl.verification import CounterRecord, Environment, Policy, Purpose, Reason, Service, Status, Trust
from reference_impl.verification.trust import read_card_issuer
from tests.reference_impl import pki
from tests.reference_impl.test_verifier import enrolled_book
from tests.reference_impl.verifying import APPLICATION, EVERYTHING, Bench, Book, application, bench, chip, tap, trust

REPLACED: list[tuple[str, str, dict[str, Any]]] = [
    ("RP-KAZ-003-self-made-chip", "CARD_NOT_GENUINE", {"card_certificate": lambda: pki.cvc(issuer="rogue-ca")}),
    (
        "RP-KAZ-003-key-id-nobody-pinned",
        "CARD_NOT_GENUINE",
        {"card_certificate": lambda: pki.cvc(key_id=b"another key id.."[:16])},
    ),
    ("RP-KAZ-003-copied-record", "CARD_NOT_GENUINE", {"signature": lambda: pki.sign("holder", b"")}),
    (
        "RP-KAZ-003-record-of-another-town",
        "CARD_NOT_GENUINE",
        {"birth_record": lambda: pki.birth_record(signer="holder")},
    ),
    ("RP-KAZ-003-recorded-proof", "CARD_NOT_GENUINE", {"signature": lambda: pki.sign("chip", b"an earlier challenge")}),
    (
        "RP-KAZ-003-date-changed",
        "CARD_NOT_GENUINE",
        {"birth_record": lambda: pki.birth_record().replace(b"19900401", b"19900402")},
    ),
    ("record-truncated", "MALFORMED", {"birth_record": lambda: pki.birth_record()[:-1]}),
    ("record-with-a-tail", "MALFORMED", {"birth_record": lambda: pki.birth_record() + b"\x00"}),
    ("cvc-truncated", "MALFORMED", {"card_certificate": lambda: pki.cvc()[:-1]}),
    ("date-of-letters", "MALFORMED", {"birth_record": lambda: pki.birth_record(date=b"1990april"[:8])}),
]


@pytest.mark.parametrize(("reason", "changes"), [each[1:] for each in REPLACED], ids=[each[0] for each in REPLACED])
def test_chip_that_is_not_genuine_is_refused(reason: str, changes: dict[str, Any]) -> None:
    """One link wrong: its reason, cold and after the right chip was remembered, and no status is asked."""
    for on in (bench(), warmed()):
        on.told.asked.clear()
        challenge = on.challenge()
        material = chip(challenge, **{name: make() for name, make in changes.items()})
        assert on.reason(tap(on, challenge=challenge, chip=material)) == reason
        assert on.told.asked == []


@pytest.mark.parametrize(
    ("digits", "reason"),
    [(b"6000023", "OK"), (b"5000023", "OK"), (b"6000033", "CARD_NOT_GENUINE"), (b"5000033", "CARD_NOT_GENUINE"),
     (b"6000043", "CARD_NOT_GENUINE")],
)  # fmt: skip
def test_issuer_of_another_application_certifies_no_chip(digits: bytes, reason: str) -> None:
    """The same right signatures under the anchor of the text application, or of an unknown one, prove no chip."""
    key_id = digits + pki.KEY_ID_ISSUER[7:]
    issuer = read_card_issuer(key_id, pki.spki("card-issuer"))
    on = bench(trusted=Trust(trust("auth-ca").authorities, (issuer,)))
    challenge = on.challenge()
    material = chip(challenge, card_certificate=pki.cvc(key_id=key_id))
    assert on.reason(tap(on, challenge=challenge, chip=material)) == reason


def warmed() -> Bench:
    """A verifier that has accepted the right chip before."""
    on = bench()
    assert on.reason(tap(on)) == "OK"
    return on


def test_remembered_record_needs_its_own_certificate() -> None:
    """RP-KAZ-003: a record that was accepted is refused beside another town's certificate, which is genuine itself."""
    on = warmed()
    for record, town, reason in (
        (pki.birth_record(signer="town-2"), pki.cvc(subject="town-2"), "OK"),
        (pki.birth_record(), pki.cvc(subject="town-2"), "CARD_NOT_GENUINE"),
    ):
        challenge = on.challenge()
        material = chip(challenge, birth_record=record, card_certificate=town)
        assert on.reason(tap(on, challenge=challenge, chip=material)) == reason


@pytest.mark.parametrize("environment", Environment)
def test_tap_is_served_in_supervised_places_only(environment: Environment) -> None:
    """RP-KAZ-005: attended, managed and lent are, online and outdoor are not, and the challenge is not spent."""
    on = bench()
    allowed = environment in {Environment.ATTENDED, Environment.MANAGED, Environment.LENT}
    challenge = on.challenge()
    attempt = tap(on, environment=environment, challenge=challenge, chip=chip(challenge))
    assert on.reason(attempt) == ("OK" if allowed else "PLACE_NOT_ALLOWED")
    assert on.challenges.spend("", challenge, pki.NOW) is (Reason.CHALLENGE_REPLAYED if allowed else None)


def test_tap_needs_an_enrolment_its_birth_date_and_its_chip() -> None:
    """RP-KAZ-001, RP-KAZ-007: never enrolled; another birth date; another genuine chip of the same birth date."""
    on = bench(accounts=enrolled_book("tap"))
    assert on.reason(tap(on)) == "OK"
    challenge = on.challenge()
    other_date = chip(challenge, birth_record=pki.birth_record(date=b"19900402"))
    assert on.reason(tap(on, challenge=challenge, chip=other_date)) == "HOLDER_MISMATCH"
    challenge = on.challenge()
    spliced = chip(challenge, birth_record=pki.birth_record(chip="chip-2"), signature=pki.sign("chip-2", challenge))
    assert on.reason(tap(on, challenge=challenge, chip=spliced)) == "CARD_CHANGED"
    stranger = bench(accounts=Book())
    assert stranger.reason(tap(stranger)) == "NOT_ENROLLED"


def test_tap_asks_for_the_status_each_time() -> None:
    """RP-KAZ-002: good, then revoked since the last tap; the certificate alone (RP-KAZ-004) is no tap."""
    on = warmed()
    on.told.answers[0x07123456] = Status(Reason.REVOKED)
    assert on.reason(tap(on)) == "REVOKED"
    assert len(on.told.asked) == 2
    assert on.reason(tap(on, chip=None)) == "MALFORMED"


APPLICATIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("another-application", "WRONG_PURPOSE", {"application": b"\xf0KAZASHI\x12"}),
    ("aid-too-short", "MALFORMED", {"application": b"\xf0KAZ"}),
    ("no-user-id", "MALFORMED", {"user_id": b""}),
    ("user-id-too-long", "MALFORMED", {"user_id": bytes(65)}),
    ("no-date", "MALFORMED", {"expiry": b"20351301"}),
    ("date-of-letters", "MALFORMED", {"expiry": b"2035123x"}),
    ("date-cut", "MALFORMED", {"expiry": b"2035123"}),
    ("counter-over-its-limit", "MALFORMED", {"counter": CounterRecord(71, 2, 70, bytes(16))}),
    ("counter-without-mark", "MALFORMED", {"counter": CounterRecord(69, 2, 70, b"")}),
    ("counter-of-another-ride", "CHALLENGE_MISMATCH", {"counter": CounterRecord(69, 2, 70, bytes(16))}),
    ("last-day-was-yesterday", "EXPIRED", {"expiry": b"20261120"}),
    ("last-day-is-today", "OK", {"expiry": b"20261121"}),
    ("online", "PLACE_NOT_ALLOWED", {"environment": Environment.ONLINE}),
    ("challenge-of-nobody", "CHALLENGE_MISMATCH", {"challenge": b"\xee" * 32}),
    ("user-unknown", "NOT_ENROLLED", {"user_id": b"00099999"}),
]


@pytest.mark.parametrize(
    ("reason", "changes"), [each[1:] for each in APPLICATIONS], ids=[each[0] for each in APPLICATIONS]
)
def test_application_of_the_free_area(reason: str, changes: dict[str, Any]) -> None:
    """INVENTED. Each part by its reason; nothing proves the holder, so no certificate and no status is claimed."""
    on = bench(accounts=enrolled_book("card-application"))
    verdict = on.verifier.verify(application(on, **changes), pki.NOW)
    assert (verdict.reason.value, verdict.status, on.told.asked) == (reason, None, [])


MOST = 0xFFFFFFFF
"""The largest number that the counter's four octets hold."""


@pytest.mark.parametrize(
    ("changes", "is_readable"),
    [
        ({"application": bytes(4)}, False),
        ({"application": bytes(5)}, True),
        ({"application": bytes(16)}, True),
        ({"application": bytes(17)}, False),
        ({"user_id": b""}, False),
        ({"user_id": b"1"}, True),
        ({"user_id": bytes(64)}, True),
        ({"user_id": bytes(65)}, False),
        ({"counter": CounterRecord(-1, 0, 0, bytes(16))}, False),
        ({"counter": CounterRecord(0, 0, 0, bytes(16))}, True),
        ({"counter": CounterRecord(70, 0, 70, bytes(16))}, True),
        ({"counter": CounterRecord(71, 0, 70, bytes(16))}, False),
        ({"counter": CounterRecord(MOST, 0, MOST, bytes(16))}, True),
        ({"counter": CounterRecord(MOST, 0, MOST + 1, bytes(16))}, False),
        ({"counter": CounterRecord(0, 0, 0, bytes(15))}, False),
        ({"counter": CounterRecord(0, 0, 0, bytes(17))}, False),
    ],
)
def test_form_of_an_application(changes: dict[str, Any], is_readable: bool) -> None:  # noqa: FBT001
    """INVENTED. An AID of 5 to 16 octets (ISO/IEC 7816-4:2013 §8.2.1.2), an id, a counter: the ends of each count."""
    on = bench()
    assert (on.reason(application(on, **changes)) != "MALFORMED") is is_readable


def test_last_day_ends_at_midnight_in_japan() -> None:
    """An application whose last day is 21 November counts until 14:59:59Z, and the verdict gives both instants."""
    on = bench()
    day = pki.NOW.replace(hour=14, minute=59, second=59)
    for at, reason in ((day, "OK"), (day.replace(hour=15, minute=0, second=0), "EXPIRED")):
        challenge = at.isoformat().encode()
        on.challenges.issue(challenge, at)
        verdict = on.verifier.verify(application(on, expiry=b"20261121", challenge=challenge), at)
        assert verdict.reason.value == reason
    assert verdict.finding is not None
    assert verdict.finding.compared is not None
    assert (verdict.finding.compared.limit, verdict.finding.compared.now) == (day, at)


def test_counter_and_chip_of_an_application() -> None:
    """INVENTED. The record that bears our challenge is this ride's; a chip beside it has to be genuine."""
    on = bench()
    challenge = on.challenge()
    counted = application(on, challenge=challenge, counter=CounterRecord(69, 1, 70, challenge[:16]))
    assert on.reason(counted) == "OK"
    challenge = on.challenge()
    assert on.reason(application(on, challenge=challenge, chip=chip(challenge))) == "OK"
    challenge = on.challenge()
    assert on.reason(application(on, challenge=challenge, chip=chip(b"another"))) == "CARD_NOT_GENUINE"


def test_application_opens_level_one_only() -> None:
    """INVENTED. Possession of a card is not authentication: a service of level 2, or for logins only, refuses it."""
    raised = Service(EVERYTHING.purposes, 2, frozenset({APPLICATION}))
    on = bench(policy=Policy({"library": raised}))
    assert on.reason(application(on)) == "ASSURANCE_TOO_LOW"
    on = bench(policy=Policy({"library": Service(frozenset({Purpose.LOGIN}), 1, frozenset({APPLICATION}))}))
    assert on.reason(application(on)) == "POLICY"
    on = bench(policy=Policy())
    assert on.reason(application(on)) == "POLICY"
