"""The card as it stands: what it was personalised with, and what was loaded into its free area since.

Handlers see one profile. Where the card has no free area that is the profile itself; else the manager's application and
the loaded ones stand in it beside the others, so that SELECT, READ BINARY and VERIFY need not know the difference.
"""

from collections.abc import Iterator, Mapping

import msgspec

from cardsim.applications.free_area import MANAGER_AID, FreeArea, LoadedApplication, application_of, manager_of
from cardsim.files import ISSUER_SECURITY_DOMAIN, Application
from cardsim.profile import Profile
from cardsim.state import Kept


class _Beside(Mapping[bytes, Application]):
    """The card's own applications and the loaded ones, without making any of the former (`on_demand`)."""

    __slots__ = ("_card", "_own")

    def __init__(self, own: Mapping[bytes, Application], card: Mapping[bytes, Application]) -> None:
        self._own, self._card = own, card

    def __getitem__(self, aid: bytes) -> Application:
        return self._own[aid] if aid in self._own else self._card[aid]

    def __contains__(self, aid: object) -> bool:
        return aid in self._own or aid in self._card

    def __iter__(self) -> Iterator[bytes]:
        yield from self._card
        yield from self._own

    def __len__(self) -> int:
        return len(self._card) + len(self._own)


def as_it_stands(profile: Profile, kept: Kept) -> Profile:
    """The profile with everything in it that can be selected now."""
    area = profile.free_area
    if area is None:
        return profile
    own = {aid: application_of(loaded) for aid, loaded in kept.loaded.items()}
    own[MANAGER_AID] = manager_of(room_left(area, kept), kept.loads)
    return msgspec.structs.replace(profile, applications=_Beside(own, profile.applications))


def room_left(area: FreeArea, kept: Kept) -> int:
    """The bytes of the free area that nothing uses."""
    return area.size - sum(application.cost for application in kept.loaded.values())


def is_taken(profile: Profile, aid: bytes) -> bool:
    """Whether an application of that name is on the card, as it stands."""
    return aid in profile.applications or aid == ISSUER_SECURITY_DOMAIN


def with_application(kept: Kept, application: LoadedApplication) -> Kept:
    """The kept state with an application put in place of the one of its name."""
    return msgspec.structs.replace(kept, loaded={**kept.loaded, application.aid: application})
