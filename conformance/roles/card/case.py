"""A case of the role card: APDUs as hexadecimal text with places for secrets, the last of which is judged.

<auth-pin> <password> <text-pin> <birth-date>       Lc and the right value
<wrong-auth-pin> <wrong-password> <wrong-birth-date>  Lc and a wrong one of the same form
<digest-info> <bare-digest-info> <hash> <challenge>  Lc and what is made of the challenge of this case
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from conformance.register import RequiredOf
from conformance.roles.role_case import RoleCase
from conformance.roles.role_catalogue import Vocabulary
from conformance.roles.role_mutants import RoleMutant

Hex = Annotated[str, Meta(pattern="^([0-9A-F]{2})+$")]
Status = Annotated[str, Meta(pattern=r"^[0-9A-F]{2}[0-9A-Fx]{2}$")]
"""A status word; x stands for any digit."""


class Power(StrEnum):
    """What is done to the power of the card."""

    CYCLE = "cycle"
    """Off and on: a cold reset."""
    RESET = "reset"
    """A warm reset."""


class Data(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is looked at in the data of an answer; each that is given has to hold."""

    length: Annotated[int, Meta(ge=0, le=65536)] | None = None
    begins: Hex | None = None
    differs_from: str | None = None
    """Another answer of the case."""
    ends: str | None = None
    """The answer whose last bytes it is."""
    certificate: bool = False
    """One whole X.509 certificate over an RSA key of 2048 bits."""
    signed_by: str | None = None
    """The answer that holds the key (a certificate or a birth record) under which it signs the challenge."""


class Send(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="send", omit_defaults=True):
    """One APDU."""

    apdu: Annotated[str, Meta(min_length=8)]
    sw: Annotated[tuple[Status, ...], Meta(min_length=1)] = ("9000",)
    """What the answer may be."""
    data: Data | None = None
    name: str | None = None
    """How later steps call its data."""


class Read(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="read", omit_defaults=True):
    """A whole object: SELECT of a file, then READ BINARY in blocks of 256 up to the length its header says."""

    file: Annotated[str, Meta(pattern="^[0-9A-F]{4}$")]
    sw: Annotated[tuple[Status, ...], Meta(min_length=1)] = ("9000",)
    """What the first READ BINARY may be answered."""
    data: Data | None = None
    name: str | None = None


class Turn(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="power", omit_defaults=True):
    """The power of the card."""

    how: Power


class AnswerToReset(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="atr", omit_defaults=True):
    """The answer to reset: direct convention, its length as its bytes say, its check byte right (ISO/IEC 7816-3 §8)."""


Step = Send | Read | Turn | AnswerToReset


class CardCase(RoleCase, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One case of a card."""

    steps: Annotated[list[Step], Meta(min_length=1)]
    wrong_tries: Annotated[int, Meta(ge=0, le=16)] = 0
    """How many wrong values it sends to one PIN at most."""

    @property
    def judged(self) -> Step:
        """The step that the case is about."""
        return self.steps[-1]

    @property
    def is_refusal(self) -> bool:
        """Whether the card must not do what is asked; telling the tries (63Cx) is none."""
        step = self.judged
        return isinstance(step, Send | Read) and not any(sw.startswith(("90", "63")) for sw in step.sw)

    @property
    def expected(self) -> str:
        """The answer that is due."""
        step = self.judged
        if isinstance(step, Send | Read):
            return " or ".join(step.sw)
        return "a well-formed answer to reset"

    def complaint(self) -> str | None:
        """Return what contradicts itself."""
        if isinstance(self.judged, Turn):
            return "steps: the last step is the judged one, and power cannot be judged"
        text = "".join(step.apdu for step in self.steps if isinstance(step, Send))
        needed = {name for name in SECRETS if f"<{name}>" in text or f"<wrong-{name}>" in text}
        if self.wrong_tries or "<wrong-" in text:
            needed.add(WRONG_TRIES)
        if not needed <= set(self.capabilities):
            return f"capabilities: expected {', '.join(sorted(needed))} among them, for the steps need them"
        if ("<wrong-" in text) != bool(self.wrong_tries):
            return "wrong_tries: expected the number of wrong values that the steps send"
        return None


SECRETS = ("auth-pin", "password", "text-pin", "birth-date")
WRONG_TRIES, FRESH_CARD = "wrong-tries", "fresh-card"


class Adversary(StrEnum):
    """A card that is not what it claims (`cardsim.adversarial`)."""

    TRIES_STAY = "tries stay"
    REPLAYING = "replaying"
    CLONED = "cloned"
    MISMATCHED = "mismatched"
    CERTIFICATE_CUT = "certificate cut"
    CERTIFICATE_ONE_MORE = "certificate one more"
    RECORD_BEYOND_FILE = "record beyond file"
    WRONG_CHECK_BYTE = "wrong check byte"
    """The last byte of the answer to reset does not fit the others."""


class CardMutant(RoleMutant, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A card with one thing wrong: an adversary, or a rule of the emulator off."""

    adversary: Adversary | None = None


CARD = Vocabulary(RequiredOf.CARD, CardCase, frozenset((*SECRETS, WRONG_TRIES, FRESH_CARD, "card")), CardMutant)
"""`wrong-tries`: wrong values may be sent. `fresh-card`: each case has a card of its own, which it may block."""
