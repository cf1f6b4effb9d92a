"""Who signed a record of the card: the key that EF 0004 certifies, and whether a pinned card issuer certified it.

The certificate (CVC) alone proves nothing: a forger writes one for a key of their own (docs/free-area.md, self-made).
So where card issuers are pinned, one of them must have signed it. Where none is, what was read says so.
"""

import secrets
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from reference_impl.reader.card import Card
from reference_impl.reader.faults import AnswerUnreadable, NotGenuine
from reference_impl.reader.files import CARD_CERTIFICATE, CARD_CERTIFICATE_SIZE
from reference_impl.reader.reading import read_object
from reference_impl.reader.signing import PINLESS_KEY, Scheme, compute_signature
from reference_impl.reader.words import Words
from reference_impl.verification import oids
from reference_impl.verification.der import DerError
from reference_impl.verification.genuineness import (
    CardVerifiableCertificate,
    parse_card_certificate,
)
from reference_impl.verification.signatures import is_signed_by
from reference_impl.verification.trust import CardApplication, CardIssuer

_CHALLENGE: Final = 32
NOT_THIS_CHIP: Final = Words(
    "内部認証の署名がこのチップのものではありません", "the internal authentication is not this chip's"
)
UNSIGNED: Final = Words("カードの情報の署名が正しくありません", "the signature over what the card says does not hold")
_UNKNOWN_ISSUER: Final = Words(
    "カードの発行者の証明書が正しくありません", "no known card issuer signed the card's certificate"
)


def read_card_certificate(card: Card) -> tuple[bytes, CardVerifiableCertificate]:
    """EF 0004 of the application that is open, as octets and parsed. Free to read."""
    encoded = read_object(card.link, CARD_CERTIFICATE)
    if len(encoded) != CARD_CERTIFICATE_SIZE:
        raise AnswerUnreadable(CARD_CERTIFICATE.name, f"{CARD_CERTIFICATE_SIZE} octets", f"{len(encoded)}")
    try:
        return encoded, parse_card_certificate(encoded)
    except DerError as fault:
        raise AnswerUnreadable(CARD_CERTIFICATE.name, fault.expected, f"{fault.actual} at {fault.offset}") from fault


def require_issuer(
    certificate: CardVerifiableCertificate, issuers: tuple[CardIssuer, ...], application: CardApplication
) -> bool:
    """True where a pinned issuer of this application signed it, False where no issuer is pinned; `NotGenuine` else.

    The identifier alone proves nothing; and who certifies the signers of one application says nothing of the other's.
    """
    if not issuers:
        return False
    if not any(
        each.application is application
        and each.key_id == certificate.issuer_key_id
        and is_signed_by(each.key, oids.RSA_SHA256, certificate.body, certificate.signature)
        for each in issuers
    ):
        raise NotGenuine(_UNKNOWN_ISSUER)
    return True


def require_chip(card: Card, key: RSAPublicKey) -> None:
    """Passes where the chip in the reader has the private half: a copied record lies on another chip.

    The challenge is ours and fresh; the open application's key that needs no PIN signs it (spec/card.md §4, P2=00).
    """
    challenge = secrets.token_bytes(_CHALLENGE)
    signature = compute_signature(card.link, PINLESS_KEY, Scheme.PKCS1, challenge)
    if not is_signed_by(key, oids.RSA_SHA256, challenge, signature):
        raise NotGenuine(NOT_THIS_CHIP)
