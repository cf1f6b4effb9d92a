"""The relying party: attempts begun and completed, between the store, the clock, the responder and the core."""

import secrets
from base64 import b64encode
from collections.abc import Callable, Sequence

import msgspec

from reference_impl.accounts.account import Accounts
from reference_impl.accounts.view import AccountView
from reference_impl.audit.checks import NOBODY, UNKNOWN, Audit, Check, open_audit
from reference_impl.clock import Clock, Reading
from reference_impl.configuration import Configuration, read_configuration
from reference_impl.counting_doors import CountingDoors
from reference_impl.messages import Begin, BeginAnswer, Complete, Configure, Reconcile, Terminal
from reference_impl.presented import presentation_of
from reference_impl.reconciling import Judging, Reconciling
from reference_impl.services.desk import ServiceDesk
from reference_impl.services.instead import InsteadOfCard
from reference_impl.services.offline.standing import Report
from reference_impl.services.policy import Policy as ServicePolicy
from reference_impl.services.request import Offer, ShowInstead, UseAnswer, UseRequest
from reference_impl.services.starting import Opened
from reference_impl.services.steering import Steering, as_inquired
from reference_impl.services.store.ledger import Here
from reference_impl.services.store.offers import Offers
from reference_impl.status_methods import Inquiry, StatusMethods, StatusSources
from reference_impl.store.database import Database
from reference_impl.store.sessions import CHALLENGE_LENGTH, Session, Sessions
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.chain import Issuers, NoIssuer
from reference_impl.verification.der import DerError
from reference_impl.verification.doors import Doors, Enrolled
from reference_impl.verification.findings import not_enrolled, place_refused, service_closed, terminal_unknown
from reference_impl.verification.place import is_place_allowed
from reference_impl.verification.policy import Policy
from reference_impl.verification.purpose import TEST_POLICIES, AcceptedPolicies, CertificateKind, Purpose
from reference_impl.verification.revocation_methods import KnownRevocations
from reference_impl.verification.verdict import Finding, HolderKey, Reason, Refusal, Step, Verdict
from reference_impl.verification.verifier import Verifier


class Judged(msgspec.Struct, frozen=True):
    """A verdict and the reading of the clock it was made at."""

    verdict: Verdict
    reading: Reading
    use: UseAnswer | None = None
    """What the use came to, at a service whose policy counts."""
    offer: Offer | None = None
    """What may be shown in place of the card, where the policy names something for this refusal."""


class RelyingParty:
    """One relying party with its store. Messages come in, answers go out; HTTP is somebody else's."""

    def __init__(  # noqa: PLR0913  (the doors, and what is decided at the start)
        self,
        database: Database,
        clock: Clock,
        sources: StatusSources,
        *,
        policies: AcceptedPolicies = TEST_POLICIES,
        production_anchors: bool = False,
        audit: Audit | None = None,
        draw: Callable[[int], bytes] = secrets.token_bytes,
        services: Opened | Sequence[ServicePolicy] = (),
    ) -> None:
        self.clock = clock
        self._database = database
        self._sources = sources
        self._policy = Policy(policies=policies, production_anchors=production_anchors)
        self._draw = draw
        self._revoked = KnownRevocations()
        self._sessions = Sessions(database)
        self._accounts = Accounts(database, draw)
        self._audit = audit or open_audit(None, None)
        self._desk = ServiceDesk(database, services, self._accounts.ppid)
        self._steering = Steering(self._desk.policies.values(), sources.policy, sources.platforms)
        self._reconciling = Reconciling(database, self._desk, self._steering, self._accounts, self._audit)
        self._instead = InsteadOfCard(self._desk, Offers(database, draw), self._audit)
        self.configure(Configuration())

    def configure(self, configuration: Configuration) -> None:
        """Takes the new decisions in place of the old ones, and remembers nothing of what was found under those."""
        self._configuration, self._verifiers = configuration, self._make_verifiers(configuration)

    def read_configuration(self, message: Configure) -> Configuration:
        """The decisions in the message; BrokenMessage names one that cannot be taken here."""
        return read_configuration(message, production_anchors=self._policy.production_anchors)

    def _make_verifiers(self, configuration: Configuration) -> dict[Inquiry, Verifier]:
        """One for each way of finding out the status that some service uses."""
        policy, methods = self._decided_by(configuration)
        return {each: Verifier(configuration.trust, methods.by(each), policy) for each in self._steering.inquiries}

    def _decided_by(self, configuration: Configuration) -> tuple[Policy, StatusMethods]:
        policy = msgspec.structs.replace(self._policy, services=self._steering.services(configuration.services))
        return policy, StatusMethods(self._sources, configuration, self._draw, self._revoked)

    def _verifier(self, service: str, purpose: Purpose) -> Verifier:
        return self._verifiers[self._steering.inquiry(service, purpose)]

    def reset(self) -> None:
        """Forgets accounts, sessions and statuses; configuration and clock stay. The audit stays too, and says so."""
        self._audit.note(self.clock.read().now, "reset")
        self._database.forget()
        self._desk.forget()
        self._reconciling.forget()
        self._revoked.forget()
        self.configure(self._configuration)

    def begin(self, message: Begin) -> BeginAnswer | Judged:
        """A session with a fresh challenge, or at once the refusal that the end could only repeat."""
        reading = self.clock.read()
        try:
            self._steering.require_platform(message.service)
            self._desk.require_open(message.service, message.purpose, message.environment, reading.now)
            holder, account = self._admit(message, reading)
        except Refusal as refusal:
            return self._refuse(message, Verdict(refusal.reason, (), None, refusal.finding), reading)
        if isinstance(holder, Verdict):
            return self._refuse(message, holder, reading)
        session = self._draw_session(message, holder, reading)
        self._sessions.open(session)
        answer = BeginAnswer(session.id, session.challenge)
        if account is not None:
            answer = msgspec.structs.replace(answer, birth_date=_iso_date(account.birth_date))
        if session.document is not None:
            answer = msgspec.structs.replace(answer, document=session.document)
        return answer

    def _refuse(self, message: Begin, verdict: Verdict, reading: Reading) -> Judged:
        """The refusal, written down; nothing the caller said is, unless it is configured."""
        service = message.service if message.service in self._configuration.services else UNKNOWN
        known = self._is_terminal_accepted(message)
        who = (message.terminal.id if known else UNKNOWN) if isinstance(message.terminal, Terminal) else NOBODY
        check = Check(reading.now, who, service, message.purpose)
        self._audit.record(check, verdict)
        return Judged(verdict, reading, offer=self._instead.offer(check, verdict))

    def _admit(self, message: Begin, reading: Reading) -> tuple[HolderKey | Verdict | None, Enrolled | None]:
        """Service, place and terminal, then, for a tap, who is hinted at and what was learnt of them.

        The birth date opens the record on the chip: whoever gets it must be a terminal we know, else anybody who
        holds a certificate could ask for it.
        """
        if not Policy(self._configuration.services).is_open(message.service, message.purpose):
            raise service_closed()
        if not is_place_allowed(message.purpose, message.environment):
            raise place_refused(message.environment)
        if not self._is_terminal_accepted(message):
            raise terminal_unknown()
        if message.purpose is not Purpose.TAP or isinstance(message.holder, msgspec.UnsetType):
            return None, None
        verifier = self._verifier(message.service, message.purpose)
        holder = verifier.identify(message.holder.certificate, message.purpose, reading.now)
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
            terminal=message.terminal.id if isinstance(message.terminal, Terminal) else NOBODY,
        )
        if message.purpose is Purpose.SIGN:
            return msgspec.structs.replace(session, document=_compose_document(session))
        return session

    def complete(self, message: Complete, request: UseRequest | None = None) -> Judged:
        """The verdict on what was presented in a session, and what the use came to that was asked for with it."""
        reading = self.clock.read()
        session = self._sessions.find(message.session)
        if session is None:
            verdict = _unknown_session(message.presentation.certificate)
            self._audit.record(Check(reading.now, UNKNOWN, UNKNOWN, None), verdict)
            return Judged(verdict, reading)
        doors = CountingDoors(self._sessions, self._accounts, session, reading.now)
        doors.visit = self._desk.visit(session.id, session.service, session.purpose, reading.now, request)
        verdict = self._verify(message, session, request or UseRequest(), doors, reading)
        check = Check(reading.now, session.terminal, session.service, session.purpose)
        self._audit.record(check, verdict)
        used = doors.visit.answer if verdict.reason is Reason.OK else None
        return Judged(verdict, reading, used, self._instead.offer(check, verdict))

    def _verify(
        self, message: Complete, session: Session, request: UseRequest, doors: CountingDoors, reading: Reading
    ) -> Verdict:
        """The core's verdict; or at once, with nothing spent, why what is asked for cannot be had."""
        try:
            self._steering.require_platform(session.service)
            is_known = session.terminal != NOBODY
            self._desk.require_sensible(session.service, request, is_terminal_known=is_known)
        except Refusal as refusal:
            return Verdict(refusal.reason, (), None, refusal.finding)
        presentation = presentation_of(session, message.presentation)
        inquiry = self._steering.inquiry(session.service, session.purpose)
        verdict = self._verifiers[inquiry].verify(presentation, reading.now, Doors(doors, doors))
        return as_inquired(verdict, inquiry)

    def reconcile(self, message: Reconcile) -> dict[str, Judged]:
        """The verdict on each tap that a terminal took while it was offline, by its id."""
        reading, configuration = self.clock.read(), self._configuration
        policy, methods = self._decided_by(configuration)
        verdicts = self._reconciling.reconcile(message, Judging(configuration, policy, methods, reading.now))
        return {name: Judged(verdict, reading) for name, verdict in verdicts.items()}

    def reconciled(self, service: str) -> Report:
        """What staff have to look at of a service's offline records: conflicts, late revocations, uses over a limit."""
        return self._reconciling.report(service)

    def show_instead(self, message: ShowInstead) -> Judged:
        """Whether staff may let this document stand for the card; written down as what it is, no check of a card."""
        reading = self.clock.read()
        if not self._configuration.is_terminal_known(message.terminal, message.credential):
            refusal = terminal_unknown()
            verdict = Verdict(refusal.reason, (), None, refusal.finding)
            self._audit.record(Check(reading.now, UNKNOWN, UNKNOWN, None), verdict)
            return Judged(verdict, reading)
        return Judged(self._instead.show(message, reading.now), reading)

    def households(self, service: str) -> list[Here]:
        """The households that checked in at a service, with how many people: for its staff."""
        return self._desk.households(service)

    def account(self, encoded: bytes) -> AccountView | None:
        """What is stored about the holder of this certificate; `DerError` if it is none."""
        certificate = parse_certificate(encoded)
        issuer = Issuers(self._configuration.trust, CertificateKind.AUTH).find(certificate)
        if isinstance(issuer, NoIssuer):
            return None
        return self._accounts.view(HolderKey(issuer.issuer_key, f"{certificate.serial:x}"))


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
