"""A conformance case as data: what is the only thing wrong, what the product must say, and how that is proved.

A case tells a little story in steps about one fresh resident. The last of `steps` is judged by `expect`; every
other step, and each of `afterwards`, has to be accepted. Times are of the case's own days: day 0 is its first.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from conformance.made import BEGINS
from conformance.privacy.place import Place
from conformance.steps import Disturb, Presented, Reconcile, Story
from harness.confidence import Confidence
from harness.contract.vocabulary import Capability, Decision, Kind, Reason
from harness.jlis.fault_grammar import FaultDoor

CaseId = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)+$")]
MutantId = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence in both languages."""

    en: Annotated[str, Meta(min_length=8)]
    ja: Annotated[str, Meta(min_length=4)]

    def in_language(self, language: str) -> str:
        """Return the sentence in `ja` or `en`."""
        return self.ja if language == "ja" else self.en


class NonceSent(StrEnum):
    """What is looked at in the nonces of the questions; a product may send none, and is not asked then."""

    LONG_ENOUGH = "long-enough"
    """Each has at least 32 octets (RFC 9654 §2.1)."""
    WRAPPED = "wrapped"
    """Each is an OCTET STRING within the extension's own."""
    NEVER_TWICE = "never-twice"
    """No two questions of the case have the same."""


class Obstacle(StrEnum):
    """Why a case is not applicable though the product declares all that it needs."""

    ONE_AT_A_TIME = "messages at the same time"
    """The binding carries one message after the other."""
    FALLS_BACK = "no status_lists beside status_ocsp"
    """The product has lists for when OCSP gives no answer, and that is what the case is about."""


class Questions(Struct, frozen=True, forbid_unknown_fields=True):
    """How many status questions about the resident's certificates the journal shows during the judged step."""

    at_least: Annotated[int, Meta(ge=1)] | None = None
    none: bool = False
    open: bool = False
    """The clause leaves it open whether anybody is asked; nothing is looked for."""
    in_case: Annotated[int, Meta(ge=1)] | None = None
    """As `at_least`, but counted since the case began: a product may use an answer as long as it is valid."""
    kind: Kind = Kind.AUTH
    lists: bool = False
    """Whether revocation lists are looked for in the journal instead of OCSP questions."""


class CardTrace(Struct, frozen=True, forbid_unknown_fields=True):
    """What the trace of the card shows for the judged step."""

    tries_spent: Annotated[int, Meta(ge=0, le=5)]


class AccountAfter(StrEnum):
    """What the judged step leaves of the account, as the verb `account` shows it before and after."""

    UNCHANGED = "unchanged"
    COUNTED = "counted"
    """One more accepted use, nothing else; the chip of the enrolment is remembered."""
    GONE = "gone"
    """There was one, and nothing is stored any more."""
    ABSENT = "absent"
    """There was none, and none came of it."""


class Expectation(Struct, frozen=True, forbid_unknown_fields=True):
    """One decision and one reason, and the evidence that they came about in the right way."""

    decision: Decision
    reason: Reason
    questions: Questions
    card: CardTrace | None = None
    account: AccountAfter | None = None
    also: list[Reason] = []
    """Reasons that the contract's words leave as open as `reason`, with the same decision; none, as a rule."""


class Holder(Struct, frozen=True, forbid_unknown_fields=True):
    """What is special about the case's resident; nothing, as a rule."""

    card_expires_on_day: Annotated[int, Meta(ge=0, le=30)] | None = None
    """The certificates end with that day, at 23:59:59 JST: such a case needs a clock that can be set."""
    certificates_live_seconds: Annotated[int, Meta(ge=2, le=60)] | None = None
    """The certificates end so many seconds after the card was issued, as no real one does."""


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """One case of the catalogue."""

    id: CaseId
    version: Annotated[int, Meta(ge=1)]
    title: Text
    importance: Text
    requirement: Annotated[str, Meta(pattern=r"^[A-Z]{2}-[A-Z]+-\d{3}$")]
    clause: Annotated[str, Meta(min_length=4)]
    confidence: Confidence
    capabilities: list[Capability]
    steps: Annotated[list[Story], Meta(min_length=1)]
    expect: Expectation
    twin: CaseId | None = None
    holder: Holder = Holder()
    afterwards: list[Story] = []
    kills: list[MutantId] = []
    searched: list[Place] = []
    """Where nothing of the resident may be found (docs/privacy.md); NA where none of these places is watched."""
    nonce: NonceSent | None = None
    equality: bool = False
    """The instant is the boundary itself, where texts and products differ: whatever is decided otherwise is WARN."""

    @property
    def disturbs_ocsp_alone(self) -> bool:
        """Whether it is OCSP that goes wrong in this story, and not that OCSP is put out of the way of a list."""
        doors = {step.door for step in self.steps if isinstance(step, Disturb)}
        return bool(doors) and FaultDoor.CRL not in doors and Capability.STATUS_LISTS not in self.capabilities

    @property
    def is_of_silence(self) -> bool:
        """Whether it is about what becomes of somebody when OCSP gives no answer."""
        return self.disturbs_ocsp_alone and self.expect.reason is Reason.STATUS_UNAVAILABLE

    @property
    def needs(self) -> list[Capability]:
        """What a product has to have: as declared, and OCSP where OCSP alone is disturbed or its nonce looked at."""
        of_ocsp = self.disturbs_ocsp_alone or self.nonce is not None
        is_said = Capability.STATUS_OCSP in self.capabilities
        return [*self.capabilities, *([Capability.STATUS_OCSP] if of_ocsp and not is_said else [])]

    @property
    def needs_calendar(self) -> bool:
        """Whether the case is about a time of day that the host's clock would have to show."""
        dated = any(
            isinstance(step, Reconcile)
            or (isinstance(step, Presented) and (step.answered is not None or step.certificate.startswith(BEGINS)))
            for step in self.steps
        )
        of_lists = Capability.STATUS_LISTS in self.capabilities  # published at 03:00, whoever waits for it
        return self.holder.card_expires_on_day is not None or dated or of_lists

    @property
    def is_refusal(self) -> bool:
        """Whether the judged step has to be anything else than accepted."""
        return self.expect.decision is not Decision.ACCEPT
