"""The OCSP responder of a world, put together from its parts."""

from datetime import UTC, datetime
from functools import lru_cache

from harness.contract.vocabulary import Kind
from harness.jlis.authority import Authority
from harness.jlis.ocsp_service import OcspService
from harness.jlis.signers import Signers
from harness.world import World


def ocsp_of(world: World) -> OcspService:
    """Return the responder: it asks the world under its lock, and signs without it."""
    hierarchy = world._hierarchy

    @lru_cache(maxsize=16)
    def founded(kind: Kind, first: datetime) -> tuple[Authority, ...]:
        return tuple(hierarchy.known(kind, first))

    def generations(kind: Kind, now: datetime) -> tuple[Authority, ...]:
        """An authority is founded at midnight UTC on a first of April: within a month nothing changes."""
        return founded(kind, datetime(now.year, now.month, 1, tzinfo=UTC))

    def signers(kind: Kind, now: datetime) -> Signers:
        (other,) = (hierarchy.in_office(of, now) for of in Kind if of is not kind)
        number = hierarchy.generations.in_office(now)
        return Signers(lambda: hierarchy.stranger(kind, number), other, generations(kind, now))

    return OcspService(
        generations, world._register, world._marks, world._publish, world._lock, signers, in_step=world.in_step
    )
