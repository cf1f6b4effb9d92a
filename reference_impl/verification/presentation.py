"""What a terminal hands over, one kind each. Nothing in it is believed but what our own session says.

Our session says: the service, the place, the session's own name, and, for a signature, the digest of our document.

    Authentication        利用者証明用: the holder's key signed our challenge, after the PIN
    Enrolment             the same, and the chip proved genuine, so that later taps can be compared with it
    Signing               署名用: the holder's key signed the digest of a document
    Relinking             the first by a holder whose certificate was renewed; the chip is shown where it can be
    Tap                   かざし利用: no PIN; the certificate, and a genuine chip that signed our challenge
    PhoneAuthentication   the first with the certificate of a phone (spec/pki.md §1.6): other policies, other lists
    PhoneSigning          the third with the certificate of a phone
    CardApplication       条例利用領域: what was read in an application of the free area (INVENTED, docs/free-area.md)
"""

from enum import StrEnum

import msgspec

from reference_impl.verification.place import Environment


class HashName(StrEnum):
    """The hash of a document, by the name that hashlib and RFC 8017 give it."""

    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


class Padding(StrEnum):
    """How the digest stands in the signature: RFC 8017 §8.2 or §8.1."""

    PKCS1_V15 = "pkcs1-v1.5"
    PSS = "pss"


class ChipMaterial(msgspec.Struct, frozen=True, gc=False):
    """What the terminal read from the 券面事項確認AP, and the chip's signature over the challenge."""

    birth_record: bytes
    card_certificate: bytes
    signature: bytes


class Presented(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What presentations with a certificate have in common."""

    certificate: bytes
    service: str
    environment: Environment = Environment.ONLINE
    session: str = ""
    challenge: bytes | None = None


class Authentication(Presented, frozen=True, kw_only=True, gc=False):
    """A login: the challenge of our session, and the card's signature over it (PKCS#1 v1.5, SHA-256)."""

    challenge: bytes
    signature: bytes | None
    """None where the terminal handed none over, which step (1) refuses."""


class Enrolment(Authentication, frozen=True, kw_only=True, gc=False):
    """A login that also shows the chip; the account does not exist yet."""

    chip: ChipMaterial | None


class Relinking(Authentication, frozen=True, kw_only=True, gc=False):
    """A login after a renewal, with the chip or without: the account is there, and leads to an earlier certificate."""

    chip: ChipMaterial | None = None


class PhoneAuthentication(Authentication, frozen=True, kw_only=True, gc=False):
    """A login with a phone."""


class Tap(Presented, frozen=True, kw_only=True, gc=False):
    """A tap: the certificate can be read by anybody who holds the card, so the chip has to prove itself."""

    challenge: bytes
    chip: ChipMaterial | None


class Signing(Presented, frozen=True, kw_only=True, gc=False):
    """The signature of a document, which the relying party digested itself.

    The challenge is that of the session which composed the document, if one did.
    """

    digest: bytes
    signature: bytes | None
    hash: HashName = HashName.SHA256
    padding: Padding = Padding.PKCS1_V15


class PhoneSigning(Signing, frozen=True, kw_only=True, gc=False):
    """The signature of a document, made with a phone."""


class CounterRecord(msgspec.Struct, frozen=True):
    """A counter of the free area as READ BINARY shows it: value, changes, limit, and the mark of the last change."""

    value: int
    changes: int
    limit: int
    mark: bytes


class CardApplication(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """INVENTED. User id and expiry date as read, the counter after our decrease, and the chip if it proved itself.

    The free area signs nothing: that these octets came from a card rests on the terminal's word. Our challenge, given
    as the mark of a DECREASE, tells that the record was written for us; the chip's proof tells that a genuine card lay
    on the reader, and not that the application is that card's.
    """

    application: bytes
    user_id: bytes
    expiry: bytes
    service: str
    challenge: bytes
    environment: Environment = Environment.ONLINE
    session: str = ""
    counter: CounterRecord | None = None
    chip: ChipMaterial | None = None


Presentation = (
    Authentication | Enrolment | Relinking | PhoneAuthentication | Tap | Signing | PhoneSigning | CardApplication
)
