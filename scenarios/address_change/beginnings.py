"""How stories of a move begin."""

from scenarios.vocabulary import Resident, StoryClock


def moved_this_morning(resident: Resident, clock: StoryClock) -> None:
    """The resident enrols at 08:00 and moves at 09:07."""
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.moves()
