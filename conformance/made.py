"""How what is presented is made: the one word in a case's step that says what is wrong with it."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta


class ChipMade(StrEnum):
    """Which chip proves itself at an enrolment or a tap."""

    GENUINE = "genuine"
    """The chip of the card that the certificate was read from."""
    SELF_MADE = "self_made"
    """A chip that somebody made: its certificate names the card issuer's key but is signed by another."""
    COPIED_CVC = "copied_cvc"
    """A chip that somebody made, behind a copy of the genuine card-verifiable certificate."""
    RECORDED = "recorded"
    """The genuine chip, which answered another challenge."""
    SPLICED = "spliced"
    """Another resident's genuine chip, whose holder was born on the same day."""
    CLONED = "cloned"
    """All that can be read of the card, behind another genuine chip's key."""
    OLD_ISSUER = "old_issuer"
    """Its certificate is signed by a card issuer's key that nobody trusts any more, and names that key."""
    OTHER_BIRTH = "other_birth"
    """Another resident's genuine chip, whose holder was born on another day."""
    OTHER_CVC = "other_cvc"
    """The genuine record and chip behind the genuine certificate of another municipality's key."""
    REBORN = "reborn"
    """The genuine chip; the birth date of its record was changed after it was signed."""
    CVC_CUT = "cvc_cut"
    """The card-verifiable certificate lacks its last octet."""
    CVC_LONG = "cvc_long"
    """Two octets follow the card-verifiable certificate."""
    RECORD_CUT = "record_cut"
    """The birth record lacks its last octet."""
    NO_PROOF = "no_proof"
    """Record and certificate are genuine; the chip's signature is empty."""


class SignatureMade(StrEnum):
    """Who made the signature, and over what."""

    GENUINE = "genuine"
    FORGED = "forged"
    """Made by another key than the one of the certificate."""
    OTHER_CONTENT = "other_content"
    """Made by the right key over something else: another challenge, or the document with one octet changed."""
    OTHER_KIND = "other_kind"
    """Made by the other key of the same card."""
    SHA1 = "sha1"
    """Made by the right key over the SHA-1 of the right content."""
    SHORT_PADDING = "short_padding"
    """Made by the right key: eight octets of padding, the right DigestInfo, and garbage to the end."""
    BARE_HASH = "bare_hash"
    """Made by the right key over the hash without its DigestInfo."""
    PSS = "pss"
    """Made by the right key over the right content, by RSASSA-PSS, which the contract does not have."""
    CUT = "cut"
    """The right signature without its last octet."""
    LONG = "long"
    """The right signature with a zero octet before it."""
    EMPTY = "empty"
    """No octets."""


class ChallengeMade(StrEnum):
    """Which challenge is answered."""

    OWN = "own"
    OTHER_SESSION = "other_session"
    """The one of a second session that the same holder began, with the card's proof over it."""
    UNKNOWN = "unknown"
    """One that the product never drew."""
    CUT = "cut"
    """The own one without its last octet, as it is told; what was signed is the whole."""


class SessionNamed(StrEnum):
    """Which session is completed."""

    OWN = "own"
    UNKNOWN = "unknown"
    """One that was never begun."""


class Part(StrEnum):
    """What a presentation may lack."""

    SIGNATURE = "signature"
    CHIP = "chip"


class Pin(StrEnum):
    """Which PIN is given to the card."""

    RIGHT = "right"
    WRONG = "wrong"


class TerminalSeen(StrEnum):
    """Whether the terminal can say who it is."""

    OURS = "ours"
    STRANGER = "stranger"
    """It names one of ours and gives another credential."""
    UNKNOWN = "unknown"
    """It names one that was never configured."""
    NOBODY = "nobody"
    """It does not say who it is."""


CertificateShown = Annotated[
    str,
    Meta(
        pattern=r"^(own|former|other-kind|other-generation|neighbours|cut|empty|text|begins-(in-a-second|a-second-ago|now)|wrong/[a-z0-9-]+)$"
    ),
]
"""Which certificate is shown.

    own                  the card's, of the kind that the purpose asks for
    other-kind           the card's other one, of the same holder
    former               the one that the card bore before its certificates were renewed
    other-generation     the card's, issued with the key of the generation before, which is trusted still
    neighbours           another resident's
    cut, empty, text     no certificate: its first half, nothing, a word
    begins-in-a-second   the card's, but notBefore is a second after now and the declared tolerance
    begins-a-second-ago  the card's, but notBefore was a second ago
    wrong/NAME           the card's with one thing wrong (`harness.jlis.wrong.vocabulary.Wrong`)
"""
OWN = "own"
BEGINS = "begins-"
WRONG = "wrong/"
