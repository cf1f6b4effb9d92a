"""The words that stories are written in."""

from cardsim.slot import Tear
from harness.contract.vocabulary import Environment, Reason
from scenarios.advice import Desk
from scenarios.clock import StoryClock
from scenarios.jlis import Jlis
from scenarios.resident import Resident
from scenarios.secrets import Secret
from scenarios.story import Confidence, story
from scenarios.terminal import Habit
from scenarios.town import Town

__all__ = [
    "Confidence",
    "Desk",
    "Environment",
    "Habit",
    "Jlis",
    "Reason",
    "Resident",
    "Secret",
    "StoryClock",
    "Tear",
    "Town",
    "story",
]
