"""Which certificates an event brings, and when each of them ends (spec/pki.md §1.7)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from harness.contract.vocabulary import Kind
from harness.events import Befell
from harness.jlis.entries import Entry
from harness.jlis.life_cycle import EFFECTS
from harness.jlis.people import CardMade, Dossier
from harness.jlis.populations import CARD_AUTH, CARD_SIGN, Medium, Population
from harness.jlis.practice import STANDARD, Practice
from harness.jlis.records import Records
from harness.jlis.validity import JST, card_expiry_of, is_early_renewal, may_have_signature, not_after_of
from harness.residents import Resident


@dataclass(frozen=True, slots=True)
class Issuing:
    """The rules of one world."""

    generation_at: Callable[[datetime], int]
    """Which generation of the authorities is in office at an instant."""
    practice: Practice = STANDARD

    def may_have(self, resident: Resident, population: Population, at: datetime) -> bool:
        """Return whether a resident may be issued a certificate of a population (spec/pki.md §1.7)."""
        day = at.astimezone(JST).date()
        leap = self.practice.leap_birthday
        return population.kind is Kind.AUTH or may_have_signature(resident, day, leap=leap)

    def last_day(self, dossier: Dossier, card: CardMade) -> date:
        """Return the last day of the present card, as it was last written."""
        return card_expiry_of(dossier.written[-1][1], card.at, leap=self.practice.leap_birthday)

    def brought(self, records: Records, dossier: Dossier, event: Befell, resident: Resident) -> list[Entry]:
        """Return the certificates that an event brings, each with its end by the rule (§1.7).

        None outlives the card, nor the certificate it stands beside or was applied for with: a signature certificate
        the authentication certificate, a phone's the card's (the phone's is assumed).
        """
        leap, at = self.practice.leap_birthday, event.at
        brings_card = event.chip_key is not None or not dossier.cards
        made = at if brings_card else dossier.cards[-1].at
        ends = {card_expiry_of(resident, made, leap=leap)}
        if not brings_card and event.certificates:
            beside = CARD_SIGN if event.certificates[0].medium is Medium.PHONE else CARD_AUTH
            standing = records.current(resident.id, beside, at)
            if standing is not None and EFFECTS[event.what].reason_for(beside) is None:
                ends.add(standing.not_after.astimezone(JST).date())
        entries = []
        for issuance in event.certificates:
            population = Population(issuance.kind, issuance.medium)
            before = None if brings_card else records.latest_of(dossier, population, at)
            not_after = event.not_after or not_after_of(
                resident,
                at,
                early_renewal=before is not None and is_early_renewal(before.not_after, at),
                leap=leap,
                no_later_than=min(ends),
            )
            ends.add(not_after.astimezone(JST).date())
            generation = self.generation_at(at)
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
