"""Sets the stage before any load is sent: a world, people enrolled through the contract, then what befalls some.

The world knows every holder of the population, be it a million: they are its crowds, of whom nothing is made until
somebody asks. The clock is frozen throughout and moved only between the acts (`calendar`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec

from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import TERMINAL, configuration
from harness.contract.faults import AdapterFault
from harness.contract.vocabulary import Capability, Decision, Environment, Kind, Purpose
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.errors import ConfigurationError
from harness.jlis.entries import Entry
from harness.jlis.faults import Faults
from harness.jlis.life_events import LifeEvent
from harness.keys import KeyPool
from harness.world import World
from loadtests.calendar import EARLY_END, ENROLMENT, ISSUE, JUST_LOST, LOAD, RENEWAL, REVOCATION
from loadtests.casting import cast, how_many
from loadtests.holders import Holders
from loadtests.mixes import Mix
from loadtests.population import Cast, LoadHolder
from loadtests.readiness import Progress, until_decided
from loadtests.signing import Signer
from loadtests.vocabulary import ENROLLED, Standing

__all__ = ["EnrolmentRefused", "Settlement", "Stage", "how_many", "introduce", "stage"]
NEEDED = {
    Purpose.ENROL: Capability.ENROL,
    Purpose.LOGIN: Capability.LOGIN,
    Purpose.TAP: Capability.TAP,
    Purpose.SIGN: Capability.SIGN,
    Purpose.RELINK: Capability.RELINK,
}
NEVER_ISSUED = 0x7F00_0000
"""Serial numbers from here on are nobody's (`harness.jlis.entries.SERIALS` ends above them)."""


class EnrolmentRefused(Exception):
    """The product refused an honest holder before any load was sent; `str()` says both sides."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A world, and where its fake J-LIS answers."""

    world: World
    addresses: dict[str, str]
    door: JlisDoor

    @property
    def faults(self) -> Faults:
        """What its answers suffer from: nothing, until somebody sets something."""
        return self.door.faults


@contextmanager
def crowd_world(keys: KeyPool, holders: Holders) -> Iterator[World]:
    """Yield a world that knows the holders, on the day that they got their cards."""
    made_of = holders.made_of
    world = World.create(keys, seed=made_of.seed, start=ISSUE)
    try:
        world.new_crowd(made_of.holders - made_of.ending, keys=made_of.keys)
        world.new_crowd(made_of.ending, keys=made_of.keys, not_after=EARLY_END)
        yield world
    finally:
        world.close()


@contextmanager
def stage(keys: KeyPool, holders: Holders, *, prefecture: str = "") -> Iterator[Stage]:
    """Yield a world that knows the holders, with its door open on loopback, served by a thread of this process.

    With a prefecture, its index tells of the lists of that one's towns alone.
    """
    with crowd_world(keys, holders) as world:
        door = JlisDoor(world)
        with Served(door.app) as served:
            addresses = door.addresses(served.url)
            if prefecture:
                addresses["crl"] += f"?prefecture={prefecture}"
            yield Stage(world, addresses, door)


def introduce(client: RelyingPartyClient, mix: Mix) -> messages.Introduction:
    """Return what the product says of itself; ConfigurationError when it lacks what a load run needs."""
    product = client.hello()
    needed = {Capability.SET_TIME, Capability.ENROL, *(NEEDED[purpose] for purpose in mix.purposes)}
    missing = sorted(capability.value for capability in needed - set(product.capabilities))
    if missing:
        raise ConfigurationError(
            f"{product.product}: expected the capabilities {', '.join(sorted(needed))} for mix {mix.name}, actual "
            f"without {', '.join(missing)}; load is judged on a frozen clock; choose another mix"
        )
    return product


class Settlement:
    """The holders of one run, brought to how they stand when the load begins."""

    def __init__(  # noqa: PLR0913, PLR0917  (who is settled, where, and how long is waited)
        self,
        set_up: Stage,
        client: RelyingPartyClient,
        holders: Holders,
        signer: Signer,
        mix: Mix,
        patience: float = 20.0,
        waiting: Progress | None = None,
    ) -> None:
        self._world, self._addresses, self._client = set_up.world, set_up.addresses, client
        self._holders, self._signer, self._mix = holders, signer, mix
        self._patience, self._waiting = patience, waiting

    def settle(
        self, numbers: dict[Standing, int], progress: Progress | None = None
    ) -> tuple[list[Cast], dict[Standing, list[LoadHolder]]]:
        """Return who stands how, and whose certificates were made for this run, once all that befalls them has."""
        casting = cast(numbers, self._holders.made_of, self._mix)
        said = configuration(self._world, self._addresses)
        offered = list(dict.fromkeys([Purpose.ENROL, *self._mix.purposes]))
        services = [
            messages.Service(id=self._mix.service, purposes=[each for each in offered if each is not Purpose.RELINK])
        ]
        self._client.configure(msgspec.structs.replace(said, services=services))
        self._client.reset()
        self._set_clock(ENROLMENT)
        self._enrol_all(casting, progress)
        self._world.clock.set(REVOCATION)
        self._befall(casting, Standing.REVOKED, LifeEvent.KEY_LEAKED)
        self._befall(casting, Standing.ON_HOLD, LifeEvent.LOST)
        self._world.clock.set(RENEWAL)
        self._befall(casting, Standing.RENEWED, LifeEvent.RENEWED)
        apart = {
            Standing.RENEWED: [self._renewed(place) for place in _places(casting, Standing.RENEWED)],
            Standing.UNKNOWN: [self._unknown(each) for each in range(numbers.get(Standing.UNKNOWN, 0))],
        }
        self._world.clock.set(JUST_LOST)
        self._befall(casting, Standing.JUST_LOST, LifeEvent.LOST)
        self._set_clock(LOAD)
        # the certificates of renewed holders on disk are over: only those made for this run are shown
        return [each for each in casting if each.standing is not Standing.RENEWED], apart

    def _befall(self, casting: list[Cast], standing: Standing, what: LifeEvent) -> None:
        for place in _places(casting, standing):
            self._world.happen(self._holders.at(place).id, what, key=2 * place % self._holders.made_of.keys)

    def _entry(self, resident_id: str, kind: Kind) -> Entry:
        return next(each for each in self._world.certificates(resident_id) if each.kind is kind)

    def _renewed(self, place: int) -> LoadHolder:
        """Return a holder with the certificates that the world has of them now."""
        before = self._holders.at(place)
        auth, sign = (self._entry(before.id, kind) for kind in Kind)
        return msgspec.structs.replace(
            before,
            certificate=self._world.certificate(auth),
            key=auth.key,
            not_after=auth.not_after,
            sign_certificate=self._world.certificate(sign),
            sign_key=sign.key,
        )

    def _unknown(self, number: int) -> LoadHolder:
        """Return a holder of certificates that the authority's key signed, under numbers that it never issued."""
        place = number % self._holders.made_of.holders
        before = self._holders.at(place)
        auth, sign = (replace(self._entry(before.id, kind), serial=NEVER_ISSUED + number) for kind in Kind)
        return msgspec.structs.replace(
            before,
            id=f"nobody-{number}",
            certificate=self._world.certificate(auth),
            sign_certificate=self._world.certificate(sign),
            not_after=auth.not_after,
        )

    def _set_clock(self, instant: datetime) -> None:
        self._world.clock.set(instant)
        text = instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._client.set_time(text, self._world.clock.epoch)

    def _enrol_all(self, casting: list[Cast], progress: Progress | None) -> None:
        places = [place for each in casting if each.standing in ENROLLED for place in _places([each], each.standing)]
        for done, place in enumerate(places, start=1):
            self._enrol(self._holders.at(place))
            if progress is not None:
                progress(done, len(places))

    def _enrol(self, holder: LoadHolder) -> None:
        """Enrol one holder, as a counter would."""
        outcome = until_decided(lambda: self._visit_counter(holder), self._patience, self._waiting)
        if outcome.decision is not Decision.ACCEPT:
            raise EnrolmentRefused(
                f"enrolment of the honest holder {holder.id}: expected accept OK, "
                f"actual {outcome.decision.value} {outcome.reason.value}; no load was sent"
            )

    def _visit_counter(self, holder: LoadHolder) -> messages.Outcome:
        begun = self._client.begin(
            messages.Begin(
                purpose=Purpose.ENROL,
                service=self._mix.service,
                environment=Environment.ATTENDED,
                terminal=TERMINAL,
                holder=messages.HolderHint(certificate=holder.certificate),
            )
        )
        if begun.outcome is not msgspec.UNSET:
            return begun.outcome
        if begun.session is msgspec.UNSET or begun.challenge is msgspec.UNSET:
            raise AdapterFault("begin for enrol: expected session and challenge, actual neither")
        presentation = messages.Presentation(
            challenge=begun.challenge,
            certificate=holder.certificate,
            signature=self._signer.login(holder, begun.challenge),
            chip=self._signer.chip(holder, begun.challenge),
        )
        return self._client.complete(messages.Complete(session=begun.session, presentation=presentation))


def _places(casting: list[Cast], standing: Standing) -> range:
    for each in casting:
        if each.standing is standing:
            return range(each.first, each.first + each.count)
    return range(0)
