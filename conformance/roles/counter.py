"""The terminal of the role relying-party: makes each presentation as the step has it, hands it to the product."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec

from conformance.made import ChallengeMade, Part, Pin, SessionNamed, TerminalSeen
from conformance.roles.drawn import Drawn
from conformance.roles.made_certificates import Wallet
from conformance.roles.made_chips import Bench
from conformance.roles.made_signatures import Signatory
from conformance.roles.rivals import Rivals
from conformance.steps import (
    Enrol,
    Login,
    Presented,
    Reconcile,
    Relink,
    Replay,
    Sign,
    Tap,
    Unlink,
)
from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import STRANGER, TERMINAL
from harness.contract.faults import AdapterFault
from harness.contract.vocabulary import Environment, Kind, Purpose
from harness.errors import HarnessFault
from harness.terminal.card_reader import CardReader, PinRefused
from harness.terminal.visitor import Visitor

UNKNOWN_SESSION = "0" * 48
UNKNOWN_CHALLENGE = hashlib.sha256(b"a challenge that nobody drew").digest()
TERMINALS = {
    TerminalSeen.OURS: TERMINAL,
    TerminalSeen.STRANGER: STRANGER,
    TerminalSeen.UNKNOWN: messages.TerminalCredential(id="counter-99", credential="kazashi-terminal-credential"),
}
PURPOSES = {
    Enrol: Purpose.ENROL,
    Relink: Purpose.RELINK,
    Login: Purpose.LOGIN,
    Tap: Purpose.TAP,
    Sign: Purpose.SIGN,
}
Asked = Enrol | Relink | Login | Tap | Sign


@dataclass(slots=True)
class Counter:
    """One visitor before one product."""

    client: RelyingPartyClient
    visitor: Visitor
    wallet: Wallet
    bench: Bench
    signatory: Signatory
    drawn: Drawn
    late: Callable[[int], None]
    """Lets so many seconds pass after the end of the challenge's life, counted from now."""
    instant: Callable[[Reconcile], datetime]
    together: Rivals
    last_complete: messages.Complete | None = None
    last_record: messages.Reconcile | None = None
    rivals: tuple[messages.Outcome, ...] = ()
    """What became of the other completions of the last step."""

    def with_visitor(self, visitor: Visitor, seated: "Counter", former: dict[Kind, bytes]) -> "Counter":
        """Return the terminal as `seated` before another card of the same holder; what was presented is remembered."""
        wallet = replace(seated.wallet, former=former)
        return replace(
            seated, visitor=visitor, wallet=wallet, last_complete=self.last_complete, last_record=self.last_record
        )

    def present(self, step: Asked) -> messages.Outcome:
        """Return what the product decided on the presentation, or at its beginning."""
        kind, self.rivals = Kind.SIGN if isinstance(step, Sign) else Kind.AUTH, ()
        with self.visitor.card_in_reader() as card:
            self._read(card, kind)
            certificate = self.wallet.show(step.certificate, kind)
            begun = self._begin(step, certificate)
            if begun.outcome is not msgspec.UNSET:
                return begun.outcome
            answered = self._challenge(step, certificate, begun)
            content = _document(begun) if kind is Kind.SIGN else answered
            signature = self._sign(step, card, kind, content)
            proof = self._prove(step, answered)
        told = answered[:-1] if step.challenge is ChallengeMade.CUT else answered
        presentation = messages.Presentation(
            challenge=told,
            certificate=certificate,
            signature=msgspec.UNSET if signature is None or kind is Kind.SIGN else signature,
            document_signature=msgspec.UNSET if signature is None or kind is Kind.AUTH else signature,
            chip=msgspec.UNSET if proof is None else proof,
        )
        if step.answered is not None:
            self.late(step.answered)
        session = UNKNOWN_SESSION if step.session is SessionNamed.UNKNOWN else begun.session
        if session is msgspec.UNSET:
            raise AdapterFault("begin: expected a session, actual none")
        self.last_complete = messages.Complete(session=session, presentation=presentation)
        if step.rivals is None:
            return self.client.complete(self.last_complete)
        first, self.rivals = self.together.complete(self.last_complete, 1 + step.rivals)
        return first

    def replay(self, _: Replay) -> messages.Outcome:
        """Return what the product decided on what it was shown before."""
        if self.last_complete is None:
            raise HarnessFault("replay: expected an earlier presentation in the same case, actual none")
        return self.client.complete(self.last_complete)

    def unlink(self, step: Unlink) -> messages.Outcome:
        """Return what came of leaving the service."""
        certificate = self.wallet.show(step.certificate, Kind.AUTH)
        return self.client.unlink(messages.Unlink(certificate=certificate, service=step.service))

    def reconcile(self, step: Reconcile) -> messages.Outcome:
        """Return what the product decided on a tap that was taken without asking it."""
        request = self.last_record if step.again else self._record(step)
        if request is None:
            raise HarnessFault("reconcile: expected an earlier record in the same case, actual none")
        self.last_record = request
        (outcome,) = self.client.reconcile(request).values()
        return outcome

    def _record(self, step: Reconcile) -> messages.Reconcile:
        certificate, taken = self.wallet.show(step.certificate, Kind.AUTH), self.instant(step)
        challenge = hashlib.sha256(b"drawn at the terminal" + certificate + taken.isoformat().encode()).digest()
        record = messages.OfflineRecord(
            id=f"tap-{challenge.hex()[:12]}",
            service="library",
            environment=step.environment,
            taken=taken.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            presentation=messages.Presentation(
                challenge=challenge, certificate=certificate, chip=self.bench.prove(step.chip, challenge)
            ),
        )
        return messages.Reconcile(terminal=TERMINALS[step.terminal], records=[record])

    def _read(self, card: CardReader, kind: Kind) -> None:
        """Read the card's certificate as a terminal does, though another may be shown: the trace tells of it."""
        if kind is Kind.SIGN:
            card.signature_certificate(self.visitor.password)
        else:
            card.authentication_certificate()

    def _begin(self, step: Presented, certificate: bytes) -> messages.Begun:
        hinted = not isinstance(step, Tap) or step.hinted
        seen = TERMINALS.get(step.terminal, msgspec.UNSET)
        begun = self.client.begin(
            messages.Begin(
                purpose=PURPOSES[type(step)],
                service=step.service,
                environment=_environment(step),
                terminal=seen,
                holder=messages.HolderHint(certificate=certificate) if hinted else msgspec.UNSET,
            )
        )
        self.drawn.note(begun)
        return begun

    def _challenge(self, step: Presented, certificate: bytes, begun: messages.Begun) -> bytes:
        if begun.challenge is msgspec.UNSET:
            raise AdapterFault("begin: expected a challenge, actual none")
        if step.challenge is ChallengeMade.UNKNOWN:
            return UNKNOWN_CHALLENGE
        if step.challenge is ChallengeMade.OTHER_SESSION:
            other = self._begin(step, certificate)
            if other.challenge is msgspec.UNSET:
                raise AdapterFault("begin once more: expected a challenge, actual none")
            return other.challenge
        return begun.challenge

    def _sign(self, step: Asked, card: CardReader, kind: Kind, content: bytes) -> bytes | None:
        if isinstance(step, Tap) or step.lacks is Part.SIGNATURE:
            return None
        if isinstance(step, Login) and step.pin is Pin.WRONG:
            _type_wrong_pin(card, self.visitor.wrong_pin, content)
            return None
        if kind is Kind.SIGN:
            genuine = card.sign_document(self.visitor.password, content)
        else:
            genuine = card.sign_challenge(self.visitor.pin, content)
        return self.signatory.sign(step.signature, kind, content, genuine)

    def _prove(self, step: Asked, challenge: bytes) -> messages.ChipProof | None:
        if not isinstance(step, Enrol | Relink | Tap) or step.lacks is Part.CHIP:
            return None
        return self.bench.prove(step.chip, challenge)


def _environment(step: Presented) -> Environment:
    environment = getattr(step, "environment", Environment.ATTENDED)
    return Environment(environment)


def _document(begun: messages.Begun) -> bytes:
    if begun.document is msgspec.UNSET:
        raise AdapterFault("begin for sign: expected the relying party's document, actual none")
    return begun.document


def _type_wrong_pin(card: CardReader, pin: str, challenge: bytes) -> None:
    """Let the holder type a wrong PIN: the card spends a try and signs nothing."""
    try:
        card.sign_challenge(pin, challenge)
    except PinRefused:
        return
    raise HarnessFault("the card signed after a wrong PIN: the emulator is broken, not the product")
