"""A town hall's counter: a relying party in this process, the fake J-LIS at its doors, residents with their cards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import msgspec
from sqlalchemy import select

from cardsim.readers.inprocess import InProcessConnection
from cardsim.slot import InsertedCard
from cardsim.trace import Trace
from harness.contract.configuration import configuration
from harness.contract.messages import ChipProof
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.jlis.life_events import LifeEvent
from harness.keys import KeyPool
from harness.personalisation import IssuedCard
from harness.terminal.card_reader import CardReader
from harness.world import World
from reference_impl.accounts.account import Accounts
from reference_impl.accounts.link_client import LinkClient
from reference_impl.clock import Clock
from reference_impl.messages import Begin, BeginAnswer, Complete, Configure, HolderHint, Presentation, Terminal, Unlink
from reference_impl.messages import Chip as ChipMessage
from reference_impl.relying_party import RelyingParty
from reference_impl.services.policy import Policy
from reference_impl.services.request import UseRequest
from reference_impl.services.starting import Opened
from reference_impl.status_client import StatusClient
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database
from reference_impl.store.tables import credentials
from reference_impl.verification.place import Environment
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.verdict import HolderKey, Verdict
from tests.harness.instants import jst

PIN = "1234"
LIBRARY = "library"
TERMINAL = Terminal("counter-1", "kazashi-terminal-credential")


@dataclass
class Town:
    """The counter, and everything behind it."""

    world: World
    party: RelyingParty
    database: Database
    links: LinkClient | None

    def resident(self) -> str:
        """A resident whose card OCSP and the link service know by now."""
        resident = self.world.new_resident(with_card=True).id
        self.next_mark()
        return resident

    def next_mark(self) -> None:
        """A quarter of an hour passes."""
        self.world.clock.advance(timedelta(minutes=15))
        self.follow()

    def follow(self) -> None:
        """The relying party lives when the world does."""
        self.party.clock.set_time(self.world.clock.now(), 1)

    def happen(self, resident: str, *events: LifeEvent) -> None:
        """Something befalls a resident, and everybody knows of it."""
        for each in events:
            self.world.happen(resident, each)
            self.next_mark()

    def attempt(
        self,
        purpose: Purpose,
        card: IssuedCard,
        *,
        chip: IssuedCard | None = None,
        with_chip: bool = True,
        where: Environment = Environment.ATTENDED,
        hinted: bool = True,
        request: UseRequest | None = None,
    ) -> Verdict:
        """A whole attempt with a card; `chip` is another one laid on the reader for the chip's part."""
        with reading(card) as reader:
            certificate = reader.authentication_certificate()
            hint = HolderHint(certificate) if hinted else msgspec.UNSET
            begun = self.party.begin(Begin(purpose, LIBRARY, where, TERMINAL, hint))
            if not isinstance(begun, BeginAnswer):
                return begun.verdict
            parts = Presentation(begun.challenge, certificate)
            if purpose is not Purpose.TAP:
                parts = msgspec.structs.replace(parts, signature=reader.sign_challenge(PIN, begun.challenge))
        if with_chip and purpose is not Purpose.LOGIN:
            parts = msgspec.structs.replace(parts, chip=_proof(chip or card, begun.challenge))
        return self.party.complete(Complete(begun.session, parts), request).verdict

    def reason(self, purpose: Purpose, card: IssuedCard, **how: object) -> str:
        """The reason of the verdict on such an attempt."""
        return self.attempt(purpose, card, **how).reason.value  # type: ignore[arg-type]

    def card(self, resident: str) -> IssuedCard:
        """The card as the resident holds it now."""
        return self.world.card_of(resident)

    def unlink(self, card: IssuedCard) -> str:
        """The reason of an unlinking."""
        return self.party.unlink(Unlink(card.auth_certificate, LIBRARY)).verdict.reason.value

    def id_of(self, card: IssuedCard) -> str | None:
        """The account that the card's certificate leads to."""
        with self.database.transaction() as connection:
            serial = f"{card.auth_serial:x}"
            return connection.execute(
                select(credentials.c.account).where(credentials.c.serial == serial)
            ).scalar_one_or_none()

    def ppid(self, card: IssuedCard) -> str | None:
        """The library's name for the holder."""
        account = self.id_of(card)
        return None if account is None else Accounts(self.database).ppid(account, LIBRARY)

    def holder(self, card: IssuedCard) -> HolderKey:
        """The card's authentication certificate, by issuer key and serial."""
        view = self.party.account(card.auth_certificate)
        assert view is not None
        return HolderKey(view.issuer_key, view.serial)


def _proof(card: IssuedCard, challenge: bytes) -> ChipMessage:
    with reading(card) as reader:
        proof: ChipProof = reader.prove_chip(card.resident.birth_date, challenge)
    return ChipMessage(proof.birth_record, proof.cvc, proof.signature)


@contextmanager
def reading(card: IssuedCard) -> Iterator[CardReader]:
    """A card on the reader, powered within the block."""
    connection = InProcessConnection(InsertedCard.unused(card.profile, Trace()))
    connection.connect()
    try:
        yield CardReader(connection)
    finally:
        connection.disconnect()


@contextmanager
def town_over(keys: KeyPool, *, with_links: bool, services: Opened | Sequence[Policy] = ()) -> Iterator[Town]:
    """A counter on 1 December 2026, a second after a mark, with a link service or without."""
    world = World.create(keys, seed=7, start=jst("2026-12-01T09:00:01"))
    status, database = StatusClient(), Database()
    try:
        with Served(JlisDoor(world).app) as served:
            links = LinkClient(f"{served.url}/services/link") if with_links else None
            party = RelyingParty(database, Clock(), StatusSources(status.ask), links=links, services=services)
            try:
                told = msgspec.json.encode(configuration(world, JlisDoor(world).addresses(served.url)))
                party.configure(party.read_configuration(msgspec.json.decode(told, type=Configure)))
                town = Town(world, party, database, links)
                town.follow()
                yield town
            finally:
                if links is not None:
                    links.close()
    finally:
        status.close()
        database.close()
        world.close()
