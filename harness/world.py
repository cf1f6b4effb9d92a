"""A world: an append-only history on one clock, and everything else a projection of it.

Each published view equals the register as of its own thisUpdate. So an event at or before an instant that was
already published is refused: the view that went out would turn out false.
"""

import functools
import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cardsim.personalise import Pins
from harness.clock import ClockMode, ClockRow, WorldClock, host_now, possible_instant
from harness.contract.vocabulary import Kind
from harness.events import Befell, Changes, ConsentGiven, ConsentWithdrawn, Crowd, Event, Issuance, Registered, Revoked
from harness.history import History, Overtaken, StoreUnusable
from harness.jlis import card_issuer, crl, crl_faults, ocsp, ocsp_faults
from harness.jlis.consent import SignedConsent
from harness.jlis.faults import Order
from harness.jlis.generations import Generations
from harness.jlis.hierarchy import Hierarchy
from harness.jlis.journal import Journal
from harness.jlis.life_cycle import EFFECTS, Write
from harness.jlis.life_events import LifeEvent
from harness.jlis.marks import QUARTER_HOURS, Marks
from harness.jlis.populations import CARD_AUTH, CARD_SIGN, Medium, Population
from harness.jlis.practice import STANDARD, Practice
from harness.jlis.reasons import RevocationReason
from harness.jlis.register import Entry, IllegalEvent, NoSuchResident, Register
from harness.jlis.signers import Signers
from harness.jlis.validity import JST
from harness.keys import KeyPool
from harness.municipalities import AOI, MUNICIPALITIES, WAKABA, Municipality
from harness.personalisation import IssuedCard, Personalisation
from harness.population import PopulationProfile, address_in, make_resident
from harness.residents import Resident
from harness.store.address import Place

T = TypeVar("T")
KEYS_PER_CARD = 3
"""Two certificates and the chip."""


class EventRefused(Exception):
    """An event that may not happen now; `str()` says why and what would do, and nothing changed."""


class UnknownResident(EventRefused):
    """The event names somebody whom the world does not have."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What a relying party has to trust: authority certificates (DER) by kind, card-issuer keys (id, DER SPKI)."""

    generations: dict[str, list[bytes]]
    """By kind, the oldest first, the one in office last: they bear one name, and one of them may have expired."""
    card_issuers: list[tuple[bytes, bytes]]

    @property
    def authorities(self) -> dict[str, bytes]:
        """The authority in office of each kind."""
        return {kind: ders[-1] for kind, ders in self.generations.items()}

    def anchors(self) -> list[tuple[Kind, bytes]]:
        """Return every authority, of both kinds and all generations, the one in office before the older ones."""
        return [(Kind(kind), der) for kind, ders in self.generations.items() for der in reversed(ders)]


P = ParamSpec("P")
R = TypeVar("R")


def _in_step(act: Callable[Concatenate["World", P], R]) -> Callable[Concatenate["World", P], R]:
    """Let `act` see what other processes wrote, and do it over when one of them was faster: nothing was stored then."""

    @functools.wraps(act)
    def acted(world: "World", /, *args: P.args, **options: P.kwargs) -> R:
        with world._lock:
            return world._do_in_step(lambda: act(world, *args, **options))

    return acted


class World:
    """Residents, cards and the fake J-LIS; several threads may use it, and several processes may share its store."""

    def __init__(self, history: History, keys: KeyPool, marks: Marks = QUARTER_HOURS) -> None:
        self.clock = WorldClock(history)
        self._marks = marks
        self.journal = Journal()
        self._history = history
        self._keys = keys
        self._lock = threading.RLock()
        self.seed = int(history.known_fact("seed"))
        self._origin = datetime.fromisoformat(history.known_fact("origin"))
        practice = msgspec.json.decode(history.known_fact("practice"), type=Practice)
        self._hierarchy = Hierarchy(Generations(self._origin), keys, practice)
        self._card_issuer = card_issuer.CardIssuer(keys.named("card-issuer"))
        if history.known_fact("keys") != fingerprint(keys):
            raise StoreUnusable(
                "the world's store: expected the authority keys that it was made with, actual others; "
                "set KAZASHI_HOME to the installation that made it"
            )
        self._population = PopulationProfile(history.known_fact("population"))
        self._register = Register(self._hierarchy.generations.in_office, self._person, practice)
        self._lists: dict[tuple[Population, int, str], tuple[int, bytes]] = {}
        """The last list of each partition with its number: what was published never changes."""
        self._published: datetime | None = None
        self._folded = 0
        """The number of the last event that the register has."""
        self._is_in_step = False
        self._catch_up()

    @classmethod
    def create(  # noqa: PLR0913  (what a world is made of)
        cls,
        keys: KeyPool,
        *,
        seed: int,
        start: datetime,
        store: Place = None,
        marks: Marks = QUARTER_HOURS,
        practice: Practice = STANDARD,
        population: PopulationProfile = PopulationProfile.PLAIN,
    ) -> "World":
        """Return a new world whose clock stands at `start`, or the one that `store` already holds.

        OCSP speaks anew at each of `marks`; `practice` and `population` are of a new world, a stored one keeps its own.
        """
        origin = possible_instant(start)
        with ExitStack() as undo:
            history = History(store)
            undo.callback(history.close)
            clock = ClockRow(ClockMode.FROZEN, origin, host_now(), 0)
            history.found(
                {
                    "seed": str(seed),
                    "origin": origin.isoformat(),
                    "keys": fingerprint(keys),
                    "population": population.value,
                    "practice": msgspec.json.encode(practice).decode(),
                    "clock": msgspec.json.encode(clock).decode(),
                }
            )
            world = cls(history, keys, marks)
            undo.pop_all()
        return world

    @classmethod
    def open(cls, keys: KeyPool, store: Place) -> "World":
        """Return the world that `store` holds; StoreUnusable when it holds none."""
        history = History(store)
        try:
            return cls(history, keys)
        except BaseException:
            history.close()
            raise

    def close(self) -> None:
        """Give the store up."""
        self._history.close()

    @_in_step
    def new_resident(self, /, *, with_card: bool = False, **special: Any) -> Resident:
        """Return a new resident as the seed makes them, but for the fields given; with a card, or not at all."""
        with self._lock, _refusals():
            made = self._person(self.seed, self._register.size())
            resident = msgspec.structs.replace(made, **special)
            registered = Registered(self.clock.now(), resident)
            self._check(registered)
            if not with_card:
                self._record(registered)
                return resident
            dossier = self._register.dossier_of_nobody(resident, registered.at)
            issued = self._brought(resident, LifeEvent.CARD_ISSUED, registered.at)
            self._register.check_life(dossier, issued)
            self._ready_keys(issued)
            self._record(registered, issued)
            return resident

    @_in_step
    def new_crowd(self, count: int, *, keys: int) -> None:
        """Register `count` people at once, each with a card; their certificates share `keys` keys: for load only."""
        with self._lock, _refusals():
            crowd = Crowd(self.clock.now(), self.seed, self._register.size(), count, keys)
            self._check(crowd)
            self._keys.prepare(keys)
            self._record(crowd)

    @_in_step
    def resident(self, resident_id: str) -> Resident:
        """Return a resident as they are now; UnknownResident when there is none of that id."""
        with self._lock, _refusals():
            return self._register.resident(resident_id)

    @_in_step
    def residents(self) -> list[Resident]:
        """Return everybody as they are now."""
        with self._lock:
            return self._register.residents()

    @_in_step
    def size(self) -> int:
        """Return how many people there are."""
        with self._lock:
            return self._register.size()

    @_in_step
    def certificates(self, resident_id: str) -> list[Entry]:
        """Return the certificates of a resident's present card, as the register has them now."""
        with self._lock, _refusals():
            return list(self._on_card(resident_id).values())

    @_in_step
    def all_certificates(self, resident_id: str) -> list[Entry]:
        """Return every certificate that a resident was ever issued, on cards and in phones, in that order."""
        with self._lock, _refusals():
            return self._register.entries_of(resident_id, self.clock.now())

    @_in_step
    def certificate(self, entry: Entry) -> bytes:
        """Return the certificate (DER) of an entry."""
        with self._lock:
            return self._desk().certificate(entry)

    @_in_step
    def issue_card(
        self,
        resident_id: str,
        pins: Pins = Pins(),  # noqa: B008  (a frozen value)
        *,
        not_after: datetime | None = None,
    ) -> IssuedCard:
        """Hand a card with both certificates to a resident who has none, and return it.

        `not_after` (a whole second) ends the certificates before their rule of validity does: no real one ends so.
        """
        with self._lock:
            self.happen(resident_id, LifeEvent.CARD_ISSUED, not_after=not_after)
            return self.card_of(resident_id, pins)

    @_in_step
    def card_of(self, resident_id: str, pins: Pins = Pins()) -> IssuedCard:  # noqa: B008  (a frozen value)
        """Return the card that a resident holds, as it was last written; EventRefused when there is none."""
        with self._lock, _refusals():
            made, written = self._register.card(resident_id), self._register.written(resident_id)
            if made is None or written is None:
                raise EventRefused(f"resident {resident_id}: expected a card, actual none; issue one first")
            return self._desk().card(made, written, self._on_card(resident_id), pins)

    @_in_step
    def happen(
        self,
        resident_id: str,
        what: LifeEvent,
        changes: Changes = Changes(),  # noqa: B008  (a frozen value)
        *,
        reason: RevocationReason | None = None,
        not_after: datetime | None = None,
    ) -> None:
        """Let something befall a resident; EventRefused when it cannot, and then nothing changed.

        What follows stands in the table of `harness/jlis/life_cycle.py`; `reason` replaces the table's.
        """
        with self._lock, _refusals():
            resident = changes.applied(self._register.resident(resident_id))
            brought = self._brought(resident, what, self.clock.now())
            event = msgspec.structs.replace(brought, changes=changes, reason=reason, not_after=not_after)
            self._check(event)
            self._ready_keys(event)
            self._record(event)

    @_in_step
    def lose(self, resident_id: str) -> None:
        """Report the card lost: both certificates are put on hold."""
        self.happen(resident_id, LifeEvent.LOST)

    @_in_step
    def move(self, resident_id: str, municipality: str | None = None) -> None:
        """Move a resident (default: to the other invented municipality): the signature certificate is revoked."""
        with self._lock:
            resident = self.resident(resident_id)
            code = municipality or (WAKABA if resident.municipality == AOI.code else AOI).code
            if code not in MUNICIPALITIES:
                raise EventRefused(
                    f"municipality {code!r}: expected one of the {len(MUNICIPALITIES)} codes, such as {AOI.code}"
                )
            what = LifeEvent.MOVED_WITHIN if code == resident.municipality else LifeEvent.MOVED_IN
            address = address_in(code, self._register.size())
            self.happen(resident_id, what, Changes(municipality=code, address=address))

    @_in_step
    def revoke(self, resident_id: str, kind: str, reason: str) -> None:
        """Revoke one certificate of a resident, `kind` auth or sign, for a reason such as keyCompromise."""
        try:
            event_kind, event_reason = Kind(kind), RevocationReason(reason)
        except ValueError as fault:
            known = ", ".join(reason.value for reason in RevocationReason)
            raise EventRefused(f"revoke: {fault}; kinds: auth, sign; reasons: {known}") from fault
        with self._lock, _refusals():
            event = Revoked(self.clock.now(), resident_id, event_kind, event_reason)
            self._check(event)
            self._record(event)

    def in_step(self, act: Callable[[], R]) -> R:
        """Do what reads the register or publishes, with what other processes wrote; anew where one was faster."""
        with self._lock:
            return self._do_in_step(act)

    def retrace(self, event: Event) -> None:
        """Take in an event of a saved history, without storing it; EventRefused when it cannot be the next one."""
        with self._lock, _refusals():
            self._fold((event,))

    def trust(self) -> Trust:
        """Return the anchors of this world."""
        now = self.clock.now()
        generations = {kind.value: [each.der for each in self._hierarchy.known(kind, now)] for kind in Kind}
        return Trust(generations, [(self._card_issuer.id, self._card_issuer.public_key)])

    @_in_step
    def ocsp(self, kind: Kind, request: bytes, now: datetime, order: Order | None = None) -> ocsp.OcspAnswer:
        """Return the OCSP answer of the responder of `kind` at `now`; what it says is published from then on.

        Under an order its content is wrong in that one way.
        """
        with self._lock:
            bend = ocsp.as_it_is if order is None else ocsp_faults.bend_of(order.fault, self._setting(kind, order, now))
            answer = ocsp.answer(
                request, self._hierarchy.known(kind, now), self._register, now, bend, marks=self._marks
            )
            if answer.tells:
                self._publish(self._marks.at(now))
            return answer

    @_in_step
    def crl(  # noqa: PLR0913  (what a list follows from)
        self,
        kind: Kind,
        municipality: Municipality,
        now: datetime,
        order: Order | None = None,
        *,
        medium: Medium = Medium.CARD,
        generation: int | None = None,
    ) -> bytes:
        """Return the revocation list (DER) of one scope that is current at `now`; under an order, a wrong one.

        `generation` is the one in office at `now` where none is named.
        """
        with self._lock:
            window = crl.window_at(now)
            self._publish(window.this_update)
            number = self._hierarchy.generations.in_office(now) if generation is None else generation
            authority = self._hierarchy.authority(kind, number)
            if order is not None:
                bend = crl_faults.bend_of(order.fault, self._setting(kind, order, now))
                return crl.crl_at(authority, medium, municipality, self._register, now, bend)
            place = (Population(kind, medium), number, municipality.code)
            published, der = self._lists.get(place, (None, b""))
            if published != window.number:
                der = crl.crl_at(authority, medium, municipality, self._register, now)
                self._lists[place] = window.number, der
            return der

    def generations(self, now: datetime) -> list[int]:
        """Return the generations of the authorities that were founded at `now`, the oldest first."""
        return [life.generation for life in self._hierarchy.generations.founded_by(now)]

    @_in_step
    def look(self, now: datetime, at_mark: Callable[[Register, datetime], T]) -> T:
        """Return what a service says as of the mark that `now` belongs to; it is published from then on."""
        with self._lock, _refusals():
            mark = self._marks.at(now)
            answer = at_mark(self._register, mark)
            self._publish(mark)
            return answer

    @_in_step
    def issuer_key_id(self, entry: Entry) -> bytes:
        """Return the key identifier (SKI) of the authority that signed a certificate."""
        with self._lock:
            return self._hierarchy.authority(entry.kind, entry.generation).key_id

    @_in_step
    def give_consent(self, consent: SignedConsent, signature: bytes) -> str:
        """Take a holder's consent in, and return whose it is; EventRefused when its certificate is none in force."""
        with self._lock, _refusals():
            now = self.clock.now()
            signed = self._register.entry_at(Kind.SIGN, consent.serial, now)
            if signed is None or self._desk().certificate(signed) != consent.certificate:
                raise EventRefused(
                    f"consent: serial {consent.serial:X}: expected a signature certificate of this world"
                )
            resident_id = signed.resident.id
            event = ConsentGiven(now, resident_id, consent.text.service, consent.serial, consent.document, signature)
            self._check(event)
            self._record(event)
            return resident_id

    @_in_step
    def withdraw_consent(self, resident_id: str, service: str) -> None:
        """Let a holder withdraw a consent, with effect at once; EventRefused when there is none."""
        with self._lock, _refusals():
            event = ConsentWithdrawn(self.clock.now(), resident_id, service)
            self._check(event)
            self._record(event)

    def _setting(self, kind: Kind, order: Order, now: datetime) -> ocsp_faults.Setting:
        (other,) = (self._hierarchy.in_office(of, now) for of in Kind if of is not kind)
        generation = self._hierarchy.generations.in_office(now)
        signers = Signers(lambda: self._hierarchy.stranger(kind, generation), other)
        return ocsp_faults.Setting(now, timedelta(seconds=order.shift), signers)

    def _person(self, seed: int, position: int) -> Resident:
        return make_resident(seed, position, self._population, day=self._origin.astimezone(JST).date())

    def _desk(self) -> Personalisation:
        return Personalisation(self._hierarchy, self._card_issuer, self._keys)

    def _on_card(self, resident_id: str) -> dict[Kind, Entry]:
        """Return what is on the present card: the last certificate of each kind since it was made."""
        made, now = self._register.card(resident_id), self.clock.now()
        if made is None:
            return {}
        found = (self._register.latest(resident_id, population, now) for population in (CARD_AUTH, CARD_SIGN))
        return {entry.kind: entry for entry in found if entry is not None and entry.issued >= made.at}

    def _record(self, *events: Event) -> None:
        """Store, then fold: what cannot be stored has not happened, and nothing checked can fail to fold."""
        self._history.append(self._folded, *events)
        self._fold(events)

    def _check(self, event: Event) -> None:
        if self._published is not None and event.at <= self._published:
            raise EventRefused(
                f"event at {event.at.isoformat()}: a status as of {self._published.isoformat()} was already published "
                "and would turn out false; set the clock to a later instant"
            )
        self._register.check(event)

    def _brought(self, resident: Resident, what: LifeEvent, at: datetime) -> Befell:
        """Return the event with what it brings: the next serial numbers of each kind, the next keys of the pool."""
        key = self._register.next_key
        issued = []
        for population in EFFECTS[what].issues:
            if self._register.may_have(resident, population, at):
                kind, medium = population
                issued.append(Issuance(kind, medium, self._register.next_serial(kind), key))
                key += 1
        brings_card = Write.NEW_CARD in EFFECTS[what].writes
        return Befell(at, resident.id, what, tuple(issued), chip_key=key if brings_card else None)

    def _ready_keys(self, event: Befell) -> None:
        """Make the keys that an event brings, so that a full disk is met before the card is in the register."""
        numbers = [issuance.key for issuance in event.certificates]
        for number in numbers if event.chip_key is None else [*numbers, event.chip_key]:
            self._keys.numbered(number)

    def _publish(self, instant: datetime) -> None:
        if self._published is None or instant > self._published:
            self._history.save_published(instant, self._folded)
            self._published = instant

    def _do_in_step(self, act: Callable[[], R]) -> R:
        """Do it with a register that has what the store has; of acts within acts the outermost one is done over."""
        if self._is_in_step:
            return act()
        self._is_in_step = True
        try:
            if self._history.is_shared:
                self._catch_up()
            while True:
                try:
                    return act()
                except Overtaken:
                    self._catch_up()
        finally:
            self._is_in_step = False

    def _catch_up(self) -> None:
        """Take in what other processes wrote; what was published by then, the events read afterwards include."""
        seen = self._history.look()
        if seen.last != self._folded:
            try:
                self._fold(self._history.events(self._folded))
            except IllegalEvent as fault:
                raise StoreUnusable(
                    f"the world's store: expected a history that can have been, actual {fault}"
                ) from fault
        if seen.published is not None and (self._published is None or seen.published > self._published):
            self._published = seen.published

    def _fold(self, events: Iterable[Event]) -> None:
        for event in events:
            self._register.fold(event)
            self._folded += 1


@contextmanager
def _refusals() -> Iterator[None]:
    """Tell a caller of the world what the register refused."""
    try:
        yield
    except NoSuchResident as fault:
        raise UnknownResident(str(fault)) from fault
    except IllegalEvent as fault:
        raise EventRefused(str(fault)) from fault


def fingerprint(keys: KeyPool) -> str:
    """Return what names the keys that every certificate of a world rests on."""
    digest = hashlib.sha256()
    for name in ("authority-auth-3", "authority-sign-3", "card-issuer"):
        public = keys.named(name).public_key()
        digest.update(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return digest.hexdigest()
