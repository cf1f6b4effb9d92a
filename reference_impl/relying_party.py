"""The relying party: attempts begun and completed, between the store, the clock, the responder and the core."""

import secrets
from base64 import b64encode
from collections.abc import Callable, Sequence

import msgspec

from reference_impl.accounts.account import Accounts, AccountView
from reference_impl.clock import Clock, Reading
from reference_impl.configuration import Configuration
from reference_impl.counting_doors import CountingDoors
from reference_impl.messages import Begin, BeginAnswer, Complete, Terminal
from reference_impl.services.desk import ServiceDesk
from reference_impl.services.policy import Policy as ServicePolicy
from reference_impl.store.audit import Audit
from reference_impl.store.database import Database
from reference_impl.store.sessions import CHALLENGE_LENGTH, Session, Sessions
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.chain import NoIssuer, find_issuer
from reference_impl.verification.core import (
    Attempt,
    ChipMaterial,
    Enrolled,
    HolderKey,
    Judgement,
    decide,
    holder_key,
    identify,
)
from reference_impl.verification.der import DerError
from reference_impl.verification.findings import not_enrolled, place_refused, service_closed, terminal_unknown
from reference_impl.verification.ocsp import NONCE_LENGTH
from reference_impl.verification.place import is_place_allowed
from reference_impl.verification.purpose import TEST_POLICIES, AcceptedPolicies, CertificateKind, Purpose
from reference_impl.verification.revocation import Ask, StatusUnreachable
from reference_impl.verification.verdict import Finding, Reason, Refusal, Step, Verdict

AskResponder = Callable[[str, bytes], bytes]
"""Address and request to answer; raises StatusUnreachable."""


class Judged(msgspec.Struct, frozen=True):
    """A verdict and the reading of the clock it was made at."""

    verdict: Verdict
    reading: Reading


class RelyingParty:
    """One relying party with its store. Messages come in, answers go out; HTTP is somebody else's."""

    def __init__(  # noqa: PLR0913  (the doors, and what is decided at the start)
        self,
        database: Database,
        clock: Clock,
        ask_responder: AskResponder,
        *,
        policies: AcceptedPolicies = TEST_POLICIES,
        draw: Callable[[int], bytes] = secrets.token_bytes,
        services: Sequence[ServicePolicy] = (),
    ) -> None:
        self.clock = clock
        self._database = database
        self._ask_responder = ask_responder
        self._policies = policies
        self._draw = draw
        self._configuration = Configuration()
        self._sessions = Sessions(database)
        self._accounts = Accounts(database)
        self._audit = Audit(database)
        self._desk = ServiceDesk(database, services)

    def configure(self, configuration: Configuration) -> None:
        """Takes the new decisions in place of the old ones."""
        self._configuration = configuration

    def reset(self) -> None:
        """Forgets accounts, sessions and audit; configuration and clock stay. Status answers are never kept."""
        self._database.forget()
        self._desk.forget()

    def begin(self, message: Begin) -> BeginAnswer | Judged:
        """A session with a fresh challenge, or at once the refusal that the end could only repeat."""
        reading = self.clock.read()
        try:
            self._desk.require_open(message.service, message.purpose, message.environment, reading.now)
            holder, account = self._admit(message, reading)
        except Refusal as refusal:
            return Judged(Verdict(refusal.reason, (), None, refusal.finding), reading)
        if isinstance(holder, Verdict):
            return Judged(holder, reading)
        session = self._draw_session(message, holder, reading)
        self._sessions.open(session)
        answer = BeginAnswer(session.id, session.challenge)
        if account is not None:
            answer = msgspec.structs.replace(answer, birth_date=_iso_date(account.birth_date))
        if session.document is not None:
            answer = msgspec.structs.replace(answer, document=session.document)
        return answer

    def _admit(self, message: Begin, reading: Reading) -> tuple[HolderKey | Verdict | None, Enrolled | None]:
        """Service, place and terminal, then, for a tap, who is hinted at and what was learnt of them.

        The birth date opens the record on the chip: whoever gets it must be a terminal we know, else anybody who
        holds a certificate could ask for it.
        """
        if not self._configuration.is_service_open(message.service, message.purpose):
            raise service_closed()
        if not is_place_allowed(message.purpose, message.environment):
            raise place_refused(message.environment)
        if not self._is_terminal_accepted(message):
            raise terminal_unknown()
        if message.purpose is not Purpose.TAP or isinstance(message.holder, msgspec.UnsetType):
            return None, None
        holder = identify(message.holder.certificate, message.purpose, self._judgement(message.purpose, reading))
        if isinstance(holder, Verdict):
            return holder, None
        account = self._accounts.find(holder)
        if account is None or message.service not in account.services:
            raise not_enrolled()
        return holder, account

    def _is_terminal_accepted(self, message: Begin) -> bool:
        """A tap needs a terminal we know; elsewhere one may be left out, but a wrong credential is refused."""
        if isinstance(message.terminal, Terminal):
            return self._configuration.is_terminal_known(message.terminal.id, message.terminal.credential)
        return message.purpose is not Purpose.TAP

    def _draw_session(self, message: Begin, holder: HolderKey | None, reading: Reading) -> Session:
        challenge = self._draw(CHALLENGE_LENGTH)
        session = Session(
            id=self._draw(24).hex(),
            purpose=message.purpose,
            service=message.service,
            environment=message.environment,
            challenge=challenge,
            issued_at=reading.now,
            holder=holder,
        )
        if message.purpose is Purpose.SIGN:
            return msgspec.structs.replace(session, document=_compose_document(session))
        return session

    def complete(self, message: Complete) -> Judged:
        """The verdict on what was presented in a session."""
        reading = self.clock.read()
        session = self._sessions.find(message.session)
        if session is None:
            return Judged(_unknown_session(message.presentation.certificate), reading)
        configuration = self._configuration
        doors = CountingDoors(self._sessions, self._accounts, configuration, session, reading.now)
        doors.book = self._desk.booking(session.id, session.service, session.purpose, reading.now)
        verdict = decide(_attempt(session, message), doors, self._judgement(session.purpose, reading))
        self._audit.record(reading.now, session.purpose, session.service, verdict)
        return Judged(verdict, reading)

    def _judgement(self, purpose: Purpose, reading: Reading) -> Judgement:
        nonce = self._draw(NONCE_LENGTH)
        return Judgement(self._configuration.trust, self._policies, reading.now, nonce, self._ask(purpose.kind))

    def _ask(self, kind: CertificateKind) -> Ask:
        address = self._configuration.responders.get(kind)

        def ask(request: bytes) -> bytes:
            if address is None:
                raise StatusUnreachable(f"expected a configured responder for {kind}, found none")
            return self._ask_responder(address, request)

        return ask

    def account(self, encoded: bytes) -> AccountView | None:
        """What is stored about the holder of this certificate; `DerError` if it is none."""
        certificate = parse_certificate(encoded)
        issuer = find_issuer(certificate, self._configuration.trust, CertificateKind.AUTH)
        return None if isinstance(issuer, NoIssuer) else self._accounts.view(holder_key(certificate, issuer))


def _attempt(session: Session, message: Complete) -> Attempt:
    """What was presented, under what our session says it is for."""
    presented = message.presentation
    chip = None
    if not isinstance(presented.chip, msgspec.UnsetType):
        chip = ChipMaterial(presented.chip.birth_record, presented.chip.cvc, presented.chip.signature)
    return Attempt(
        purpose=session.purpose,
        service=session.service,
        environment=session.environment,
        challenge=presented.challenge,
        certificate=presented.certificate,
        signature=_given(presented.signature),
        document=session.document,
        document_signature=_given(presented.document_signature),
        chip=chip,
    )


def _given(value: bytes | msgspec.UnsetType) -> bytes | None:
    return None if isinstance(value, msgspec.UnsetType) else value


def _unknown_session(certificate: bytes) -> Verdict:
    """A challenge of a session nobody knows cannot be right; the certificate is read first, as in any attempt."""
    try:
        parse_certificate(certificate)
    except DerError as error:
        return Verdict(
            Reason.MALFORMED, (), None, Finding(error.rule, "証明書を解読できません", f"certificate: {error}")
        )
    finding = Finding("contract 1.0", "この手続きは開始されていません", "no session of this name was begun")
    return Verdict(Reason.CHALLENGE_MISMATCH, (Step.DECODE,), None, finding)


def _compose_document(session: Session) -> bytes:
    """The document to be signed: what for, in which session, with the challenge in it so that it is never the same."""
    challenge = b64encode(session.challenge).decode("ascii")
    text = {"document": "署名対象文書", "service": session.service, "session": session.id, "challenge": challenge}
    return msgspec.json.encode(text)


def _iso_date(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
