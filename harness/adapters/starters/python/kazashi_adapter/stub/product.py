"""The stub: an honest product that can do almost nothing, and says so.

Replace it step by step; `TO_DO` is the order. Until the last step is there it accepts nobody.
"""

from datetime import datetime

from kazashi_adapter.contract.answers import Account, Begun, Introduction, Outcome
from kazashi_adapter.contract.requests import Attempt, Configuration, Presentation
from kazashi_adapter.contract.words import Capability, Decision, Purpose, Reason, Step
from kazashi_adapter.stub.clock import Clock, Reading
from kazashi_adapter.stub.sessions import LIFETIME, Sessions

TO_DO = {
    "decode": "parse the certificate (DER); else MALFORMED",
    "purpose": "the certificate is for this purpose: key usage, policy; else WRONG_PURPOSE",
    "issuer": "signed by a configured authority of the right kind; else UNKNOWN_ISSUER",
    "validity": "within notBefore and notAfter at the clock's instant; else NOT_YET_VALID, EXPIRED",
    "challenge": "done here, see sessions.py; make it durable",
    "proof": "RSA PKCS#1 v1.5 with SHA-256 over the 32 bytes of the challenge; else BAD_SIGNATURE",
    "status": "ask OCSP at the configured address, for each presentation; else REVOKED, ON_HOLD, STATUS_…",
    "account": "store and find by issuer key and serial; else NOT_ENROLLED, ALREADY_ENROLLED",
}
BEGUN_HERE = (Purpose.ENROL, Purpose.LOGIN)
"""Add TAP (place, genuineness) and SIGN (document) when they are there, and the capabilities with them."""


class StubProduct:
    """Draws and spends challenges, keeps the clock; refuses every presentation because nothing verifies it."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._sessions = Sessions()
        self._configuration = Configuration()

    def hello(self) -> Introduction:
        """Return what there is: `account` answers that nothing is stored, which is true."""
        return Introduction(
            product="Kazashi starter (Python)",
            version="0",
            capabilities=(Capability.SET_TIME, Capability.ENROL, Capability.LOGIN, Capability.ACCOUNT),
            clock_seconds=0,
            status_seconds=0,
            challenge_seconds=int(LIFETIME.total_seconds()),
        )

    def configure(self, configuration: Configuration) -> None:
        """Keep it for the steps that need it."""
        self._configuration = configuration

    def reset(self) -> None:
        """Forget the sessions; there are no accounts yet."""
        self._sessions.forget()

    def set_time(self, instant: datetime, epoch: int) -> int:
        """Set the clock."""
        return self._clock.set(instant, epoch)

    def begin(self, attempt: Attempt) -> Begun | Outcome:
        """Return a session for what can be begun."""
        reading = self._clock.read()
        if attempt.purpose not in BEGUN_HERE:
            return _not_yet(reading, (), f"{attempt.purpose} cannot be begun", "この手続きは未実装です")
        session = self._sessions.open(attempt, reading.instant)
        return Begun(session.name, session.challenge)

    def complete(self, session: str, presentation: Presentation) -> Outcome:
        """Return a refusal: for the challenge, or because the rest is still to do."""
        reading = self._clock.read()
        # To do, in this order: decode, purpose, issuer, validity.
        opened = self._sessions.find(session)
        if opened is None:
            return Outcome(Decision.REJECT, Reason.CHALLENGE_MISMATCH, (), reading.epoch)
        refused = self._sessions.spend(opened, presentation.challenge, reading.instant)
        if refused is not None:
            return Outcome(Decision.REJECT, refused, (), reading.epoch)
        # To do, in this order: proof, status, account. Only then may a decision be ACCEPT.
        return _not_yet(reading, (Step.CHALLENGE,), "nothing is verified", "何も検証していません")

    def account(self, certificate: bytes) -> Account | None:
        """Return None: nobody was ever accepted, so nothing is stored."""
        return None


def _not_yet(reading: Reading, steps: tuple[Step, ...], english: str, japanese: str) -> Outcome:
    todo = {"en": f"starter: {english}; fill in stub/product.py", "ja": f"スターター: {japanese}", "steps": TO_DO}
    return Outcome(Decision.REJECT, Reason.POLICY, steps, reading.epoch, details={"todo": todo})
