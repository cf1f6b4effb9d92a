"""Makes the card of a resident: what the register says of it, the keys of the pool, and the issuers' signatures.

A card is never stored: the same event gives the same card, whenever it is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cardsim.personalise import Holder, IssuedFiles, Pins, personalise
from cardsim.profile import Profile
from harness.contract.vocabulary import Kind
from harness.events import CardIssued
from harness.jlis import card_issuer
from harness.jlis.authority import Authority
from harness.jlis.register import Entry
from harness.jlis.validity import card_expiry_of
from harness.keys import KeyPool
from harness.municipalities import MUNICIPALITIES
from harness.residents import Resident


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """A card that was handed over: its profile, and what stands on it."""

    resident: Resident
    profile: Profile
    auth_serial: int
    sign_serial: int
    auth_certificate: bytes
    sign_certificate: bytes


@dataclass(frozen=True, slots=True)
class Personalisation:
    """The desk that makes cards: the issuers of one world, and its keys."""

    authorities: Mapping[Kind, Authority]
    issuer: card_issuer.CardIssuer
    keys: KeyPool

    def card(self, issued: CardIssued, entries: Mapping[Kind, Entry], pins: Pins) -> IssuedCard:
        """Return the card as personalised when it was issued; `entries` are those of its two certificates."""
        certificates = {
            kind: self.authorities[kind].leaf(entries[kind], self.keys.numbered(number).public_key())
            for kind, number in ((Kind.AUTH, issued.auth_key), (Kind.SIGN, issued.sign_key))
        }
        resident = entries[Kind.SIGN].resident
        files = self._files(issued, resident, certificates)
        profile = personalise(_holder(resident, issued.at), files, pins, serial=f"{issued.auth_serial:016d}")
        return IssuedCard(
            resident,
            profile,
            issued.auth_serial,
            issued.sign_serial,
            certificates[Kind.AUTH],
            certificates[Kind.SIGN],
        )

    def _files(self, issued: CardIssued, resident: Resident, certificates: Mapping[Kind, bytes]) -> IssuedFiles:
        municipality = MUNICIPALITIES[resident.municipality]
        municipality_key = self.keys.named(f"municipality-{municipality.code}")
        chip_key = self.keys.numbered(issued.chip_key)
        return IssuedFiles(
            auth_certificate=certificates[Kind.AUTH],
            auth_ca_certificate=self.authorities[Kind.AUTH].der,
            sign_certificate=certificates[Kind.SIGN],
            sign_ca_certificate=self.authorities[Kind.SIGN].der,
            auth_key=self.keys.numbered(issued.auth_key),
            sign_key=self.keys.numbered(issued.sign_key),
            chip_key=chip_key,
            birth_record=card_issuer.birth_record(resident.birth_date, chip_key.public_key(), municipality_key),
            cvc=self.issuer.certify(municipality, municipality_key.public_key()),
        )


def _holder(resident: Resident, issued: datetime) -> Holder:
    return Holder(
        name=resident.name,
        address=resident.address,
        birth_date=resident.birth_date,
        sex=resident.sex,
        number=resident.number,
        expiry=card_expiry_of(resident, issued),
        municipality_code=resident.municipality,
        security_code=resident.security_code,
    )
