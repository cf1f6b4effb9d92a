"""The closed lists of words of contract 1.0: a word that is not here is a broken message."""

from enum import StrEnum

CONTRACT = "1.0"
ROLE = "relying-party"


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


class Environment(StrEnum):
    """Where the terminal stands."""

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
    COARSE_REASONS = "coarse_reasons"


class Decision(StrEnum):
    """What the product decided."""

    ACCEPT = "accept"
    REJECT = "reject"
    RETRY = "retry"
    PENDING = "pending"


class Step(StrEnum):
    """A check of the product, in the order in which they are made."""

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
