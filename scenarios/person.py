"""A person of the world with a card: what everything that they do has in common."""

from dataclasses import dataclass
from datetime import date

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cardsim.readers.conditions import ORDINARY, Conditions, TakenOut
from cardsim.slot import Tear
from harness.jlis.validity import JST
from harness.personalisation import IssuedCard
from harness.terminal.card_reader import VISUAL
from scenarios.cards import Card
from scenarios.observer import Observer
from scenarios.secrets import Secret
from scenarios.stage import Stage
from scenarios.story import NOTHING, Words
from scenarios.telling import Telling
from scenarios.terminal import Holder

BIRTH_RECORD = 0x0001


@dataclass(frozen=True, slots=True)
class Identity:
    """What a relying party could tell a holder by."""

    serial: int
    key: bytes
    common_name: str
    chip: object


class Person:
    """Everything a person does puts the card into a reader and takes it out again."""

    def __init__(self, stage: Stage, telling: Telling, card: Card) -> None:
        self._stage, self._telling, self._card = stage, telling, card
        self._observer = Observer(stage, telling, card)
        self._chosen: dict[Secret, str] = {}
        """What they chose since the card was made."""

    @property
    def issued(self) -> IssuedCard:
        """The card as it was last written."""
        return self._card.issued

    @property
    def card(self) -> Card:
        """The card, for a terminal to read."""
        return self._card

    @property
    def address(self) -> str:
        """Where the resident lives now, as the register has it: the card, as it was last written, may say otherwise."""
        return self._stage.world.resident(self.issued.resident.id).address

    @property
    def birth_date(self) -> date:
        """The day the resident was born."""
        return self.issued.resident.birth_date

    @property
    def signature_certificate(self) -> bytes:
        """The 署名用電子証明書 (DER), as the authority issued it."""
        return self.issued.sign_certificate

    @property
    def ends_on(self) -> date:
        """The last day of the authentication certificate on the card, in Japan."""
        certificate = x509.load_der_x509_certificate(self.issued.auth_certificate)
        return certificate.not_valid_after_utc.astimezone(JST).date()

    def has_certificates_until(self, day: date) -> None:
        """The card's certificates end with this day."""
        self._telling.settle()
        if self.ends_on != day:
            wanted, actual = f"{day}", f"{self.ends_on}"
            self._telling.break_off(
                Words(
                    f"expected certificates until {wanted}, actual {actual}", f"期待: {wanted}まで有効、実際: {actual}"
                )
            )

    def identity(self) -> "Identity":
        """Return what a relying party could tell the holder by."""
        certificate = x509.load_der_x509_certificate(self.issued.auth_certificate)
        key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        chip = self.issued.profile.applications[VISUAL].elements[BIRTH_RECORD]
        return Identity(certificate.serial_number, key, certificate.subject.rfc4514_string(), chip)

    def differs_from(self, before: "Identity", **wanted: bool) -> None:
        """Of what a relying party could tell the holder by, exactly this is another than it was."""
        self._telling.settle()
        now = self.identity()
        actual = {name: getattr(now, name) != getattr(before, name) for name in wanted}
        if actual != wanted:
            said = Words(f"expected changed: {wanted}, actual {actual}", f"変わるもの 期待: {wanted}、実際: {actual}")
            self._telling.break_off(said)

    def knows(self, secret: Secret) -> str:
        """Return what opens it: as last chosen, or as the card was made."""
        return self._chosen.get(secret) or secret.right_value(self.issued.profile)

    @property
    def _holder(self) -> Holder:
        return Holder(self._card, self.birth_date)


def pulled_out(at: int, when: Tear | None = Tear.BEFORE) -> Conditions:
    """Return the conditions of a card that is pulled out at the n-th command; ordinary ones where it stays in."""
    return ORDINARY if not at or when is None else Conditions(taken_out=TakenOut(at, when))


def pulling(when: Tear | None) -> Words:
    """Return how a story says so."""
    return NOTHING if when is None else _PULLED[when]


_PULLED = {
    Tear.BEFORE: Words(", and pulls the card before it is asked", "（カードは照合の前に抜かれる）"),
    Tear.DURING: Words(", and pulls the card while it compares", "（カードは照合の最中に抜かれる）"),
    Tear.AFTER: Words(", and pulls the card before its answer is read", "（カードは応答の前に抜かれる）"),
}
