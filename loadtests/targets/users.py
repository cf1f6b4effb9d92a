"""Which users visit which people, in Locust's own process; what they share is one value, whoever they are."""

from typing import Any

from loadtests.people import People
from loadtests.population import Population
from loadtests.targets.card_users import CardUser
from loadtests.targets.core_users import CoreCaller
from loadtests.targets.grammar import TargetKind
from loadtests.targets.ground_users import GroundLoad, GroundUser, ListFetcher, OcspAsker
from loadtests.targets.platform_users import PlatformAsker
from loadtests.users import LoadRun, PortalVisitor

Load = LoadRun | GroundLoad
USERS: dict[TargetKind, type[GroundUser]] = {
    TargetKind.OCSP: OcspAsker,
    TargetKind.CRL: ListFetcher,
    TargetKind.CORE: CoreCaller,
    TargetKind.CARDS: CardUser,
    TargetKind.PLATFORM: PlatformAsker,
}
_current: list[Load] = []


def take(environment: Any, people: People) -> Load:
    """Let the users of these people be those who come, and return what they share: the counts begin anew."""
    load: Load
    if isinstance(people, Population):
        load = PortalVisitor.load = LoadRun(people)
        PortalVisitor.think = people.mix.think
        chosen: type[Any] = PortalVisitor
    else:
        load = GroundUser.load = GroundLoad(people)
        chosen = USERS[people.kind]
        chosen.get_ready(load)
    environment.user_classes[:] = [chosen]
    _current[:] = [load]
    return load


def load() -> Load:
    """Return what the users of this process share."""
    return _current[0]
