"""The profile: everything about a card that no command changes."""

from collections.abc import Mapping
from enum import Enum

import msgspec

from cardsim.applications.free_area import FreeArea
from cardsim.files import Application
from cardsim.pins import Pin
from cardsim.status import StatusWord

CONTACT_ATR = bytes.fromhex("3BE000FF8131FE4514")
"""T=1, no historical bytes; the one ATR in OpenSC's own table (spec/card.md §1.1)."""


class FciForm(Enum):
    """What SELECT with P2 = 00 answers for an application; the real content is unknown."""

    AID = "aid"
    """`6F len 84 len AID` (spec/card.md §1.3, §8)."""
    EMPTY = "empty"
    """No data."""


class Options(msgspec.Struct, frozen=True):
    """Where no public source tells, or sources disagree: one choice each, with the default of spec/card.md §8."""

    blocked_attempt: StatusWord = StatusWord.REFERENCE_BLOCKED
    """A VERIFY against a blocked PIN: 6984 measured; 6983 is what two clients look for."""
    reselect_clears_verified: bool = False
    """Whether selecting the same application again forgets verified PINs (JICSAP 5.1.3 rule 2: no)."""
    warm_reset_clears_verified: bool = True
    """Whether a warm reset starts a new session; unknown for contact (spec/card.md §3)."""
    failed_verify_drops_verified: bool = True
    """Whether a wrong PIN forgets an earlier right one; unknown (spec/card.md §3)."""
    odd_length_costs_a_try: bool = True
    """Whether a PIN of 1 to 16 bytes but of the wrong length is a mismatch (else 6700); unknown (spec/card.md §3)."""
    change_keeps_verified: bool = True
    """Whether the PIN stays verified after CHANGE REFERENCE DATA; unknown."""
    reference_by_sfi_selects: bool = True
    """Whether naming a PIN or key by short identifier makes it the current file, as READ BINARY does; unknown."""
    failed_select_keeps_file: bool = True
    """Whether the current file survives the SELECT of one that is not there; unknown (spec/card.md §8)."""
    fci: FciForm = FciForm.AID
    """Content of the FCI; unknown (spec/card.md §8)."""
    verify_on_other_file: StatusWord = StatusWord.WRONG_FILE_KIND
    """VERIFY where the file is no PIN; unknown (spec/card.md §8)."""
    sign_on_other_file: StatusWord = StatusWord.CONDITIONS_NOT_SATISFIED
    """COMPUTE DIGITAL SIGNATURE where the file is no key; unknown (spec/card.md §8)."""
    sign_without_default_key: StatusWord = StatusWord.WRONG_P1P2
    """P2 = 00 in an application without a PIN-less key; unknown."""
    bad_signing_length: StatusWord = StatusWord.CONDITIONS_NOT_SATISFIED
    """Nothing to sign, or more than the key can take: 6985 or 6700 (spec/card.md §4)."""
    bad_new_value: StatusWord = StatusWord.WRONG_DATA
    """A new PIN value of the wrong format; unknown (spec/card.md §3)."""
    fixed_pin_change: StatusWord = StatusWord.SECURITY_NOT_SATISFIED
    """CHANGE REFERENCE DATA on a reference no client changes (birth date); unknown."""
    unbuilt_signature_scheme: StatusWord = StatusWord.FUNCTION_NOT_SUPPORTED
    """P1 = 01 to 05 of COMPUTE DIGITAL SIGNATURE, which real cards know and this one does not yet."""


class Flaws(msgspec.Struct, frozen=True):
    """The flaws of behaviour of a card that is not what it claims (`cardsim.flaws`); each is off unless named."""

    tries_stay: bool = False
    """A wrong PIN is told so and costs no try: a chip that can be guessed at without end."""
    replayed_signature: bytes = b""
    """What the chip answers to every internal authentication, whatever was to be signed: something it once heard."""


class Profile(msgspec.Struct, frozen=True):
    """A card as personalised: shared by every state it can be in."""

    serial: str
    applications: Mapping[bytes, Application]
    """By AID; the Issuer Security Domain, which has no files, is always there and not listed."""
    atr: bytes = CONTACT_ATR
    options: Options = Options()
    free_area: FreeArea | None = None
    """The free area; None on a card without one, which knows none of its commands."""
    flaws: Flaws | None = None
    """What is wrong with a card that somebody made so (`cardsim.adversarial`); None for a genuine one."""


def pins_of(profile: Profile) -> tuple[Pin, ...]:
    """All PIN references of a card."""
    return tuple(
        element
        for application in profile.applications.values()
        for element in application.elements.values()
        if isinstance(element, Pin)
    )
