"""Plays the cases of the role relying-party: a fresh resident for each, one clock, and everything seen written down.

The cases of a run follow one another on one clock that never goes back (`story_clock`), so that no event has to be
refused for being older than a status that was already published.
"""

import hashlib
import time
from dataclasses import replace
from datetime import timedelta

import msgspec

from cardsim.trace import spent_a_try
from conformance.case import (
    At,
    Case,
    ChipMade,
    Enrol,
    Holder,
    Login,
    Lose,
    Move,
    Pin,
    Replay,
    Revoke,
    Sign,
    SignatureMade,
    Story,
    Tap,
    TerminalSeen,
    Wait,
)
from conformance.observation import Interruption, Observation, ObservedStep
from conformance.roles.drawn import Drawn
from conformance.roles.story_clock import StoryClock
from harness.chronicle import EventRefused
from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import SERVICE, STRANGER, TERMINAL
from harness.contract.faults import AdapterFault, TimedOut, Unreachable
from harness.contract.vocabulary import Environment, Purpose
from harness.errors import HarnessFault
from harness.jlis.validity import JST
from harness.terminal.card_reader import CardFault, CardReader, PinRefused
from harness.terminal.hostile import SelfMadeChip
from harness.terminal.visitor import Visitor
from harness.world import World

Presented = tuple[messages.Outcome | None, str | None]


class RelyingPartyRole:
    """One product, one world, case after case."""

    def __init__(
        self,
        client: RelyingPartyClient,
        world: World,
        hostile: SelfMadeChip,
        clock: StoryClock,
        configuration: messages.Configure,
    ) -> None:
        self.clock = clock
        self._configuration = configuration
        self.client = client
        self.world = world
        self.hostile = hostile
        self.drawn = Drawn()

    def play(self, case: Case) -> Observation:
        """Return what was seen when `case` was played; an adapter's fault interrupts the case, not the run."""
        observation = Observation(case)
        begun = time.monotonic()
        self.client.exchanges.clear()
        try:
            if self.client.revive():
                self.client.configure(self._configuration)
            _Play(self, observation).run()
        except (AdapterFault, HarnessFault, EventRefused) as fault:
            observation.interruption = _interruption(fault)
            observation.transcript = str(fault)
        observation.seconds = time.monotonic() - begun
        return observation


class _Play:
    """One case being played: its resident, its card, its days."""

    def __init__(self, role: RelyingPartyRole, observation: Observation) -> None:
        self._client, self._world, self._hostile, self._drawn = role.client, role.world, role.hostile, role.drawn
        self._clock, self._observation = role.clock, observation
        self._last_complete: messages.Complete | None = None
        self._client.reset()
        observation.epoch = self._clock.begin(observation.case)
        self._visitor = self._issue(observation.case.holder)
        self._clock.issued()
        observation.serials = self._visitor.serials

    def _issue(self, holder: Holder) -> Visitor:
        now = self._world.clock.now()
        expires, lives = holder.card_expires_on_day, holder.certificates_live_seconds
        self._not_after = None if lives is None else now.replace(microsecond=0) + timedelta(seconds=lives)
        return Visitor.issue(
            self._world,
            card_expiry=None if expires is None else now.astimezone(JST).date() + timedelta(days=expires),
            not_after=self._not_after,
        )

    def run(self) -> None:
        case, observation = self._observation.case, self._observation
        for number, step in enumerate(case.steps, start=1):
            judged = number == len(case.steps)
            observation.steps.append(self._observe(step, with_account=judged and case.expect.account is not None))
            outcome = observation.steps[-1].outcome
            if not judged and outcome is not None and outcome.decision.value != "accept":
                return  # a refused setup is the finding; what would follow could only blur it
        self._require_in_time(case)
        for step in case.afterwards:
            observation.afterwards.append(self._observe(step, with_account=False))

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
        outcome, card_refusal = self._perform(step)
        lines = tuple(self._visitor.trace.since(trace))
        seen = ObservedStep(
            step,
            self._world.clock.now(),
            outcome,
            card_refusal,
            questions=tuple(self._world.journal.since(journal)),
            trace=lines,
            exchanges=tuple(self._client.exchanges[exchanges:]),
            tries_spent=sum(spent_a_try(line) for line in lines),
            stale=self._drawn.complaint(),
        )
        return replace(seen, account_before=before, account_after=self._account()) if with_account else seen

    def _account(self) -> messages.Account | None:
        return self._client.account(self._visitor.authentication_certificate)

    def _perform(self, step: Story) -> Presented:
        try:
            return self._tell(step), None
        except CardFault as refusal:
            return None, str(refusal)

    def _tell(self, step: Story) -> messages.Outcome | None:
        match step:
            case Enrol():
                return self._enrol(step)
            case Login():
                return self._login(step)
            case Tap():
                return self._tap(step)
            case Sign(signature=signature):
                return self._sign(signature)
            case Replay():
                return self._replay()
        self._happen(step)
        return None

    def _happen(self, step: Story) -> None:
        """Let something happen in the world, which the product is not asked about."""
        match step:
            case At():
                self._observation.epoch = self._clock.turn(step)
            case Wait(seconds=seconds):
                self._observation.epoch = self._clock.wait(seconds)
            case Lose():
                self._world.lose(self._visitor.resident_id)
                self._clock.happened()
            case Move():
                self._world.move(self._visitor.resident_id)
                self._clock.happened()
            case Revoke(kind=kind, reason=reason):
                self._world.revoke(self._visitor.resident_id, kind.value, reason)
                self._clock.happened()

    def _enrol(self, step: Enrol) -> messages.Outcome:
        with self._visitor.card_in_reader() as card:
            certificate = card.authentication_certificate()
            begun = self._begin(Purpose.ENROL, Environment.ATTENDED, TERMINAL, certificate)
            if begun.outcome is not msgspec.UNSET:
                return begun.outcome
            challenge = _challenge(begun)
            signature = card.sign_challenge(self._visitor.pin, challenge)
            if step.signature is SignatureMade.FORGED:
                signature = self._hostile.sign_challenge(challenge)
            proof = self._chip_proof(step.chip, challenge)
        presentation = messages.Presentation(
            challenge=challenge, certificate=certificate, signature=signature, chip=proof
        )
        return self._complete(begun, presentation)

    def _login(self, step: Login) -> messages.Outcome:
        with self._visitor.card_in_reader() as card:
            certificate = card.authentication_certificate()
            begun = self._begin(Purpose.LOGIN, Environment.ONLINE, TERMINAL, certificate)
            if begun.outcome is not msgspec.UNSET:
                return begun.outcome
            challenge = _challenge(begun)
            signature: bytes | msgspec.UnsetType = msgspec.UNSET
            if step.signature is SignatureMade.FORGED:
                signature = self._hostile.sign_challenge(challenge)
            elif step.pin is Pin.WRONG:
                _type_wrong_pin(card, self._visitor.wrong_pin, challenge)
            else:
                signature = card.sign_challenge(self._visitor.pin, challenge)
        return self._complete(
            begun, messages.Presentation(challenge=challenge, certificate=certificate, signature=signature)
        )

    def _tap(self, step: Tap) -> messages.Outcome:
        terminal = TERMINAL if step.terminal is TerminalSeen.OURS else STRANGER
        with self._visitor.card_in_reader() as card:
            certificate = card.authentication_certificate()
            begun = self._begin(Purpose.TAP, step.environment, terminal, certificate)
            if begun.outcome is not msgspec.UNSET:
                return begun.outcome
            challenge = _challenge(begun)
            proof = self._chip_proof(step.chip, challenge)
        return self._complete(begun, messages.Presentation(challenge=challenge, certificate=certificate, chip=proof))

    def _sign(self, made: SignatureMade) -> messages.Outcome:
        with self._visitor.card_in_reader() as card:
            certificate = card.signature_certificate(self._visitor.password)
            begun = self._begin(Purpose.SIGN, Environment.ONLINE, TERMINAL, certificate)
            if begun.outcome is not msgspec.UNSET:
                return begun.outcome
            if begun.document is msgspec.UNSET:
                raise AdapterFault("begin for sign: expected the relying party's document, actual none")
            signature = card.sign_document(self._visitor.password, begun.document)
            if made is SignatureMade.FORGED:
                signature = self._hostile.sign_challenge(begun.document)
        presentation = messages.Presentation(
            challenge=_challenge(begun), certificate=certificate, document_signature=signature
        )
        return self._complete(begun, presentation)

    def _replay(self) -> messages.Outcome:
        if self._last_complete is None:
            raise HarnessFault("replay: expected an earlier presentation in the same case, actual none")
        return self._client.complete(self._last_complete)

    def _chip_proof(self, chip: ChipMade, challenge: bytes) -> messages.ChipProof:
        if chip is ChipMade.SPLICED:
            twin = Visitor.issue(self._world, birth_date=self._visitor.birth_date)
            with twin.card_in_reader() as card:
                return card.prove_chip(twin.birth_date, challenge)
        answered = hashlib.sha256(challenge).digest() if chip is ChipMade.RECORDED else challenge
        with self._visitor.card_in_reader() as card:
            genuine = card.prove_chip(self._visitor.birth_date, answered)
        match chip:
            case ChipMade.SELF_MADE:
                return self._hostile.imitate(genuine, challenge)
            case ChipMade.COPIED_CVC:
                return msgspec.structs.replace(self._hostile.imitate(genuine, challenge), cvc=genuine.cvc)
        return genuine

    def _begin(
        self, purpose: Purpose, environment: Environment, terminal: messages.TerminalCredential, certificate: bytes
    ) -> messages.Begun:
        begun = self._client.begin(
            messages.Begin(
                purpose=purpose,
                service=SERVICE,
                environment=environment,
                terminal=terminal,
                holder=messages.HolderHint(certificate=certificate),
            )
        )
        self._drawn.note(begun)
        return begun

    def _complete(self, begun: messages.Begun, presentation: messages.Presentation) -> messages.Outcome:
        if begun.session is msgspec.UNSET:
            raise AdapterFault("begin: expected a session, actual none")
        self._last_complete = messages.Complete(session=begun.session, presentation=presentation)
        return self._client.complete(self._last_complete)


def _interruption(fault: Exception) -> Interruption:
    match fault:
        case TimedOut():
            return Interruption.LATE
        case Unreachable():
            return Interruption.UNREACHABLE
        case AdapterFault():
            return Interruption.BROKEN_ANSWER
    return Interruption.HARNESS


def _type_wrong_pin(card: CardReader, pin: str, challenge: bytes) -> None:
    """Let the holder type a wrong PIN: the card spends a try and signs nothing."""
    try:
        card.sign_challenge(pin, challenge)
    except PinRefused:
        return
    raise HarnessFault("the card signed after a wrong PIN: the emulator is broken, not the product")


def _challenge(begun: messages.Begun) -> bytes:
    if begun.challenge is msgspec.UNSET:
        raise AdapterFault("begin: expected a challenge, actual none")
    return begun.challenge
