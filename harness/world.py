"""A world: an append-only history on one clock, and everything else a projection of it.

Each published view equals the register as of its own thisUpdate. So an event at or before an instant that was
already published is refused: the view that went out would turn out false.
"""

import functools
import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cardsim.options import STANDARD_OPTIONS, Options
from cardsim.personalise import Pins
from cardsim.profile import Profile, Token
from harness.card_life import CardLife
from harness.chronicle import Chronicle, EventRefused
from harness.clock import ClockMode, ClockRow, WorldClock, host_now, possible_instant
from harness.contract.vocabulary import Kind
from harness.events import Befell, Changes, ConsentGiven, ConsentWithdrawn, Crowd, Event, Issuance, Registered, Revoked
from harness.history import History, StoreUnusable
from harness.jlis import card_issuer
from harness.jlis.authority import Authority
from harness.jlis.consent import SignedConsent
from harness.jlis.entries import Entry
from harness.jlis.fees import summary_of
from harness.jlis.generations import Generations
from harness.jlis.hierarchy import Hierarchy
from harness.jlis.issuing import Issuing
from harness.jlis.journal import Journal
from harness.jlis.life_cycle import EFFECTS, Standing, Write
from harness.jlis.life_events import LifeEvent
from harness.jlis.marks import QUARTER_HOURS, Marks
from harness.jlis.people import CardMade, Consent
from harness.jlis.populations import CARD_AUTH, CARD_SIGN, PHONE_AUTH, PHONE_SIGN
from harness.jlis.practice import STANDARD, Practice
from harness.jlis.reasons import RevocationReason
from harness.jlis.register import Register
from harness.jlis.validity import JST
from harness.jlis.wrong_certificates import Issuer, Signer
from harness.keys import KeyPool
from harness.municipalities import AOI, MUNICIPALITIES, WAKABA
from harness.personalisation import IssuedCard, Personalisation, first_print, text_issuer
from harness.population import Inhabitants, PopulationProfile, address_in
from harness.printed_card import FirstPrint
from harness.publication import Publication
from harness.residents import Resident
from harness.store.address import Place
from harness.store.owner import require_store

T = TypeVar("T")
KEYS_PER_CARD = 3
"""Two certificates and the chip."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What a relying party has to trust: authority certificates (DER) by kind, card-issuer keys (id, DER SPKI)."""

    generations: dict[str, list[bytes]]
    """By kind, the oldest first, the one in office last: they bear one name, and one of them may have expired."""
    card_issuers: list[tuple[bytes, bytes]]
    """Of the visual application (it certifies who signs birth and face records), then of the text application."""

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
        return world._chronicle.in_step(lambda: act(world, *args, **options))

    return acted


class World:
    """Residents, cards and the fake J-LIS; several threads may use it, and several processes may share its store."""

    def __init__(self, history: History, keys: KeyPool, marks: Marks = QUARTER_HOURS) -> None:
        self.clock = WorldClock(history)
        self.journal = Journal(summary_of)
        self._history = history
        self._keys = keys
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
        population = PopulationProfile(history.known_fact("population"))
        self._inhabitants = Inhabitants(population, self._origin.astimezone(JST).date())
        self._register = Register(Issuing(self._hierarchy.generations.in_office, practice), self._inhabitants)
        self._chronicle = Chronicle(history, self._register)
        self.jlis = Publication(self._hierarchy, self._chronicle, marks)
        """What its authorities say of it, at their doors."""

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
        """Return the world that `store` holds; StoreUnusable when it holds none, and then no file is made."""
        require_store(store)
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
        made = self._inhabitants.make(self.seed, self._register.size())
        resident = msgspec.structs.replace(made, **special)
        registered = Registered(self.clock.now(), resident)
        self._chronicle.check(registered)
        if not with_card:
            self._chronicle.record(registered)
            return resident
        dossier = self._register.dossier_of_nobody(resident, registered.at)
        issued = self._brought(resident, LifeEvent.CARD_ISSUED, registered.at)
        self._register.check_life(dossier, issued)
        self._ready_keys(issued)
        self._chronicle.record(registered, issued)
        return resident

    @_in_step
    def new_crowd(self, count: int, *, keys: int, not_after: datetime | None = None) -> None:
        """Register `count` people at once, each with a card; their certificates share `keys` keys: for load only.

        `not_after` (a whole second) ends the certificates before their rule of validity does.
        """
        crowd = Crowd(self.clock.now(), self.seed, self._register.size(), count, keys, not_after)
        self._chronicle.check(crowd)
        self._keys.prepare(keys)
        self._chronicle.record(crowd)

    @_in_step
    def resident(self, resident_id: str) -> Resident:
        """Return a resident as they are now; UnknownResident when there is none of that id."""
        return self._register.resident(resident_id)

    @_in_step
    def residents(self) -> list[Resident]:
        """Return everybody as they are now."""
        return self._register.residents()

    @_in_step
    def size(self) -> int:
        """Return how many people there are."""
        return self._register.size()

    @_in_step
    def certificates(self, resident_id: str) -> list[Entry]:
        """Return the certificates of a resident's present card, as the register has them now."""
        return list(self._on_card(resident_id).values())

    @_in_step
    def all_certificates(self, resident_id: str) -> list[Entry]:
        """Return every certificate that a resident was ever issued, on cards and in phones, in that order."""
        return self._register.entries_of(resident_id, self.clock.now())

    @_in_step
    def certificate(self, entry: Entry) -> bytes:
        """Return the certificate (DER) of an entry."""
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
        self.happen(resident_id, LifeEvent.CARD_ISSUED, not_after=not_after)
        return self.card_of(resident_id, pins)

    @_in_step
    def card_of(
        self,
        resident_id: str,
        pins: Pins = Pins(),  # noqa: B008  (a frozen value)
        *,
        options: Options = STANDARD_OPTIONS,
    ) -> IssuedCard:
        """Return the card that a resident holds, as it was last written; EventRefused when there is none."""
        return self._desk().card(*self._card_made(resident_id), self._on_card(resident_id), pins, options)

    @_in_step
    def phone_of(
        self,
        resident_id: str,
        token: Token,
        pins: Pins = Pins(),  # noqa: B008  (a frozen value)
        *,
        options: Options = STANDARD_OPTIONS,
    ) -> IssuedCard:
        """Return the pair in a resident's phone, whatever became of it; EventRefused when there never was one."""
        now = self.clock.now()
        found = [self._register.latest(resident_id, population, now) for population in (PHONE_AUTH, PHONE_SIGN)]
        entries = {entry.kind: entry for entry in found if entry is not None}
        if len(entries) < len(found):
            raise EventRefused(
                f"resident {resident_id}: expected a phone with certificates, actual none; "
                f"let {LifeEvent.PHONE_BOUND} befall them first"
            )
        return self._desk().phone(entries[Kind.SIGN].resident, entries, token, pins, options)

    @_in_step
    def next_card_of(
        self,
        resident_id: str,
        pins: Pins = Pins(),  # noqa: B008  (a frozen value)
        *,
        options: Options = STANDARD_OPTIONS,
    ) -> IssuedCard:
        """Return the card of the next generation that stands for a resident's present one. ASSUMED."""
        made, written = self._card_made(resident_id)
        entries = self._on_card(resident_id)
        if Kind.SIGN not in entries:
            raise EventRefused(
                f"resident {resident_id}: expected a signature certificate on the card, actual none: a card of the "
                "next generation without one is not modelled"
            )
        return self._desk().next_card(made, written, entries, pins, options)

    @_in_step
    def unknown_card_of_birth_date(self, resident_id: str, options: Options = STANDARD_OPTIONS) -> Profile:
        """Return a genuine card of a resident's birth date whose holder the register does not know."""
        return self._desk().unknown_card(*self._card_made(resident_id), self._on_card(resident_id), options)

    @_in_step
    def printed_on_card_of(self, resident_id: str) -> FirstPrint:
        """Return what the faces of a resident's present card say: the first print, and the sign panel."""
        made, _ = self._card_made(resident_id)
        now = self.clock.now()
        return first_print(made, [each for each in self._register.writings(resident_id) if each[0] <= now])

    def key_of_nobody(self, name: str) -> RSAPrivateKey:
        """Return a key that no authority of this world certifies, the same each time for a name."""
        return self._keys.named(f"nobody-{name}")

    def card_life(self, resident_id: str, serial: str | None = None) -> CardLife:
        """Return what tells a card of a resident from all others, and what is written to its tries.

        By default the present card; nothing is ever written at a counter to what is none of theirs.
        """
        card = serial or self.card_of(resident_id).profile.serial
        said = f"{self.seed} {self._origin.isoformat()} {self._history.known_fact('keys')} {resident_id} {card}"
        return CardLife(hashlib.sha256(said.encode()).hexdigest(), lambda: self.tries_written(resident_id, card))

    @_in_step
    def tries_written(self, resident_id: str, card: str) -> list[Write]:
        """Return what was written to the tries of a resident's card of that serial number, in order."""
        return self._register.tries_written(resident_id, card)

    @_in_step
    def happen(  # noqa: PLR0913  (what can be told of an event)
        self,
        resident_id: str,
        what: LifeEvent,
        changes: Changes = Changes(),  # noqa: B008  (a frozen value)
        *,
        reason: RevocationReason | None = None,
        not_after: datetime | None = None,
        key: int | None = None,
    ) -> None:
        """Let something befall a resident; EventRefused when it cannot, and then nothing changed.

        What follows stands in the table of `harness/jlis/life_cycle.py`; `reason` replaces the table's. Certificates
        that it brings have key `key` and those after it, which others may have too: for load only.
        """
        resident = changes.applied(self._register.resident(resident_id))
        brought = self._brought(resident, what, self.clock.now(), key)
        event = msgspec.structs.replace(brought, changes=changes, reason=reason, not_after=not_after)
        self._chronicle.check(event)
        self._ready_keys(event)
        self._chronicle.record(event)

    @_in_step
    def lose(self, resident_id: str) -> None:
        """Report the card lost: both certificates are put on hold."""
        self.happen(resident_id, LifeEvent.LOST)

    @_in_step
    def move(self, resident_id: str, municipality: str | None = None) -> None:
        """Move a resident (default: to the other invented municipality): the signature certificate is revoked."""
        resident = self.resident(resident_id)
        code = municipality or (WAKABA if resident.municipality == AOI.code else AOI).code
        if code not in MUNICIPALITIES:
            raise EventRefused(
                f"municipality {code!r}: expected one of the {len(MUNICIPALITIES)} codes, such as {AOI.code}"
            )
        stays = code == resident.municipality and self._register.dossier(resident_id).now.standing is Standing.PRESENT
        what = LifeEvent.MOVED_WITHIN if stays else LifeEvent.MOVED_IN
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
        event = Revoked(self.clock.now(), resident_id, event_kind, event_reason)
        self._chronicle.check(event)
        self._chronicle.record(event)

    def signer(self, kind: Kind) -> Signer:
        """Return who issues certificates of a kind now, and who else might: for certificates with one thing wrong."""
        now = self.clock.now()
        issuer, (other,) = self._hierarchy.in_office(kind, now), set(Kind) - {kind}
        life = self._hierarchy.generations.life(issuer.generation)
        nobodys = {
            name: Authority.found(kind, life, self.key_of_nobody(name), self.key_of_nobody(name)) for name in _NOBODY
        }
        return Signer(
            issuer=_issuer(issuer),
            stranger=_issuer(nobodys["stranger"]),
            other_kind=_issuer(self._hierarchy.in_office(other, now)),
            older=_issuer(nobodys["older-generation"]),
            short_key=_cut_to(1024, self.key_of_nobody("short")),
            cubic_key=RSAPublicNumbers(3, self.key_of_nobody("cubic").public_key().public_numbers().n).public_key(),
        )

    def issuer_before(self, kind: Kind) -> Issuer:
        """Return the generation before the one in office: its certificates live on, and it issues no more."""
        before = self._hierarchy.generations.in_office(self.clock.now()) - 1
        return _issuer(self._hierarchy.authority(kind, before))

    def retrace(self, event: Event) -> None:
        """Take in an event of a saved history, without storing it; EventRefused when it cannot be the next one."""
        self._chronicle.retrace(event)

    def trust(self) -> Trust:
        """Return the anchors of this world."""
        now = self.clock.now()
        generations = {kind.value: [each.der for each in self._hierarchy.known(kind, now)] for kind in Kind}
        issuers = (self._card_issuer, text_issuer(self._keys))
        return Trust(generations, [(issuer.id, issuer.public_key) for issuer in issuers])

    @_in_step
    def give_consent(self, consent: SignedConsent, signature: bytes) -> Consent:
        """Take a holder's consent in, and return it; EventRefused when its certificate is none in force."""
        now = self.clock.now()
        signed = self._register.entry_at(Kind.SIGN, consent.serial, now)
        if signed is None or self._desk().certificate(signed) != consent.certificate:
            raise EventRefused(f"consent: serial {consent.serial:X}: expected a signature certificate of this world")
        resident_id = signed.resident.id
        text = consent.text
        event = ConsentGiven(
            now, resident_id, text.service, consent.serial, consent.document, signature, text.signed_at
        )
        self._chronicle.check(event)
        self._chronicle.record(event)
        return self._register.dossier(resident_id).consents[text.service][-1]

    @_in_step
    def holder_of(self, kind: Kind, serial: int) -> str | None:
        """Return whose certificate a number is as of now; None when it is nobody's."""
        entry = self._register.entry_at(kind, serial, self.clock.now())
        return None if entry is None else entry.resident.id

    @_in_step
    def withdraw_consent(self, resident_id: str, service: str) -> None:
        """Let a holder withdraw a consent, with effect at once; EventRefused when there is none."""
        event = ConsentWithdrawn(self.clock.now(), resident_id, service)
        self._chronicle.check(event)
        self._chronicle.record(event)

    def _card_made(self, resident_id: str) -> tuple[CardMade, Resident]:
        """Return how the present card was made, and the holder as it was last written; EventRefused without one."""
        made, written = self._register.card(resident_id), self._register.written(resident_id)
        if made is None or written is None:
            raise EventRefused(f"resident {resident_id}: expected a card, actual none; issue one first")
        if made.at > (now := self.clock.now()):
            raise EventRefused(
                f"resident {resident_id}: expected a card at {now.isoformat()}, actual one made at "
                f"{made.at.isoformat()}; the clock was set back, set it on"
            )
        return made, written

    def _desk(self) -> Personalisation:
        return Personalisation(self._hierarchy, self._card_issuer, self._keys)

    def _on_card(self, resident_id: str) -> dict[Kind, Entry]:
        """Return what is on the present card: the last certificate of each kind since it was made."""
        made, now = self._register.card(resident_id), self.clock.now()
        if made is None:
            return {}
        found = (self._register.latest(resident_id, population, now) for population in (CARD_AUTH, CARD_SIGN))
        return {entry.kind: entry for entry in found if entry is not None and entry.issued >= made.at}

    def _brought(self, resident: Resident, what: LifeEvent, at: datetime, key: int | None = None) -> Befell:
        """Return the event with what it brings: the next serial numbers of each kind, the next keys of the pool."""
        key = self._register.next_key if key is None else key
        issued = []
        for population in EFFECTS[what].issues:
            if self._register.issuing.may_have(resident, population, at):
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


_NOBODY = ("stranger", "older-generation")


def _issuer(authority: Authority) -> Issuer:
    return Issuer(authority.key, authority.certificate)


def _cut_to(bits: int, key: RSAPrivateKey) -> RSAPublicKey:
    """Return a public key of so many bits; nobody has its other half."""
    modulus = key.public_key().public_numbers().n >> (key.key_size - bits) | 1
    return RSAPublicNumbers(65537, modulus).public_key()


def fingerprint(keys: KeyPool) -> str:
    """Return what names the keys that every certificate of a world rests on."""
    digest = hashlib.sha256()
    for name in ("authority-auth-3", "authority-sign-3", "card-issuer"):
        public = keys.named(name).public_key()
        digest.update(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return digest.hexdigest()
