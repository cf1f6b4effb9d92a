"""What the operator decides for each authority's responder: address, time, nonce, freshness, and how long is kept."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import Enum
from typing import Final

import msgspec

from reference_impl.verification import oids
from reference_impl.verification.certificate import Certificate
from reference_impl.verification.ocsp_request import RequestSigner
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import Authority

STATUS_TOLERANCE: Final = timedelta(seconds=0)
"""Declared in `hello`: none is granted after nextUpdate, nor before thisUpdate."""

MAXIMUM_AGE: Final = timedelta(hours=24)
"""RFC 6960 §3.2(5) leaves "sufficiently recent" to policy: whatever nextUpdate says, older than a day is no status."""

WINDOW_WITHOUT_NEXT_UPDATE: Final = timedelta(minutes=30)
"""nextUpdate may be absent (§4.2.2.1). The register is published every 15 minutes; two periods are granted."""

REGISTER_PERIOD: Final = timedelta(minutes=15)
"""How often the data behind JPKI's responders are renewed (spec/pki.md §3). An answer kept no longer than this after
its thisUpdate is given up in the second in which a newer one may say otherwise: nothing is lost by keeping it."""

TIMEOUT_SECONDS: Final = 3.0


class Nonce(Enum):
    """What is sent, and what is demanded of the answer. A nonce that comes back must always be the one sent."""

    NONE = "none"
    """None is sent, and one that comes all the same is ignored (RFC 9919 §5)."""
    SENT = "sent"
    """Sent; its absence from the answer is no ground for refusal, time then decides (RFC 9919 §5)."""
    DEMANDED = "demanded"
    """Sent, and an answer without it refused: for a responder known to support nonces (RFC 9919 §8.1)."""


class Coalesce(Enum):
    """Whether verifications of one certificate that are under way together share one question.

    Without a nonce nothing distinguishes their requests: the answers may come from any cache on the way. With one, the
    answer proves to have been made after the question was sent; whoever joins a question under way has that proof for
    the time when it was sent, up to a time-out before they came. The nonce itself is used once and compared once, as
    RFC 9654 §2.1 wants. That is sound as far as seconds do not matter where the data change every 15 minutes, but it
    is less than a proof of one's own: so it is to be permitted, and is not the rule.
    """

    NEVER = "never"
    WITHOUT_NONCE = "without nonce"
    ALWAYS = "always"


class Responder(msgspec.Struct, frozen=True, kw_only=True):
    """How one authority's responder is asked, and when its answers are believed."""

    address: str
    timeout: float = TIMEOUT_SECONDS
    """Seconds for the whole question: connecting, sending, and the last octet of the answer."""
    nonce: Nonce = Nonce.SENT
    digest: str = oids.SHA256
    get_up_to: int = 0
    """GET where the whole address has at most so many octets (255: RFC 9919 §6); 0: POST always."""
    signer: RequestSigner | None = None
    pinned: tuple[Certificate, ...] = ()
    """Locally configured responders, the third possibility of RFC 6960 §2.2; believed while they are valid."""
    maximum_age: timedelta = MAXIMUM_AGE
    without_next_update: timedelta | None = WINDOW_WITHOUT_NEXT_UPDATE
    """How long an answer without nextUpdate is used; None refuses it, as the lightweight profile does (RFC 9919 §5)."""
    keep: timedelta = timedelta(0)
    """How long after its thisUpdate a good or revoked answer may be used again without asking; 0: never."""
    keep_unknown: timedelta = timedelta(0)
    """The same for `unknown`: a certificate issued a minute ago may be known at the next question."""
    coalesce: Coalesce = Coalesce.WITHOUT_NONCE

    @property
    def shares_questions(self) -> bool:
        """Whether questions that are under way together are asked once."""
        return self.coalesce is Coalesce.ALWAYS or (
            self.coalesce is Coalesce.WITHOUT_NONCE and self.nonce is Nonce.NONE
        )


class Responders(msgspec.Struct, frozen=True):
    """The responder of each authority: of a generation, by the bytes of its public key, else of its kind."""

    by_kind: Mapping[CertificateKind, Responder] = {}
    by_key: Mapping[bytes, Responder] = {}

    def of(self, issuer: Authority) -> Responder | None:
        """The settings for certificates of this generation, or None if nobody is to be asked."""
        return self.by_key.get(issuer.certificate.public_key) or self.by_kind.get(issuer.kind)


class Question(msgspec.Struct, frozen=True):
    """One request as it goes out: by POST to the address, or by GET of it if there is no body."""

    address: str
    body: bytes | None
    timeout: float


class StatusUnreachable(Exception):
    """The responder could not be asked: no connection, no time, no answer of status 200 and of the right type."""


class Reply(msgspec.Struct, frozen=True):
    """The body of an answer, and for how long its carrier says that it is fresh; None where it does not say."""

    body: bytes
    fresh_for: timedelta | None = None

    @classmethod
    def of(cls, said: "bytes | Reply") -> "Reply":
        """What came, from whatever carrier."""
        return said if isinstance(said, Reply) else cls(said)


Ask = Callable[[Question], bytes | Reply]
"""Sends a question and returns the answer, from a carrier that says nothing more its body; or StatusUnreachable."""
