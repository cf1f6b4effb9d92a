"""The profile: everything about a card that no command changes."""

from collections import deque
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

import msgspec

from cardsim.applications.free_area import FreeArea
from cardsim.files import Application
from cardsim.on_demand import OnDemand
from cardsim.pins import Pin
from cardsim.status import StatusWord

CONTACT_ATR = bytes.fromhex("3BE000FF8131FE4514")
"""T=1, no historical bytes; the one ATR in OpenSC's own table (spec/card.md §1.1)."""


class Token(Enum):
    """What carries the JPKI application (spec/card.md §2.1, §7)."""

    CARD = "card"
    """The plastic card."""
    ANDROID = "android"
    """An Android phone's secure element (GP-SE)."""
    IPHONE = "iphone"
    """An iPhone."""


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
    selects_by_prefix: bool = False
    """Whether SELECT takes the beginning of an AID: legal in JICSAP, used by no client (spec/card.md §2)."""
    unknown_files_exist: bool = True
    """Whether files of unknown purpose are there, opened by nothing (6982), or absent, 6A82 (spec/card.md §8)."""
    contact_atr_inside_only: bool = False
    """Whether data object 5F51 is found inside an application only, as on some cards (spec/card.md §2.7)."""
    lower_cvc: bool = False
    """Whether data object 7F21 is there: absent on some cards (spec/card.md §2.7)."""
    current_record: StatusWord = StatusWord.RECORD_NOT_FOUND
    """READ RECORD of record 00, the current one in ISO/IEC 7816-4; unknown."""
    change_by_other_command: StatusWord = StatusWord.CONDITIONS_NOT_SATISFIED
    """CHANGE REFERENCE DATA on a PIN that CHANGE KEY changes, and the other way round; unknown."""
    authenticate_on_other_file: StatusWord = StatusWord.CONDITIONS_NOT_SATISFIED
    """INTERNAL AUTHENTICATE where the file is not its key; unknown, as for COMPUTE DIGITAL SIGNATURE (§8)."""
    terminal_certificate_without_slot: StatusWord = StatusWord.CONDITIONS_NOT_SATISFIED
    """`80 A2` where EF 0016 of the JPKI application is not current; unknown."""
    key_delivery: bool = True
    """Whether the text application takes a session key; 66F1 otherwise (measured, spec/card.md §1.4)."""
    iphone_command: StatusWord = StatusWord.OK
    """`80 FC 00 00` on the iPhone token; what it answers is unknown (spec/card.md §7)."""


class Flaws(msgspec.Struct, frozen=True):
    """The flaws of behaviour of a card that is not what it claims (`cardsim.flaws`); each is off unless named."""

    tries_stay: bool = False
    """A wrong PIN is told so and costs no try: a chip that can be guessed at without end."""
    replayed_signature: bytes = b""
    """What the chip answers to every internal authentication, whatever was to be signed: something it once heard."""


class Profile(msgspec.Struct, frozen=True, gc=False):
    """A card as personalised: shared by every state it can be in."""

    serial: str
    applications: Mapping[bytes, Application]
    """By AID; the Issuer Security Domain, which has no files, is always there and not listed."""
    atr: bytes = CONTACT_ATR
    options: Options = Options()
    data_objects: Mapping[int, bytes] = {}
    """What GET DATA finds, by tag (spec/card.md §2.7); the contact ATR is always there and not listed."""
    token: Token = Token.CARD
    free_area: FreeArea | None = None
    """The free area; None on a card without one, which knows none of its commands."""
    flaws: Flaws | None = None
    """What is wrong with a card that somebody made so (`cardsim.adversarial`); None for a genuine one."""


def encode_profile(profile: Profile) -> bytes:
    """The profile as JSON, whole: what was not made yet is made now."""
    return _ENCODER.encode(profile)


def _encode(value: Any) -> Any:
    """Told to msgspec for what it does not know: what is made on demand becomes a dict."""
    if isinstance(value, Mapping):
        return dict(value)
    raise NotImplementedError(f"a profile holds plain values and mappings, got {type(value).__name__}")


_ENCODER = msgspec.json.Encoder(enc_hook=_encode)


BUILT = 128
"""Applications that are held at one time, of all cards: another is built in some 30 µs, and takes 2 to 10 kB."""


class Applications(OnDemand[bytes, Application]):
    """Applications that are built when selected, and the names of their PINs, which are needed before that.

    What was built stays until `BUILT` others were: ten thousand cards that were all tapped take little more than fresh.
    """

    __slots__ = ("_pin_names",)

    def _keep(self, key: bytes, value: Application) -> Application:
        while len(_LATEST) >= BUILT:
            cards, aid = _LATEST.popleft()
            cards._made.pop(aid, None)
        _LATEST.append((self, key))
        return super()._keep(key, value)

    def pins(self) -> tuple[Pin, ...]:
        """Every PIN reference. Applications are built for it where they were not, and not kept."""
        pins = tuple(pin for application in self.passing() for pin in application.pins)
        self._pin_names = shared_places(tuple(pin.kept_as for pin in pins))
        return pins

    def pin_names(self) -> Mapping[str, int]:
        """`Pin.kept_as` of every PIN, and its place; asked of the applications once. Cards share the mapping."""
        if not hasattr(self, "_pin_names"):
            self.pins()
        return self._pin_names


_LATEST: deque[tuple[Applications, bytes]] = deque()


@cache
def shared_places(names: tuple[str, ...]) -> Mapping[str, int]:
    """Names and their places, one mapping for all cards whose PINs are called so; two of a name are refused."""
    places = {name: place for place, name in enumerate(names)}
    if len(places) != len(names):
        raise ValueError("two PINs of the card keep their tries under one name")
    return places


def pins_of(profile: Profile) -> tuple[Pin, ...]:
    """All PIN references of a card."""
    applications = profile.applications
    if isinstance(applications, Applications):
        return applications.pins()
    return tuple(pin for application in applications.values() for pin in application.pins)


def pin_names_of(profile: Profile) -> Mapping[str, int]:
    """The names under which the PINs of a card keep their tries, and the place of each in `pins_of`."""
    applications = profile.applications
    if isinstance(applications, Applications):
        return applications.pin_names()
    return shared_places(tuple(pin.kept_as for pin in pins_of(profile)))
