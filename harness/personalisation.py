"""Makes the card of a resident: what the register says of it, the keys of the pool, and the issuers' signatures.

A card is never stored: the same event gives the same card, whenever it is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from cardsim.personalise import Holder, IssuedFiles, Pins, personalise
from cardsim.profile import Profile
from cardsim.records import key_id
from harness.card_pictures import images_for
from harness.characters import substituted
from harness.contract.vocabulary import Kind
from harness.jlis import card_issuer
from harness.jlis.entries import Entry
from harness.jlis.hierarchy import Hierarchy
from harness.jlis.people import CardMade
from harness.jlis.validity import card_expiry_of
from harness.keys import KeyPool
from harness.municipalities import MUNICIPALITIES, Municipality
from harness.residents import Resident, card_sex, written_name


class NoSignatureCertificate(LookupError):
    """The holder has none: under fifteen, or under guardianship (spec/pki.md §1.7)."""


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """A card that was handed over: its profile, and what stands on it."""

    resident: Resident
    profile: Profile
    serials: Mapping[Kind, int]
    certificates: Mapping[Kind, bytes]
    """The certificates (DER) on the card; no signature certificate where the holder may have none."""

    @property
    def auth_serial(self) -> int:
        """The serial number of the authentication certificate."""
        return self.serials[Kind.AUTH]

    @property
    def sign_serial(self) -> int:
        """The serial number of the signature certificate; NoSignatureCertificate where there is none."""
        return _of_signature(self.serials, self.resident)

    @property
    def auth_certificate(self) -> bytes:
        """The authentication certificate (DER)."""
        return self.certificates[Kind.AUTH]

    @property
    def sign_certificate(self) -> bytes:
        """The signature certificate (DER); NoSignatureCertificate where there is none."""
        return _of_signature(self.certificates, self.resident)


@dataclass(frozen=True, slots=True)
class Personalisation:
    """The desk that makes cards: the issuers of one world, and its keys."""

    hierarchy: Hierarchy
    issuer: card_issuer.CardIssuer
    keys: KeyPool

    def card(self, made: CardMade, written: Resident, entries: Mapping[Kind, Entry], pins: Pins) -> IssuedCard:
        """Return the card as it was last written: the holder as `written`, and the certificates of `entries`."""
        certificates = {kind: self.certificate(entry) for kind, entry in entries.items()}
        files = self._files(made, written, entries, certificates)
        profile = personalise(_holder(written, made), files, pins, serial=made.serial)
        return IssuedCard(
            written,
            profile,
            {kind: entry.serial for kind, entry in entries.items()},
            certificates,
        )

    def certificate(self, entry: Entry) -> bytes:
        """Return the certificate (DER) of an entry."""
        authority = self.hierarchy.authority(entry.kind, entry.generation)
        return authority.leaf(entry, self.keys.numbered(entry.key).public_key())

    def _files(
        self, made: CardMade, written: Resident, entries: Mapping[Kind, Entry], certificates: Mapping[Kind, bytes]
    ) -> IssuedFiles:
        municipality = MUNICIPALITIES[made.resident.municipality]
        municipality_key = self.keys.named(f"municipality-{municipality.code}")
        chip_key, auth, sign = self.keys.numbered(made.chip_key), entries[Kind.AUTH], entries.get(Kind.SIGN)
        sign_generation = auth.generation if sign is None else sign.generation
        return IssuedFiles(
            auth_certificate=certificates[Kind.AUTH],
            auth_ca_certificate=self.hierarchy.authority(Kind.AUTH, auth.generation).der,
            sign_certificate=certificates.get(Kind.SIGN),
            sign_ca_certificate=self.hierarchy.authority(Kind.SIGN, sign_generation).der,
            auth_key=self.keys.numbered(auth.key),
            sign_key=None if sign is None else self.keys.numbered(sign.key),
            chip_key=chip_key,
            birth_record=card_issuer.birth_record(written.birth_date, chip_key.public_key(), municipality_key),
            cvc=_cvc(self.issuer, municipality, municipality_key),
            text_cvc=_cvc(text_issuer(self.keys), municipality, municipality_key),
            sign_record=card_issuer.record_signer(municipality_key),
            # the printed face stays what it was made with: changes go onto its sign panel (assumed; spec/card.md §7a)
            images=partial(images_for, _holder(made.resident, made)),
        )


def text_issuer(keys: KeyPool) -> card_issuer.CardIssuer:
    """Return the anchor of the text application, whose name is public as another one's (spec/card.md §2.2)."""
    return card_issuer.CardIssuer(keys.named("card-issuer-text"), key_id(card_issuer.TEXT_TEST_ISSUER))


T = TypeVar("T")


def _of_signature(values: Mapping[Kind, T], resident: Resident) -> T:
    try:
        return values[Kind.SIGN]
    except KeyError:
        raise NoSignatureCertificate(
            f"resident {resident.id}: expected a signature certificate on the card, actual none"
        ) from None


@lru_cache(maxsize=4096)
def _cvc(issuer: card_issuer.CardIssuer, municipality: Municipality, key: RSAPrivateKey) -> bytes:
    """Return the certificate of a municipality's key: always the same, so the cards of its people share it."""
    return issuer.certify(municipality, key.public_key())


def _holder(resident: Resident, made: CardMade) -> Holder:
    """Return what the chip tells of them as text, in characters of the certificates' repertoire (assumed).

    Of municipalities it names the one that issued it, whose certificate it has: so no move rewrites that (assumed).
    """
    return Holder(
        name=substituted(written_name(resident)).text,
        address=substituted(resident.address).text,
        birth_date=resident.birth_date,
        sex=card_sex(resident),
        number=resident.number,
        expiry=card_expiry_of(resident, made.at),
        municipality_code=made.resident.municipality,
        security_code=resident.security_code,
    )
