"""The shape of a policy. What shape cannot say (that two right parts contradict each other) is `contradictions`."""

from typing import Annotated

from msgspec import Meta, Struct, field

from reference_impl.services.archetypes import FACTS, LEARNT, Facts
from reference_impl.services.durations import Duration
from reference_impl.services.hours import Hours
from reference_impl.services.vocabulary import (
    Archetype,
    Attribute,
    Confidence,
    Document,
    EntitlementKind,
    Method,
    Need,
    Net,
    Per,
    Place,
    Proof,
    StatusSource,
    TextKey,
    Whose,
)
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.verdict import Reason

Identifier = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=64)]
Units = Annotated[int, Meta(ge=0, le=10**12)]
Words = Annotated[str, Meta(min_length=1, max_length=400)]
Municipality = Annotated[str, Meta(pattern=r"^(own|[0-9]{5})\Z")]
Age = Annotated[int, Meta(ge=0, le=150)]


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of the file: a key not named in its class is a fault."""


class Text(Part, frozen=True):
    """Words for people, in both languages."""

    ja: Words
    en: Words


class Where(Part, frozen=True):
    """The places, and what one counts as where that is the operator's decision."""

    where: Annotated[tuple[Place, ...], Meta(min_length=1)]
    counts_as: Place | None = None
    because: Text | None = None


class Status(Part, frozen=True):
    """How validity is learnt, and how old the answer may be."""

    method: Method = Method.NONE
    source: StatusSource | None = None
    maximum_age: Duration | None = None
    list_maximum_age: Duration | None = None
    """Of the list, where `ocsp-then-crl` falls back to it."""


class Enrolment(Part, frozen=True):
    """What enrolment takes as proof."""

    by: tuple[Proof, ...]


class Ages(Part, frozen=True, rename={"from_": "from"}):
    """Full years, both ends included."""

    from_: Age | None = None
    to: Age | None = None


class Serves(Part, frozen=True):
    """Who may be served."""

    age: Ages | None = None
    residence: tuple[Municipality, ...] = ()
    """Municipality codes, or `own`: the one that runs the service."""


class Reads(Part, frozen=True):
    """What a text service takes off the card."""

    opened_by: Annotated[tuple[TextKey, ...], Meta(min_length=1)]
    number: bool = False
    """Whether 個人番号 is taken."""


class Entitlement(Part, frozen=True):
    """What a holder or a household may use up."""

    id: Identifier
    kind: EntitlementKind
    unit: Text
    whose: Whose = Whose.HOLDER
    limit: Units | None = None
    """Of a count or an allowance: so many in a period. Of a balance: it holds no more than this."""
    per: Per | None = None
    cost: Annotated[int, Meta(ge=1)] = 1
    """Of a count: what one use takes."""
    opening: Units = 0
    """Of a balance: what it begins with."""


class Register(Part, frozen=True):
    """A register of the service's own, in which a holder is looked up; it may tell the household."""

    name: Text
    tells_household: bool = False
    file: Words | None = None
    """Where it is, seen from the file of the policy (`register`); without one nobody is found in it."""


class Offline(Part, frozen=True):
    """Uses recorded without connection and reconciled later."""

    upload_within: Duration
    """A record that comes later than this is kept and reported, and no longer counted."""


class Fallback(Part, frozen=True):
    """What may be shown instead, and after which refusals."""

    document: Document
    after: Annotated[tuple[Reason, ...], Meta(min_length=1)]


class Retention(Part, frozen=True):
    """How long what is kept."""

    uses: Duration = "2y"
    certificate: Duration | None = None
    """None: thrown away once it is judged."""
    law: Text | None = None


class Origin(Part, frozen=True):
    """Which document describes the system, and which of the policy's parts are our own choice."""

    document: Identifier
    assumed: tuple[str, ...] = ()
    executable: bool = True
    """Whether there is anything to run: a photo shown through a badge case needs no computer."""

    @property
    def confidence(self) -> Confidence:
        """Of the archetype, on which everything else rests."""
        return Confidence.ASSUMED if "archetype" in self.assumed else Confidence.PUBLISHED


class Policy(Part, frozen=True):
    """One service."""

    id: Identifier
    name: Text
    archetype: Archetype
    place: Where
    net: Net
    status: Status = Status()
    assurance: Annotated[int, Meta(ge=1, le=3)] = 1
    purposes: tuple[Purpose, ...] | None = None
    """None: all the archetype has."""
    needs: tuple[Need, ...] = ()
    predates_rule: bool = False
    """A tap begun before 2024-05-27, without the status question that the rule demands since (spec/pki.md §5)."""
    also_reads_certificate: bool = False
    """Whether an archetype without certificate reads the authentication certificate besides."""
    reads: Reads | None = None
    enrolment: Enrolment | None = None
    serves: Serves = Serves()
    hours: Hours | None = None
    """None: always open."""
    entitlements: tuple[Entitlement, ...] = ()
    register: Register | None = None
    offline: Offline | None = None
    fallback: tuple[Fallback, ...] = ()
    retention: Retention = field(default_factory=Retention)
    origin: Origin | None = None

    @property
    def facts(self) -> Facts:
        """What holds for every service of this archetype."""
        return FACTS[self.archetype]

    @property
    def open_purposes(self) -> frozenset[Purpose]:
        """The contract's purposes that this service is used for."""
        return self.facts.purposes if self.purposes is None else frozenset(self.purposes)

    @property
    def enrolled_by(self) -> tuple[Proof, ...]:
        """What enrolment takes as proof."""
        return self.facts.enrolled_by if self.enrolment is None else self.enrolment.by

    @property
    def known(self) -> frozenset[Attribute]:
        """What the service can know of a holder: proved at use, or learnt at enrolment."""
        learnt = (LEARNT[proof] for proof in self.enrolled_by)
        from_register = frozenset({Attribute.AGE, Attribute.RESIDENCE}) if self.register is not None else frozenset()
        return self.facts.proves.union(from_register, *learnt)

    @property
    def has_identity(self) -> bool:
        """Whether the same holder is recognised the next time, by the card or in a register."""
        return self.facts.has_identity or self.register is not None or self.also_reads_certificate
