"""A case of the role tap-client: which card lies where, what is run, and what its trace and the answer have to show."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from conformance.register import RequiredOf
from conformance.roles.role_case import RoleCase
from conformance.roles.role_catalogue import Vocabulary
from conformance.roles.role_mutants import RoleMutant
from harness.contract.tap_messages import TapFunction, TapReason


class Laid(StrEnum):
    """The card on the reader."""

    GENUINE = "genuine"
    NEWER_CONTACT = "newer contact"
    """The same with the answer to reset of a newer contact card (spec/card.md §1.1)."""
    CONTACTLESS = "contactless"
    """The same with the answer to reset that a contactless reader builds."""
    UNKNOWN_ATR = "unknown atr"
    """The same with an answer to reset that is in no table."""
    ONE_TRY = "one try"
    """Two wrong PINs were typed before."""
    BLOCKED = "blocked"
    BLOCKED_ISO = "blocked iso"
    """Blocked, and it says 6983 as ISO/IEC 7816-4 has it."""
    RENEWED = "renewed"
    """The same serial number and answer to reset, other certificates and keys."""
    EXACT_FILES = "exact files"
    """Certificate files without filler."""
    LONG_ADDRESS = "long address"
    """An address that makes the object of the text application longer than 127 bytes."""
    OLD_CARD = "old card"
    """住基カード: the label of its token says so (spec/card.md §7)."""
    STRANGER = "stranger"
    """A card without any of the applications."""
    NONE = "none"
    """No card lies there."""


class Where(StrEnum):
    """The reader that is named to the product."""

    OURS = "ours"
    FOREIGN = "foreign"
    """Its name does not begin with Kazashi: a real card may lie in it."""
    MISSING = "missing"
    """There is none of that name."""


class Typed(StrEnum):
    """What the person types when asked for a PIN."""

    RIGHT = "right"
    WRONG = "wrong"
    SHORT = "short"
    LONG = "long"


class Torn(Struct, frozen=True, forbid_unknown_fields=True):
    """The card is taken out at a command: the instruction in hexadecimal, and the moment."""

    at: Annotated[str, Meta(pattern="^[0-9A-F]{2}$")]
    when: Annotated[str, Meta(pattern="^(before|after)$")]


class Do(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One `run`."""

    function: TapFunction
    card: Laid = Laid.GENUINE
    reader: Where = Where.OURS
    typed: tuple[Typed, ...] = ()
    wrong_birth_date: bool = False
    torn: Torn | None = None


class TapRule(StrEnum):
    """What is looked at in the trace and the answer of the judged run."""

    NO_VERIFY = "no verify"
    """No VERIFY of any kind: a tap tries nothing, unasked."""
    NO_PIN = "no pin"
    """No PIN was presented; the birth date is none."""
    NO_COMMAND = "no command"
    """Nothing at all was sent to the card."""
    QUERY_FIRST = "query first"
    """The tries were asked for before a PIN was presented."""
    CERTIFICATE_SAME = "certificate same"
    """The certificate is the card's, byte by byte, without filler."""
    SIGNATURE_HOLDS = "signature holds"
    """The signature verifies over the challenge under the card's certificate."""
    PROOF_HOLDS = "proof holds"
    """The chip's signature verifies over the challenge under the key of the birth record."""
    ATTRIBUTES_SAME = "attributes same"
    """Name, address, birth date and sex are the holder's."""
    NOTHING_GIVEN = "nothing given"
    """No data came with a run that failed."""
    TOLD_BOTH = "told both"
    """The person was told something in Japanese and in English."""
    NO_SECRET = "no secret"  # noqa: S105  (a rule, not a password)
    """What was typed stands nowhere in the answer."""
    SESSION_ENDED = "session ended"
    """After the run the card was reset, lost its power, or has another application selected."""
    DIGEST_INFO = "digest info"
    """What the card signed was a DigestInfo of SHA-256 (51 bytes)."""


class Due(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the judged run has to show."""

    reason: Annotated[tuple[TapReason, ...], Meta(min_length=1)] = (TapReason.OK,)
    tries_left: Annotated[int, Meta(ge=0, le=15)] | None = None
    presented: Annotated[int, Meta(ge=0, le=8)] | None = None
    """How many VERIFY with a value the trace shows, at most and at least."""
    rules: tuple[TapRule, ...] = ()


class TapCase(RoleCase, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One case of reader software."""

    runs: Annotated[list[Do], Meta(min_length=1)]
    expect: Due

    @property
    def is_refusal(self) -> bool:
        """Whether the run must end otherwise than well."""
        return TapReason.OK not in self.expect.reason

    @property
    def expected(self) -> str:
        """Reason, tries and rules in words."""
        reason = " or ".join(reason.value for reason in self.expect.reason)
        return ", ".join([reason, *(rule.value for rule in self.expect.rules)])

    def complaint(self) -> str | None:
        """Return what contradicts itself."""
        needed = {do.function.value for do in self.runs} | ({"torn"} if any(do.torn for do in self.runs) else set())
        if not needed <= set(self.capabilities):
            return f"capabilities: expected {', '.join(sorted(needed))} among them, for the runs need them"
        return None


TAP_CLIENT = Vocabulary(RequiredOf.TAP_CLIENT, TapCase, frozenset((*TapFunction, "torn", "emulated")), RoleMutant)
"""`torn`: cards can be taken out at a command. `emulated`: every card of `Laid` can be laid on."""
