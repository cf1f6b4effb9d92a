"""How stories of the last day begin."""

from scenarios.vocabulary import Resident, StoryClock, Town


def enrolled_on_the_last_day(town: Town, clock: StoryClock) -> Resident:
    """A resident whose certificates end tonight, enrolled this morning."""
    resident = town.issues_a_card(that_expires_today=True)
    clock.turns_to("08:00:00")
    resident.enrols()
    return resident
