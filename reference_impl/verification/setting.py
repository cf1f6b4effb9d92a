"""Trust and policy in use, and whatever was remembered under them: all of it is replaced together.

So nothing that was found out under an anchor outlives the anchor, and nothing accepted under a policy the policy.
"""

from typing import Final

from reference_impl.verification.chip import Chips
from reference_impl.verification.identity import Identities
from reference_impl.verification.plan import PLANS, Plan
from reference_impl.verification.policy import Policy
from reference_impl.verification.production import require_no_production
from reference_impl.verification.trust import Trust

REMEMBERED: Final = 50_000
"""Holders of each kind and carrier, twice, at about 4 kB each."""


class Setting:
    """What one verifier believes and allows, until it is given another one."""

    def __init__(self, trust: Trust, policy: Policy, remembered: int = REMEMBERED) -> None:
        if not policy.production_anchors:
            require_no_production(trust)
        self.trust = trust
        self.policy = policy
        self.chips = Chips(trust, remembered)
        uses = {(plan.purpose.kind, plan.carrier) for plan in PLANS.values()}
        self.identities = {use: Identities(trust, policy, use, remembered) for use in uses}
        self.plans: dict[type, tuple[Plan, Identities]] = {
            kind: (plan, self.identities[plan.purpose.kind, plan.carrier]) for kind, plan in PLANS.items()
        }
