"""The card as it stands: what it was personalised with, and what was loaded into its free area since.

Handlers see one profile. Where the card has no free area that is the profile itself; else the manager's application and
the loaded ones stand in it beside the others, so that SELECT, READ BINARY and VERIFY need not know the difference.
"""

import msgspec

from cardsim.applications.free_area import FreeArea, LoadedApplication, application_of, manager_of
from cardsim.files import ISSUER_SECURITY_DOMAIN
from cardsim.profile import Profile
from cardsim.state import Kept


def as_it_stands(profile: Profile, kept: Kept) -> Profile:
    """The profile with everything in it that can be selected now."""
    area = profile.free_area
    if area is None:
        return profile
    applications = dict(profile.applications)
    for application in (manager_of(room_left(area, kept), kept.loads), *map(application_of, kept.loaded.values())):
        applications[application.aid] = application
    return msgspec.structs.replace(profile, applications=applications)


def room_left(area: FreeArea, kept: Kept) -> int:
    """The bytes of the free area that nothing uses."""
    return area.size - sum(application.cost for application in kept.loaded.values())


def is_taken(profile: Profile, aid: bytes) -> bool:
    """Whether an application of that name is on the card, as it stands."""
    return aid in profile.applications or aid == ISSUER_SECURITY_DOMAIN


def with_application(kept: Kept, application: LoadedApplication) -> Kept:
    """The kept state with an application put in place of the one of its name."""
    return msgspec.structs.replace(kept, loaded={**kept.loaded, application.aid: application})
