"""The words that stories are written in."""

from harness.contract.vocabulary import Environment, Reason
from scenarios.clock import StoryClock
from scenarios.jlis import Jlis
from scenarios.resident import Resident
from scenarios.story import Confidence, story
from scenarios.town import Town

__all__ = ["Confidence", "Environment", "Jlis", "Reason", "Resident", "StoryClock", "Town", "story"]
