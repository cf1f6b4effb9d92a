"""Trust and policy in use, and whatever was remembered under them: all of it is replaced together.

So nothing that was found out under an anchor outlives the anchor, and nothing accepted under a policy the policy.
"""

from reference_impl.verification.chip import Chips
from reference_impl.verification.identity import Identities
from reference_impl.verification.memory import Remember
from reference_impl.verification.plan import PLANS, Plan
from reference_impl.verification.policy import Policy
from reference_impl.verification.production import require_no_production
from reference_impl.verification.purpose import Carrier, CertificateKind
from reference_impl.verification.trust import Trust

_AUTH, _CARD = CertificateKind.AUTH, Carrier.CARD


class Setting:
    """What one verifier believes and allows, until it is given another one."""

    def __init__(self, trust: Trust, policy: Policy, remember: Remember) -> None:
        if not policy.production_anchors:
            require_no_production(trust)
        self.trust = trust
        self.policy = policy
        self.chips = Chips(trust, remember.chips)
        uses = {(plan.purpose.kind, plan.carrier) for plan in PLANS.values()}
        self.identities = {use: Identities(trust, policy, use, remember) for use in uses}
        self.plans: dict[type, tuple[Plan, Identities]] = {
            kind: (plan, self.identities[plan.purpose.kind, plan.carrier]) for kind, plan in PLANS.items()
        }
        self._of_cards = self.identities[_AUTH, _CARD]

    def of(self, kind: CertificateKind, carrier: Carrier) -> Identities:
        """The identities of one use; the one that is asked for most is found without hashing two enumerations."""
        return self._of_cards if kind is _AUTH and carrier is _CARD else self.identities[kind, carrier]
