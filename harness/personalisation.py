"""Makes the card of a resident: what the register says of it, the keys of the pool, and the issuers' signatures.

A card is never stored: the same event gives the same card, whenever it is asked for.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache, partial
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec import structs

from cardsim.applications.free_area import FreeArea
from cardsim.faces.printed import SEXES
from cardsim.options import STANDARD_OPTIONS, Options
from cardsim.personal_number import TEST_PREFIX, check_digit
from cardsim.personalise import Holder, IssuedFiles, Pins, personalise, personalise_phone
from cardsim.personalise_next import personalise_next
from cardsim.profile import Profile, Token
from cardsim.records import key_id
from harness.card_pictures import images_for
from harness.characters import substituted
from harness.contract.vocabulary import Kind
from harness.jlis import card_issuer, next_generation
from harness.jlis.entries import Entry
from harness.jlis.hierarchy import Hierarchy
from harness.jlis.people import CardMade
from harness.jlis.validity import JST, card_expiry_of
from harness.keys import KeyPool
from harness.municipalities import MUNICIPALITIES, Municipality
from harness.printed_card import FirstPrint, WrittenChange
from harness.residents import Resident, card_sex, written_name

LOAD_KEY = 16
"""Bytes of the key by which applications come into a free area."""
UNKNOWN_SERIAL = "0" * 16
UNKNOWN_NUMBER = f"{TEST_PREFIX}0000000{check_digit(TEST_PREFIX + '0000000')}"


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

    def card(
        self,
        made: CardMade,
        written: Resident,
        entries: Mapping[Kind, Entry],
        pins: Pins,
        options: Options = STANDARD_OPTIONS,
    ) -> IssuedCard:
        """Return the card as it was last written: the holder as `written`, and the certificates of `entries`."""
        certificates = {kind: self.certificate(entry) for kind, entry in entries.items()}
        files = self._files(made, written, entries, certificates)
        profile = personalise(_holder(written, made), files, pins, serial=made.serial, options=options)
        if self.hierarchy.practice.free_area:
            profile = with_free_area(profile, self.keys)
        return _issued(written, profile, entries, certificates)

    def phone(
        self, holder: Resident, entries: Mapping[Kind, Entry], token: Token, pins: Pins, options: Options
    ) -> IssuedCard:
        """Return the pair of `entries` in a phone: its number is, like a card's, that of its first certificate."""
        certificates = {kind: self.certificate(entry) for kind, entry in entries.items()}
        auth, sign = entries[Kind.AUTH], entries[Kind.SIGN]
        key = self.keys.numbered(auth.key)
        files = IssuedFiles(
            auth_certificate=certificates[Kind.AUTH],
            auth_ca_certificate=self.hierarchy.authority(Kind.AUTH, auth.generation).der,
            sign_certificate=certificates[Kind.SIGN],
            sign_ca_certificate=self.hierarchy.authority(Kind.SIGN, sign.generation).der,
            auth_key=key,
            sign_key=self.keys.numbered(sign.key),
            # a phone has the JPKI application alone (spec/card.md §7): what follows is read by none
            chip_key=key,
            birth_record=b"",
            cvc=b"",
            text_cvc=b"",
            sign_record=card_issuer.record_signer(key),
            images=partial(images_for, _NO_FACE),
        )
        profile = personalise_phone(files, pins, token=token, serial=f"{auth.serial:016d}", options=options)
        return _issued(holder, profile, entries, certificates)

    def next_card(
        self, made: CardMade, written: Resident, entries: Mapping[Kind, Entry], pins: Pins, options: Options
    ) -> IssuedCard:
        """Return the card of the next generation that stands for the present one. ASSUMED (`jlis.next_generation`)."""
        secret = self.keys.named("next-generation")
        files = next_generation.issued_files(secret, made, entries)
        profile = personalise_next(_holder(written, made), files, pins, serial=made.serial, options=options)
        certificates = {Kind.AUTH: files.auth_certificate, Kind.SIGN: files.sign_certificate}
        serials = {kind: next_generation.serial_of(entry) for kind, entry in entries.items()}
        return IssuedCard(written, profile, serials, certificates)

    def unknown_card(
        self, made: CardMade, written: Resident, entries: Mapping[Kind, Entry], options: Options
    ) -> Profile:
        """Return a genuine card of the same birth date, of somebody whom the register does not know.

        Its chip is what a clone or a splice is made on; it has no signature certificate, and the authentication
        certificate in it is never shown.
        """
        certificates = {kind: self.certificate(entry) for kind, entry in entries.items()}
        chip_key = self.keys.named("unknown-chip")
        municipality_key = self.keys.named(f"municipality-{made.resident.municipality}")
        files = replace(
            self._files(made, written, entries, certificates),
            auth_key=self.keys.named("unknown-auth"),
            sign_certificate=None,
            sign_key=None,
            chip_key=chip_key,
            birth_record=card_issuer.birth_record(written.birth_date, chip_key.public_key(), municipality_key),
        )
        holder = replace(_holder(written, made), name="試験　別人", number=UNKNOWN_NUMBER, security_code="0000")
        return personalise(holder, files, serial=UNKNOWN_SERIAL, options=options)

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


def with_free_area(profile: Profile, keys: KeyPool) -> Profile:
    """Return the card with a free area; its load key follows from a key of the installation and the card's number."""
    secret = keys.named("free-area").private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    load_key = hashlib.sha256(secret + profile.serial.encode()).digest()[:LOAD_KEY]
    return structs.replace(profile, free_area=FreeArea(load_key))


def first_print(made: CardMade, writings: Sequence[tuple[datetime, Resident]]) -> FirstPrint:
    """Return what was printed when a card was made, and what municipalities wrote on its sign panel since."""
    before = first = _holder(made.resident, made)
    changes = []
    for at, resident in writings:
        after = _holder(resident, made)
        day = at.astimezone(JST).date()
        changes += [WrittenChange(day, text) for text in _changed(before, after)]
        before = after
    western = made.resident.nationality is not None
    return FirstPrint(first.name, first.address, first.birth_date, first.sex, first.expiry, western, tuple(changes))


def _changed(before: Holder, after: Holder) -> Iterator[str]:
    """Yield what a municipality writes: the item and what it is now."""
    if after.name != before.name:
        yield f"氏名 {after.name}"
    if after.address != before.address:
        yield f"住所 {after.address}"
    if after.birth_date != before.birth_date:
        yield f"生年月日 {after.birth_date:%Y.%m.%d}"
    if after.sex != before.sex:
        yield f"性別 {SEXES[after.sex]}"
    if after.expiry != before.expiry:
        yield f"有効期限 {after.expiry:%Y.%m.%d}"


T = TypeVar("T")


def _issued(
    holder: Resident, profile: Profile, entries: Mapping[Kind, Entry], certificates: Mapping[Kind, bytes]
) -> IssuedCard:
    return IssuedCard(holder, profile, {kind: entry.serial for kind, entry in entries.items()}, certificates)


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


_NO_FACE = Holder("", "", date.min, "0", UNKNOWN_NUMBER, date.min, "00000", "0000")
"""Of whatever has no face."""


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
