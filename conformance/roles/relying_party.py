"""Plays the cases of the role relying-party: a fresh resident for each, one clock, and everything seen written down.

The cases of a run follow one another on one clock that never goes back (`story_clock`), so that no event has to be
refused for being older than a status that was already published.
"""

import time
from dataclasses import replace
from datetime import datetime, timedelta

from cardsim.trace import spent_a_try
from conformance.case import Case
from conformance.observation import Interruption, Observation, ObservedStep
from conformance.privacy.canary import canaries_of, planted, planted_pins
from conformance.privacy.oracle import Oracle
from conformance.roles.counter import Counter
from conformance.roles.drawn import Drawn
from conformance.roles.happenings import Happenings
from conformance.roles.made_certificates import Wallet
from conformance.roles.made_chips import Bench
from conformance.roles.made_signatures import Signatory
from conformance.roles.rivals import Rivals
from conformance.roles.story_clock import StoryClock
from conformance.setting import Setting
from conformance.steps import Enrol, Login, Presented, Reconcile, Relink, Replay, Sign, Story, Tap, Unlink
from harness.chronicle import EventRefused
from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.faults import AdapterFault, TimedOut, Unreachable
from harness.contract.vocabulary import Kind
from harness.errors import HarnessFault
from harness.jlis.fault_grammar import FaultDoor
from harness.jlis.faults import FaultRefused, Standing
from harness.jlis.journal import Entry
from harness.jlis.validity import JST
from harness.jlis.wrong_certificates import Inexpressible, NotThisCertificate
from harness.terminal.card_reader import CardFault
from harness.terminal.visitor import Visitor

Answered = tuple[messages.Outcome | None, str | None]
OUR_FAULTS = (HarnessFault, EventRefused, FaultRefused, Inexpressible, NotThisCertificate)


class RelyingPartyRole:
    """One product, one world, case after case."""

    def __init__(  # noqa: PLR0913, PLR0917  (what a run is made of)
        self,
        client: RelyingPartyClient,
        setting: Setting,
        clock: StoryClock,
        configuration: messages.Configure,
        tolerances: messages.Tolerances,
        oracle: Oracle | None = None,
    ) -> None:
        self.oracle = oracle
        self.clock = clock
        self.tolerances = tolerances
        self.client = client
        self.setting = setting
        self.drawn = Drawn()
        self._configuration = configuration

    def play(self, case: Case) -> Observation:
        """Return what was seen when `case` was played; an adapter's fault interrupts the case, not the run."""
        observation = Observation(case)
        begun = time.monotonic()
        self.client.exchanges.clear()
        try:
            if self.client.revive():
                self.client.configure(self._configuration)
            _Play(self, observation).run()
        except (AdapterFault, *OUR_FAULTS) as fault:
            observation.interruption = _interruption(fault)
            observation.transcript = str(fault)
        finally:
            self.setting.faults.clear()
            if self.oracle is not None:
                self.oracle.look()
        observation.seconds = time.monotonic() - begun
        return observation


class _Play:
    """One case being played: its resident, its card, its days."""

    def __init__(self, role: RelyingPartyRole, observation: Observation) -> None:
        self._role, self._client, self._world = role, role.client, role.setting.world
        self._clock, self._observation = role.clock, observation
        self._client.reset()
        observation.epoch = self._clock.begin(observation.case)
        self._visitor = self._issue(observation.case)
        observation.epoch = self._clock.issued()
        observation.serials = self._visitor.serials
        observation.canaries = _canaries(self._visitor)
        self._counter = self._seat(self._visitor)
        self._happenings = Happenings(
            self._world,
            role.setting.faults,
            self._clock,
            role.tolerances,
            self._visitor.resident_id,
            self._visitor.pins,
        )

    def _issue(self, case: Case) -> Visitor:
        now, holder = self._world.clock.now(), case.holder
        expires, lives = holder.card_expires_on_day, holder.certificates_live_seconds
        self._not_after = None if lives is None else now.replace(microsecond=0) + timedelta(seconds=lives)
        return Visitor.issue(
            self._world,
            card_expiry=None if expires is None else now.astimezone(JST).date() + timedelta(days=expires),
            not_after=self._not_after,
            pins=planted_pins(self._world.seed, case.id),
            **planted(self._world.seed, case.id),
        )

    def _seat(self, visitor: Visitor) -> Counter:
        """Return the terminal with this visitor before it; what is planted in the visitor is looked for from now on."""
        if self._role.oracle is not None:
            self._role.oracle.plant(canaries_of(self._observation.case.id, visitor.card, visitor.pins))
        world, hostile = self._world, self._role.setting.hostile
        own = {Kind.AUTH: visitor.card.auth_certificate, Kind.SIGN: visitor.card.sign_certificate}
        wallet = Wallet(
            own,
            self._neighbours,
            world.signer,
            world.issuer_before,
            world.clock.now,
            self._role.tolerances.clock_seconds,
        )
        bench = Bench(world, hostile, world.key_of_nobody, visitor)
        signatory = Signatory(visitor.card.profile, hostile.chip_key)
        together = Rivals(self._client, self._role.setting.faults, world.journal)
        return Counter(
            self._client, visitor, wallet, bench, signatory, self._role.drawn, self._answer_late, self._taken, together
        )

    def _neighbours(self, kind: Kind) -> bytes:
        card = Visitor.issue(self._world).card
        return card.auth_certificate if kind is Kind.AUTH else card.sign_certificate

    def _answer_late(self, seconds: int) -> None:
        life = self._role.tolerances.challenge_seconds
        self._observation.epoch = self._clock.wait(max(0, life + seconds))

    def _taken(self, step: Reconcile) -> datetime:
        return self._clock.instant(step.time_taken)

    def run(self) -> None:
        case, observation = self._observation.case, self._observation
        for number, step in enumerate(case.steps, start=1):
            judged = number == len(case.steps)
            observation.steps.append(self._observe(step, with_account=judged and case.expect.account is not None))
            outcome = observation.steps[-1].outcome
            if not judged and outcome is not None and outcome.decision.value != "accept":
                return  # a refused setup is the finding; what would follow could only blur it
        self._require_in_time(case)
        epoch = observation.epoch
        for step in case.afterwards:
            observation.afterwards.append(self._observe(step, with_account=False))
        observation.epoch = epoch  # that of the judged step, though the clock was set once more

    def _require_in_time(self, case: Case) -> None:
        """At the host's time a slow machine can let a certificate end that should still be good."""
        ended = self._not_after is not None and self._world.clock.now() > self._not_after
        if ended and not case.is_refusal:
            raise HarnessFault(f"expected to come to the end of the case before {self._not_after}, actual later")

    def _observe(self, step: Story, *, with_account: bool) -> ObservedStep:
        """Perform one step between two readings of journal, trace and transcript."""
        before = self._account() if with_account else None
        journal, trace = self._world.journal.mark(), self._visitor.trace.mark()
        exchanges = len(self._client.exchanges)
        standing = self._faults_standing()
        outcome, card_refusal = self._perform(step)
        lines, questions = tuple(self._visitor.trace.since(trace)), tuple(self._world.journal.since(journal))
        seen = ObservedStep(
            step,
            self._world.clock.now(),
            outcome,
            card_refusal,
            questions=questions,
            trace=lines,
            exchanges=tuple(self._client.exchanges[exchanges:]),
            tries_spent=sum(spent_a_try(line) for line in lines),
            stale=self._role.drawn.complaint(),
            disturbed=self._faults_given(standing, questions),
            rivals=self._counter.rivals if isinstance(step, Presented) else (),
        )
        return replace(seen, account_before=before, account_after=self._account()) if with_account else seen

    def _faults_standing(self) -> list[Standing]:
        """Return the faults that a step is about: where lists are disturbed, OCSP is only out of the way."""
        standing = list(self._role.setting.faults)
        if not self._observation.case.expect.questions.lists:
            return standing
        return [each for each in standing if each.order.door is FaultDoor.CRL]

    def _faults_given(self, before: list[Standing], questions: tuple[Entry, ...]) -> int | None:
        """Return how many answers they met since; None where none stood. One that is gone met what the journal says."""
        if not before:
            return None
        now = {each.id: each.given for each in self._role.setting.faults}
        met = 0
        for each in before:
            if each.id in now:
                met += now[each.id] - each.given
            else:
                met += sum(f"fault {each.order.fault}" in entry.answer for entry in questions)
        return met

    def _account(self) -> messages.Account | None:
        return self._client.account(self._visitor.authentication_certificate)

    def _perform(self, step: Story) -> Answered:
        try:
            return self._tell(step), None
        except CardFault as refusal:
            return None, str(refusal)

    def _tell(self, step: Story) -> messages.Outcome | None:
        match step:
            case Enrol() | Relink() | Login() | Tap() | Sign():
                return self._counter.present(step)
            case Replay():
                return self._counter.replay(step)
            case Unlink():
                return self._counter.unlink(step)
            case Reconcile():
                return self._counter.reconcile(step)
        self._observation.epoch, card = self._happenings.happen(step, self._observation.epoch)
        if card is not None:
            # The numbers of the card before stay those of the case's resident: the journal is read for both.
            self._visitor = Visitor(self._world, card, self._visitor.pins)
            self._observation.serials = self._visitor.serials
            former = self._counter.wallet.own
            self._counter = self._counter.with_visitor(self._visitor, self._seat(self._visitor), former)
        return None


def _canaries(visitor: Visitor) -> tuple[str, ...]:
    """Return what a product has no business to answer with: who the holder is, and the password typed."""
    resident = visitor.card.resident
    return (resident.name, resident.address, visitor.password)


def _interruption(fault: Exception) -> Interruption:
    match fault:
        case TimedOut():
            return Interruption.LATE
        case Unreachable():
            return Interruption.UNREACHABLE
        case AdapterFault():
            return Interruption.BROKEN_ANSWER
    return Interruption.HARNESS
