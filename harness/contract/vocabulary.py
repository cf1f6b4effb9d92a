"""The closed enumerations of contract 1.0: a word that is not here is a broken message, never a guess."""

from enum import StrEnum

CONTRACT_VERSION = "1.0"
CHALLENGE_LENGTH = 32
"""Bytes."""


class Role(StrEnum):
    """What a product under test is; `card` and `responder` need no adapter: a reader's name, an address."""

    RELYING_PARTY = "relying-party"
    TAP_CLIENT = "tap-client"
    PLATFORM_CLIENT = "platform-client"


class Verb(StrEnum):
    """One request of the contract; over HTTP it is the last part of `POST /kazashi/v1/<verb>`."""

    HELLO = "hello"
    CONFIGURE = "configure"
    RESET = "reset"
    SET_TIME = "set_time"
    BEGIN = "begin"
    COMPLETE = "complete"
    ACCOUNT = "account"
    UNLINK = "unlink"
    RECONCILE = "reconcile"
    RUN = "run"
    CALLBACK = "callback"


class Kind(StrEnum):
    """Which of the two JPKI authorities: 利用者証明用 (authentication) or 署名用 (signature)."""

    AUTH = "auth"
    SIGN = "sign"


class Purpose(StrEnum):
    """What the person came for."""

    ENROL = "enrol"
    LOGIN = "login"
    TAP = "tap"
    SIGN = "sign"
    RELINK = "relink"
    """A holder whose certificate was renewed says so: the account moves to the new one."""


class Environment(StrEnum):
    """Where the terminal stands; a tap without PIN is allowed in the first three only (spec/pki.md §5)."""

    ATTENDED = "attended"
    MANAGED = "managed"
    LENT = "lent"
    ONLINE = "online"
    OUTDOOR = "outdoor"


class Capability(StrEnum):
    """What a product says of itself in `hello`; cases that need more are not applicable to it."""

    SET_TIME = "set_time"
    ENROL = "enrol"
    LOGIN = "login"
    TAP = "tap"
    SIGN = "sign"
    ACCOUNT = "account"
    RELINK = "relink"
    UNLINK = "unlink"
    RECONCILE = "reconcile"
    """Takes taps while offline and has them judged later."""
    REPORTED_CHIP = "reported_chip"
    """Takes the word of a known terminal that the chip proved itself."""
    CARD_APPLICATION = "card_application"
    PHONE = "phone"
    COARSE_REASONS = "coarse_reasons"
    ASSURANCE = "assurance"
    """Takes the level of assurance that `configure` says a service asks for."""
    STATUS_LISTS = "status_lists"
    """Learns statuses from the revocation lists: alone, or where OCSP gives no answer if `status_ocsp` is said too."""
    STATUS_OCSP = "status_ocsp"
    """Asks OCSP. It goes without saying where `status_lists` is not said."""


class Decision(StrEnum):
    """What the product decided."""

    ACCEPT = "accept"
    REJECT = "reject"
    RETRY = "retry"
    PENDING = "pending"


class Step(StrEnum):
    """A check of the relying party, in the order in which they are made."""

    DECODE = "decode"
    PURPOSE = "purpose"
    ISSUER = "issuer"
    VALIDITY = "validity"
    PLACE = "place"
    CHALLENGE = "challenge"
    PROOF = "proof"
    GENUINENESS = "genuineness"
    STATUS = "status"
    ACCOUNT = "account"
    POLICY = "policy"
    DONE = "done"
    """The accepted outcome is written down; a product may leave this out."""


class StatusSource(StrEnum):
    """Where the product learnt the status of the certificate."""

    OCSP = "ocsp"
    CRL = "crl"


class Reason(StrEnum):
    """Why: exactly one of these for each outcome."""

    OK = "OK"
    REVOKED = "REVOKED"
    ON_HOLD = "ON_HOLD"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    UNKNOWN_ISSUER = "UNKNOWN_ISSUER"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    WRONG_PURPOSE = "WRONG_PURPOSE"
    CHALLENGE_REPLAYED = "CHALLENGE_REPLAYED"
    CHALLENGE_MISMATCH = "CHALLENGE_MISMATCH"
    CHALLENGE_EXPIRED = "CHALLENGE_EXPIRED"
    STATUS_UNAVAILABLE = "STATUS_UNAVAILABLE"
    STATUS_STALE = "STATUS_STALE"
    STATUS_UNTRUSTED = "STATUS_UNTRUSTED"
    STATUS_UNKNOWN = "STATUS_UNKNOWN"
    NOT_ENROLLED = "NOT_ENROLLED"
    RENEWAL_PENDING = "RENEWAL_PENDING"
    ALREADY_ENROLLED = "ALREADY_ENROLLED"
    CARD_NOT_GENUINE = "CARD_NOT_GENUINE"
    CARD_CHANGED = "CARD_CHANGED"
    HOLDER_MISMATCH = "HOLDER_MISMATCH"
    PLACE_NOT_ALLOWED = "PLACE_NOT_ALLOWED"
    ASSURANCE_TOO_LOW = "ASSURANCE_TOO_LOW"
    ENTITLEMENT = "ENTITLEMENT"
    MALFORMED = "MALFORMED"
    POLICY = "POLICY"
