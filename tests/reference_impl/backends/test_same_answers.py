"""One set of presentations, right and wrong ones, through both back ends: the same decision for the same reason."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from reference_impl.backends import wire
from reference_impl.verification import Doors, Environment, IssuedChallenges, Presentation, Purpose
from reference_impl.verification.core import WithCertificate
from reference_impl.verification.plan import PLANS
from tests.reference_impl import pki
from tests.reference_impl.backends.delegating import DOCUMENT, Hosted, hosted, relying_party, why
from tests.reference_impl.conftest import Message, World
from tests.reference_impl.responder import REVOKED, UNKNOWN
from tests.reference_impl.test_outcomes import ACCEPTED, CERTIFICATES
from tests.reference_impl.test_refusals_path import ACCEPTED as GOOD_PATHS
from tests.reference_impl.test_refusals_path import REFUSED as BAD_PATHS
from tests.reference_impl.test_refusals_proof import LOGINS
from tests.reference_impl.test_refusals_tap import REPLACED
from tests.reference_impl.test_status import ACCEPTED as GOOD_ANSWERS
from tests.reference_impl.test_status import REFUSED as BAD_ANSWERS
from tests.reference_impl.test_status import prepare
from tests.reference_impl.verifying import MAKERS, Bench, Told, chip, login, tap


@dataclass
class Ways:
    """The same relying party three times: asking J-LIS, and as two clients of a platform."""

    direct: World
    platform: Hosted
    delegating: list[World]

    def set(self, **changes: Any) -> None:
        """What J-LIS says from now on, whoever asks it."""
        for responder in (self.direct.responder, self.platform.responder):
            responder.set(**changes)

    def forget(self) -> None:
        """Revocations are remembered; here each case stands for itself."""
        for world in (self.direct, *self.delegating):
            world.party._back_ends.forget()
        self.platform.forget()

    def attempt(self, purpose: str, **changes: bytes | None) -> Message:
        """The outcome of an attempt, which is the same each way; nobody but the platform asked for it."""
        direct = self.direct.attempt(purpose, **changes)
        for world in self.delegating:
            outcome = world.attempt(purpose, **changes)
            assert {**outcome, "details": None} == {**direct, "details": None}
            assert world.responder.asked == []
        return direct


@pytest.fixture(scope="module")
def ways() -> Iterator[Ways]:
    """All of them, with the holder enrolled."""
    with ExitStack() as stack:
        platform = stack.enter_context(hosted())
        direct = stack.enter_context(relying_party())
        clients = [stack.enter_context(relying_party(platform, name)) for name in ("sp-1", "town")]
        made = Ways(direct, platform, clients)
        assert made.attempt("enrol")["reason"] == "OK"
        yield made


@pytest.mark.parametrize("purpose", ["login", "tap", "sign", "enrol"])
def test_right_attempt(ways: Ways, purpose: str) -> None:
    """Each purpose is accepted with all its steps and with the source of J-LIS; who is enrolled is so on each way."""
    ways.set(
        **(
            {"issuer_key": "sign-ca", "kind": "sign"}
            if purpose == "sign"
            else {"issuer_key": "auth-ca", "kind": "auth"}
        )
    )
    outcome = ways.attempt(purpose)
    ways.set(issuer_key="auth-ca", kind="auth")
    assert outcome["reason"] == ("ALREADY_ENROLLED" if purpose == "enrol" else "OK")
    assert outcome["status"] == {"source": "ocsp", "this_update": "2026-11-21T00:15:00Z"}


@pytest.mark.parametrize(
    ("reason", "changes"), [(each[1], each[3]) for each in CERTIFICATES], ids=[each[0] for each in CERTIFICATES]
)
def test_certificate(ways: Ways, reason: str, changes: dict[str, Any]) -> None:
    """Whatever is wrong with the certificate."""
    assert ways.attempt("login", certificate=pki.leaf(**changes))["reason"] == reason


@pytest.mark.parametrize("changes", [each[1] for each in ACCEPTED], ids=[each[0] for each in ACCEPTED])
def test_unusual_certificate(ways: Ways, changes: dict[str, Any]) -> None:
    """What is legal though unusual."""
    ways.set(issuer_key=changes.get("issuer_key", "auth-ca"))
    outcome = ways.attempt("login", certificate=pki.leaf(**changes))
    ways.set(issuer_key="auth-ca")
    assert outcome["reason"] == ("NOT_ENROLLED" if "issuer_key" in changes else "OK")


@pytest.mark.parametrize("case", [*BAD_ANSWERS, *GOOD_ANSWERS])
def test_status(ways: Ways, case: str) -> None:
    """Whatever J-LIS says of it, to whom it says it."""
    reason, changes = BAD_ANSWERS[case] if case in BAD_ANSWERS else ("OK", GOOD_ANSWERS[case])
    right = ways.direct.responder.settings
    ways.set(**prepare(changes))
    outcome = ways.attempt("login")
    ways.direct.responder.settings = ways.platform.responder.settings = right
    ways.forget()
    assert outcome["reason"] == reason
    assert ways.attempt("login")["reason"] == "OK"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"chip_birth_record": pki.birth_record(date=b"19900402")}, "HOLDER_MISMATCH"),
        ({"chip_cvc": pki.cvc(issuer="rogue-ca")}, "CARD_NOT_GENUINE"),
        ({"chip_signature": None}, "MALFORMED"),
        ({"challenge": b"another challenge of 32 octets.."}, "CHALLENGE_MISMATCH"),
        ({"certificate": b"\x30\x00"}, "MALFORMED"),
    ],
)
def test_tap(ways: Ways, changes: dict[str, bytes | None], reason: str) -> None:
    """Chip, challenge and birth date; the last is compared with what was learnt under the name of each way."""
    assert ways.attempt("tap", **changes)["reason"] == reason


@pytest.mark.parametrize(
    ("minutes", "changes", "reason"),
    [
        (10, {}, "OK"),
        (10, {"status": REVOKED}, "OK"),
        (3, {"status": REVOKED}, "REVOKED"),
        (10, {"status": UNKNOWN}, "STATUS_UNKNOWN"),
    ],
    ids=["good", "revoked-afterwards", "revoked-before", "unknown"],
)
def test_tap_that_has_been(ways: Ways, on: Bench, minutes: int, changes: dict[str, Any], reason: str) -> None:
    """An offline tap brought in later: as of then, by what is known now; revoked five minutes ago."""
    taken = pki.NOW - timedelta(minutes=minutes)
    right = ways.direct.responder.settings
    ways.set(**changes)
    found = []
    for world in (ways.direct, *ways.delegating):
        challenge = on.challenge(at=taken)
        past = tap(on, challenge=challenge, chip=chip(challenge))
        found.append(world.party._back_end.verify_past(past, taken, why(Purpose.TAP), Doors(on.challenges)))
    ways.direct.responder.settings = ways.platform.responder.settings = right
    ways.forget()
    assert {(each.verdict.reason.value, each.verdict.steps, each.revoked_at) for each in found} == {
        (reason, found[0].verdict.steps, found[0].revoked_at)
    }
    assert (found[0].revoked_at is not None) == (reason == "REVOKED")


class Remote:
    """The platform itself, asked by a client that verifies nothing."""

    def __init__(self, platform: Hosted, client: str = "town") -> None:
        self._client = platform.client(client)

    def reason(self, presented: Presentation) -> str:
        """What it says of a presentation."""
        assert isinstance(presented, WithCertificate)
        purpose = PLANS[type(presented)].purpose
        return self._client.ask(wire.verify_of(presented, DOCUMENT.ja), why(purpose)).reason.value


@pytest.fixture(scope="module")
def remote() -> Iterator[Remote]:
    """One platform for many cases."""
    with hosted() as platform:
        platform.responder.set(issuer_key="auth-ca")
        yield Remote(platform)


@pytest.fixture
def on() -> Bench:
    """Where challenges are drawn."""
    told = Told()
    return Bench(None, IssuedChallenges(), told)  # type: ignore[arg-type]


@pytest.mark.parametrize(("reason", "make"), [each[2:] for each in BAD_PATHS], ids=[each[1] for each in BAD_PATHS])
def test_platform_believes_no_certificate_by_itself(
    remote: Remote, on: Bench, reason: str, make: Callable[[], bytes]
) -> None:
    """A client that verifies nothing gets the reason that a verifier of its own would have given."""
    assert remote.reason(login(on, certificate=make())) == reason


@pytest.mark.parametrize(("reason", "make"), [each[1:] for each in LOGINS], ids=[each[0] for each in LOGINS])
def test_platform_believes_no_signature_by_itself(remote: Remote, on: Bench, reason: str, make: Any) -> None:
    """The same of proofs."""
    challenge = on.challenge()
    assert remote.reason(login(on, challenge=challenge, signature=make(challenge))) == reason


@pytest.mark.parametrize(("reason", "changes"), [each[1:] for each in REPLACED], ids=[each[0] for each in REPLACED])
def test_platform_believes_no_chip_by_itself(remote: Remote, on: Bench, reason: str, changes: dict[str, Any]) -> None:
    """The same of chips."""
    challenge = on.challenge()
    material = chip(challenge, **{name: make() for name, make in changes.items()})
    assert remote.reason(tap(on, challenge=challenge, chip=material)) == reason


def test_unusual_certificates_are_the_same_to_the_platform(on: Bench) -> None:
    """What is legal though unusual."""
    with hosted() as platform:
        for _, name, make in GOOD_PATHS:
            platform.responder.set(issuer_key="auth-ca-2" if name == "the-other-generation" else "auth-ca")
            assert Remote(platform).reason(login(on, certificate=make())) == "OK", name


@pytest.mark.parametrize("kind", [name for name in MAKERS if name != "card-application"])
def test_every_shape_arrives_as_it_was_sent(on: Bench, kind: str) -> None:
    """No part is lost on the wire, and none is made up but the session's name, which stays at home."""
    sent = MAKERS[kind](on)
    assert isinstance(sent, WithCertificate)
    assert wire.presentation_of(wire.verify_of(sent, None), "library") == sent


def test_place_is_judged_at_home_and_at_the_platform(on: Bench) -> None:
    """A tap online is refused by the place on both sides."""
    with hosted() as platform, relying_party(platform) as world:
        begun = world.begin("tap", environment="online")
        assert begun["outcome"]["reason"] == "PLACE_NOT_ALLOWED"
        assert platform.asked == []
        assert Remote(platform).reason(tap(on, environment=Environment.ONLINE)) == "PLACE_NOT_ALLOWED"
