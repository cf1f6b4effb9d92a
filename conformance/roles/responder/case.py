"""A case of the role responder: one question over HTTP, which answer is due, and what of that answer is looked at."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from conformance.register import RequiredOf
from conformance.roles.role_case import RoleCase
from conformance.roles.role_catalogue import Vocabulary
from conformance.roles.role_mutants import RoleMutant
from harness.jlis.fault_grammar import Fault, FaultDoor


class About(StrEnum):
    """Which certificate is asked about; the setting knows one of each, or the case is not applicable."""

    GOOD = "good"
    REVOKED = "revoked"
    HELD = "held"
    """Revoked with certificateHold (一時停止)."""
    NEVER = "never"
    """A serial number that nobody was given."""
    SUBJECT = "subject"
    """Of the certificate that the case's own story is about."""


class Spoiled(StrEnum):
    """What was done to a request before it was sent."""

    TRAILING = "trailing octets"
    TRUNCATED = "truncated"
    NOISE = "noise"
    """No DER at all."""
    NO_QUESTION = "no question"
    """An empty requestList."""


class Answered(StrEnum):
    """OCSPResponseStatus, RFC 6960 §4.2.1."""

    SUCCESSFUL = "successful"
    MALFORMED_REQUEST = "malformedRequest"
    SIG_REQUIRED = "sigRequired"
    UNAUTHORIZED = "unauthorized"


class Moment(StrEnum):
    """From where the judge counts when it sets the clock of a stage."""

    NOW = "now"
    NEXT_MARK = "next mark"
    """When OCSP speaks anew: each quarter of an hour (spec/pki.md §3)."""
    NEXT_LIST = "next list"
    NEXT_GENERATION = "next generation"
    """When another key of the authority takes office (spec/pki.md §1.1)."""


class Issue(Struct, frozen=True, forbid_unknown_fields=True, tag_field="act", tag="issue", omit_defaults=True):
    """A certificate is issued: the subject."""

    ends_in_hours: Annotated[int, Meta(ge=1, le=9999)] | None = None


class Revoke(Struct, frozen=True, forbid_unknown_fields=True, tag_field="act", tag="revoke", omit_defaults=True):
    """The subject is revoked."""


class Advance(Struct, frozen=True, forbid_unknown_fields=True, tag_field="act", tag="advance", omit_defaults=True):
    """The clock is set, so many seconds behind a moment."""

    to: Moment = Moment.NOW
    seconds: int = 0


class Demand(Struct, frozen=True, forbid_unknown_fields=True, tag_field="act", tag="demand", omit_defaults=True):
    """The responder demands signed requests, of the judge alone; the certificate (hexadecimal) is filled in."""

    certificate: str = ""


class Fetched(Struct, frozen=True, forbid_unknown_fields=True, tag_field="act", tag="fetch", omit_defaults=True):
    """The list is fetched and kept, to be compared with the judged one."""


Act = Issue | Revoke | Advance | Demand | Fetched


class Signed(StrEnum):
    """Who signs a request (RFC 6960 §4.1.2)."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    """Somebody who is not listed."""


class Ask(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="ask", omit_defaults=True):
    """One OCSP request."""

    about: Annotated[tuple[About, ...], Meta(min_length=1)] = (About.GOOD,)
    hash: Annotated[str, Meta(pattern="^sha(1|256)$")] = "sha256"
    nonce: Annotated[int, Meta(ge=0, le=200)] | None = None
    """How many octets; no nonce where it is left out."""
    get: bool = False
    """By GET, as RFC 6960 App. A.1 has it; by POST otherwise."""
    spoiled: Spoiled | None = None
    signed: Signed | None = None


class Fetch(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="fetch", omit_defaults=True):
    """The revocation list of the certificates that are known."""


class Rule(StrEnum):
    """What is looked at; each is one function of `ocsp_rules`, `http_rules` or `crl_rules`."""

    SIGNATURE_HOLDS = "signature holds"
    SIGNER_ENTITLED = "signer entitled"
    SIGNER_PURPOSE = "signer purpose"
    SIGNER_IN_FORCE = "signer in force"
    SIGNER_NOT_REVOKED = "signer not revoked"
    SOUND_ALGORITHM = "sound algorithm"
    RESPONDER_ID_FITS = "responder id fits"
    RESPONDER_BY_KEY = "responder by key"
    SERIAL_ASKED = "serial asked"
    ISSUER_NAME_ASKED = "issuer name asked"
    ISSUER_KEY_ASKED = "issuer key asked"
    HASH_ASKED = "hash asked"
    THIS_UPDATE_PAST = "thisUpdate past"
    NEXT_UPDATE_AHEAD = "nextUpdate ahead"
    NEXT_UPDATE_LATER = "nextUpdate later"
    NEXT_UPDATE_PRESENT = "nextUpdate present"
    PRODUCED_PAST = "producedAt past"
    PRODUCED_LATER = "producedAt later"
    STATUS_KNOWN = "status known"
    REASON_KNOWN = "reason known"
    DATE_KNOWN = "date known"
    NEVER_ISSUED = "never issued"
    NONCE_ECHOED = "nonce echoed"
    NONCE_ENCODED = "nonce encoded"
    NONCE_PLACE = "nonce place"
    EACH_ANSWERED = "each answered"
    NO_CONTRADICTION = "no contradiction"
    NOTHING_CRITICAL = "nothing critical unknown"
    NOTHING_BEHIND = "nothing behind"
    NO_BYTES = "no bytes"
    MEDIA_TYPE = "media type"
    CACHEABLE = "cacheable"
    LIST_SIGNED = "list signed"
    LIST_CURRENT = "list current"
    LIST_BEGUN = "list begun"
    LIST_NEXT_UPDATE = "list nextUpdate"
    LIST_NUMBER = "list number"
    LIST_KEY_IDENTIFIER = "list key identifier"
    LIST_IDP_CRITICAL = "list scope critical"
    LIST_IDP_FITS = "list scope fits"
    LIST_USERS = "list users only"
    LIST_REVOKED = "list has revoked"
    LIST_GOOD = "list spares good"
    LIST_REASON = "list reason"
    LIST_NO_UNSPECIFIED = "list no unspecified"
    LIST_NO_EMPTY = "list no empty sequence"
    LIST_NOTHING_CRITICAL = "list nothing critical unknown"
    LIST_ENTRY_NOTHING_CRITICAL = "list entries nothing critical unknown"
    LIST_COMPLETE = "list complete"
    LIST_DIRECT = "list direct"
    LIST_REASONS_DEFINED = "list reasons defined"
    LIST_NO_REMOVAL = "list no removal"
    SUBJECT_REVOKED = "subject revoked"
    LIST_SUBJECT = "list has subject"
    LIST_GROWN = "list number grown"
    LIST_IN_TIME = "list in time"
    LIST_GENERATIONS = "list of every generation"
    LIST_WHOLE = "list whole"
    LIST_MEDIA_TYPE = "list media type"


class Due(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The answer that is due: one of these statuses (for a list: HTTP 200), and the rules that hold of it."""

    answered: Annotated[tuple[Answered, ...], Meta(min_length=1)] = (Answered.SUCCESSFUL,)
    rules: tuple[Rule, ...] = ()


class ResponderCase(RoleCase, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One case of a responder."""

    story: tuple[Act, ...] = ()
    """What happens before, on a stage of this case's own."""
    question: Ask | Fetch
    expect: Due

    @property
    def is_refusal(self) -> bool:
        """Whether the responder must not answer with a status."""
        return Answered.SUCCESSFUL not in self.expect.answered

    @property
    def expected(self) -> str:
        """The statuses and rules in words."""
        answered = " or ".join(answer.value for answer in self.expect.answered)
        return ", ".join([answered, *(rule.value for rule in self.expect.rules)])

    def complaint(self) -> str | None:
        """Return what contradicts itself."""
        lists = isinstance(self.question, Fetch)
        wrong = [rule.value for rule in self.expect.rules if rule.value.startswith("list ") != lists]
        if wrong:
            return f"expect.rules: expected rules of {'lists' if lists else 'answers'}, actual {', '.join(wrong)}"
        needed = set() if isinstance(self.question, Fetch) else {about.value for about in self.question.about}
        if self.story:
            needed = {"clock", *(["demands"] if any(isinstance(act, Demand) for act in self.story) else [])}
        else:
            needed.add("crl" if lists else "ocsp")
        if not self.story and isinstance(self.question, Ask) and self.question.signed is not None:
            return "question.signed: expected a story in which signatures are demanded, actual none"
        if not needed <= set(self.capabilities):
            return f"capabilities: expected {', '.join(sorted(needed))} among them, for the question needs them"
        if not self.is_refusal and not self.expect.rules and self.expect.answered == (Answered.SUCCESSFUL,):
            return "expect.rules: expected a rule, actual none: any answer would do"
        return None


class FaultOrdered(Struct, frozen=True, forbid_unknown_fields=True):
    """One fault of the fake J-LIS, at one door."""

    fault: Fault
    door: FaultDoor


class ResponderMutant(RoleMutant, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A responder with one thing wrong."""

    faults: tuple[FaultOrdered, ...] = ()
    lightweight: bool = False
    """Whether it speaks by RFC 9919, but for what is wrong."""
    claims: tuple[str, ...] = ()
    """What it claims besides, and does not keep."""


RESPONDER = Vocabulary(
    RequiredOf.RESPONDER,
    ResponderCase,
    frozenset(("ocsp", "crl", "nonce", "get", "batch", "lightweight", "certificate", "clock", "demands", *About)),
    ResponderMutant,
)
"""`clock`: the judge sets the time of a world of its own; `demands`: it can be told to demand signed requests.
`certificate`: the good certificate itself is at hand, so that its distribution point can be compared."""
