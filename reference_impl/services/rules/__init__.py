"""What shape cannot say: parts of a policy that are right alone and wrong together.

A rule looks at one policy and yields what contradicts, where, in both languages. It never repairs: an operator who
wrote two things that cannot both hold has to say which one was meant.
"""

from typing import Final

from reference_impl.services.faults import Contradiction, Rule
from reference_impl.services.policy import Policy
from reference_impl.services.rules.persons import PERSON_RULES
from reference_impl.services.rules.place import PLACE_RULES
from reference_impl.services.rules.status import STATUS_RULES
from reference_impl.services.rules.use import USE_RULES

RULES: Final = (*PLACE_RULES, *STATUS_RULES, *PERSON_RULES, *USE_RULES)


def find_contradictions(policy: Policy, rules: tuple[Rule, ...] = RULES) -> list[tuple[Rule, Contradiction]]:
    """Everything in the policy that contradicts something else in it, each with its rule."""
    return [(rule, found) for rule in rules for found in rule.find(policy)]
