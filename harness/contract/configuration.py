"""What a relying party is told of a world: anchors, where the fake J-LIS answers, terminals, services."""

from collections.abc import Collection, Mapping

from harness.contract import messages
from harness.contract.vocabulary import Capability, Kind, Purpose
from harness.world import World

SERVICE = "library"
PURPOSES = [Purpose.ENROL, Purpose.LOGIN, Purpose.TAP, Purpose.SIGN]
"""What the service offers; a product is asked only for those it declares."""
RAISED = "permit-office"
"""A service that asks for assurance level 2, which no tap gives (spec/pki.md §5)."""
STRANGER = messages.TerminalCredential(id="counter-1", credential="guessed")
"""A terminal that claims to be ours."""
TERMINAL = messages.TerminalCredential(id="counter-1", credential="kazashi-terminal-credential")


def configuration(
    world: World, addresses: Mapping[str, str], capabilities: Collection[Capability] = ()
) -> messages.Configure:
    """Return the message `configure`; `addresses` are those of the door (`ocsp-auth`, `ocsp-sign`, `crl`).

    What an adapter need not know is told to those alone that declare the capability.
    """
    trust = world.trust()
    services = [messages.Service(id=SERVICE, purposes=PURPOSES)]
    if Capability.ASSURANCE in capabilities:
        services.append(messages.Service(id=RAISED, purposes=PURPOSES, assurance=2))
    return messages.Configure(
        authorities=[messages.AuthorityAnchor(kind=kind, certificate=der) for kind, der in trust.anchors()],
        card_issuers=[messages.CardIssuerAnchor(key_id=key_id, key=key) for key_id, key in trust.card_issuers],
        status=[
            messages.StatusAddress(kind=kind, ocsp=addresses[f"ocsp-{kind.value}"], crl=addresses["crl"])
            for kind in Kind
        ],
        terminals=[TERMINAL],
        services=services,
    )
