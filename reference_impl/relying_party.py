"""The relying party: attempts begun and completed, between the store, the clock, the responder and the core."""

import secrets
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import msgspec

from reference_impl.accounts.account import Accounts
from reference_impl.accounts.attempt import Recognised
from reference_impl.accounts.counts import NoCounts
from reference_impl.accounts.findings import left
from reference_impl.accounts.holders import Holders
from reference_impl.accounts.leaving import Merged
from reference_impl.accounts.links import Links
from reference_impl.accounts.office import Office
from reference_impl.accounts.recognition import Presenting, Recognition
from reference_impl.accounts.standing import Attributes
from reference_impl.accounts.view import AccountView
from reference_impl.audit.checks import NOBODY, UNKNOWN, Audit, Check, open_audit
from reference_impl.backends.accountable import Accountable
from reference_impl.backends.backend import Ability, Errand
from reference_impl.backends.evidence import Evidence
from reference_impl.backends.linking import AccountableLinks
from reference_impl.backends.numbers import ACCOUNTS, AccountableNumbers
from reference_impl.backends.opening import BackEnds, DirectBackEnds
from reference_impl.backends.rules import ANY_DOCUMENT
from reference_impl.clock import Clock, Reading
from reference_impl.configuration import Configuration, read_configuration
from reference_impl.counting_doors import CountingDoors
from reference_impl.messages import Begin, BeginAnswer, Complete, Configure, Reconcile, Terminal, Unlink
from reference_impl.presented import presentation_of
from reference_impl.reconciling import Judging, Reconciling, records_within
from reference_impl.services.desk import ServiceDesk
from reference_impl.services.instead import InsteadOfCard
from reference_impl.services.offline.standing import Report
from reference_impl.services.policy import Policy as ServicePolicy
from reference_impl.services.request import Offer, ShowInstead, UseAnswer, UseRequest
from reference_impl.services.starting import Opened
from reference_impl.services.steering import Steering
from reference_impl.services.store.ledger import Here
from reference_impl.services.store.offers import Offers
from reference_impl.services.store.persons import CountsByService
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database
from reference_impl.store.sessions import CHALLENGE_LENGTH, Session, Sessions
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.chain import Issuers, NoIssuer
from reference_impl.verification.der import DerError
from reference_impl.verification.doors import Doors, Enrolled
from reference_impl.verification.findings import new_chip, not_enrolled, place_refused, service_closed, terminal_unknown
from reference_impl.verification.place import is_place_allowed
from reference_impl.verification.policy import Policy
from reference_impl.verification.purpose import TEST_POLICIES, AcceptedPolicies, CertificateKind, Purpose
from reference_impl.verification.verdict import Finding, HolderKey, Reason, Refusal, Step, Verdict


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
        links: Links | None = None,
        back_ends: BackEnds | None = None,
    ) -> None:
        self.clock = clock
        self.database = self._database = database
        self._policy = Policy(policies=policies, production_anchors=production_anchors)
        self._draw = draw
        self._status_sources = sources.policy.said
        opened = services if isinstance(services, Opened) else Opened(tuple(services))
        self._back_ends = back_ends or DirectBackEnds(sources, draw, services=opened.policies)
        self._steering = Steering(opened.policies, sources.policy, sources.platforms)
        self._links = links
        self._sessions = Sessions(database, records_within(opened.policies))
        self._accounts = Accounts(database, draw, CountsByService(opened.policies) if opened.policies else NoCounts())
        self.audit = self._audit = audit or open_audit(None, None)
        self._kept = Evidence(database) if self._back_ends.rules.keeps_certificates else None
        self._desk = ServiceDesk(database, opened, self._accounts.ppid)
        self._reconciling = Reconciling(database, self._desk, self._accounts, self._audit)
        self._instead = InsteadOfCard(self._desk, Offers(database, draw), self._audit)
        self.configure(Configuration())

    def configure(self, configuration: Configuration) -> None:
        """Takes the new decisions in place of the old ones, and remembers nothing of what was found under those."""
        self._configuration, self._back_end = configuration, self._make_back_end(configuration)
        self._statuses = AccountableNumbers(self._back_ends.numbers(configuration), self._back_ends.rules, self._audit)
        # a name that a platform gave is its own to keep over a renewal; of numbers it is asked what they followed
        asks_former = self._back_ends.by_serial and Ability.FORMER in self._back_end.abilities
        former = self._back_end if asks_former else None
        links = None
        if self._links is not None:
            links = AccountableLinks(self._links, self._back_ends.rules, self._audit)
        self._recognition = Recognition(self._accounts, configuration.trust, self._statuses, links, former)
        self.holders = Holders(self._accounts, self._statuses)
        """How they stand, for the staff."""

    def read_configuration(self, message: Configure) -> Configuration:
        """The decisions in the message; BrokenMessage names one that cannot be taken here."""
        return read_configuration(message, production_anchors=self._policy.production_anchors)

    @property
    def status_sources(self) -> tuple[str, ...]:
        """How statuses are learnt, in the words of contract 1.0; nothing is said where OCSP alone is asked."""
        return self._status_sources

    @property
    def configuration(self) -> Configuration:
        """What the operator decided."""
        return self._configuration

    def find_session(self, name: str) -> Session | None:
        """The session of this name, spent or not."""
        return self._sessions.find(name)

    def _make_back_end(self, configuration: Configuration) -> Accountable:
        """Whoever verifies under these decisions, within the rules, each question in the audit."""
        policy = msgspec.structs.replace(self._policy, services=self._steering.services(configuration.services))
        return Accountable(self._back_ends.make(configuration, policy), self._back_ends.rules, self._audit, self._kept)

    def reset(self) -> None:
        """Forgets accounts, sessions and statuses; configuration and clock stay. The audit stays too, and says so."""
        self._audit.note(self.clock.read().now, "reset")
        self._database.forget()
        self._desk.forget()
        self._reconciling.forget()
        self.forget_found()

    def forget_found(self) -> None:
        """Forgets the statuses that this process remembers."""
        self._back_ends.forget()
        self.configure(self._configuration)

    def begin(self, message: Begin) -> BeginAnswer | Judged:
        """A session with a fresh challenge, or at once the refusal that the end could only repeat."""
        reading = self.clock.read()
        try:
            offered = Purpose.ENROL if message.purpose is Purpose.RELINK else message.purpose
            self._require_platform(message.service)
            self._desk.require_open(message.service, offered, message.environment, reading.now)
            self._back_end.require_allowed(Check(reading.now, NOBODY, message.service, message.purpose))
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

    def _require_platform(self, service: str) -> None:
        """Nothing if a platform is there, or none is needed; `Refusal` if not."""
        if not self._back_ends.is_platform:
            self._steering.require_platform(service)

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
        who = message.terminal.id if isinstance(message.terminal, Terminal) else NOBODY
        why = Check(reading.now, who, message.service, message.purpose)
        holder = self._back_end.identify(message.holder.certificate, why)
        if isinstance(holder, Verdict):
            return holder, None
        account = self._accounts.find(holder) or self._recognise(Presenting(holder, message.holder.certificate, why))
        if account is not None and account.barred is not None:
            raise account.barred
        if account is None or message.service not in account.services:
            raise not_enrolled()
        if not account.birth_date:
            raise new_chip()
        return holder, account

    def _recognise(self, presenting: Presenting) -> Enrolled | None:
        """The account that a renewed certificate follows; nothing is written down before it is proved."""
        recognised = self._recognition.of(presenting)
        return self._accounts.enrolled(recognised.account) if isinstance(recognised, Recognised) else None

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
            return msgspec.structs.replace(session, document=self._compose_document(session))
        return session

    def _compose_document(self, session: Session) -> bytes:
        """The document to be signed: which, for whom, in which session, with the challenge: none is like another."""
        named = self._back_ends.rules.document(session.service) or ANY_DOCUMENT
        challenge = b64encode(session.challenge).decode("ascii")
        text = {"document": named.ja, "service": session.service, "session": session.id, "challenge": challenge}
        return msgspec.json.encode(text)

    def complete(self, message: Complete, request: UseRequest | None = None) -> Judged:
        """The verdict on what was presented in a session, and what the use came to that was asked for with it."""
        reading = self.clock.read()
        session = self._sessions.find(message.session)
        if session is None:
            verdict = _unknown_session(message.presentation.certificate)
            self._audit.record(Check(reading.now, UNKNOWN, UNKNOWN, None), verdict)
            return Judged(verdict, reading)
        presentation = presentation_of(session, message.presentation)
        doors = CountingDoors(self._sessions, self._accounts, session, reading.now, self._recognition, presentation)
        doors.look_after = partial(self._forget_residence_left, session.service, reading.now)
        doors.visit = self._desk.visit(session.id, session.service, session.purpose, reading.now, request)
        why = Check(reading.now, session.terminal, session.service, session.purpose)
        refused = self._unservable(request or UseRequest(), why)
        verdict = refused or self._back_end.verify(presentation, why, Doors(doors, doors))
        for each in doors.events:
            self._audit.event(why, each.what, each.holder, each.reason, each.as_of)
        if verdict.holder is not None and verdict.reason in {Reason.REVOKED, Reason.ON_HOLD}:
            self._accounts.note_ended(verdict.holder, reading.now)
        if verdict.reason is Reason.OK and doors.visit.has_told and verdict.holder is not None:
            self._note_residence_seen(verdict.holder, why)
        used = doors.visit.answer if verdict.reason is Reason.OK else None
        return Judged(verdict, reading, used, self._instead.offer(why, verdict))

    def ppid(self, verdict: Verdict, service: str) -> str | None:
        """The name by which the service knows whoever was accepted; None for a refusal and for who has no account."""
        if verdict.reason is not Reason.OK or verdict.holder is None:
            return None
        return self._accounts.ppid_of(verdict.holder, service)

    def _forget_residence_left(self, service: str, now: datetime, account: str) -> None:
        """A residence told before the holder moved is not relied on: a service limited to residents asks again.

        Asked of those services alone: a status is no use to the others (公的個人認証法 art. 52).
        """
        if self._desk.limits_residence(service) and self.holders.attributes(account, now) is Attributes.CHANGED:
            self._desk.leave(service, account)

    def _note_residence_seen(self, holder: HolderKey, why: Check) -> None:
        """A terminal has told where the holder lives now: from now on that is what may change."""
        account = self._accounts.id_of(holder)
        known = None if account is None else self._accounts.pair(account)
        is_to_be_renewed = known is None or known[1] is not None
        if account is not None and is_to_be_renewed:
            self._accounts.renew_attributes(account, self._recognition.pair(holder, why), why.at)

    def _unservable(self, request: UseRequest, why: Check) -> Verdict | None:
        """Why what is asked for cannot be had at all, written down, and with nothing spent; None if it can."""
        try:
            self._require_platform(why.service)
            self._desk.require_sensible(why.service, request, is_terminal_known=why.who != NOBODY)
        except Refusal as refusal:
            verdict = Verdict(refusal.reason, (), None, refusal.finding)
            self._audit.record(why, verdict)
            return verdict
        return None

    def reconcile(self, message: Reconcile) -> dict[str, Judged]:
        """The verdict on each tap that a terminal took while it was offline, by its id."""
        reading = self.clock.read()
        judging = Judging(self._configuration, self._back_end, reading.now, self._recognise, self._require_platform)
        verdicts = self._reconciling.reconcile(message, judging)
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
        holder = self._holder_of(encoded)
        return None if isinstance(holder, NoIssuer | Verdict) else self._accounts.view(holder)

    def unlink(self, message: Unlink) -> Judged:
        """Whether the holder of this certificate left the service, and all that was known of them there is erased.

        The certificate proves nobody: whoever lets people leave has asked for a proof before (docs/accounts.md). An
        expired or revoked one will do, for nobody has to renew a card in order to leave.
        """
        reading = self.clock.read()
        service = message.service if message.service in self._configuration.services else UNKNOWN
        try:
            holder = self._holder_of(message.certificate)
        except DerError as error:
            return Judged(left(Reason.MALFORMED, None, str(error)), reading)
        if isinstance(holder, NoIssuer):
            return Judged(left(holder.reason, None, holder.why), reading)
        if isinstance(holder, Verdict):
            unknown = left(Reason.NOT_ENROLLED, None) if holder.reason is Reason.STATUS_UNKNOWN else holder
            return Judged(unknown, reading)
        why = Check(reading.now, NOBODY, service, None)
        return Judged(
            Office(self._accounts, self._audit, self._desk.leave).unlink(holder, message.service, why), reading
        )

    def merge(self, kept: bytes, gone: bytes, who: str) -> Merged | Reason:
        """One account of the two that these certificates lead to, at the word of `who`, an operator; or why not."""
        first, second = self._holder_of(kept), self._holder_of(gone)
        if not isinstance(first, HolderKey) or not isinstance(second, HolderKey):
            return Reason.UNKNOWN_ISSUER
        why = Check(self.clock.read().now, who, UNKNOWN, None)
        return Office(self._accounts, self._audit, self._desk.leave).merge(first, second, why)

    def _holder_of(self, encoded: bytes) -> HolderKey | NoIssuer | Verdict:
        """Whose certificate it is, whatever its status: by issuer key and serial, or by the name a platform gave.

        `DerError` if it is none.
        """
        certificate = parse_certificate(encoded)
        issuer = Issuers(self._configuration.trust, CertificateKind.AUTH).find(certificate)
        if isinstance(issuer, NoIssuer):
            return issuer
        if self._back_ends.by_serial:
            return HolderKey(issuer.issuer_key, f"{certificate.serial:x}")
        return self._back_end.name(encoded, Check(self.clock.read().now, NOBODY, ACCOUNTS, Errand.ACCOUNT))


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


def _iso_date(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
