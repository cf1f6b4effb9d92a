"""Sets the stage before any load is sent: a world, everybody enrolled through the contract, then what befalls some.

The clock is frozen throughout and moved only between the acts, so that every verdict of the load is judged at one
instant. A week lies between enrolment and load: whatever status a product remembers from then is no longer fresh.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import msgspec

from cardsim.applications import jpki
from cardsim.files import SigningKey
from cardsim.readers.inprocess import InProcessConnection
from cardsim.slot import InsertedCard
from cardsim.trace import Trace
from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import SERVICE, TERMINAL, configuration
from harness.contract.faults import AdapterFault
from harness.contract.vocabulary import Capability, Decision, Environment, Kind, Purpose
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.errors import ConfigurationError, HarnessFault
from harness.jlis.faults import Faults
from harness.jlis.reasons import RevocationReason
from harness.jlis.validity import not_after_of
from harness.keys import KeyPool
from harness.personalisation import IssuedCard
from harness.terminal.card_reader import CardReader
from harness.world import KEYS_PER_CARD, World
from loadtests.population import LoadHolder, Standing
from loadtests.truth import Facts

JST = timezone(timedelta(hours=9))
ISSUE = datetime(2026, 12, 1, 9, 0, tzinfo=JST)
ENROLMENT = datetime(2026, 12, 1, 10, 0, tzinfo=JST)
REVOCATION = datetime(2026, 12, 2, 9, 7, tzinfo=JST)
LAST_DAY = date(2026, 12, 5)
JUST_LOST = datetime(2026, 12, 8, 10, 5, tzinfo=JST)
LOAD = datetime(2026, 12, 8, 10, 7, tzinfo=JST)
"""Seven minutes after a 15-minute mark: what happened at 10:05 no OCSP answer shows."""
MOST_GOOD = 40
"""More users than this share holders; a login at two terminals at a time is no fault."""
MOST_OF_OTHERS = 4
USERS_PER_OTHER = 10
NEEDED = {Capability.SET_TIME, Capability.ENROL, Capability.LOGIN}
PIN = "1234"
Progress = Callable[[int, int], None]


class EnrolmentRefused(Exception):
    """The product refused an honest holder before any load was sent; `str()` says both sides."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A world, and where its fake J-LIS answers."""

    world: World
    addresses: dict[str, str]
    faults: Faults
    """What its answers suffer from: nothing, until somebody sets something."""


def how_many(users: int) -> dict[Standing, int]:
    """Return how many holders of each standing a run of so many users gets."""
    others = min(max(users // USERS_PER_OTHER, 1), MOST_OF_OTHERS)
    return {standing: min(users, MOST_GOOD) if standing is Standing.GOOD else others for standing in Standing}


@contextmanager
def stage(keys: KeyPool, *, seed: int, holders: int, progress: Progress | None = None) -> Iterator[Stage]:
    """Yield a world with its door open on loopback, served by a thread of this process."""
    keys.prepare(KEYS_PER_CARD * holders, progress)
    world = World.create(keys, seed=seed, start=ISSUE)
    door = JlisDoor(world)
    try:
        with Served(door.app) as served:
            yield Stage(world, door.addresses(served.url), door.faults)
    finally:
        world.close()


def introduce(client: RelyingPartyClient) -> messages.Introduction:
    """Return what the product says of itself; ConfigurationError when it lacks what a load run needs."""
    product = client.hello()
    missing = sorted(capability.value for capability in NEEDED - set(product.capabilities))
    if missing:
        raise ConfigurationError(
            f"{product.product}: expected the capabilities set_time, enrol and login, actual without "
            f"{', '.join(missing)}; a load run judges logins on a frozen clock"
        )
    return product


class Settlement:
    """The holders of one run, brought to how they stand when the load begins."""

    def __init__(self, set_up: Stage, client: RelyingPartyClient) -> None:
        self._world, self._addresses, self._client = set_up.world, set_up.addresses, client
        self._cards: list[tuple[Standing, IssuedCard]] = []

    def settle(self, numbers: dict[Standing, int], progress: Progress | None = None) -> list[LoadHolder]:
        """Return the holders: issued, enrolled unless they stand for strangers, then lost, revoked or expired."""
        self._client.configure(configuration(self._world, self._addresses))
        self._client.reset()
        for standing, number in numbers.items():
            self._cards += [(standing, self._issue(standing)) for _ in range(number)]
        self._set_clock(ENROLMENT)
        for done, (standing, card) in enumerate(self._cards, start=1):
            if standing is not Standing.NOT_ENROLLED:
                self._enrol(card)
            if progress is not None:
                progress(done, len(self._cards))
        self._world.clock.set(REVOCATION)
        for card in self._those(Standing.REVOKED):
            self._world.revoke(card.resident.id, Kind.AUTH.value, RevocationReason.KEY_COMPROMISE.value)
        for card in self._those(Standing.ON_HOLD):
            self._world.lose(card.resident.id)
        self._world.clock.set(JUST_LOST)
        for card in self._those(Standing.JUST_LOST):
            self._world.lose(card.resident.id)
        self._set_clock(LOAD)
        return [self._holder(standing, card) for standing, card in self._cards]

    def _those(self, wanted: Standing) -> list[IssuedCard]:
        return [card for standing, card in self._cards if standing is wanted]

    def _issue(self, standing: Standing) -> IssuedCard:
        ends_early = LAST_DAY if standing is Standing.EXPIRED else None
        return self._world.issue_card(self._world.new_resident(card_expiry=ends_early).id)

    def _set_clock(self, instant: datetime) -> None:
        self._world.clock.set(instant)
        text = instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._client.set_time(text, self._world.clock.epoch)

    def _enrol(self, issued: IssuedCard) -> None:
        """Enrol one holder with the card in a reader, as a counter would."""
        connection = InProcessConnection(InsertedCard.unused(issued.profile, Trace()))
        connection.connect()
        try:
            outcome = self._visit_counter(CardReader(connection), issued)
        finally:
            connection.disconnect()
        if outcome.decision is not Decision.ACCEPT:
            raise EnrolmentRefused(
                f"enrolment of the honest holder {issued.resident.id}: expected accept OK, "
                f"actual {outcome.decision.value} {outcome.reason.value}; no load was sent"
            )

    def _visit_counter(self, card: CardReader, issued: IssuedCard) -> messages.Outcome:
        certificate = card.authentication_certificate()
        begun = self._client.begin(
            messages.Begin(
                purpose=Purpose.ENROL,
                service=SERVICE,
                environment=Environment.ATTENDED,
                terminal=TERMINAL,
                holder=messages.HolderHint(certificate=certificate),
            )
        )
        if begun.outcome is not msgspec.UNSET:
            return begun.outcome
        if begun.session is msgspec.UNSET or begun.challenge is msgspec.UNSET:
            raise AdapterFault("begin for enrol: expected session and challenge, actual neither")
        presentation = messages.Presentation(
            challenge=begun.challenge,
            certificate=certificate,
            signature=card.sign_challenge(PIN, begun.challenge),
            chip=card.prove_chip(issued.resident.birth_date, begun.challenge),
        )
        return self._client.complete(messages.Complete(session=begun.session, presentation=presentation))

    def _holder(self, standing: Standing, issued: IssuedCard) -> LoadHolder:
        facts = Facts(
            not_after=not_after_of(issued.resident, ISSUE),
            enrolled=standing is not Standing.NOT_ENROLLED,
            revoked=_REVOKED.get(standing),
            on_hold=standing in (Standing.ON_HOLD, Standing.JUST_LOST),
        )
        return LoadHolder(issued.resident.id, standing, issued.auth_certificate, _authentication_key(issued), facts)


_REVOKED = {
    Standing.REVOKED: REVOCATION,
    Standing.ON_HOLD: REVOCATION,
    Standing.JUST_LOST: JUST_LOST,
}


def _authentication_key(issued: IssuedCard) -> bytes:
    """Return the key that the card signs challenges with, as personalisation put it there."""
    key = issued.profile.applications[jpki.AID].elements[jpki.AUTH_KEY]
    if not isinstance(key, SigningKey):
        raise HarnessFault(f"card {issued.profile.serial}: expected its authentication key, actual {key.name}")
    return key.pkcs8
