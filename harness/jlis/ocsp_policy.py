"""What a responder of the fake J-LIS permits and how it speaks: one frozen value, switchable throughout.

Nothing public says which of these J-LIS chose (spec/pki.md §3): every default is an emulation choice.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from harness.confidence import Confidence
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.validity import JST

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §3",
        "まとめて聞けるのは1件（超過は unauthorized）",
        "one question in a request; more: unauthorized",
        "policy `most_questions`",
    ),
    Behaviour(
        Confidence.NORMATIVE,
        "RFC 9654 §2.1",
        "16–32 オクテットの nonce を返す",
        "a nonce of 16 to 32 octets is echoed",
        "policy `nonces`",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §3",
        "署名のない要求も答える",
        "unsigned requests are answered",
        "policy `signed_requests`, `requestors`",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §3",
        "未発行のシリアルは unknown",
        "a serial number that was never issued is unknown",
        "policy `never_issued`: good, revoked, unauthorized",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §3",
        "nextUpdate は30分後",
        "nextUpdate 30 minutes later",
        "policy `valid`: 15 minutes",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §3",
        "24時間動く",
        "open at all hours",
        "policy `maintenance`",
    ),
)

MOST_QUESTIONS = 256
"""No batch may be longer, whatever a policy permits: work for one request stays bounded."""
VALIDITIES = (timedelta(minutes=15), timedelta(minutes=30))
ECHOED_NONCES = range(16, 33)
"""RFC 9654 §2.1: a responder must take these lengths and may leave out the others."""


class NonceRule(StrEnum):
    """What becomes of a nonce that came."""

    ECHO = "echo"
    """It comes back when it has 16 to 32 octets."""
    NEVER = "never"
    """It is passed over, as a responder of RFC 9919 may."""
    REFUSE = "refuse"
    """unauthorized: a responder of pre-signed answers alone is "not capable of responding authoritatively"."""


class SignedRequests(StrEnum):
    """Whether requests are signed (RFC 6960 §4.1.2)."""

    REQUIRED = "required"
    """Unsigned: sigRequired(5). By somebody who is not listed, or wrongly: unauthorized(6)."""
    OPTIONAL = "optional"
    """A signature that comes has to be right; where nobody is listed, by whatever certificate came with it."""
    REFUSED = "refused"
    """Signed: unauthorized(6)."""


class NamedBy(StrEnum):
    """What responderID says (RFC 6960 §4.2.1)."""

    KEY = "key"
    NAME = "name"


class ResponderKey(StrEnum):
    """What key the delegate has."""

    RSA = "rsa"
    P256 = "p256"


class NeverIssued(StrEnum):
    """What is said of a serial number that nobody was given (RFC 6960 §2.2, spec/rfc.md §D4)."""

    UNKNOWN = "unknown"
    GOOD = "good"
    """As a responder says that knows revocation lists only: legal."""
    REVOKED = "revoked"
    """certificateHold since 1970, under the extension extended-revoke (§4.4.8)."""
    UNAUTHORIZED = "unauthorized"
    """No answer, as RFC 9919 §3.2.3 has it for a certificate without a record."""


class Closed(StrEnum):
    """What whoever asks meets while the responder is closed."""

    TRY_LATER = "try_later"
    """OCSPResponseStatus 3."""
    UNAVAILABLE = "unavailable"
    """HTTP 503; the door does it."""
    REFUSED = "refused"
    """The line ends without an answer; the door does it."""


class PolicyRefused(ValueError):
    """A policy that no responder can follow; `str()` says which part, expected, actual."""


@dataclass(frozen=True, slots=True)
class DailyWindow:
    """Closed each day from one time of Japan to another, over midnight where the second is the earlier one."""

    since: time
    until: time
    closed: Closed = Closed.TRY_LATER

    def holds_at(self, now: datetime) -> bool:
        """Return whether it is closed; the first instant is in, the last is not."""
        clock = now.astimezone(JST).time()
        if self.since <= self.until:
            return self.since <= clock < self.until
        return clock >= self.since or clock < self.until


@dataclass(frozen=True, slots=True)
class Closure:
    """Closed once, from an instant to another."""

    since: datetime
    until: datetime
    closed: Closed = Closed.TRY_LATER

    def holds_at(self, now: datetime) -> bool:
        """Return whether it is closed; the first instant is in, the last is not."""
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True)
class ResponderPolicy:
    """How one responder speaks. Who may connect at all (by address or TLS certificate) is the door's."""

    most_questions: int = 1
    """Of one request; more are legal syntax, so the answer is unauthorized (spec/rfc.md A8)."""
    nonces: NonceRule = NonceRule.ECHO
    signed_requests: SignedRequests = SignedRequests.OPTIONAL
    requestors: tuple[bytes, ...] = ()
    """The certificates (DER) of those who may sign requests."""
    named_by: NamedBy = NamedBy.KEY
    responder_key: ResponderKey = ResponderKey.RSA
    deterministic: bool = False
    """Whether P-256 signs the same octets to the same signature (RFC 6979); RSA always does."""
    never_issued: NeverIssued = NeverIssued.UNKNOWN
    valid: timedelta = VALIDITIES[1]
    """From thisUpdate to nextUpdate."""
    presigned: bool = False
    """Whether answers without a nonce are signed once for each mark, as of it, and given again."""
    maintenance: tuple[DailyWindow | Closure, ...] = field(default=())
    """The first that holds decides."""

    def __post_init__(self) -> None:
        if not 1 <= self.most_questions <= MOST_QUESTIONS:
            raise PolicyRefused(f"most_questions: expected 1 to {MOST_QUESTIONS}, actual {self.most_questions}")
        if self.valid not in VALIDITIES:
            wanted = " or ".join(str(span) for span in VALIDITIES)
            raise PolicyRefused(f"valid: expected {wanted} (spec/pki.md §3), actual {self.valid}")
        for window in self.maintenance:
            if isinstance(window, Closure) and window.until <= window.since:
                raise PolicyRefused(f"closure until {window.until}: expected an instant after since {window.since}")
            if isinstance(window, DailyWindow) and window.until == window.since:
                raise PolicyRefused(
                    f"daily window until {window.until}: expected another time than since; for whole days name a "
                    "closure from one instant to another"
                )

    def closed_at(self, now: datetime) -> Closed | None:
        """Return how the responder is closed at `now`, or None when it is open."""
        return next((window.closed for window in self.maintenance if window.holds_at(now)), None)

    def echoed(self, nonce: bytes | None) -> bytes | None:
        """Return the nonce that an answer carries."""
        if nonce is None or self.nonces is not NonceRule.ECHO or len(nonce) not in ECHOED_NONCES:
            return None
        return nonce


OPEN = ResponderPolicy()
"""The defaults: everybody may ask."""
