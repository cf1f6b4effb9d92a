"""The state of a card: what survives the loss of power, and what does not.

The two are separate values, so that a reset cannot forget to clear something: it makes a new `Session`.
"""

from collections.abc import Mapping

import msgspec

from cardsim.applications.free_area import LoadedApplication
from cardsim.files import ISSUER_SECURITY_DOMAIN, NO_FILE
from cardsim.pins import FreshRecords, PinRecord, fresh_records
from cardsim.profile import Applications, Profile, pin_names_of, pins_of

NOTHING_LOADED: Mapping[bytes, LoadedApplication] = {}
"""One for all cards."""


class Kept(msgspec.Struct, frozen=True, gc=False):
    """What survives: values and tries of the PINs, by `Pin.kept_as`, and what was loaded into the free area."""

    pins: Mapping[str, PinRecord]
    loaded: Mapping[bytes, LoadedApplication] = msgspec.field(default_factory=lambda: NOTHING_LOADED)
    """The applications of the free area, by AID."""
    loads: int = 0
    """How many applications were ever loaded or deleted: no token is good twice (`commands.loading`)."""


class SecureSession(msgspec.Struct, frozen=True, gc=False):
    """Secure messaging in the text application: its key, and the number of the next secured command (§1.4)."""

    key: bytes
    number: int = 1


class Session(msgspec.Struct, frozen=True, gc=False):
    """What does not: the current application and file, and the PIN files of this application that are verified."""

    aid: bytes = ISSUER_SECURITY_DOMAIN
    fid: int = NO_FILE
    verified: frozenset[int] = frozenset()
    generator: bytes = b""
    """State of the card's random generator (`cardsim.generator`), seeded at power-on."""
    secure: SecureSession | None = None
    """The secure messaging session; lost with the application, as a verified PIN is."""


class State(msgspec.Struct, frozen=True, gc=False):
    """A card between two commands."""

    kept: Kept
    session: Session


NEW_SESSION = Session()


def fresh_kept(profile: Profile) -> Kept:
    """What a card that was never used keeps: every PIN at its initial value with all its tries."""
    applications = profile.applications
    if isinstance(applications, Applications):
        return Kept(FreshRecords(applications))
    return Kept(fresh_records(pins_of(profile)))


def power_on(profile: Profile, kept: Kept, entropy: bytes = b"") -> State:
    """The state after power-on: the Issuer Security Domain is current, nothing is verified (spec/card.md §1.2).

    `entropy` seeds the card's generator: the same entropy, the same challenges.
    """
    missing = [name for name in pin_names_of(profile) if name not in kept.pins]
    if missing:
        raise ValueError(f"the kept state does not belong to this card: it lacks {', '.join(missing)}")
    if kept.loaded and profile.free_area is None:
        raise ValueError("the kept state does not belong to this card: applications are loaded, it has no free area")
    return State(kept, Session(generator=entropy) if entropy else NEW_SESSION)


def warm_reset(profile: Profile, state: State) -> State:
    """The state after a warm reset: a new session unless the profile says otherwise (spec/card.md §3)."""
    if not profile.options.warm_reset_clears_verified:
        return state
    return State(state.kept, Session(generator=state.session.generator))
