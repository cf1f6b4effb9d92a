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
from cardsim.options import FciForm, Options
from cardsim.pins import Pin

__all__ = [
    "BUILT", "CONTACT_ATR", "Applications", "FciForm", "Flaws", "Options", "Profile", "Token",
    "encode_profile", "pin_names_of", "pins_of",
]  # fmt: skip

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
        kept = super()._keep(key, value)
        while len(_LATEST) >= BUILT:
            cards, aid = _LATEST.popleft()
            cards._made.pop(aid, None)
        _LATEST.append((self, key))  # last: what another thread gives up now is there to be given up
        return kept

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
    """Names and their places, one mapping for all cards whose PINs are called so."""
    return {name: place for place, name in enumerate(dict.fromkeys(names))}


def pins_of(profile: Profile) -> tuple[Pin, ...]:
    """All PIN references of a card."""
    applications = profile.applications
    if isinstance(applications, Applications):
        return applications.pins()
    return tuple(pin for application in applications.values() for pin in application.pins)


def pin_names_of(profile: Profile) -> Mapping[str, int]:
    """The names under which the PINs of a card keep their tries, and their places."""
    applications = profile.applications
    if isinstance(applications, Applications):
        return applications.pin_names()
    return shared_places(tuple(pin.kept_as for pin in pins_of(profile)))
