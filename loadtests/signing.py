"""Who signs what a terminal presents: the holder's key, held here, or their virtual card, by APDU.

What is false is made with keys in either case: a forger's, whom no issuer certified, or another holder's.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from cardsim.holder import Holder, IssuedFiles
from cardsim.personalise import personalise
from cardsim.readers.inprocess import InProcessConnection
from cardsim.slot import InsertedCard
from harness.card_pictures import images_for
from harness.contract.messages import ChipProof
from harness.contract.vocabulary import Kind
from harness.jlis import card_issuer
from harness.municipalities import MUNICIPALITIES
from harness.population import make_resident
from harness.terminal.card_reader import CardReader
from loadtests.holders import Holders
from loadtests.population import LoadHolder

T = TypeVar("T")
PIN, PASSWORD = "1234", "ABC123"
MOST_CARDS = 256
"""Cards that are kept personalised; the one not used for longest makes room."""


class Signer(Protocol):
    """A genuine card, however it is at hand."""

    def login(self, holder: LoadHolder, challenge: bytes) -> bytes:
        """Return the authentication key's signature."""

    def document(self, holder: LoadHolder, document: bytes) -> bytes:
        """Return the signature key's."""

    def chip(self, holder: LoadHolder, challenge: bytes) -> ChipProof:
        """Return what the chip proves itself with."""


class KeySigner:
    """The holder's keys, held by the generator: no card."""

    def __init__(self, holders: Holders) -> None:
        self._keys = holders.keyring

    def login(self, holder: LoadHolder, challenge: bytes) -> bytes:
        """Return the authentication key's signature."""
        return sign(self._keys.numbered(holder.key), challenge)

    def document(self, holder: LoadHolder, document: bytes) -> bytes:
        """Return the signature key's."""
        return sign(self._keys.numbered(holder.sign_key), document)

    def chip(self, holder: LoadHolder, challenge: bytes) -> ChipProof:
        """Return what the chip proves itself with."""
        return proof(holder, sign(self._keys.chip(holder.place), challenge))


class CardSigner:
    """The virtual card in a reader of this process: SELECT, VERIFY, READ BINARY, COMPUTE DIGITAL SIGNATURE."""

    def __init__(self, holders: Holders, authorities: dict[Kind, bytes]) -> None:
        self._holders, self._authorities = holders, authorities
        self._cards: OrderedDict[bytes, InsertedCard] = OrderedDict()

    def login(self, holder: LoadHolder, challenge: bytes) -> bytes:
        """Return the authentication key's signature."""
        return self._with_card(holder, lambda card: card.sign_challenge(PIN, challenge))

    def document(self, holder: LoadHolder, document: bytes) -> bytes:
        """Return the signature key's."""
        return self._with_card(holder, lambda card: card.sign_document(PASSWORD, document))

    def chip(self, holder: LoadHolder, challenge: bytes) -> ChipProof:
        """Return what the chip proves itself with."""
        return self._with_card(holder, lambda card: card.prove_chip(holder.birth_date, challenge))

    def _with_card(self, holder: LoadHolder, use: Callable[[CardReader], T]) -> T:
        connection = InProcessConnection(self._card(holder))
        connection.connect()
        try:
            return use(CardReader(connection))
        finally:
            connection.disconnect()

    def _card(self, holder: LoadHolder) -> InsertedCard:
        card = self._cards.get(holder.certificate)
        if card is None:
            card = self._cards[holder.certificate] = self._personalised(holder)
            if len(self._cards) > MOST_CARDS:
                self._cards.popitem(last=False)
        else:
            self._cards.move_to_end(holder.certificate)
        return card

    def _personalised(self, holder: LoadHolder) -> InsertedCard:
        resident = make_resident(self._holders.made_of.seed, holder.place)
        printed = Holder(
            name=resident.name,
            address=resident.address,
            birth_date=resident.birth_date,
            sex=resident.sex,
            number=resident.number,
            expiry=holder.not_after.date(),
            municipality_code=resident.municipality,
            security_code=resident.security_code,
        )
        keys = self._holders.keyring
        files = IssuedFiles(
            auth_certificate=holder.certificate,
            auth_ca_certificate=self._authorities[Kind.AUTH],
            sign_certificate=holder.sign_certificate,
            sign_ca_certificate=self._authorities[Kind.SIGN],
            auth_key=keys.numbered(holder.key),
            sign_key=keys.numbered(holder.sign_key),
            chip_key=keys.chip(holder.place),
            birth_record=holder.birth_record,
            cvc=holder.cvc,
            # what only the text application shows, which no visit of a load reads
            text_cvc=holder.cvc,
            sign_record=card_issuer.record_signer(keys.numbered(holder.key)),
            images=partial(images_for, printed),
        )
        profile = personalise(printed, files, serial=f"{holder.place:016d}")
        return InsertedCard.unused(profile)


class Forger:
    """Whoever makes what is false, with a key that nobody certified and with other people's."""

    def __init__(self, holders: Holders, key: RSAPrivateKey) -> None:
        self._holders, self._key = holders, key

    def signature(self, message: bytes) -> bytes:
        """Return a signature by nobody's key."""
        return sign(self._key, message)

    def anothers(self, number: int, message: bytes) -> bytes:
        """Return a signature by the key of whoever is next to the holder of this one: what a copied card gives."""
        return sign(self._holders.keyring.numbered((number + 2) % self._holders.made_of.keys), message)

    def copied_chip(self, holder: LoadHolder, challenge: bytes) -> ChipProof:
        """Return the proof of a clone: the holder's records, another genuine chip's key."""
        other = (holder.place + 1) % len(self._holders)
        return proof(holder, sign(self._holders.keyring.chip(other), challenge))

    def own_chip(self, holder: LoadHolder, challenge: bytes) -> ChipProof:
        """Return the proof of a self-made card: everything in it is signed, and by no issuer."""
        municipality = MUNICIPALITIES[make_resident(self._holders.made_of.seed, holder.place).municipality]
        public = self._key.public_key()
        return ChipProof(
            birth_record=card_issuer.birth_record(holder.birth_date, public, self._key),
            cvc=card_issuer.CardIssuer(self._key).certify(municipality, public),
            signature=sign(self._key, challenge),
        )


def sign(key: RSAPrivateKey, message: bytes) -> bytes:
    """Return the PKCS#1 v1.5 SHA-256 signature."""
    return key.sign(message, PKCS1v15(), SHA256())


def proof(holder: LoadHolder, signature: bytes) -> ChipProof:
    """Return a proof with the records on the holder's card."""
    return ChipProof(birth_record=holder.birth_record, cvc=holder.cvc, signature=signature)
