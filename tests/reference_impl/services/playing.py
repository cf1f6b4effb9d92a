"""A town in which every service of the catalogue that needs no platform is open, and one resident with one real card.

The card is the emulated one, in this process, read by the reference reader; the anchors are the world's, and the
responder is the world's own, asked without a wire.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from cardsim.applications.free_area import FreeArea
from cardsim.applications.generic import COUNT_CARD_AID, USER_CARD_AID, GenericApplication, load_commands
from cardsim.readers.inprocess import InProcessConnection
from cardsim.slot import InsertedCard
from harness.contract.configuration import configuration
from harness.contract.vocabulary import Kind
from harness.personalisation import IssuedCard
from harness.world import World
from reference_impl.clock import Clock
from reference_impl.messages import Begin, BeginAnswer, Complete, Configure, Service, Terminal, read_message
from reference_impl.reader.client import CardClient
from reference_impl.reader.pins import PinTry
from reference_impl.reader.references import AUTH_PIN, SIGN_PASSWORD, TEXT_CODE_B, TEXT_PIN, Reference
from reference_impl.relying_party import Judged, RelyingParty
from reference_impl.services.admission import environment_of
from reference_impl.services.loading import catalogue
from reference_impl.services.policy import Policy
from reference_impl.services.register import Known, ListedRegister
from reference_impl.services.request import UseRequest
from reference_impl.services.starting import Opened
from reference_impl.services.vocabulary import EntitlementKind
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database
from reference_impl.verification import Environment, IssuedChallenges, Purpose, Verifier
from reference_impl.verification import Policy as CorePolicy
from reference_impl.verification import Service as CoreService
from reference_impl.verification.ocsp_settings import Question
from reference_impl.verification.trust import CardIssuer, read_card_issuer
from tests.reference_impl.reader.cards import secret_of
from tests.reference_impl.verifying import Book

OPEN = {each.id: each for each in catalogue() if not each.needs}
BORN = date(1950, 4, 1)
LOAD_KEY, OWN_KEY = bytes(range(0x40, 0x60)), bytes(range(0x10, 0x20))
TERMINAL = Terminal("counter-1", "secret-1")
DIRECT = {Purpose.ENROL, Purpose.LOGIN, Purpose.TAP, Purpose.SIGN}


class Everybody(ListedRegister):
    """A register in which whoever asks lives alone with one other."""

    def __init__(self) -> None:
        super().__init__({})

    def find(self, name: str) -> Known | None:
        """The household of the town."""
        return Known(f"of {name}", BORN, None)

    def members(self, household: str) -> int:
        """Two."""
        return 2 if household else 0


@dataclass
class Town:
    """The relying party with all of them, the world, and the card."""

    world: World
    issued: IssuedCard
    card: InsertedCard
    party: RelyingParty
    book: Book = field(default_factory=Book)
    challenges: IssuedChallenges = field(default_factory=IssuedChallenges)

    @property
    def now(self) -> datetime:
        """The town's time: a Tuesday at ten in the morning."""
        return self.world.clock.now()

    @property
    def municipality(self) -> str:
        """Where the resident lives."""
        return self.issued.resident.municipality

    @property
    def issuers(self) -> tuple[CardIssuer, ...]:
        """The card issuers, to be pinned."""
        return tuple(read_card_issuer(key_id, key) for key_id, key in self.world.trust().card_issuers)

    def challenges_for(self, now: datetime) -> bytes:
        """A fresh challenge, which is ours."""
        drawn = secrets.token_bytes(32)
        self.challenges.issue(drawn, now)
        return drawn

    def client(self) -> CardClient:
        """A reader with the card in it."""
        connection = InProcessConnection(self.card)
        connection.connect()
        return CardClient(connection, card_issuers=self.issuers)

    def attempt(self, reference: Reference, value: str | None = None) -> PinTry:
        """The right PIN, or another value."""
        return PinTry(value or secret_of(self.issued.profile, reference), must_remain=1)

    def begin(self, policy: Policy, purpose: Purpose, environment: Environment | None = None) -> BeginAnswer | Judged:
        """An attempt at the first of the service's places."""
        where = environment or environment_of(policy, policy.place.where[0])
        return self.party.begin(Begin(purpose, policy.id, where, TERMINAL))

    def play(self, policy: Policy, purpose: Purpose, request: UseRequest | None = None, **changes: bytes) -> Judged:
        """A whole attempt with the card, some of what it gives changed."""
        begun = self.begin(policy, purpose)
        if isinstance(begun, Judged):
            return begun
        presented = {**self._present(begun, purpose), **changes}
        told = msgspec.json.encode({"session": begun.session, "presentation": presented})
        return self.party.complete(read_message(Complete, told), request)

    def _present(self, begun: BeginAnswer, purpose: Purpose) -> dict[str, Any]:
        client, challenge = self.client(), begun.challenge
        if purpose is Purpose.SIGN:
            assert isinstance(begun.document, bytes)
            signed = client.jpki.sign_document(begun.document, self.attempt(SIGN_PASSWORD))
            return {"challenge": challenge, "certificate": signed.certificate, "document_signature": signed.signature}
        shown: dict[str, Any] = {"challenge": challenge, "certificate": client.jpki.read_auth_certificate()}
        if purpose in {Purpose.ENROL, Purpose.LOGIN}:
            shown["signature"] = client.jpki.authenticate(challenge, self.attempt(AUTH_PIN)).signature
        if purpose in {Purpose.ENROL, Purpose.TAP}:
            chip = client.visual.authenticate_chip(challenge, PinTry.of_birth_date(BORN, must_remain=1))
            record = {"birth_record": chip.birth_record, "cvc": chip.card_certificate, "signature": chip.signature}
            shown["chip"] = record
        return shown

    def verifier(self, policy: Policy) -> Verifier:
        """A verifier of the service's application in the free area."""
        service = CoreService(frozenset(Purpose), policy.assurance, frozenset({USER_CARD_AID, COUNT_CARD_AID}))
        core = CorePolicy({policy.id: service})
        trust = self.party._configuration.trust
        return Verifier(trust, _Nobody(), core, challenges=self.challenges, accounts=self.book)

    def request(self, policy: Policy) -> UseRequest:
        """One of each amount that the service wants named."""
        amounts = {each.id: 1 for each in policy.entitlements if each.kind is not EntitlementKind.COUNT}
        return UseRequest(amounts=amounts)


class _Nobody:
    def status(self, *_: object) -> Any:
        """Nothing of the free area is asked about."""
        raise AssertionError("the free area has no status")


def open_town(world: World) -> Town:
    """All services at once, over a store in memory."""
    issued = world.issue_card(world.new_resident(birth_date=BORN).id)
    profile = msgspec.structs.replace(issued.profile, free_area=FreeArea(LOAD_KEY, 16384))
    card = InsertedCard.unused(profile)
    card.power_on()
    until = "20361130"
    user = GenericApplication(USER_CARD_AID, "利用証", b"0001234567", until, OWN_KEY)
    rides = GenericApplication(COUNT_CARD_AID, "回数券", b"mytaku-000042", until, OWN_KEY, count=70, limit=70)
    for number, wanted in enumerate((user, rides)):
        for command in load_commands(wanted, load_key=LOAD_KEY, serial=profile.serial, number=number):
            assert card.transmit(command) == b"\x90\x00"
    registers = {name: Everybody() for name, each in OPEN.items() if each.register is not None}
    opened = Opened(tuple(OPEN.values()), registers, issued.resident.municipality)
    party = RelyingParty(Database(), Clock(), StatusSources(_ask(world)), services=opened)
    decided = read_message(Configure, msgspec.json.encode(configuration(world, ADDRESSES)))
    services = [
        Service(each.id, [purpose for purpose in Purpose if purpose in each.open_purposes & DIRECT])
        for each in OPEN.values()
    ]
    decided = msgspec.structs.replace(decided, services=services, terminals=[TERMINAL])
    party.configure(party.read_configuration(decided))
    world.clock.set(world.clock.now() + timedelta(days=1))
    party.clock.set_time(world.clock.now(), 1)
    return Town(world, issued, card, party)


ADDRESSES = {"ocsp-auth": "http://jlis.test/auth", "ocsp-sign": "http://jlis.test/sign", "crl": "http://jlis.test/crl"}


def _ask(world: World) -> Callable[[Question], bytes]:
    def ask(question: Question) -> bytes:
        assert question.body is not None
        kind = Kind.SIGN if question.address.endswith("sign") else Kind.AUTH
        return world.jlis.ocsp(kind, question.body, world.clock.now()).der

    return ask


__all__ = ["COUNT_CARD_AID", "OPEN", "TEXT_CODE_B", "TEXT_PIN", "USER_CARD_AID", "Town", "open_town"]
