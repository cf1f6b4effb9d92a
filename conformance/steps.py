"""The steps of a story in the role relying-party: what is presented, what is wrong with it, what happens meanwhile.

presented   enrol, login, tap, sign, relink   each with what is wrong in `made.py`'s words; replay: the same again
asked       unlink, reconcile                 no card is before the product
happens     at, wait, lose, move, revoke, befall, disturb, repair    in the world: the product is not asked
"""

from typing import Annotated

from msgspec import Meta, Struct

from conformance.made import (
    OWN,
    CertificateShown,
    ChallengeMade,
    ChipMade,
    Part,
    Pin,
    SessionNamed,
    SignatureMade,
    TerminalSeen,
)
from harness.contract.configuration import SERVICE
from harness.contract.vocabulary import Environment, Kind
from harness.jlis.fault_grammar import Fault, FaultDoor
from harness.jlis.life_events import LifeEvent

ClockTime = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$")]
Seconds = Annotated[int, Meta(ge=-60, le=60)]


class StoryStep(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", omit_defaults=True):
    """One thing that happens; `do` names it."""


class Presented(StoryStep, frozen=True, kw_only=True):
    """A card is presented to the product; one thing of it may be wrong."""

    certificate: CertificateShown = OWN
    challenge: ChallengeMade = ChallengeMade.OWN
    session: SessionNamed = SessionNamed.OWN
    lacks: Part | None = None
    answered: Seconds | None = None
    """When: so many seconds after the end of the challenge's declared lifetime; negative is before it."""
    terminal: TerminalSeen = TerminalSeen.OURS
    service: str = SERVICE
    rivals: Annotated[int, Meta(ge=1, le=15)] | None = None
    """So many more completions, octet for octet the same, are under way at the same time."""


class Enrol(Presented, frozen=True, tag="enrol", kw_only=True):
    """The resident enrols: PIN signature and chip proof."""

    chip: ChipMade = ChipMade.GENUINE
    signature: SignatureMade = SignatureMade.GENUINE
    environment: Environment = Environment.ATTENDED


class Relink(Presented, frozen=True, tag="relink", kw_only=True):
    """The resident says that the certificate was renewed: PIN signature and chip proof."""

    chip: ChipMade = ChipMade.GENUINE
    signature: SignatureMade = SignatureMade.GENUINE
    environment: Environment = Environment.ATTENDED


class Login(Presented, frozen=True, tag="login", kw_only=True):
    """The resident logs in with the PIN."""

    signature: SignatureMade = SignatureMade.GENUINE
    pin: Pin = Pin.RIGHT
    environment: Environment = Environment.ONLINE


class Tap(Presented, frozen=True, tag="tap", kw_only=True):
    """The resident holds the card to the terminal; no PIN."""

    chip: ChipMade = ChipMade.GENUINE
    environment: Environment = Environment.ATTENDED
    hinted: bool = True
    """Whether the terminal says at the beginning whose card it read."""


class Sign(Presented, frozen=True, tag="sign", kw_only=True):
    """The resident signs the relying party's document with the signature key."""

    signature: SignatureMade = SignatureMade.GENUINE
    environment: Environment = Environment.ONLINE


class Replay(StoryStep, frozen=True, tag="replay"):
    """Somebody sends the last presentation once more, byte for byte."""


class Unlink(StoryStep, frozen=True, tag="unlink"):
    """The resident leaves a service."""

    certificate: CertificateShown = OWN
    service: str = SERVICE


class Reconcile(StoryStep, frozen=True, tag="reconcile", kw_only=True):
    """A terminal that was offline tells of a tap it took."""

    taken: ClockTime
    """On the day on which it is told, or the one that `day` names."""
    day: Annotated[int, Meta(ge=0, le=30)] = 0
    chip: ChipMade = ChipMade.GENUINE
    environment: Environment = Environment.ATTENDED
    terminal: TerminalSeen = TerminalSeen.OURS
    certificate: CertificateShown = OWN
    again: bool = False
    """The record that was told before, word for word."""

    @property
    def time_taken(self) -> "At":
        """When the tap was taken, as a step of the clock."""
        return At(time=self.taken, day=self.day)


class At(StoryStep, frozen=True, tag="at"):
    """The world's clock is set to a time of day (JST) of one of the case's days."""

    time: ClockTime
    day: Annotated[int, Meta(ge=0, le=30)] = 0
    beyond_tolerance: bool = False
    """Whether the product's declared `clock_seconds` come on top."""


class Wait(StoryStep, frozen=True, tag="wait"):
    """So many seconds pass."""

    seconds: Annotated[int, Meta(ge=1, le=60)]
    beyond_tolerance: bool = False
    """Whether the product's declared `clock_seconds` come on top."""


class Lose(StoryStep, frozen=True, tag="lose"):
    """The card is reported lost: 一時停止, both certificates are put on hold."""


class Move(StoryStep, frozen=True, tag="move"):
    """The resident moves to the other municipality: the signature certificate is revoked."""


class Revoke(StoryStep, frozen=True, tag="revoke"):
    """A certificate of the resident is revoked because its key leaked or it is no longer wanted."""

    kind: Kind
    reason: Annotated[str, Meta(pattern=r"^(keyCompromise|cessationOfOperation|superseded|unspecified)$")]


class Befall(StoryStep, frozen=True, tag="befall"):
    """Something else befalls the resident (spec/pki.md §4); the card before the product is the one held after it."""

    event: LifeEvent


class Disturb(StoryStep, frozen=True, tag="disturb"):
    """From now on the fake J-LIS answers at one door with a fault, until it is repaired."""

    door: FaultDoor
    fault: Fault
    seconds: Annotated[int, Meta(ge=0, le=31_622_400)] | None = None
    count: Annotated[int, Meta(ge=1, le=100)] | None = None
    """How many answers; all of them without it."""
    beyond_tolerance: bool = False
    """Whether the product's declared `status_seconds` come on top of the seconds."""


class Repair(StoryStep, frozen=True, tag="repair"):
    """Every fault of the fake J-LIS is taken away."""


Story = (
    Enrol
    | Relink
    | Login
    | Tap
    | Sign
    | Replay
    | Unlink
    | Reconcile
    | At
    | Wait
    | Lose
    | Move
    | Revoke
    | Befall
    | Disturb
    | Repair
)
JUDGEABLE = (Enrol, Relink, Login, Tap, Sign, Replay, Unlink, Reconcile)
"""What the product is asked: only these can be judged."""
