"""The logins that a core is asked to judge, signed when a worker starts or taken as they are stored."""

from loadtests.targets.core_material import Asked, signed_rounds
from loadtests.targets.ground import Ground
from loadtests.targets.stored import stored_rounds


def rounds_of(ground: Ground) -> list[list[Asked]]:
    """Return the rounds of one process."""
    return signed_rounds(ground) if ground.stored is None else stored_rounds(ground.stored)
