"""The register: every certificate with the instants of its life, so that any past instant can be asked.

`fold` is the only way it changes; asking takes an instant and sees the register as of then. An event exactly at
the instant counts as in. What an event does is not decided here: it stands in the table of `life_cycle.py`.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from harness.contract.vocabulary import Kind
from harness.events import Befell, ConsentGiven, ConsentWithdrawn, Crowd, Event, Registered, Revoked
from harness.jlis.consent import consent_ends
from harness.jlis.life_cycle import EFFECTS, Effect, Need, Standing, Write
from harness.jlis.life_events import LifeEvent
from harness.jlis.people import CardMade, Consent, Dossier, Person
from harness.jlis.populations import CARD_AUTH, CARD_SIGN, PHONE_AUTH, PHONE_SIGN, Medium, Population
from harness.jlis.practice import STANDARD, Practice
from harness.jlis.reasons import RevocationReason
from harness.jlis.validity import JST, card_expiry_of, is_early_renewal, may_have_signature, not_after_of
from harness.residents import ImpossibleResident, Resident, checked

FIRST_SERIAL = 0x0700_0000
"""Leaves count up from here; four content bytes, as observed (spec/pki.md §1.3)."""
MakeResident = Callable[[int, int], Resident]
"""Seed and position in, the person out."""
_WITHDRAWS = {LifeEvent.LOST, LifeEvent.SUSPENDED}


class IllegalEvent(Exception):
    """An event that cannot happen; `str()` says why, and nothing changed."""


class NoSuchResident(IllegalEvent):
    """There is nobody of that id."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate: whose it is, what it was issued with, and when it was revoked, if ever."""

    kind: Kind
    medium: Medium
    serial: int
    generation: int
    """Of the authority that signed it: its issuers bear one name (spec/pki.md §1.1)."""
    resident: Resident
    """The holder as they were when it was issued."""
    key: int
    issued: datetime
    not_after: datetime
    revoked: datetime | None = None
    reason: RevocationReason | None = None

    @property
    def population(self) -> Population:
        """Which of the four populations it belongs to."""
        return Population(self.kind, self.medium)

    def is_revoked_at(self, instant: datetime) -> bool:
        """Return whether the certificate was revoked at `instant` or before."""
        return self.revoked is not None and self.revoked <= instant

    def is_in_force_at(self, instant: datetime) -> bool:
        """Return whether it was issued, neither revoked nor expired; both ends count as in (RFC 5280 §4.1.2.5)."""
        return self.issued <= instant <= self.not_after and not self.is_revoked_at(instant)


class Register:
    """People, cards and certificates as a fold over the history."""

    def __init__(
        self, generation_at: Callable[[datetime], int], make_resident: MakeResident, practice: Practice = STANDARD
    ) -> None:
        """`generation_at` tells which generation of the authorities is in office at an instant.

        `make_resident` gives the people of a crowd.
        """
        self._practice = practice
        self._make_resident = make_resident
        self._generation_at = generation_at
        self._latest: datetime | None = None
        self._dossiers: dict[str, Dossier] = {}
        self._entries: dict[Kind, dict[int, Entry]] = {kind: {} for kind in Kind}
        self._revoked: dict[tuple[Population, int, str], list[int]] = defaultdict(list)
        """Serials in ascending order by population, generation and municipality: a list is made from its own only."""
        self._next_key = 0

    def check(self, event: Event) -> None:
        """Raise IllegalEvent when the event cannot be the next one; `fold` cannot fail on what passes."""
        if self._latest is not None and event.at < self._latest:
            raise IllegalEvent(
                f"event at {event.at.isoformat()}: the history already goes to {self._latest.isoformat()}; "
                "set the clock to that instant or later"
            )
        match event:
            case Registered(resident=resident):
                self._check_new(resident, event.at)
            case Befell():
                self.check_life(self._dossier(event.resident_id), event)
            case Revoked(kind=kind, medium=medium):
                if self.current(event.resident_id, Population(kind, medium), event.at) is None:
                    raise _nothing_in_force(event.resident_id, [Population(kind, medium)])
            case ConsentGiven() | ConsentWithdrawn():
                self._check_consent(event)
            case Crowd():
                if any(f"r{event.first + place + 1:06d}" in self._dossiers for place in (0, event.count - 1)):
                    raise IllegalEvent(f"crowd from {event.first}: expected new people, actual registered ones")

    def fold(self, event: Event) -> None:
        """Take one more event in; IllegalEvent when it cannot happen, and then nothing changed."""
        self.check(event)
        self._latest = event.at
        match event:
            case Registered(resident=resident):
                self._register(resident, event.at)
            case Befell():
                self._befall(event)
            case Revoked(kind=kind, medium=medium, reason=reason):
                self._revoke(event.resident_id, [(Population(kind, medium), reason)], event.at)
            case Crowd():
                self._crowd(event)
            case ConsentGiven(service=service):
                consent = Consent(service, event.at, consent_ends(event.at))
                self._dossiers[event.resident_id].consents[service] = consent
            case ConsentWithdrawn(service=service):
                del self._dossiers[event.resident_id].consents[service]

    def consent(self, resident_id: str, service: str, now: datetime) -> Consent | None:
        """Return a holder's consent to a service if it holds at `now`; a withdrawal has effect at once."""
        consent = self._dossier(resident_id).consents.get(service)
        return consent if consent is not None and now <= consent.ends else None

    def resident(self, resident_id: str) -> Resident:
        """Return a resident as the register knows them now; NoSuchResident when there is none."""
        return self._dossier(resident_id).now.resident

    def person_at(self, resident_id: str, instant: datetime) -> Person | None:
        """Return who somebody was at `instant`, None before they were registered; NoSuchResident for nobody."""
        return self._dossier(resident_id).at(instant)

    def residents(self) -> list[Resident]:
        """Return everybody, in the order they were registered."""
        return [dossier.now.resident for dossier in self._dossiers.values()]

    def size(self) -> int:
        """Return how many people there are."""
        return len(self._dossiers)

    def card(self, resident_id: str) -> CardMade | None:
        """Return the resident's present card."""
        cards = self._dossier(resident_id).cards
        return cards[-1] if cards else None

    def written(self, resident_id: str) -> Resident | None:
        """Return the holder as the present card has them written on it."""
        written = self._dossier(resident_id).written
        return written[-1][1] if written else None

    def entry_at(self, kind: Kind, serial: int, instant: datetime) -> Entry | None:
        """Return the entry of a certificate that was issued at `instant` or before."""
        entry = self._entries[kind].get(serial)
        return entry if entry is not None and entry.issued <= instant else None

    def entries_of(self, resident_id: str, instant: datetime) -> list[Entry]:
        """Return every certificate that a resident was issued at `instant` or before, in that order."""
        found = [self._entries[kind][serial] for kind, serial in self._dossier(resident_id).certificates]
        return [entry for entry in found if entry.issued <= instant]

    def latest(self, resident_id: str, population: Population, instant: datetime) -> Entry | None:
        """Return the last certificate of a population that a resident was issued as of `instant`, whatever became."""
        return self.latest_of(self._dossier(resident_id), population, instant)

    def latest_of(self, dossier: Dossier, population: Population, instant: datetime) -> Entry | None:
        """Return the same of somebody who may be about to be registered."""
        for kind, serial in reversed(dossier.certificates):
            entry = self._entries[kind][serial]
            if entry.population == population and entry.issued <= instant:
                return entry
        return None

    def current(self, resident_id: str, population: Population, instant: datetime) -> Entry | None:
        """Return the certificate of a population that is in force at `instant`, if one is."""
        entry = self.latest(resident_id, population, instant)
        return entry if entry is not None and entry.is_in_force_at(instant) else None

    def revoked_at(self, population: Population, generation: int, municipality: str, instant: datetime) -> list[Entry]:
        """Return the entries of one list that were revoked as of `instant`, by serial."""
        serials = self._revoked.get((population, generation, municipality), ())
        entries = [self._entries[population.kind][serial] for serial in serials]
        return [entry for entry in entries if entry.is_revoked_at(instant)]

    def next_serial(self, kind: Kind) -> int:
        """Return the next number of the counter that all certificates of a kind share (spec/pki.md §1.3)."""
        return FIRST_SERIAL + len(self._entries[kind])

    @property
    def next_key(self) -> int:
        """The number of the first key of the pool that nobody has."""
        return self._next_key

    def check_life(self, dossier: Dossier, event: Befell) -> None:
        """Raise IllegalEvent when what befalls a person, who may be about to be registered, cannot be."""
        effect, who = EFFECTS[event.what], dossier.now.resident.id
        standing = dossier.now.standing
        if standing is Standing.ABROAD:
            if Need.ABROAD not in effect.needs and event.what is not LifeEvent.DIED:
                raise IllegalEvent(f"resident {who}: {event.what}: expected a resident, actual one who is abroad")
        elif Need.ABROAD in effect.needs or not standing.is_resident:
            raise IllegalEvent(f"resident {who}: {event.what}: not possible for somebody who is {standing.value}")
        for need in effect.needs:
            self._check_need(need, dossier, event, effect)
        changed = event.changes.applied(dossier.now.resident)
        try:
            checked(changed, event.at.astimezone(JST).date())
        except ImpossibleResident as fault:
            raise IllegalEvent(str(fault)) from fault
        if effect.issues and not event.certificates:
            raise IllegalEvent(
                f"resident {who}: {event.what}: expected somebody of fifteen or more and not under guardianship, "
                "actual one who may have no signature certificate"
            )
        if any(issuance.serial in self._entries[issuance.kind] for issuance in event.certificates):
            raise IllegalEvent(f"resident {who}: expected new serial numbers, actual used ones")
        for entry in self._issued(dossier, event, changed):
            if entry.not_after <= event.at:
                raise IllegalEvent(
                    f"resident {who}: expected a card that ends after {event.at.isoformat()}, "
                    f"actual one that ends at {entry.not_after.isoformat()}"
                )

    def may_have(self, resident: Resident, population: Population, at: datetime) -> bool:
        """Return whether a resident may be issued a certificate of a population (spec/pki.md §1.7)."""
        day = at.astimezone(JST).date()
        leap = self._practice.leap_birthday
        return population.kind is Kind.AUTH or may_have_signature(resident, day, leap=leap)

    def dossier_of_nobody(self, resident: Resident, at: datetime) -> Dossier:
        """Return the dossier that somebody will have who is about to be registered."""
        return Dossier([Person(at, resident, Standing.PRESENT)])

    def _check_need(self, need: Need, dossier: Dossier, event: Befell, effect: Effect) -> None:
        who, at, day = dossier.now.resident.id, event.at, event.at.astimezone(JST).date()
        card = dossier.cards[-1] if dossier.cards else None
        match need:
            case Need.NO_CARD if card is not None:
                raise IllegalEvent(f"resident {who}: has a card; a second one is another event (re-issue)")
            case Need.CARD | Need.CARD_SHOWN if card is None:
                raise IllegalEvent(f"resident {who}: {event.what}: expected a card, actual none; issue one first")
            case Need.CARD_SHOWN if dossier.withdrawn is not None:
                raise IllegalEvent(
                    f"resident {who}: {event.what}: expected a card in use, actual one reported lost or suspended at "
                    f"{dossier.withdrawn.isoformat()}; a hold is never lifted, so re-issue the card"
                )
            case Need.CARD_SHOWN if card is not None and self._last_day(dossier, card) < day:
                raise IllegalEvent(
                    f"resident {who}: {event.what}: expected a card that ends on {day} or later, "
                    f"actual one that ended on {self._last_day(dossier, card)}; re-issue the card"
                )
            case Need.SIGNATURE if self.current(who, CARD_SIGN, at) is None:
                raise _nothing_in_force(who, [CARD_SIGN])
            case Need.PHONE if all(self.current(who, each, at) is None for each in (PHONE_AUTH, PHONE_SIGN)):
                raise _nothing_in_force(who, [PHONE_AUTH, PHONE_SIGN])
            case Need.SOMETHING_TO_END:
                populations = [population for population, _ in effect.ends]
                if all(self.current(who, population, at) is None for population in populations):
                    raise _nothing_in_force(who, populations)
            case _:
                pass

    def _last_day(self, dossier: Dossier, card: CardMade) -> date:
        """Return the last day of the present card, as it was last written."""
        return card_expiry_of(dossier.written[-1][1], card.at, leap=self._practice.leap_birthday)

    def _check_consent(self, event: ConsentGiven | ConsentWithdrawn) -> None:
        who = event.resident_id
        if isinstance(event, ConsentWithdrawn):
            if event.service not in self._dossier(who).consents:
                raise IllegalEvent(f"resident {who}: expected a consent to {event.service!r}, actual none")
            return
        signed = self.entry_at(Kind.SIGN, event.serial, event.at)
        if signed is None or signed.resident.id != who or not signed.is_in_force_at(event.at):
            raise _nothing_in_force(who, [CARD_SIGN, PHONE_SIGN])

    def _check_new(self, resident: Resident, at: datetime) -> None:
        if resident.id in self._dossiers:
            raise IllegalEvent(f"resident {resident.id!r}: expected a new id, actual one that somebody has")
        try:
            checked(resident, at.astimezone(JST).date())
        except ImpossibleResident as fault:
            raise IllegalEvent(str(fault)) from fault

    def _dossier(self, resident_id: str) -> Dossier:
        try:
            return self._dossiers[resident_id]
        except KeyError:
            raise NoSuchResident(
                f"resident {resident_id!r}: expected one of the world, actual none of that id"
            ) from None

    def _register(self, resident: Resident, at: datetime) -> None:
        self._dossiers[resident.id] = self.dossier_of_nobody(resident, at)

    def _befall(self, event: Befell) -> None:
        effect, dossier = EFFECTS[event.what], self._dossiers[event.resident_id]
        ends = [(population, event.reason or reason) for population, reason in effect.ends]
        self._revoke(event.resident_id, ends, event.at)
        before = dossier.now
        after = Person(event.at, event.changes.applied(before.resident), effect.standing or before.standing)
        if (after.resident, after.standing) != (before.resident, before.standing):
            dossier.people.append(after)
        if event.chip_key is not None:
            self._next_key = max(self._next_key, event.chip_key + 1)
            serial = f"{event.certificates[0].serial:016d}"
            dossier.cards.append(CardMade(event.at, serial, event.chip_key, after.resident))
            dossier.withdrawn = None
        if event.what in _WITHDRAWS:
            dossier.withdrawn = event.at
        if dossier.cards and dossier.withdrawn is None and {Write.ATTRIBUTES, Write.EXPIRY} & set(effect.writes):
            dossier.written.append((event.at, after.resident))
        for entry in self._issued(dossier, event, after.resident):
            self._issue(entry)

    def _issued(self, dossier: Dossier, event: Befell, resident: Resident) -> list[Entry]:
        """Return the certificates that an event brings, each with its end by the rule (§1.7).

        None outlives the card, nor the certificate it stands beside or was applied for with: a signature certificate
        the authentication certificate, a phone's the card's (the phone's is assumed).
        """
        leap, at = self._practice.leap_birthday, event.at
        brings_card = event.chip_key is not None or not dossier.cards
        made = at if brings_card else dossier.cards[-1].at
        ends = {card_expiry_of(resident, made, leap=leap)}
        if not brings_card and event.certificates:
            beside = CARD_SIGN if event.certificates[0].medium is Medium.PHONE else CARD_AUTH
            standing = self.current(resident.id, beside, at)
            if standing is not None and EFFECTS[event.what].reason_for(beside) is None:
                ends.add(standing.not_after.astimezone(JST).date())
        entries = []
        for issuance in event.certificates:
            population = Population(issuance.kind, issuance.medium)
            before = None if brings_card else self.latest_of(dossier, population, at)
            not_after = event.not_after or not_after_of(
                resident,
                at,
                early_renewal=before is not None and is_early_renewal(before.not_after, at),
                leap=leap,
                no_later_than=min(ends),
            )
            ends.add(not_after.astimezone(JST).date())
            generation = self._generation_at(at)
            entries.append(
                Entry(
                    issuance.kind,
                    issuance.medium,
                    issuance.serial,
                    generation,
                    resident,
                    issuance.key,
                    at,
                    not_after,
                )
            )
        return entries

    def _issue(self, entry: Entry) -> None:
        self._entries[entry.kind][entry.serial] = entry
        self._dossiers[entry.resident.id].certificates.append((entry.kind, entry.serial))
        self._next_key = max(self._next_key, entry.key + 1)

    def _revoke(self, resident_id: str, ends: Iterable[tuple[Population, RevocationReason]], at: datetime) -> None:
        """Revoke those in force: a hold that became a revocation would rewrite what was published."""
        for population, reason in ends:
            entry = self.current(resident_id, population, at)
            if entry is not None:
                self._entries[entry.kind][entry.serial] = replace(entry, revoked=at, reason=reason)
                insort(self._revoked[population, entry.generation, entry.resident.municipality], entry.serial)

    def _crowd(self, event: Crowd) -> None:
        generation = self._generation_at(event.at)
        for place in range(event.count):
            resident = self._make_resident(event.seed, event.first + place)
            self._register(resident, event.at)
            dossier = self._dossiers[resident.id]
            not_after = not_after_of(resident, event.at, leap=self._practice.leap_birthday)
            for kind, medium in (CARD_AUTH, CARD_SIGN):
                if not self.may_have(resident, Population(kind, medium), event.at):
                    continue
                serial, key = self.next_serial(kind), (2 * place + (kind is Kind.SIGN)) % event.keys
                entry = Entry(kind, medium, serial, generation, resident, key, event.at, not_after)
                self._entries[kind][serial] = entry
                dossier.certificates.append((kind, serial))
            serial_number = f"{dossier.certificates[0][1]:016d}"
            dossier.cards.append(CardMade(event.at, serial_number, place % event.keys, resident))
            dossier.written.append((event.at, resident))
        self._next_key = max(self._next_key, event.keys)


def _nothing_in_force(resident_id: str, populations: Iterable[Population]) -> IllegalEvent:
    named = ", ".join(str(population) for population in populations)
    return IllegalEvent(
        f"resident {resident_id}: expected a certificate in force ({named}), "
        "actual none, or one that is revoked or expired"
    )
