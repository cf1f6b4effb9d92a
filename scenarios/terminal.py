"""The terminal between a card and the product: it begins, collects what the card shows, and presents it."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from msgspec import UNSET, UnsetType

from cardsim.readers.conditions import ORDINARY, Conditions
from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import SERVICE, TERMINAL
from harness.contract.faults import Broken
from harness.contract.vocabulary import Environment, Purpose
from harness.terminal.card_reader import AUTHENTICATION_PIN, JPKI, CardReader, CardRefused, PinBlocked, PinRefused
from harness.terminal.hostile import SelfMadeChip
from scenarios.cards import Card

GUESS = "0000"
"""What a terminal sends that was told no PIN."""
Given = TypeVar("Given")
Complete = Callable[[messages.Complete], messages.Outcome]
Present = Callable[[bytes, messages.Begun, bytes], messages.Presentation]
"""Of the certificate, what the product began, and its challenge."""
STOPS = (PinRefused, PinBlocked, CardRefused)
"""What a card does that gives a terminal nothing to present."""
Prepared = messages.Complete | messages.Outcome | None
"""What is ready to be presented; or the product's refusal at the beginning; or None, where the card gave nothing."""


class Slot:
    """The slot of a reader: one card at a time."""

    def __init__(self, held: ExitStack) -> None:
        self._held = held

    def put_in(self, card: Card, conditions: Conditions = ORDINARY, beside: Card | None = None) -> CardReader:
        """Take out what is in the slot, put this card in, and return what a terminal can do with it.

        `beside` is another card that is laid into the same field after it.
        """
        self._held.close()
        held = card.in_reader(conditions) if beside is None else card.in_field_before(beside, conditions)
        return CardReader(self._held.enter_context(held))


class Habit(StrEnum):
    """What a terminal does that none should: the card's trace shows it."""

    RETRIES = "retries"
    """It sends a refused PIN once more, unasked."""
    SENDS_A_PIN = "sends-a-pin"
    """It sends a PIN in a tap."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who stands before the terminal: a card, and what its holder knows or a forger adds."""

    card: Card
    birth_date: date
    forger: SelfMadeChip | None = None
    """A chip of somebody's own making proves itself in place of the card's."""
    chip_of: Card | None = None
    """Another genuine card proves itself in place of this one."""
    conditions: Conditions = ORDINARY
    """How card and reader meet."""
    beside: Card | None = None
    """Another card lies in the field as well."""


class Terminal:
    """The product's terminals, wherever they stand. Each purpose is prepared with the card, then finished without."""

    def __init__(self, client: RelyingPartyClient, habit: Habit | None = None, *, ends: Complete | None = None) -> None:
        """`ends` is who is told of what was prepared, where that is not the product by the contract."""
        self._client, self._habit = client, habit
        self._ends = ends or client.complete

    def enrol(self, slot: Slot, holder: Holder, pin: str | None, purpose: Purpose = Purpose.ENROL) -> Prepared:
        """Prepare a registration, or another link after a renewal: signature with the PIN, proof of the chip.

        No PIN is one that nobody typed.
        """
        card = slot.put_in(holder.card, holder.conditions)

        def present(certificate: bytes, begun: messages.Begun, challenge: bytes) -> messages.Presentation:
            signature = UNSET if pin is None else _signature(card, pin, challenge)
            chip = _chip_proof(_proving(slot, card, holder), holder, begun, challenge)
            return messages.Presentation(challenge=challenge, certificate=certificate, signature=signature, chip=chip)

        return self._prepare(purpose, Environment.ATTENDED, card.authentication_certificate, present)

    def tap(
        self, slot: Slot, holder: Holder, at: Environment, credential: messages.TerminalCredential = TERMINAL
    ) -> Prepared:
        """Prepare a tap: certificate and proof of the chip, no PIN."""
        card = slot.put_in(holder.card, holder.conditions, holder.beside)

        def present(certificate: bytes, begun: messages.Begun, challenge: bytes) -> messages.Presentation:
            if self._habit is Habit.SENDS_A_PIN:
                card.type(JPKI, AUTHENTICATION_PIN, GUESS)
            chip = _chip_proof(_proving(slot, card, holder), holder, begun, challenge)
            return messages.Presentation(challenge=challenge, certificate=certificate, chip=chip)

        return self._prepare(Purpose.TAP, at, card.authentication_certificate, present, credential)

    def log_in(self, slot: Slot, holder: Holder, pin: str) -> Prepared:
        """Prepare a login; where the card refuses the PIN this terminal goes on all the same."""
        card = slot.put_in(holder.card, holder.conditions)

        def present(certificate: bytes, _: messages.Begun, challenge: bytes) -> messages.Presentation:
            signature = _signature(card, pin, challenge)
            if signature is UNSET and self._habit is Habit.RETRIES:
                signature = _signature(card, pin, challenge)
            return messages.Presentation(challenge=challenge, certificate=certificate, signature=signature)

        return self._prepare(Purpose.LOGIN, Environment.ONLINE, card.authentication_certificate, present)

    def sign(self, slot: Slot, holder: Holder, password: str) -> Prepared:
        """Prepare a signature; the card shows no certificate where it refuses the password."""
        card = slot.put_in(holder.card, holder.conditions)

        def present(certificate: bytes, begun: messages.Begun, challenge: bytes) -> messages.Presentation:
            signature = card.sign_document(password, _given(begun.document, "a document"))
            return messages.Presentation(challenge=challenge, certificate=certificate, document_signature=signature)

        return self._prepare(Purpose.SIGN, Environment.ONLINE, lambda: card.signature_certificate(password), present)

    def finish(self, prepared: Prepared) -> messages.Outcome | None:
        """Return what the product decides of what was prepared."""
        return self._ends(prepared) if isinstance(prepared, messages.Complete) else prepared

    def _prepare(
        self,
        purpose: Purpose,
        environment: Environment,
        read: Callable[[], bytes],
        present: Present,
        credential: messages.TerminalCredential = TERMINAL,
    ) -> Prepared:
        """Begin; unless that decides it, answer the challenge with what `present` makes, as far as the card lets it."""
        try:
            certificate = read()
        except STOPS:
            return None
        begun = self._client.begin(
            messages.Begin(
                purpose=purpose,
                service=SERVICE,
                environment=environment,
                terminal=credential,
                holder=messages.HolderHint(certificate=certificate),
            )
        )
        if begun.outcome is not UNSET:
            return begun.outcome
        try:
            presentation = present(certificate, begun, _given(begun.challenge, "a challenge"))
        except STOPS:
            return None
        return messages.Complete(session=_given(begun.session, "a session"), presentation=presentation)


def _signature(card: CardReader, pin: str, challenge: bytes) -> bytes | UnsetType:
    try:
        return card.sign_challenge(pin, challenge)
    except (PinRefused, PinBlocked):
        return UNSET


def _proving(slot: Slot, card: CardReader, holder: Holder) -> CardReader:
    """Return the card whose chip proves itself: the one that is there, or one that takes its place."""
    return card if holder.chip_of is None else slot.put_in(holder.chip_of)


def _chip_proof(card: CardReader, holder: Holder, begun: messages.Begun, challenge: bytes) -> messages.ChipProof:
    """Open the birth record with the date the product learnt at enrolment; where it has none, the holder says it."""
    said = begun.birth_date
    birth_date = holder.birth_date if isinstance(said, UnsetType) else date.fromisoformat(said)
    genuine = card.prove_chip(birth_date, challenge)
    return genuine if holder.forger is None else holder.forger.imitate(genuine, challenge)


def _given(value: Given | UnsetType, what: str) -> Given:
    if isinstance(value, UnsetType):
        raise Broken(f"begin: expected {what}, actual none")
    return value
