"""The words that stories are written in."""

from datetime import date, timedelta

from cardsim.readers.conditions import Conditions, TwoCards
from cardsim.readers.interface import Interface
from cardsim.readers.weak_field import WeakField
from cardsim.slot import Tear
from harness.contract.vocabulary import Capability, Environment, Reason
from harness.forgery import Variant
from harness.jlis.fault_grammar import Fault
from harness.presented import Form
from scenarios.advice import Desk
from scenarios.card_app_desk import PIN as APPLICATION_PIN
from scenarios.clock import StoryClock
from scenarios.desk_answer import Why
from scenarios.jlis import Jlis
from scenarios.resident import Resident
from scenarios.secrets import Secret
from scenarios.set_up import SetUp
from scenarios.story import Confidence, story
from scenarios.terminal import Habit
from scenarios.town import Town
from scenarios.verifier import Verifier

__all__ = [
    "APPLICATION_PIN",
    "Capability",
    "Conditions",
    "Confidence",
    "Desk",
    "Environment",
    "Fault",
    "Form",
    "Habit",
    "Interface",
    "Jlis",
    "Reason",
    "Resident",
    "Secret",
    "SetUp",
    "StoryClock",
    "Tear",
    "Town",
    "TwoCards",
    "Variant",
    "Verifier",
    "WeakField",
    "Why",
    "date",
    "story",
    "timedelta",
]
