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
    MOVED = "moved"
    """The same card after its holder moved: the address in its text application was written anew."""
    ANDROID = "android"
    """A phone: the JPKI application alone, under another label, its certificate behind its PIN (spec/card.md §7)."""
    IPHONE = "iphone"
    CLONED = "cloned"
    """All that can be read of the genuine card, on a chip with keys of its own (cardsim.adversarial)."""
    REPLAYING = "replaying"
    """A chip that answers every challenge with a signature heard before."""
    CERTIFICATE_CUT = "certificate cut"
    """The file ends in the middle of the certificate."""
    CERTIFICATE_BEYOND = "certificate beyond file"
    CERTIFICATE_EMPTY = "certificate empty"
    """Its header says that nothing follows."""
    CERTIFICATE_ONE_MORE = "certificate one more"
    """Its header counts a byte of the filler as its own."""
    RECORD_BEYOND = "record beyond file"
    """The birth record says more than there is."""
    TWO = "two"
    """Two cards in the field of a reader that then reports none (cardsim.readers.conditions.TwoCards)."""
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


class Happens(StrEnum):
    """What becomes of a command on its way."""

    REMOVED_BEFORE = "removed before"
    """The card is taken out before it has begun."""
    REMOVED_DURING = "removed during"
    """The try is spent, and not yet given back."""
    REMOVED_AFTER = "removed after"
    """It has done everything but answer."""
    SWAPPED = "swapped"
    """Another card lies there instead, before the command has begun."""
    BLOCKED = "blocked"
    """Another program used up the tries of this PIN just before."""
    ANSWERED = "answered"
    """The card does it; on the way back another status word takes the answer's place."""
    SLOW = "slow"
    """Its answer takes so many seconds more."""


class Trouble(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happens once, at the first command with an instruction; `any` is each command, for what takes time."""

    at: Annotated[str, Meta(pattern=r"^([0-9A-F]{2}\+?|any)$")]
    """In hexadecimal; 20+ is a VERIFY with a value, 20 the first of any kind."""
    what: Happens
    seconds: Annotated[float, Meta(gt=0, le=10)] = 0.5
    status: Annotated[str, Meta(pattern="^[0-9A-F]{4}$")] = "6F00"

    def strikes(self, command: bytes) -> bool:
        """Whether it happens at this command."""
        if self.at == "any":
            return True
        return command[1:2] == bytes.fromhex(self.at[:2]) and (len(command) > VALUE_AT or not self.at.endswith("+"))


VALUE_AT = 5


class Weak(Struct, frozen=True, forbid_unknown_fields=True):
    """A weak contactless field (cardsim.readers.weak_field)."""

    loss: Annotated[float, Meta(gt=0, le=1)]
    retries: Annotated[int, Meta(ge=0, le=8)]
    seed: int = 0


class Party(StrEnum):
    """The relying party of a login flow."""

    ACCEPTS = "accepts"
    """Whatever signature verifies."""
    REFUSES = "refuses"
    """It says REVOKED."""
    GONE = "gone"
    """Nobody listens there."""


class Do(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One `run`."""

    function: TapFunction
    card: Laid = Laid.GENUINE
    reader: Where = Where.OURS
    typed: tuple[Typed, ...] = ()
    wrong_birth_date: bool = False
    trouble: Trouble | None = None
    weak: Weak | None = None
    beside: Laid | None = None
    """The card in another reader of ours, which stands first in the list."""
    seconds: Annotated[int, Meta(ge=1, le=600)] = 30
    """The time limit that is named to the product."""
    party: Party | None = None

    @property
    def needs(self) -> set[str]:
        """The capabilities without which it cannot be done."""
        needed = {self.function.value}
        if self.trouble is not None:
            needed.add("swapped" if self.trouble.what is Happens.SWAPPED else "disturbed")
        if self.weak is not None:
            needed.add("disturbed")
        if self.beside is not None:
            needed.add("beside")
        return needed


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
    SIGNED_OR_NOTHING = "signed or nothing"
    """A signature that verifies under the card's certificate, or no data."""
    OTHER_UNTOUCHED = "other untouched"
    """The card that lies beside it, or took its place, was asked nothing."""
    LIMIT_KEPT = "limit kept"
    """No more commands than a card so slow can answer within the time limit, and one that ends the session."""
    OFFSETS = "offsets"
    """Each READ BINARY has an offset of 15 bits, or a short identifier alone in the bits above it and 8 bits."""
    PARTY_SIGNED = "party signed"
    """The relying party was given, once, the card's certificate and a signature over its own challenge."""
    NOTHING_WRITTEN = "nothing written"
    """Nothing of what was typed, and nothing of the holder, in what the product prints and logs (docs/privacy.md)."""
    PARTY_UNTOLD = "party untold"
    """The relying party was given nothing to decide on."""


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
        needed = {each for do in self.runs for each in do.needs}
        if not needed <= set(self.capabilities):
            return f"capabilities: expected {', '.join(sorted(needed))} among them, for the runs need them"
        if any((do.party is None) == (do.function is TapFunction.LOGIN_FLOW) for do in self.runs):
            return "runs: expected a party for the login flow, and for nothing else"
        return None


DESK = ("disturbed", "swapped", "beside", "emulated", "heard")
TAP_CLIENT = Vocabulary(RequiredOf.TAP_CLIENT, TapCase, frozenset((*TapFunction, *DESK)), RoleMutant)
"""`disturbed`: something can happen at a command. `emulated`: every card of `Laid` can be laid on. `heard`: what the
product prints or logs is searched."""
